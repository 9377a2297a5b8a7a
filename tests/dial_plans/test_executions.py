"""Executions go on from what was recorded: the same answers, times and random numbers, and each effect once."""

import json
from itertools import pairwise

import pytest

from sipsorcery_web.dial_plans.answers import as_text
from sipsorcery_web.dial_plans.execution import Execution
from sipsorcery_web.dial_plans.journal import Journal, Suspended
from sipsorcery_web.dial_plans.outcomes import Dialling, Ended, outcome_from_json, outcome_to_json
from tests.dial_plans.runs import Runs, failed
from tests.dial_plans.worlds import NOW, FakeWorld, call, plan

RESTLESS = """
    sys.Log [Time.now.to_r, rand, Random.new.rand, [1, 2, 3, 4].shuffle, {}.hash, Object.new.object_id].inspect
    sys.Log sys.DBRead("n").inspect
    sys.DBWrite "n", "1"
    sys.Respond 180, "Ringing"
    3.times { |n| sys.Dial "#{n}@blueline"; sys.Log "#{Time.now.to_r} #{rand}" }
"""


def test_a_run_from_the_record_is_the_run_before(runs: Runs, world: FakeWorld) -> None:
    logs = [runs.start(RESTLESS).log]
    for number in range(3):
        logs.append(runs.after(failed(at=NOW + 10 * number)).log)
    for shorter, longer in pairwise(logs):
        assert longer[: len(shorter)] == shorter
    assert world.happened == [("write", "n", "1"), ("provisional", 180, "Ringing", ())]


def test_another_execution_draws_other_numbers(runs: Runs) -> None:
    first = runs.value("rand")
    runs.last = Execution(plan("sys.Log rand.inspect"), call(), NOW)
    assert runs.again().log != (first,)


def test_an_execution_that_is_run_again_while_it_waits_waits_on(runs: Runs) -> None:
    first = runs.start("sys.Dial '1@blueline'")
    assert runs.again() == first or runs.again().outcome == first.outcome
    assert len([entry for entry in runs.last.entries if entry.question == "dial"]) == 1


def test_another_text_does_not_go_on_with_these_answers(runs: Runs) -> None:
    runs.start("sys.Dial '1@blueline'")
    runs.last.dial_ended(failed())
    runs.last.plan = plan("sys.Dial '2@blueline'")
    done = runs.again()
    assert done.outcome == Ended(code=500, reason="Dial plan exception")
    assert "cannot go on" in done.log[-1]


def test_only_what_is_waited_for_is_answered(runs: Runs) -> None:
    runs.start("sys.Dial '1@blueline'")
    with pytest.raises(ValueError, match="does not wait"):
        runs.last.pause_ended(NOW)
    runs.last.dial_ended(failed())
    with pytest.raises(ValueError, match="does not wait"):
        runs.last.dial_ended(failed())


def test_many_looks_at_the_clock_are_not_all_recorded(runs: Runs) -> None:
    done = runs.finish("t = nil; 1500.times { n = Time.now; raise 'back' if t && n < t; t = n }; sys.Log 'on'")
    assert done.log == ("on",)
    assert len(runs.last.entries) <= 1001


def test_the_lines_that_ran_are_told_at_a_try(runs: Runs) -> None:
    runs.last = Execution(
        plan("x = 1\nif x == 2\n  sys.Log 'no'\nend\nsys.Dial '1@blueline'\nx = 3"), call(), NOW, shows_lines=True
    )
    progress = runs.again()
    assert progress.lines == (1, 2, 5)
    assert progress.steps == 3
    assert runs.after(failed()).lines == (1, 2, 5, 6)


def test_the_lines_of_methods_and_blocks_are_told_and_none_of_a_plan_without_lines(runs: Runs) -> None:
    runs.last = Execution(
        plan("def number\n  '100'\nend\n1.times do\n  sys.Log number\nend"), call(), NOW, shows_lines=True
    )
    assert sorted(runs.again().lines) == [1, 2, 4, 5]
    runs.last = Execution(plan("# nothing"), call(), NOW, shows_lines=True)
    assert runs.again().lines == ()


def test_the_plan_that_ran_before_the_image_was_made_has_left_nothing(runs: Runs) -> None:
    assert runs.value("binding.local_variables") == "[]"
    left = "[DialPlan.instance_variable_get(:@lines), sys.Trace, req.URI.User, $req.equal?(req)]"
    assert runs.value(left, user="555") == '[nil, false, "555", true]'


def test_an_outcome_is_the_same_behind_json(runs: Runs) -> None:
    outcome = runs.dialling(
        "sys.SetFromHeader 'a', 'b', 'c.example'; sys.Dial '1@blueline[dt=5,swcd=x] & desk@local | 2@redline'"
    )
    assert isinstance(outcome, Dialling)
    assert outcome_from_json(json.loads(as_text(outcome_to_json(outcome)))) == outcome


def test_a_journal_notes_what_is_waited_for_once() -> None:
    journal = Journal()
    for _ in range(2):
        journal.position = 0
        with pytest.raises(Suspended):
            journal.wait("dial", ["sip:a@example.org"])
    assert len(journal.entries) == 1
