"""A Dial that rings on paper: groups, delays, redirections and the time that is over."""

from collections.abc import Mapping

import pytest

from sipsorcery_web.dial_plans.calls import Call
from sipsorcery_web.dial_plans.dial_strings import parse
from sipsorcery_web.dial_plans.legs import Directory, Leg
from sipsorcery_web.dial_plans.outcomes import Dialling
from sipsorcery_web.dial_plans.tries.dial_simulation import SimulatedDial, simulate
from sipsorcery_web.dial_plans.tries.leg_answers import NOBODY, LegAnswer, read_answer
from tests.dial_plans.worlds import NOW, FakeWorld, call, plan


def dial(text: str, answers: Mapping[str, str], ring: int = 60) -> SimulatedDial:
    caller: Call = call()
    groups = Directory(FakeWorld(), plan(""), caller).find(parse(text, caller)).groups

    def answer_of(leg: Leg) -> LegAnswer:
        return read_answer(answers[leg.name]) if leg.name in answers else NOBODY

    return simulate(Dialling(groups=groups, ring_seconds=ring), answer_of, NOW)


def fates(done: SimulatedDial) -> list[tuple[str, float | None, float, str]]:
    return [(fate.leg.name, fate.start, fate.end, fate.outcome) for fate in done.fates]


def test_nobody_answers_until_the_time_is_over() -> None:
    done = dial("1@blueline & 2@redline", {}, ring=20)
    assert fates(done) == [("1@blueline", 0, 20, "rang"), ("2@RedLine", 0, 20, "rang")]
    assert done.result is not None
    assert (done.result.state, done.result.at) == ("TimedOut", NOW + 20)


def test_the_first_that_answers_ends_the_others() -> None:
    done = dial("1@blueline & 2@redline", {"1@blueline": "answered after 8", "2@RedLine": "answered after 3"})
    assert fates(done) == [("2@RedLine", 0, 3, "answered"), ("1@blueline", 0, 3, "cancelled")]
    assert done.result is None
    assert done.answered is not None
    assert done.answered.leg.name == "2@RedLine"


def test_the_next_group_rings_when_all_before_it_have_failed() -> None:
    done = dial(
        "1@blueline & 3@blueline | 2@redline", {"1@blueline": "busy after 2", "3@blueline": "refused 404 after 4"}
    )
    assert fates(done) == [
        ("1@blueline", 0, 2, "failed"),
        ("3@blueline", 0, 4, "failed"),
        ("2@RedLine", 4, 60, "rang"),
    ]
    assert done.result is not None
    assert done.result.state == "TimedOut"


def test_all_failed_is_told_with_the_last_status() -> None:
    done = dial("1@blueline|2@redline", {"1@blueline": "busy", "2@RedLine": "refused 404"})
    assert done.result is not None
    assert (done.result.state, done.result.status, done.result.reason) == ("Failed", 404, "Not found")


@pytest.mark.parametrize(("first", "start"), [("nobody", 10.0), ("busy after 2", 2.0)])
def test_a_delayed_leg_starts_later_or_when_no_other_rings(first: str, start: float) -> None:
    done = dial("1@blueline & 2@redline[dt=10]", {"1@blueline": first})
    assert ("2@RedLine", start, 60, "rang") in fates(done)


def test_a_leg_that_never_rang_has_no_start() -> None:
    done = dial("1@blueline & 2@redline[dt=10]", {"1@blueline": "answered after 4"})
    assert ("2@RedLine", None, 4, "cancelled") in fates(done)
    assert ("2@RedLine", None, 5, "cancelled") in fates(dial("1@blueline & 2@redline[dt=10]", {}, ring=5))


def test_a_redirection_is_followed_where_the_leg_says_so() -> None:
    answers = {"1@blueline": "redirected to 7@else.example", "7@else.example": "answered after 1"}
    followed = dial("1@blueline[rm=a]", answers)
    assert fates(followed) == [("1@blueline", 0, 0, "followed"), ("7@else.example", 0, 1, "answered")]
    plain = dial("1@blueline", answers)
    assert plain.result is not None
    assert (plain.result.state, plain.result.redirect_uri) == ("Redirect", "sip:7@else.example")
    assert plain.result.redirect_response == 302


def test_a_circle_of_redirections_has_an_end() -> None:
    done = dial("1@blueline[rm=a]", {"1@blueline": "redirected to 1@blueline"})
    assert done.result is not None
