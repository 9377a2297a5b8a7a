"""Processes that are killed while phones ring: no call is lost, and what cannot go on is told at once."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from sipsorcery_web.dial_plans.service.client import PlanService
from tests.factories import DOMAIN
from tests.kamailio.harness import KamailioHarness, eventually
from tests.kamailio.test_restarts import kill_engine
from tests.kamailio.user_agent import Message, UserAgent

from .call_control import call_control
from .conftest import PlanHouse, legs
from .test_dials import talks

Agents = Callable[..., UserAgent]
TWO_DIALS = 'sys.Dial "1@{0}-blue"\nsys.Log "the first is over"\nsys.Dial "2@{0}-red"'


@pytest.fixture
def plan_service(harness: KamailioHarness, with_ruby: None) -> Iterator[PlanService]:
    """A plan service that runs already: what a phone waits for is not that Ruby is loaded."""
    key = harness.service_context.keyring.derive("plan service")
    plans = PlanService(harness.settings.data_dir / "plans", key)
    eventually(plans.is_ready, seconds=60.0)
    yield plans
    plans.stop()


@pytest.fixture
def house(harness: KamailioHarness, plan_service: PlanService) -> Iterator[PlanHouse]:
    """A house without call control."""
    with ExitStack() as stack:
        yield PlanHouse(harness, stack)


def is_back(house: PlanHouse, agent: Agents, name: str) -> None:
    """Wait until the engine asks the call control that was started."""
    house.lines(f"{name}-probe", "exten =~ .*,1,SIPReply(433,Back)")
    prober = agent("alice", f"{name}-prober", {"out_dial_plan_name": f"{name}-probe"})
    eventually(lambda: prober.calls(f"probe@{DOMAIN}").status, lambda status: status == 433)


def parties(house: PlanHouse, agent: Agents, name: str, script: str = TWO_DIALS) -> tuple[UserAgent, ...]:
    """A phone of alice's with this plan, and the two providers that it may dial."""
    house.ruby(name, script.format(name))
    hers = agent("alice", f"{name}-hers", {"out_dial_plan_name": name})
    return hers, house.provider(f"{name}-blue"), house.provider(f"{name}-red")


def rings(house: PlanHouse, hers: UserAgent, blue: UserAgent, dialled: str) -> Message:
    """A call that rings at a provider; the INVITE there."""
    eventually(house.harness.kamailio.control.has_call_control)
    hers.starts_a_call(f"{dialled}@{DOMAIN}")
    invite = blue.hears("INVITE")
    blue.replies(invite, 180, "Ringing")
    assert hers.hears("INVITE", 180)
    return invite


def test_call_control_is_killed_while_a_phone_rings_that_then_answers(house: PlanHouse, agent: Agents) -> None:
    hers, blue, _ = parties(house, agent, "kill")
    with call_control(house.harness.settings):
        invite = rings(house, hers, blue, "035590")
    with call_control(house.harness.settings):
        is_back(house, agent, "kill")
        talks(hers, blue, invite).hangs_up_while(hers)
        (execution,) = house.executions("035590")
        assert legs(execution) == [("1@kill-blue", "answered", 0)]


def test_the_plan_goes_on_behind_a_dial_that_failed_while_nobody_was_there(house: PlanHouse, agent: Agents) -> None:
    hers, blue, red = parties(house, agent, "away")
    with call_control(house.harness.settings):
        invite = rings(house, hers, blue, "035591")
    blue.replies(invite, 486, "Busy Here")
    assert blue.hears("ACK")
    with call_control(house.harness.settings):
        talks(hers, red, red.hears("INVITE")).hangs_up_while(hers)
        (execution,) = house.executions("035591")
        assert [dial.state for dial in execution.dials] == ["Failed", "Answered"]
        assert execution.log == ("the first is over",)
    assert len(house.records("035591")) == 1


def test_the_plan_goes_on_behind_a_dial_that_fails_after_the_return(house: PlanHouse, agent: Agents) -> None:
    hers, blue, red = parties(house, agent, "back")
    with call_control(house.harness.settings):
        invite = rings(house, hers, blue, "035592")
    with call_control(house.harness.settings):
        blue.replies(invite, 486, "Busy Here")
        talks(hers, red, red.hears("INVITE")).hangs_up_while(hers)
        assert house.executions("035592")


def test_the_caller_hangs_up_while_nobody_is_there(house: PlanHouse, agent: Agents) -> None:
    hers, blue, red = parties(house, agent, "left")
    with call_control(house.harness.settings):
        invite = rings(house, hers, blue, "035593")
    hers.cancels()
    blue.replies(blue.hears("CANCEL"), 200, "OK")
    blue.replies(invite, 487, "Request Terminated")
    assert hers.hears("INVITE", 487)
    with call_control(house.harness.settings):
        (execution,) = house.executions("035593")
        assert "while call control was away" in execution.log[-1]
    assert red.hears_nothing("INVITE", 0.2)


