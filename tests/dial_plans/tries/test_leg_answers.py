"""Answers of legs at a try, as somebody types them."""

import pytest

from sipsorcery_web.dial_plans.tries.leg_answers import LegAnswer, read_answer


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("", LegAnswer()),
        ("nobody", LegAnswer()),
        ("busy", LegAnswer(kind="busy")),
        ("busy after 3", LegAnswer(kind="busy", after=3)),
        ("answered", LegAnswer(kind="answered", after=5)),
        ("Answered after 12", LegAnswer(kind="answered", after=12)),
        ("answered 12 s", LegAnswer(kind="answered", after=12)),
        ("refused", LegAnswer(kind="refused")),
        ("refused 404 after 2", LegAnswer(kind="refused", code=404, after=2)),
        ("redirected to 200@blue.example", LegAnswer(kind="redirected", to="200@blue.example")),
        ("redirected 301 to sip:200@blue.example", LegAnswer(kind="redirected", code=301, to="sip:200@blue.example")),
        ("unregistered", LegAnswer(kind="unregistered")),
    ],
)
def test_an_answer_is_read_as_it_is_typed(typed: str, meant: LegAnswer) -> None:
    assert read_answer(typed) == meant
    assert read_answer(str(meant)) == meant, "and as it is written down"


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("perhaps", "not “perhaps”"),
        ("answered after 301", "within 300 seconds"),
        ("refused 302", "from 400 to 699"),
        ("refused soon", "from 400 to 699"),
        ("redirected", "Say where"),
        ("redirected 404 to 1@blue.example", "from 300 to 399"),
    ],
)
def test_what_no_leg_can_do_is_told(typed: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        read_answer(typed)


def test_a_refusal_has_the_usual_code_and_its_reason() -> None:
    assert (read_answer("busy").status, read_answer("busy").reason) == (486, "Busy here")
    assert (read_answer("refused").status, read_answer("refused 404").status) == (480, 404)
    assert read_answer("answered").status == 0
