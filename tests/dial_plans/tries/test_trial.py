"""A plan that is tried: what would happen, and that nothing does."""

from collections.abc import Callable, Mapping

import pytest

from sipsorcery_web.dial_plans.execution import Execution
from sipsorcery_web.dial_plans.line_plans import run_extension_lines
from sipsorcery_web.dial_plans.outcomes import OVERLOADED, Ended, Progress
from sipsorcery_web.dial_plans.ruby_plans import run_ruby
from sipsorcery_web.dial_plans.tries.leg_answers import read_answer
from sipsorcery_web.dial_plans.tries.trial import (
    MOST_PROCESSOR_SECONDS,
    TooMuchAtOnce,
    Trial,
    TriedDial,
    TriedPause,
    try_plan,
)
from sipsorcery_web.dial_plans.tries.tried_world import Effect, TypedAnswers
from sipsorcery_web.dial_plans.world import Account, World
from tests.dial_plans.runs import Runs
from tests.dial_plans.worlds import NOW, FakeWorld, call, plan


class Records(FakeWorld):
    """Alice's records; bob's are nobody's to see."""

    def account(self, username: str, domain: str) -> Account | None:
        found = super().account(username, domain)
        return found if found and found.is_own else None


def answers(legs: Mapping[str, str] | None = None, **texts: str) -> TypedAnswers:
    typed = {name: read_answer(text) for name, text in (legs or {}).items()}
    return TypedAnswers(legs=typed, texts={name.replace("__", ":"): text for name, text in texts.items()})


def try_lines(script: str, given: TypedAnswers | None = None, **facts: str) -> Trial:
    tried = plan(script, is_ruby=False)
    return try_plan(tried, call(**facts), NOW, Records(), given or answers(), run_extension_lines)


def legs(trial: Trial) -> list[list[str]]:
    return [[fate.leg.name for fate in each.dial.fates] for each in trial.events if isinstance(each, TriedDial)]


def effects(trial: Trial) -> list[tuple[str, str]]:
    return [(each.what, each.words) for each in trial.events if isinstance(each, Effect)]


def unanswered(trial: Trial) -> list[str]:
    return [question.name for question in trial.questions if not question.is_answered]


def test_a_line_rings_its_leg_and_the_caller_is_answered() -> None:
    done = try_lines("exten => _1XX,1,Dial(${EXTEN}@blueline)", answers({"100@blueline": "answered after 3"}))
    assert legs(done) == [["100@blueline"]]
    assert done.answered is not None
    assert done.answered.name == "100@blueline"
    assert done.answer is None
    assert done.progress.lines == (1,)
    assert unanswered(done) == []


def test_what_nobody_typed_is_asked_and_nobody_answers() -> None:
    done = try_lines("exten => _1XX,1,Dial(${EXTEN}@blueline & desk@local & bob@local)")
    assert unanswered(done) == [
        "desk@sip.example.org",
        "bob@sip.example.org",
        "100@blueline",
    ]
    assert done.answer == Ended(code=480, reason="Temporarily unavailable")


def test_an_account_without_a_phone_and_one_that_is_nobody_s_do_not_ring() -> None:
    given = answers({"desk@sip.example.org": "unregistered", "bob@sip.example.org": "unknown"})
    done = try_lines("exten => _1XX,1,Dial(desk@local & bob@local)", given)
    assert legs(done) == []
    assert "No phone is registered for desk@sip.example.org." in done.progress.log
    assert "There is no account bob@sip.example.org." in done.progress.log


def test_a_service_that_has_too_much_to_do_is_told() -> None:
    def overloaded(execution: Execution, world: World) -> Progress:
        return Progress(outcome=OVERLOADED)

    with pytest.raises(TooMuchAtOnce):
        try_plan(plan(""), call(), NOW, Records(), answers(), overloaded)


def test_a_try_that_computes_too_long_over_all_its_runs_is_stopped() -> None:
    def slow(execution: Execution, world: World) -> Progress:
        progress = run_extension_lines(execution, world)
        return Progress(outcome=progress.outcome, processor_seconds=MOST_PROCESSOR_SECONDS + 1)

    done = try_plan(plan("exten => 100,1,Dial(1@blueline)", is_ruby=False), call(), NOW, Records(), answers(), slow)
    assert done.answered is None
    assert done.answer is None