def test_without_call_control_a_call_is_refused_at_once(house: PlanHouse, agent: Agents) -> None:
    house.lines("absent", "exten =~ .*,1,SIPReply(486,From the plan)")
    hers = agent("alice", "absent-hers", {"out_dial_plan_name": "absent"})
    assert hers.calls(f"035594@{DOMAIN}").status == 503
    (record,) = house.records("035594")
    assert record.answered_status == 503
    assert not house.harness.kamailio.control.has_call_control()
    with call_control(house.harness.settings):
        eventually(house.harness.kamailio.control.has_call_control)
        eventually(lambda: hers.calls(f"035595@{DOMAIN}").start, lambda start: start == "SIP/2.0 486 From the plan")


def test_the_plan_service_is_killed_while_a_plan_runs(
    house: PlanHouse, plan_service: PlanService, agent: Agents
) -> None:
    hers, blue, _ = parties(house, agent, "svc", 'sleep 1\nsys.Dial "1@{0}-blue"')
    end = house.start()
    try:
        hers.starts_a_call(f"035596@{DOMAIN}")
        assert hers.hears("INVITE", 100)
        process_id = plan_service.supervisor.process_id
        assert process_id is not None
        os.kill(process_id, signal.SIGKILL)
        talks(hers, blue, blue.hears("INVITE")).hangs_up_while(hers)
    finally:
        end()


def test_a_phone_answers_while_nobody_is_there(house: PlanHouse, agent: Agents) -> None:
    hers, blue, red = parties(house, agent, "took")
    with call_control(house.harness.settings):
        invite = rings(house, hers, blue, "035597")
    talks(hers, blue, invite).hangs_up_while(hers)
    with call_control(house.harness.settings):
        (execution,) = house.executions("035597")
        assert legs(execution) == [("1@took-blue", "answered", 0)]
        assert (execution.answer, execution.log) == (None, ())
    assert red.hears_nothing("INVITE", 0.2)


def test_calls_without_a_plan_have_a_record_too_when_the_engine_is_killed_while_they_ring(
    house: PlanHouse, agent: Agents
) -> None:
    hers, his = agent("alice", "bare-hers"), agent("bobby", "bare-his")
    talking, over = agent("alice", "bare-talking"), agent("alice", "bare-over")
    his.registers()
    with call_control(house.harness.settings):
        eventually(house.harness.kamailio.control.has_call_control)
        assert over.calls(f"bare-nobody@{DOMAIN}").status == 480
        talking.starts_a_call(f"bare-his@{DOMAIN}")
        leg = talks(talking, his, his.hears("INVITE"))
        hers.starts_a_call(f"bare-his@{DOMAIN}")
        his.replies(his.hears("INVITE"), 180, "Ringing")
        assert hers.hears("INVITE", 180)
        kill_engine(house.harness)
        cut_off = eventually(lambda: [cdr for cdr in house.harness.records("alice") if cdr.from_user == "bare-hers"])
        assert [(cdr.answered_status, cdr.answered_reason) for cdr in cut_off] == [(503, "The SIP engine ended")]
        (of_his,) = [cdr for cdr in house.harness.records("bobby") if cdr.from_user == "bare-hers"]
        assert (of_his.call_direction, of_his.dst) == ("In", "bare-his")
        leg.hangs_up_while(talking)
        assert [cdr.answered_status for cdr in house.records("bare-nobody")] == [480]
        eventually(lambda: [cdr for cdr in house.harness.records("alice") if cdr.from_user == "bare-talking"])


def test_the_engine_is_killed_while_a_phone_rings(house: PlanHouse, agent: Agents) -> None:
    house.lines("broken", f"exten =~ .*,1,Dial(broken-his@{DOMAIN})")
    house.lines("broken-in", f"exten =~ .*,1,Dial(broken-his@{DOMAIN})", owner="bobby")
    hers = agent("alice", "broken-hers", {"out_dial_plan_name": "broken"})
    his = agent("bobby", "broken-his", {"in_dial_plan_name": "broken-in"})
    his.registers()
    with call_control(house.harness.settings):
        eventually(house.harness.kamailio.control.has_call_control)
        hers.starts_a_call(f"035598@{DOMAIN}")
        his.replies(his.hears("INVITE"), 180, "Ringing")
        assert hers.hears("INVITE", 180)
        kill_engine(house.harness)
        (record,) = house.records("035598")
        assert (record.answered_status, record.answered_reason) == (503, "The SIP engine ended")
        (execution,) = house.executions("035598")
        assert "its caller was told nothing" in execution.log[-1]
        assert "Dial plan broken" in house.harness.own_browser("alice").open(f"/cdrs/{record.id}").text
        assert [each.call_direction for each in house.records("broken-his", "bobby")] == ["In"]
