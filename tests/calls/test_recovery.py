"""Call control is killed, and another process goes on with its calls: none is lost, and nobody is rung twice."""

import pytest

from sipsorcery_web.calls.broken_calls import ENGINE_ENDED
from sipsorcery_web.calls.messages import DialLegs
from sipsorcery_web.dial_plans.dialling import Dials
from sipsorcery_web.dial_plans.outcomes import Ended
from tests.calls.fake_engine import Phone
from tests.calls.fakes import House, legs
from tests.dial_plans.worlds import DOMAIN

BLUE, RED = "sip:100@sip.blueline.example", "sip:100@sip.redline.example:5070"


def two_dials(dials: Dials) -> Ended:
    dials.dial("${dst}@blueline", 0, 0)
    dials.dial("${dst}@redline", 0, 0)
    return dials.final_answer()


@pytest.fixture
def house() -> House:
    return House()


def restart(house: House) -> None:
    """Kill call control, let a second go by, and start it again."""
    house.kill()
    house.scheduler.pass_time(1)
    house.start()


def test_a_phone_answers_after_the_return(house: House) -> None:
    house.dials("${dst}@blueline")
    house.call({BLUE: Phone(200, 10)})
    house.scheduler.pass_time(2)
    restart(house)
    house.scheduler.pass_time(10)
    assert len(house.engine.sent()) == 1
    (execution,) = house.executions()
    assert legs(execution) == [("100@blueline", "answered", 0)]
    assert (execution.dials[0].state, execution.dials[0].seconds) == ("Answered", 10)


def test_the_first_dial_fails_after_the_return_and_the_second_rings(house: House) -> None:
    house.plan(two_dials)
    house.call({BLUE: Phone(486, 10, "Busy here"), RED: Phone(200, 1)})
    house.scheduler.pass_time(2)
    restart(house)
    house.scheduler.pass_time(15)
    assert [leg.uri for leg in house.engine.sent()] == [BLUE, RED]
    assert [dial.state for dial in house.executions()[0].dials] == ["Failed", "Answered"]


def test_the_first_dial_fails_while_nobody_is_there(house: House) -> None:
    house.plan(two_dials)
    house.call({BLUE: Phone(486, 2.5, "Busy here"), RED: Phone(200, 1)})
    house.scheduler.pass_time(2)
    restart(house)
    house.scheduler.pass_time(5)
    assert [leg.uri for leg in house.engine.sent()] == [BLUE, RED]
    assert legs(house.executions()[0])[0][:2] == ("100@blueline", "failed")


def test_killed_in_the_second_dial(house: House) -> None:
    house.plan(two_dials)
    call = house.call({BLUE: Phone(486, 1, "Busy here"), RED: Phone(603, 10, "Decline")})
    house.scheduler.pass_time(5)
    restart(house)
    house.scheduler.pass_time(10)
    assert house.engine.final(call) == (603, "Decline")
    assert len(house.engine.sent()) == 2


def test_killed_before_the_legs_were_rung(house: House) -> None:
    """The execution is kept, and the command has not reached the engine."""
    house.dials("${dst}@blueline")
    house.engine.is_linked = True
    call = house.engine.invite()
    while not house.store.rows:
        house.scheduler._soon.popleft()()
    house.kill()
    house.engine.phones = {BLUE: Phone(486, 1, "Busy here")}
    house.start()
    house.scheduler.pass_time(5)
    assert len([command for command in house.engine.said if isinstance(command, DialLegs)]) == 1
    assert house.engine.final(call) == (486, "Busy here")


def test_killed_between_two_dials(house: House) -> None:
    house.plan(two_dials)
    house.call({BLUE: Phone(486, 1, "Busy here"), RED: Phone(200, 1)})
    runs = house.plans.runs
    house.scheduler.after(1, lambda: None)
    while house.plans.runs == runs:
        house.scheduler.pass_time(0.5) if not house.scheduler._soon else house.scheduler._soon.popleft()()
    house.kill()
    house.start()
    house.scheduler.pass_time(5)
    assert [leg.uri for leg in house.engine.sent()] == [BLUE, RED]


def test_a_delayed_leg_still_starts_in_time(house: House) -> None:
    house.dials("${dst}@blueline & ${dst}@redline[dt=10]")
    house.call({})
    house.scheduler.pass_time(3)
    restart(house)
    house.scheduler.pass_time(5.5)
    assert [leg.uri for leg in house.engine.sent()] == [BLUE]
    house.scheduler.pass_time(1)
    assert [leg.uri for leg in house.engine.sent()] == [BLUE, RED]


