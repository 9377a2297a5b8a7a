"""Calls from registered providers to accounts with a plan of their own: the plan sees the number that was dialled."""

from collections.abc import Iterator

import pytest

from sipsorcery_web.calls.messages import CallAsked
from tests.factories import DOMAIN
from tests.kamailio.harness import KamailioHarness
from tests.kamailio.test_calls_from_providers import Trunk, records_from

from .call_control import ScriptedCallControl
from .test_slice import Agents

IN = {"in_dial_plan_name": "default"}


@pytest.fixture
def trunk(harness: KamailioHarness) -> Iterator[Trunk]:
    made = Trunk(harness, "127.0.0.31")
    yield made
    made.end()


def test_the_plan_of_the_account_is_asked_with_the_number_and_the_provider(
    harness: KamailioHarness, agent: Agents, control: ScriptedCallControl, trunk: Trunk
) -> None:
    his = agent("alice", "planned-desk", IN)
    his.registers()
    provider = trunk.takes("alice", "line", f"sip:planned-desk@{DOMAIN}")
    trunk.agent.starts_a_call("0355770@127.0.0.1", caller='"Anonymous" <sip:anonymous@anonymous.invalid>')

    asked = control.hears(CallAsked)
    assert (asked.direction, asked.account, asked.caller) == ("in", f"planned-desk@{DOMAIN}", "")
    assert (asked.user, asked.host, asked.provider) == ("0355770", DOMAIN, provider.id.hex)
    control.dials(asked, {"uri": f"sip:planned-desk@{DOMAIN}", "account": f"planned-desk@{DOMAIN}"})
    leg = his.answers(his.hears("INVITE"))
    answer = trunk.agent.hears("INVITE", 200)
    trunk.agent.leg(answer).acknowledges(answer)
    assert his.hears("ACK")
    leg.hangs_up_while(trunk.agent)
    (cdr,) = records_from(harness, "alice", "anonymous", "0355770")
    assert (cdr.call_direction, cdr.answered_status) == ("In", 200)


def test_our_contact_is_the_accounts_name_to_the_plan(
    harness: KamailioHarness, agent: Agents, control: ScriptedCallControl, trunk: Trunk
) -> None:
    agent("alice", "by-contact", IN)
    provider = trunk.takes("alice", "line", f"sip:by-contact@{DOMAIN}")
    trunk.agent.starts_a_call(f"{provider.id.hex}@127.0.0.1")

    asked = control.hears(CallAsked)
    assert (asked.user, asked.provider) == ("by-contact", provider.id.hex)
    control.replies(asked, 486, "Busy Here")
    assert trunk.agent.hears("INVITE", 486)


def test_while_plans_cannot_run_the_owner_gets_a_record(harness: KamailioHarness, agent: Agents, trunk: Trunk) -> None:
    agent("alice", "without-plans", IN)
    trunk.takes("alice", "line", f"sip:without-plans@{DOMAIN}")

    assert trunk.agent.calls("0355771@127.0.0.1").status == 503

    (cdr,) = records_from(harness, "alice", "0877001", "0355771")
    assert cdr.answered_reason == "Dial plans cannot run at present"
