"""The choice of the plan for a call at the real engine, and each refusal with its code, its words and its record."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.factories import DOMAIN
from tests.kamailio.user_agent import UserAgent

from .conftest import PlanHouse, legs
from .test_dials import talks

Agents = Callable[..., UserAgent]
BUSY = "exten =~ .*,1,SIPReply(486,From the plan)"


@pytest.mark.parametrize(
    ("name", "facts", "answer"),
    [
        ("gone", {"out_dial_plan_name": "gone"}, "500 Error loading dial plan"),
        ("disabled", {"out_dial_plan_name": "which", "is_user_disabled": True}, "403 SIP account disabled"),
        (
            "incoming",
            {"out_dial_plan_name": "which", "is_incoming_only": True},
            "403 SIP account not permitted to make outgoing calls",
        ),
        ("noplan", {}, "480 SIP account missing dialplan setting"),
    ],
)
def test_a_call_out_that_no_plan_runs_for(
    house: PlanHouse, agent: Agents, name: str, facts: dict[str, Any], answer: str
) -> None:
    hers = agent("alice", f"{name}-hers", facts)
    assert hers.calls(f"03557{name}@{DOMAIN}").start == f"SIP/2.0 {answer}"
    (record,) = house.records(f"03557{name}")
    assert f"{record.answered_status} {record.answered_reason}" == answer


def test_a_suspended_customer_makes_no_calls(house: PlanHouse, agent: Agents) -> None:
    from sqlalchemy import select

    from sipsorcery_web.service.store.models import CustomerRow

    hers = agent("carol", "suspended-hers", {"out_dial_plan_name": "default"})
    with house.harness.kamailio.database.write() as session:
        session.scalars(select(CustomerRow).where(CustomerRow.customer_username == "carol")).one().suspended = True
    assert hers.calls(f"035580@{DOMAIN}").start == "SIP/2.0 604 User account is suspended"


def test_the_plan_of_the_called_account_runs_and_sees_the_whole_user_part(house: PlanHouse, agent: Agents) -> None:
    house.lines("into", "exten => sales.into-his,1,SIPReply(486,For sales)", BUSY, owner="bobby")
    hers = agent("alice", "into-hers")
    agent("bobby", "into-his", {"in_dial_plan_name": "into"})
    assert hers.calls(f"into-his@{DOMAIN}").start == "SIP/2.0 486 From the plan"
    assert hers.calls(f"sales.into-his@{DOMAIN}").start == "SIP/2.0 486 For sales"
    (execution,) = house.executions("into-his", "bobby")
    assert (execution.execution.call.direction, execution.execution.call.account) == ("in", f"into-his@{DOMAIN}")


def test_a_plan_that_dials_the_account_that_it_takes_calls_for_rings_its_phones(
    house: PlanHouse, agent: Agents
) -> None:
    house.lines("self", f"exten =~ .*,1,Dial(self-his@{DOMAIN})", owner="bobby")
    hers, his = agent("alice", "self-hers"), agent("bobby", "self-his", {"in_dial_plan_name": "self"})
    his.registers()
    hers.starts_a_call(f"self-his@{DOMAIN}")
    talks(hers, his, his.hears("INVITE")).hangs_up_while(hers)
    (execution,) = house.executions("self-his", "bobby")
    assert legs(execution) == [(f"self-his@{DOMAIN}", "answered", 0)]


def test_the_plan_of_an_account_that_a_plan_dials_runs_in_the_leg(house: PlanHouse, agent: Agents) -> None:
    house.lines("outer", f"exten =~ .*,1,Dial(inner-his@{DOMAIN})")
    house.lines("inner", f"exten =~ .*,1,Dial(inner-his@{DOMAIN})", owner="bobby")
    hers = agent("alice", "inner-hers", {"out_dial_plan_name": "outer"})
    his = agent("bobby", "inner-his", {"in_dial_plan_name": "inner"})
    his.registers()
    hers.starts_a_call(f"035581@{DOMAIN}")
    talks(hers, his, his.hears("INVITE")).hangs_up_while(hers)
    (execution,) = house.executions("035581")
    assert legs(execution) == [(f"inner-his@{DOMAIN}", "answered", 0)]
    assert len(house.records("035581", "alice")) == len(house.records("035581", "bobby")) == 1
    (inner,) = house.executions("035581", "bobby")
    assert inner.execution.plan.name == "inner"
    assert legs(inner) == [(f"inner-his@{DOMAIN}", "answered", 0)]
    (record,) = house.records("035581", "bobby")
    assert "Dial plan inner" in house.harness.own_browser("bobby").open(f"/cdrs/{record.id}").text


def test_two_plans_of_one_customer_stand_at_the_record_one_below_the_other(house: PlanHouse, agent: Agents) -> None:
    house.lines("upper", f"exten =~ .*,1,Dial(lower-hers@{DOMAIN})")
    house.lines("lower", f"exten =~ .*,1,Dial(lower-hers@{DOMAIN})")
    hers = agent("alice", "upper-hers", {"out_dial_plan_name": "upper"})
    other = agent("alice", "lower-hers", {"in_dial_plan_name": "lower"})
    other.registers()
    hers.starts_a_call(f"035584@{DOMAIN}")
    talks(hers, other, other.hears("INVITE")).hangs_up_while(hers)
    assert [each.execution.plan.name for each in house.executions("035584", count=2)] == ["upper", "lower"]
    for record in house.records("035584", count=2):
        page = house.harness.own_browser("alice").open(f"/cdrs/{record.id}").text
        assert 0 < page.index("Dial plan upper") < page.index("Dial plan lower")


def test_the_caller_hangs_up_and_both_plans_are_over(house: PlanHouse, agent: Agents) -> None:
    house.lines("outer2", f"exten =~ .*,1,Dial(inner2-his@{DOMAIN})")
    house.lines("inner2", f"exten =~ .*,1,Dial(inner2-his@{DOMAIN})", owner="bobby")
    hers = agent("alice", "inner2-hers", {"out_dial_plan_name": "outer2"})
    his = agent("bobby", "inner2-his", {"in_dial_plan_name": "inner2"})
    his.registers()
    hers.starts_a_call(f"035582@{DOMAIN}")
    invite = his.hears("INVITE")
    his.replies(invite, 180, "Ringing")
    assert hers.hears("INVITE", 180)
    hers.cancels()
    his.replies(his.hears("CANCEL"), 200, "OK")
    his.replies(invite, 487, "Request Terminated")
    assert hers.hears("INVITE", 487)
    (execution,) = house.executions("035582")
    assert execution.dials[0].state == "CallerGone"


def test_plans_that_call_each_other_end_with_482(house: PlanHouse, agent: Agents) -> None:
    more: Any = {"max_execution_count": 10}
    house.lines("loop1", f"exten =~ .*,1,Dial(loop2-his@{DOMAIN})", **more)
    house.lines("loop2", f"exten =~ .*,1,Dial(loop1-his@{DOMAIN})", **more)
    hers = agent("alice", "loop-hers", {"out_dial_plan_name": "loop1"})
    agent("alice", "loop1-his", {"in_dial_plan_name": "loop1"})
    agent("alice", "loop2-his", {"in_dial_plan_name": "loop2"})
    answer = hers.calls(f"035583@{DOMAIN}")
    assert answer.status == 482
    directions = {record.call_direction for record in house.records("035583", count=2)}
    assert directions == {"Out", "In"}, "both accounts are hers"


def test_as_many_calls_are_in_a_plan_as_may_and_the_wire_tells_how_many(house: PlanHouse, agent: Agents) -> None:
    blue = house.provider("many-blue")
    plan = house.lines("many", "exten =~ .*,1,Dial(${EXTEN}@many-blue)")
    callers = [agent("alice", f"many{number}-hers", {"out_dial_plan_name": "many"}) for number in range(4)]
    invites = []
    for number, caller in enumerate(callers[:3]):
        caller.starts_a_call(f"03558{number}4@{DOMAIN}")
        invites.append(blue.hears("INVITE"))
        blue.replies(invites[-1], 180, "Ringing")
    answer = callers[3].calls(f"035589@{DOMAIN}")
    assert answer.start == "SIP/2.0 480 Dial plan execution exceeded maximum allowed"
    assert house.count(plan, 3)
    for caller, invite in zip(callers, invites, strict=False):
        caller.cancels()
        blue.replies(blue.hears("CANCEL"), 200, "OK")
        blue.replies(invite, 487, "Request Terminated")
        assert caller.hears("INVITE", 487)
    assert house.count(plan, 0)
