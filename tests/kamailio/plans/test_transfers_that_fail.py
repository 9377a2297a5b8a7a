"""Transfers that come to nothing, or that somebody leaves: the call goes on between those who are left."""

from collections.abc import Callable

import pytest

from tests.factories import DOMAIN
from tests.kamailio.user_agent import UserAgent

from .conftest import PlanHouse
from .test_transfers import (
    CALLED,
    dials,
    in_call_with_provider,
    is_told,
    refers,
    refers_with_password,
    takes_the_call,
    talks,
)

Agents = Callable[..., UserAgent]


def outcomes(house: PlanHouse, dialled: str) -> list[tuple[int, str]]:
    """The answers of alice's calls to a number, and who hung up."""
    return [(record.answered_status, record.hungup_reason or "") for record in house.records(dialled)]


def test_a_number_that_the_plan_does_not_know_leaves_the_call_as_it_was(house: PlanHouse, agent: Agents) -> None:
    her_leg, blues, _ = in_call_with_provider(house, agent, "no404")
    refers_with_password(her_leg, f"sip:3no404@{DOMAIN}")
    is_told(her_leg.agent, "SIP/2.0 100 Trying")
    is_told(her_leg.agent, "SIP/2.0 404 Not found")
    assert blues.agent.hears_nothing("INVITE")
    her_leg.hangs_up_while(blues.agent)
    assert outcomes(house, "3no404") == [(404, "")]
    assert outcomes(house, "1no404") == [(200, "Client dialogue hungup")]


def test_a_replaces_that_names_no_call_leaves_the_call_as_it_was(house: PlanHouse, agent: Agents) -> None:
    her_leg, blues, carols = in_call_with_provider(house, agent, "no481")
    refers_with_password(her_leg, f"sip:2no481@{DOMAIN}?Replaces=nobodys%3Bto-tag%3Da%3Bfrom-tag%3Db")
    is_told(her_leg.agent, "SIP/2.0 100 Trying")
    is_told(her_leg.agent, "SIP/2.0 481 Call/Transaction Does Not Exist")
    assert carols.hears_nothing("INVITE", 0.2)
    her_leg.hangs_up_while(blues.agent)
    assert outcomes(house, "2no481") == [(481, "")]
    assert outcomes(house, "1no481") == [(200, "Client dialogue hungup")]


def test_a_phone_that_is_referred_to_a_call_that_is_not_there_hears_so(house: PlanHouse, agent: Agents) -> None:
    """Within the house it is the phone itself that knows of no such call (RFC 3891, section 3)."""
    his, carols = agent("bobby", "gone481-his"), agent("carol", "gone481-carols")
    carols.registers()
    his.starts_a_call(f"gone481-carols@{DOMAIN}", "Replaces: nobodys;to-tag=a;from-tag=b\r\n")
    invite = carols.hears("INVITE")
    assert invite["Replaces"] == "nobodys;to-tag=a;from-tag=b"
    carols.replies(invite, 481, "Call/Transaction Does Not Exist")
    assert his.hears("INVITE", 481)
    assert [record.answered_status for record in house.records("gone481-carols", "bobby")] == [481]


def test_other_headers_of_a_refer_to_reach_nobody(house: PlanHouse, agent: Agents) -> None:
    her_leg, blues, carols = in_call_with_provider(house, agent, "esc")
    more = "Subject=Prize&X-Third-Party-Dial=0900%40blueline&From=%3Csip%3Aboss%40sip.example.org%3E&body=v%3D0"
    refers_with_password(her_leg, f"sip:2esc@{DOMAIN};method=INVITE?{more}")
    is_told(her_leg.agent, "SIP/2.0 100 Trying")
    invite = carols.hears("INVITE")
    assert (invite["Subject"], invite.body) == ("", "")
    assert "esc-hers@" in invite["From"]
    assert [name for name, _ in invite.headers if name.startswith("X-")] == []
    carols.replies(invite, 603, "Decline")
    is_told(her_leg.agent, "SIP/2.0 603 Decline")
    her_leg.hangs_up_while(blues.agent)
    assert outcomes(house, "2esc") == [(603, "")]


@pytest.mark.parametrize("to", ["", "<http://elsewhere.example/>", "<sip:1@a.example>, <sip:2@a.example>"])
def test_a_refer_that_names_nobody_is_refused(house: PlanHouse, agent: Agents, to: str) -> None:
    name = f"odd{len(to)}"
    her_leg, blues, _ = in_call_with_provider(house, agent, name)
    header = f"Refer-To: {to}\r\n" if to else ""
    her_leg.says("REFER", header)
    challenge = her_leg.agent.hears("REFER", 407)
    proof = her_leg.agent.credentials(challenge, "REFER", her_leg.target, her_leg.agent.username)
    her_leg.says("REFER", header + proof)
    assert her_leg.agent.hears("REFER", 400)
    her_leg.hangs_up_while(blues.agent)
    assert outcomes(house, f"1{name}") == [(200, "Client dialogue hungup")]


def test_a_refused_transfer_leaves_one_record_of_the_call(house: PlanHouse, agent: Agents) -> None:
    hers = dials(house, "rec-n", agent, f"rec-n-his@{DOMAIN}[tr=n]")
    his = agent("bobby", "rec-n-his")
    his.registers()
    hers.starts_a_call(f"035620@{DOMAIN}")
    her_leg, _ = talks(hers, his)
    refers(her_leg, f"sip:rec-n-his@{DOMAIN}")
    assert hers.hears("REFER", 603)
    her_leg.hangs_up_while(his)
    assert outcomes(house, "035620") == [(200, "Client dialogue hungup")]
    assert len(house.records("035620", "bobby")) == 1


