"""The filter language: what is read, what counts, and what is refused with its reason and place."""

import random
import time

import pytest

from sipsorcery_web.events.filters.errors import FilterError
from sipsorcery_web.events.filters.parsing import DEFAULT, LONGEST, parse
from sipsorcery_web.events.filters.scope import ScopedFilter, Viewer

from ..samples import event, trace


def refusal(text: str) -> tuple[str, int]:
    """The reason and the column of a refusal."""
    with pytest.raises(FilterError) as refused:
        parse(text)
    return refused.value.reason, refused.value.column


def written(text: str) -> list[str]:
    """The clauses that count, as they are written."""
    return [str(clause) for clause in parse(text).clauses.values()]


@pytest.mark.parametrize("blank", ["", " ", "\t \n"])
def test_a_blank_filter_is_event_all(blank: str) -> None:
    assert written(blank) == written(DEFAULT) == ["event *"]


@pytest.mark.parametrize(
    ("text", "clauses"),
    [
        ("event * and user alice", ["event *", "user alice"]),
        ("  event full   and\trequest invite ", ["event full", "request invite"]),
        ("event 53 and event trouble", ["event trouble"]),
        ("ipaddr 10.1.1.5 and ipaddress 10.1.1.6", ["ipaddr 10.1.1.6"]),
        ("server 11", ["event *", "server 11"]),
        ("server 11 and event 53", ["event 53", "server 11"]),
        ("event full and server 11", ["event full", "server 11"]),
        ("event * and regex and", ["event *", "regex and"]),
        ("event * and ipserver 192.0.2.", ["event *", "ipserver 192.0.2."]),
        ("basetype machine and event *", ["basetype machine", "event *"]),
        (
            "machineevent 1,2,10 and dialog sip:*@sip.example.org",
            ["machineevent 1,2,10", "dialog sip:*@sip.example.org"],
        ),
        ("presence sip:alice@sip.example.org", ["presence sip:alice@sip.example.org"]),
    ],
)
def test_later_clauses_with_the_same_key_count(text: str, clauses: list[str]) -> None:
    assert written(text) == clauses


@pytest.mark.parametrize(
    ("text", "reason", "column"),
    [
        ("colour red", "Filter colour was not recognised.", 1),
        ("Event *", "Filter Event was not recognised.", 1),
        ("event * and USER alice", "Filter USER was not recognised.", 13),
        ("event", "Invalid item in filter: event.", 1),
        ("  event * and user", "Invalid item in filter: user.", 15),
        ("event  *", "Invalid item in filter: event  *.", 1),
        ("event * AND user alice", "Invalid item in filter: event * AND user alice.", 1),
        ("event * and", "Invalid item in filter: event * and.", 1),
        ("event * and regex two words", "Invalid item in filter: regex two words.", 13),
        ("event * and server proxy", "server takes numbers.", 20),
        ("event * and request options", "request takes one of invite, register, notify.", 21),
        ("basetype radio", "basetype takes console or machine.", 10),
        ("machineevent 1,,2", "machineevent takes numbers.", 14),
        (
            "event * and file log",
            "file is for files on the server, and nothing is written there. Save the lines from the page.",
            13,
        ),
        (
            "duration 60",
            "duration is for files on the server, and nothing is written there. Save the lines from the page.",
            1,
        ),
        ("event " + "9" * LONGEST, "A filter has at most 256 characters.", 257),
    ],
)
def test_a_bad_filter_is_refused_with_the_reason_and_the_place(text: str, reason: str, column: int) -> None:
    assert refusal(text) == (reason, column)


@pytest.mark.parametrize(
    ("text", "remark"),
    [
        ("user alice", "Without an event clause nothing is shown."),
        ("event dialplan", "Nothing is shown: event takes a number, and DialPlan is event 53."),
        (
            "event 99",
            "Nothing is shown: no event is called 99. It takes *, full, system, trouble, or the number of a type.",
        ),
        ("event * and dialog sip:a@b", "dialog asks for a SIP event subscription, of which the console shows nothing."),
        ("event * and machineevent 1", "machineevent changes nothing here: the console has no machine events."),
    ],
)
def test_what_shows_nothing_or_changes_nothing_is_remarked(text: str, remark: str) -> None:
    assert parse(text).remarks == (remark,)
    assert parse(DEFAULT).remarks == ()


PIECES = (
    *("event", "user", "server", "ipaddr", "ipaddress", "ipserver", "request", "regex", "basetype", "machineevent"),
    *("dialog", "presence", "file", "duration", " and ", " and", "and ", " ", "  ", "\t", "\n", "\x00", "*", "full"),
    *("system", "trouble", "53", "9", "-1", "٣", "invite", "alice", "sip:a@b", "1,2,3", "(a+)+$", "(a|a)*b", "\\1"),
    *("(?<x>a)", "(?<a-b>c)", "[a-z-[aeiou]]", "(?:a{9}){9}", "((((", "))", "[", "\\", "(?=", "(?R)", "{1000}", ".*"),
    *("\u202e", "\ud800", "🙂", "'", '"', "<script>", "x" * 40, "(?i)", "a?" * 20, "\\p{L}", "\\p{IsGreek}", "{e<=9}"),
)  # fmt: skip
TEXT = "a" * 2_000 + "\r\nCSeq: 1 INVITE\r\n"


def check_fuzzed(seed: int, count: int) -> None:
    """Check that filters of odd pieces are read and searched, or refused, in little time."""
    dice = random.Random(seed)
    for _ in range(count):
        pieces = "".join(dice.choices(PIECES, k=dice.randint(1, 12)))
        text = dice.choice([pieces, f"event * and regex {''.join(pieces.split())}", f"event full and {pieces}"])
        began = time.thread_time()
        refused = looked_through(text)
        assert time.thread_time() - began < 1, text
        assert refused is None or (refused.reason and 1 <= refused.column <= LONGEST + 1), text


def looked_through(text: str) -> FilterError | None:
    """Look by a filter at two long events; the refusal, if it is refused."""
    try:
        wanted = ScopedFilter(parse(text), Viewer("alice", "*")).wanted()
        for each in (event(TEXT), trace(TEXT)):
            wanted(each)
    except FilterError as refused:
        return refused
    return None


def test_odd_filters_take_little_time() -> None:
    check_fuzzed(1, 500)


@pytest.mark.long
def test_10000_odd_filters_take_little_time() -> None:
    check_fuzzed(2, 10_000)
