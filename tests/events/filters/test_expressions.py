"""Regular expressions of filters: .NET's syntax as far as it is understood, in bounded time."""

import time

import pytest

from sipsorcery_web.events.filters.errors import FilterError
from sipsorcery_web.events.filters.expressions import ALL_SECONDS, TOO_SLOW, Expression, Patience


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("error", "an error"),
        (r"(?<user>\w+)@\k<user>", "alice@alice"),
        (r"(?<=To:.*)alice", "To: <sip:alice@x>"),
        (r"(?i)ERROR", "an error"),
        (r"(?>a+)b", "aab"),
        (r"\p{Lu}\d{3}", "A123"),
        (r"^486|603$", "603"),
    ],
)
def test_what_dot_net_and_the_library_share_is_searched(source: str, text: str) -> None:
    assert Expression.read(source, 1).is_in(text, Patience())
    assert not Expression.read(source, 1).is_in("-", Patience())


@pytest.mark.parametrize(
    ("source", "reason", "column"),
    [
        ("a(?<b-c>d)", "(?<b-c> is a balancing group of .NET, which is not understood here.", 12),
        ("[a-z-[aeiou]]", "[a-z-[ is the subtraction of a set of .NET, which is not understood here.", 11),
        (r"x\p{IsGreek}", r"\p{IsGreek} is a block of Unicode of .NET, which is not understood here.", 12),
        ("(?n:a)", "(?n: is the option n of .NET, which is not understood here.", 11),
        (r"\cA", r"\cA is a control character of .NET, which is not understood here.", 11),
        ("(a(?R)?b)", "(?R means nothing in .NET.", 13),
        ("a{e<=2}", "{e< means nothing in .NET.", 12),
        ("(a{100}){100}", "This regular expression repeats a part more than 1000 times.", 11),
        ("ab)", "This regular expression cannot be read: unbalanced parenthesis.", 13),
    ],
)
def test_what_is_not_understood_is_refused_in_words_at_its_place(source: str, reason: str, column: int) -> None:
    with pytest.raises(FilterError) as refused:
        Expression.read(source, 11)
    assert (refused.value.reason, refused.value.column) == (reason, column)


@pytest.mark.parametrize("source", ["(a+)+$", "(a|aa)*$", "(.*a){12}$", "^(([a-z])+.)+[A-Z]([a-z])+$"])
def test_a_search_that_would_take_for_ever_is_given_up(source: str) -> None:
    expression = Expression.read(source, 7)
    began = time.thread_time()
    with pytest.raises(FilterError, match=TOO_SLOW) as refused:
        expression.is_in("a" * 2_000 + "!", Patience())
    assert refused.value.column == 7
    assert time.thread_time() - began < 1


def test_all_searches_for_one_answer_have_one_limit() -> None:
    expression, patience = Expression.read("error", 1), Patience(0.001)

    def search_on() -> None:
        for _ in range(100_000):
            expression.is_in("no " * 100, patience)

    with pytest.raises(FilterError, match=TOO_SLOW):
        search_on()
    assert ALL_SECONDS < 1
