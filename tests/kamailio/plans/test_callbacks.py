"""Both legs of a Callback, with the real engine and call control: each rings its dial string, and they are joined."""

import pytest
from sqlalchemy import select

from sipsorcery_web.contract.third_party_calls import CallState
from sipsorcery_web.service.store.models import CustomerRow
from tests.factories import DOMAIN
from tests.kamailio.harness import KamailioHarness, eventually
from tests.kamailio.two_phones import ANSWER, OFFER, Agents, Scene, answer, is_open

from .conftest import PlanHouse


def test_two_dial_strings_are_rung_and_joined(house: PlanHouse, harness: KamailioHarness, agent: Agents) -> None:
    eventually(lambda: is_open(harness))
    here, other = Scene(harness, agent, "rung"), agent("bobby", "rung-other")
    other.registers()
    numbers = {"first": f"sip:901@{DOMAIN}", "second": f"sip:902@{DOMAIN}"}

    here.asks(first_dial=f"rung-other@{DOMAIN}", second_dial=f"rung-his@{DOMAIN}", **numbers)

    invite = other.hears("INVITE")
    assert invite.body == ""
    answer(other, invite, OFFER)
    other.hears("ACK")
    here.his_answers()
    other.replies(other.hears("INVITE"), 200, "OK", body=OFFER)
    other.hears("ACK")
    here.becomes(CallState.TALKING)
    assert here.desk.end(here.call, "alice")
    other.replies(other.hears("BYE"), 200, "OK")
    here.his.replies(here.his.hears("BYE"), 200, "OK")
    assert [house.records(number)[0].answered_status for number in ("901", "902")] == [200, 200]


@pytest.mark.usefixtures("with_ruby")
def test_a_plan_refuses_its_caller_and_calls_back(house: PlanHouse, harness: KamailioHarness, agent: Agents) -> None:
    eventually(lambda: is_open(harness))
    house.ruby(
        "back", f'sys.Callback "back-one@{DOMAIN}", "${{dst}}@back-blue"\nsys.Respond 486, "You are called back"'
    )
    blue = house.provider("back-blue")
    hers, one = agent("alice", "back-hers", {"out_dial_plan_name": "back"}), agent("alice", "back-one")
    one.registers()

    assert hers.calls(f"035610@{DOMAIN}").start == "SIP/2.0 486 You are called back"
    leg = answer(one, one.hears("INVITE"), OFFER)
    one.hears("ACK")
    invite = blue.hears("INVITE")
    assert invite.uri == f"sip:035610@{blue.at}"
    answer(blue, invite, ANSWER)
    blue.hears("ACK")
    again = one.hears("INVITE")
    assert "m=audio 4200 " in again.body
    one.replies(again, 200, "OK", body=OFFER)
    one.hears("ACK")
    leg.hangs_up()
    blue.replies(blue.hears("BYE"), 200, "OK")
    assert {record.answered_status for record in house.records("035610", count=2)} == {486, 200}


@pytest.mark.usefixtures("with_ruby")
def test_a_callback_whose_first_party_does_not_answer_rings_nobody_else(
    house: PlanHouse, harness: KamailioHarness, agent: Agents
) -> None:
    eventually(lambda: is_open(harness))
    house.ruby("idle", f'sys.Callback "idle-one@{DOMAIN}", "1@idle-blue", 0, 2\nsys.Respond 486, "Later"')
    blue = house.provider("idle-blue")
    hers, one = agent("alice", "idle-hers", {"out_dial_plan_name": "idle"}), agent("alice", "idle-one")
    one.registers()

    assert hers.calls(f"035611@{DOMAIN}").status == 486

    invite = one.hears("INVITE")
    one.replies(invite, 180, "Ringing")
    one.replies(one.hears("CANCEL"), 200, "OK")
    one.replies(invite, 487, "Request Terminated")
    assert blue.hears_nothing("INVITE")


@pytest.mark.usefixtures("with_ruby")
def test_legs_of_a_callback_are_executions_of_their_owner(
    house: PlanHouse, harness: KamailioHarness, agent: Agents
) -> None:
    eventually(lambda: is_open(harness))
    script = f'sys.Callback "only-one@{DOMAIN}", "1@only-blue"\nsleep 2\nsys.Respond 486, "Later"'
    house.ruby("only", script, owner="erinn")
    hers, one = agent("erinn", "only-hers", {"out_dial_plan_name": "only"}), agent("erinn", "only-one")
    one.registers()
    with harness.kamailio.database.write() as session:
        row = session.scalars(select(CustomerRow).where(CustomerRow.customer_username == "erinn")).one()
        row.max_execution_count = 1

    assert hers.calls(f"035612@{DOMAIN}").status == 486

    assert one.hears_nothing("INVITE")
    refused = eventually(lambda: [cdr for cdr in harness.records("erinn") if cdr.answered_status == 480])
    assert refused[0].answered_reason == "Dial plan execution exceeded maximum allowed"