def test_a_leg_that_had_failed_is_not_forgotten(house: House) -> None:
    house.dials("${dst}@blueline & ${dst}@redline", ring=20)
    call = house.call({BLUE: Phone(486, 1, "Busy here")})
    house.scheduler.pass_time(3)
    restart(house)
    house.scheduler.pass_time(30)
    assert house.engine.final(call) == (486, "Busy here")
    assert legs(house.executions()[0]) == [("100@blueline", "failed", 486), ("100@RedLine", "rang", 0)]


def test_a_pause_ends_when_it_was_to_end(house: House) -> None:
    def script(dials: Dials) -> Ended:
        dials.sleep(10)
        dials.dial("${dst}@blueline", 0, 0)
        return dials.final_answer()

    house.plan(script)
    house.call({BLUE: Phone(200, 1)})
    house.scheduler.pass_time(5)
    restart(house)
    house.scheduler.pass_time(3.5)
    assert house.engine.sent() == []
    house.scheduler.pass_time(1)
    assert len(house.engine.sent()) == 1


def test_the_caller_hangs_up_while_nobody_is_there(house: House) -> None:
    house.plan(two_dials)
    call = house.call({})
    house.scheduler.pass_time(2)
    house.kill()
    house.engine.hang_up(call)
    house.start()
    house.scheduler.pass_time(200)
    assert len(house.engine.sent()) == 1
    assert house.store.running() == []
    assert "while call control was away" in house.executions()[0].log[-1]


def test_a_plan_in_a_leg_goes_on_too(house: House) -> None:
    house.chooser.in_plans = {"office": "office hours"}
    house.dials(f"office@{DOMAIN}")
    house.plan(two_dials, name="office hours")
    blue, red = (uri.replace("100", "office") for uri in (BLUE, RED))
    house.call({blue: Phone(486, 4, "Busy here"), red: Phone(200, 1)})
    house.scheduler.pass_time(2)
    restart(house)
    house.scheduler.pass_time(10)
    assert [leg.uri for leg in house.engine.sent()] == [blue, red]
    assert [each.dials[-1].state for each in house.executions()] == ["Answered", "Answered"]


def test_executions_are_counted_right_after_a_crash(house: House) -> None:
    house.dials("${dst}@blueline")
    first = house.call({})
    plan_id = house.chooser.ids["default"]
    house.store.counts[plan_id] = 7
    restart(house)
    assert house.store.counts[plan_id] == 1
    house.engine.hang_up(first)
    house.scheduler.settle()
    house.control.office.keeper.write_counts()
    assert house.store.counts[plan_id] == 0


def test_the_engine_was_restarted_and_its_calls_are_over(house: House) -> None:
    house.dials("${dst}@blueline")
    house.call({})
    house.scheduler.pass_time(2)
    house.engine._calls.clear()
    house.engine._questions.clear()
    house.engine.began = house.scheduler.now()
    house.engine.link_again(house.control)
    house.scheduler.settle()
    assert house.store.running() == []
    (execution,) = house.recorded
    assert execution.answer == ENGINE_ENDED
    assert execution.dials[0].state == "Error"
    assert "its caller was told nothing" in execution.log[-1]


def test_an_answer_while_nobody_is_there_is_told_later(house: House) -> None:
    house.dials("${dst}@blueline & ${dst}@redline")
    house.call({BLUE: Phone(200, 3)})
    house.scheduler.pass_time(2)
    house.kill()
    house.scheduler.pass_time(3)
    house.start()
    house.scheduler.settle()
    (execution,) = house.executions()
    assert legs(execution) == [("100@blueline", "answered", 0), ("100@RedLine", "cancelled", 0)]
    assert house.recorded == []


def test_an_engine_that_asks_early_is_answered_when_all_is_taken_up(house: House) -> None:
    house.dials("${dst}@blueline")
    house.call({})
    house.kill()
    house.engine.control, house.engine.is_linked = house.control, True
    house.start()
    call = house.call({BLUE: Phone(486, 1, "Busy here")})
    house.scheduler.pass_time(3)
    assert house.engine.final(call) == (486, "Busy here")


def test_seeds_are_the_same_when_a_call_is_asked_about_again(house: House) -> None:
    """A plan that is run again from its beginning draws the same numbers, and its mails are known again."""
    house.dials("${dst}@blueline")
    house.engine.invite()
    house.kill()
    house.start()
    house.call({})
    seeds = {each.execution.seed for each in house.executions()}
    assert len(seeds) == 2
    assert all(len(seed) == 32 for seed in seeds)