Tried = Callable[..., Trial]


@pytest.fixture
def tried(runs: Runs) -> Tried:
    """Tries a Ruby plan in alice's world."""

    def tried(script: str, given: TypedAnswers | None = None, seed: str = "1", **facts: object) -> Trial:
        def run(execution: Execution, world: World) -> Progress:
            return run_ruby(execution, world, runs.runtime, runs.mended)

        made = plan(script, **facts)
        return try_plan(made, call(), NOW, Records(), given or answers(), run, seed)

    return tried


def test_each_dial_is_told_with_its_time_and_the_script_goes_on_behind_it(tried: Tried) -> None:
    done = tried(
        """
        sys.Dial "1@blueline", 20
        sys.Log "#{sys.LastFailureStatus} #{Time.now.to_i}"
        sleep 3
        sys.Dial "2@redline[cd=60]"
        """,
        answers({"1@blueline": "busy after 4", "2@RedLine": "answered"}),
    )
    assert done.progress.log == (f"BusyHere {int(NOW) + 4}",)
    first, pause, second = done.events
    assert isinstance(first, TriedDial)
    assert isinstance(pause, TriedPause)
    assert isinstance(second, TriedDial)
    assert (first.at - NOW, first.dialling.ring_seconds, pause.seconds, second.at - NOW) == (0, 20, 3, 7)
    assert second.dial.fates[0].leg.options.duration == 60
    assert done.progress.lines == (2, 3, 4, 5)
    assert done.progress.steps == 4
    assert done.processor_seconds > done.progress.processor_seconds


def test_nothing_leaves_and_what_would_is_told_in_order(tried: Tried) -> None:
    done = tried(
        """
        sys.Respond 180, "Ringing"
        sys.Email "a@example.org", "Hello", "text"
        sys.DBWrite "k", "1"
        sys.Log sys.DBRead("k")
        sys.DBDelete "k"
        sys.Log sys.DBRead("k").inspect
        sys.Callback "1@blueline", "2@blueline", 5
        sys.Log sys.SendRequest("MESSAGE", "sip:bob@sip.example.org", "text/plain", "hi", 5).inspect
        """,
        authorised_apps="email",
    )
    assert effects(done) == [
        ("To the caller", "180 Ringing"),
        ("Mail", "to a@example.org: Hello"),
        ("Stored value", "k = 1"),
        ("Deleted value", "k"),
        ("Callback", "joins 1@blueline and 2@blueline after 5 s"),
        ("Request", "MESSAGE sip:bob@sip.example.org"),
    ]
    unanswered = "MESSAGE to sip:bob@sip.example.org: no answer came, or nothing may be sent there."
    assert done.progress.log == ("1", "nil", unanswered, "nil")


def test_values_pages_and_numbers_come_from_what_was_typed(tried: Tried) -> None:
    script = """
        sys.Log sys.DBRead("mode").inspect
        sys.Log sys.WebGet("https://rates.example/", 5).inspect
        sys.Log sys.ENUMLookup("1.e164.arpa").inspect
        sys.Log sys.GetCurrentCallCount.to_s
    """
    assert tried(script).progress.log == ("nil", "nil", "nil", "0")
    names = unanswered(tried(script))
    assert names == ["value:mode", "web:https://rates.example/", "enum:1.e164.arpa", "calls:"]
    texts = dict(zip(names, ["night", "1.5", "sip:1@enum.example", "2"], strict=True))
    done = tried(script, TypedAnswers(texts=texts))
    assert done.progress.log == ('"night"', '"1.5"', '"sip:1@enum.example"', "2")
    assert unanswered(done) == []


def test_the_same_seed_draws_the_same_numbers(tried: Tried) -> None:
    assert tried("sys.Log rand.to_s").progress.log == tried("sys.Log rand.to_s").progress.log
    assert tried("sys.Log rand.to_s").progress.log != tried("sys.Log rand.to_s", seed="2").progress.log


def test_dials_without_end_come_to_one(tried: Tried) -> None:
    done = tried("loop { sys.Dial '1@blueline', 5 }")
    assert done.answer == Ended(code=500, reason="Dial plan exception")
    assert len(legs(done)) <= 20