def test_a_party_that_does_not_take_the_other_sound_keeps_its_call(house: PlanHouse, agent: Agents) -> None:
    her_leg, blues, carols = in_call_with_provider(house, agent, "no488")
    hers, blue = her_leg.agent, blues.agent
    refers_with_password(her_leg, f"sip:2no488@{DOMAIN}")
    is_told(hers, "SIP/2.0 100 Trying")
    invite = carols.hears("INVITE")
    carols.replies(invite, 200, "OK", "called-tag", body=CALLED)
    blue.replies(blue.hears("INVITE"), 488, "Not Acceptable Here")
    carols.hears("ACK")
    carols.replies(carols.hears("BYE"), 200, "OK")
    is_told(hers, "SIP/2.0 488 Not Acceptable Here")
    her_leg.hangs_up_while(blue)
    assert outcomes(house, "1no488") == [(200, "Client dialogue hungup")]


def test_who_is_to_be_transferred_hangs_up_and_nobody_rings_on(house: PlanHouse, agent: Agents) -> None:
    her_leg, blues, carols = in_call_with_provider(house, agent, "left")
    hers = her_leg.agent
    refers_with_password(her_leg, f"sip:2left@{DOMAIN}")
    is_told(hers, "SIP/2.0 100 Trying")
    invite = carols.hears("INVITE")
    carols.replies(invite, 180, "Ringing")
    blues.hangs_up_while(hers)
    carols.replies(carols.hears("CANCEL"), 200, "OK")
    carols.replies(invite, 487, "Request Terminated")
    assert outcomes(house, "1left") == [(200, "Server dialogue hungup")]
    assert outcomes(house, "2left") == [(487, "Client cancelled")]


def test_both_hang_up_while_it_rings(house: PlanHouse, agent: Agents) -> None:
    her_leg, blues, carols = in_call_with_provider(house, agent, "both")
    refers_with_password(her_leg, f"sip:2both@{DOMAIN}")
    invite = carols.hears("INVITE")
    carols.replies(invite, 180, "Ringing")
    is_told(her_leg.agent, "SIP/2.0 100 Trying")
    her_leg.hangs_up()
    blues.says("BYE")
    carols.replies(carols.hears("CANCEL"), 200, "OK")
    carols.replies(invite, 487, "Request Terminated")
    assert outcomes(house, "1both") == [(200, "Server dialogue hungup")]


def test_the_one_who_was_called_hangs_up_after_a_transfer(house: PlanHouse, agent: Agents) -> None:
    her_leg, blues, carols = in_call_with_provider(house, agent, "then")
    refers_with_password(her_leg, f"sip:2then@{DOMAIN}")
    carols_leg, _ = takes_the_call(carols, blues.agent)
    her_leg.hangs_up()
    blues.hangs_up_while(carols)
    assert carols_leg.agent is carols
    assert outcomes(house, "1then") == [(200, "Server dialogue hungup")]
    assert [status for status, _ in outcomes(house, "2then")] == [200]


def test_nobody_takes_over_the_call_of_another_to_a_provider(house: PlanHouse, agent: Agents) -> None:
    """Bob knows alice's call with her provider, and names it in a transfer of his own."""
    her_leg, blues, _ = in_call_with_provider(house, agent, "rob")
    own = house.provider("rob-own", owner="bobby")
    house.lines("rob-plan", "exten =~ .*,1,Dial(${EXTEN}@rob-own)", owner="bobby")
    his = agent("bobby", "rob-his", {"out_dial_plan_name": "rob-plan"})
    his.starts_a_call(f"5rob@{DOMAIN}")
    his_leg, owns = talks(his, own)

    tags = f"to-tag%3Drob-blue-tag%3Bfrom-tag%3D{her_leg.local.partition('tag=')[2]}"
    refers_with_password(his_leg, f"sip:1rob@{DOMAIN}?Replaces={her_leg.call_id}%3B{tags}")

    is_told(his, "SIP/2.0 100 Trying")
    is_told(his, "SIP/2.0 481 Call/Transaction Does Not Exist")
    assert (blues.agent.hears_nothing("INVITE", 0.2), own.hears_nothing("INVITE", 0.2)) == (True, True)
    her_leg.hangs_up_while(blues.agent)
    his_leg.hangs_up_while(owns.agent)


def test_a_consulted_provider_that_takes_no_other_sound_goes_on_with_who_asked(house: PlanHouse, agent: Agents) -> None:
    her_leg, blues, _ = in_call_with_provider(house, agent, "cons")
    hers, red = her_leg.agent, house.provider("cons-red")
    also = dials(house, "cons-also", agent, "${EXTEN}@cons-red")
    also.starts_a_call(f"3cons@{DOMAIN}")
    consultation, _ = talks(also, red)
    tags = f"to-tag%3Dcons-red-tag%3Bfrom-tag%3D{consultation.local.partition('tag=')[2]}"
    refers_with_password(her_leg, f"sip:3cons@{DOMAIN}?Replaces={consultation.call_id}%3B{tags}")
    red.replies(red.hears("INVITE"), 488, "Not Acceptable Here")
    is_told(hers, "SIP/2.0 100 Trying")
    is_told(hers, "SIP/2.0 488 Not Acceptable Here")
    consultation.hangs_up_while(red)
    her_leg.hangs_up_while(blues.agent)
    assert outcomes(house, "3cons") == outcomes(house, "1cons") == [(200, "Client dialogue hungup")]
