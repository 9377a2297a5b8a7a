"""Ruby plans that attack, at calls: each call has an end, and those of others go on (`dial_plans/test_attacks.py`)."""

from collections.abc import Callable

import pytest

from tests.factories import DOMAIN
from tests.kamailio.user_agent import UserAgent

from .conftest import PlanHouse, legs
from .test_dials import REFUSALS, out

Agents = Callable[..., UserAgent]
AT_LAST = 60.0
"""Seconds: a plan may compute for ten of its processor's."""
EXCEPTION = "SIP/2.0 500 Dial plan exception"
pytestmark = pytest.mark.usefixtures("with_ruby")


def test_a_plan_without_end_is_ended_and_the_calls_of_others_go_on_meanwhile(house: PlanHouse, agent: Agents) -> None:
    plan = house.ruby("endless", "begin; loop { }; rescue Exception; retry; end")
    house.ruby("quick", "sys.Respond 486, 'At once'", owner="carol")
    hers, carols = agent("alice", "endless-hers", out("endless")), agent("carol", "endless-carol", out("quick"))
    hers.starts_a_call(f"035650@{DOMAIN}")
    assert house.count(plan, 1)

    assert carols.calls(f"035651@{DOMAIN}").start == "SIP/2.0 486 At once"
    assert house.count(plan, 1), "hers is still under way"

    assert hers.hears("INVITE", *REFUSALS, seconds=AT_LAST).start == EXCEPTION
    (record,) = house.records("035650")
    assert (record.answered_status, record.answered_reason) == (500, "Dial plan exception")
    (execution,) = house.executions("035650")
    assert "The script computed for more than 10 s." in execution.log
    assert house.count(plan, 0)


@pytest.mark.parametrize(
    ("name", "script"),
    [
        ("memory", "a = []; loop { a << 'x' * 100_000 }"),
        ("depth", "def f(n) = f(n + 1)\nf 0"),
        ("log", "loop { sys.Log 'x' * 1000 }"),
        ("answers", "loop { sys.Respond 183, 'Wait' }"),
        ("pauses", "loop { sleep 0.01 }"),
    ],
)
def test_what_a_plan_eats_has_an_end_and_its_caller_hears_one(
    house: PlanHouse, agent: Agents, name: str, script: str
) -> None:
    plan = house.ruby(f"eats-{name}", script)
    hers = agent("alice", f"eats-{name}-hers", out(f"eats-{name}"))
    hers.starts_a_call(f"0356{name}@{DOMAIN}")

    assert hers.hears("INVITE", *REFUSALS, seconds=AT_LAST).status >= 400
    (execution,) = house.executions(f"0356{name}")
    assert sum(map(len, execution.log)) < 70_000
    assert house.count(plan, 0)


def test_a_plan_that_dials_for_ever_has_twenty_legs(house: PlanHouse, agent: Agents) -> None:
    blue = house.provider("forever-blue")
    house.ruby("forever", "loop { sys.Dial '${dst}@forever-blue' }")
    hers = agent("alice", "forever-hers", out("forever"))
    hers.starts_a_call(f"035660@{DOMAIN}")
    for _ in range(20):
        blue.replies(blue.hears("INVITE"), 503, "Service Unavailable")

    assert hers.hears("INVITE", *REFUSALS, seconds=AT_LAST).status >= 400
    assert blue.hears_nothing("INVITE")
    (execution,) = house.executions("035660")
    assert [leg for dial in range(20) for leg in legs(execution, dial)] == [("035660@forever-blue", "failed", 503)] * 20


def test_a_plan_that_rings_a_crowd_rings_ten(house: PlanHouse, agent: Agents) -> None:
    blue = house.provider("crowd-blue")
    house.ruby("crowd", "sys.Dial (1..100).map { |n| \"#{n}@crowd-blue\" }.join('&')")
    hers = agent("alice", "crowd-hers", out("crowd"))
    hers.starts_a_call(f"035661@{DOMAIN}")

    invites = [blue.hears("INVITE") for _ in range(10)]
    assert blue.hears_nothing("INVITE")
    for invite in invites:
        blue.replies(invite, 486, "Busy Here")
    assert hers.hears("INVITE", *REFUSALS).status == 486


def test_no_text_of_a_plan_becomes_a_header_of_its_own_at_a_provider(house: PlanHouse, agent: Agents) -> None:
    blue = house.provider("header-blue")
    bad = "a\\r\\nRoute: <sip:evil@192.0.2.66>\\r\\nX: y"
    house.ruby("header", f'sys.SetCustomSIPHeader "X-A", "{bad}"\nsys.Dial "1@header-blue[fd={bad}]"')
    hers = agent("alice", "header-hers", out("header"))
    hers.starts_a_call(f"035662@{DOMAIN}")

    invite = blue.hears("INVITE")
    assert (invite["Route"], invite["X"]) == ("", "")
    blue.replies(invite, 486, "Busy Here")
