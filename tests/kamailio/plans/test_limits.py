"""The operator's limit of calls in 24 hours at the real engine: what its callers hear, and what stands in records."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace

import pytest

from tests.factories import DOMAIN
from tests.kamailio.harness import KamailioHarness
from tests.kamailio.user_agent import UserAgent

from .conftest import PlanHouse
from .test_dials import talks

Agents = Callable[..., UserAgent]
REACHED = "SIP/2.0 480 Daily call limit reached"


@pytest.fixture
def house(harness: KamailioHarness) -> Iterator[PlanHouse]:
    """A house whose customers may have two calls in 24 hours."""
    engine = harness.kamailio
    harness.app.extensions["kamailio"] = replace(engine, settings=replace(engine.settings, daily_calls=2))
    with ExitStack() as stack:
        found = PlanHouse(harness, stack)
        stack.callback(found.start())
        yield found
    harness.app.extensions["kamailio"] = engine


def test_a_customer_has_as_many_calls_in_a_day_as_the_operator_allows(house: PlanHouse, agent: Agents) -> None:
    house.lines("daily", "exten =~ .*,1,SIPReply(486,From the plan)", owner="carol")
    plans = {"out_dial_plan_name": "daily", "in_dial_plan_name": "daily"}
    hers, alices = agent("carol", "daily-hers", plans), agent("alice", "daily-alice")
    for number in ("035620", "035621"):
        assert hers.calls(f"{number}@{DOMAIN}").start == "SIP/2.0 486 From the plan"

    assert hers.calls(f"035622@{DOMAIN}").start == REACHED
    assert alices.calls(f"daily-hers@{DOMAIN}").start == REACHED
    (record,) = house.records("035622", "carol")
    assert (record.answered_status, record.answered_reason) == (480, "Daily call limit reached")


def test_calls_that_ring_and_those_that_go_on_count(house: PlanHouse, agent: Agents) -> None:
    house.lines("under-way", f"exten =~ .*,1,Dial(under-way-his@{DOMAIN})", owner="david")
    hers = agent("david", "under-way-hers", {"out_dial_plan_name": "under-way"})
    other, third = (agent("david", f"under-way-{name}", {"out_dial_plan_name": "under-way"}) for name in ("b", "c"))
    his = agent("bobby", "under-way-his")
    his.registers()
    hers.starts_a_call(f"035623@{DOMAIN}")
    leg = talks(hers, his, his.hears("INVITE"))
    other.starts_a_call(f"035624@{DOMAIN}")
    ringing = his.hears("INVITE")
    his.replies(ringing, 180, "Ringing")
    assert other.hears("INVITE", 180)

    assert third.calls(f"035625@{DOMAIN}").start == REACHED

    his.replies(ringing, 486, "Busy Here")
    assert other.hears("INVITE", 486)
    leg.hangs_up_while(hers)
    assert third.calls(f"035626@{DOMAIN}").start == REACHED
