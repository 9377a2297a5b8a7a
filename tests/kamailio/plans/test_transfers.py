"""Transfers within calls that follow plans: REFER, and the calls that take the place of others then."""

from collections.abc import Callable

import pytest

from sipsorcery_web.calls.third_party.controller import Controller
from tests.factories import DOMAIN
from tests.kamailio.harness import eventually
from tests.kamailio.test_softphones import pjsua
from tests.kamailio.two_phones import is_open
from tests.kamailio.user_agent import SDP, Leg, Message, UserAgent

from .conftest import PlanHouse

Agents = Callable[..., UserAgent]
CALLED, OTHER = SDP.replace("4000", "4300"), SDP.replace("4000", "4400")


def talks(caller: UserAgent, callee: UserAgent) -> tuple[Leg, Leg]:
    """The callee takes up the phone; the leg of either."""
    his = callee.answers(callee.hears("INVITE"), f"{callee.username}-tag")
    answer = caller.hears("INVITE", 200)
    hers = caller.leg(answer)
    hers.acknowledges(answer)
    assert callee.hears("ACK")
    return hers, his


def refers(leg: Leg, to: str, more: str = "") -> None:
    leg.says("REFER", f"Refer-To: <{to}>\r\nReferred-By: <{leg.agent.address}>\r\n{more}")


def refers_with_password(leg: Leg, to: str, agent: UserAgent | None = None) -> None:
    """REFER with the credentials that are asked for, of the leg's own phone or of another one."""
    agent = agent or leg.agent
    refers(leg, to)
    challenge = leg.agent.hears("REFER", 407)
    refers(leg, to, agent.credentials(challenge, "REFER", leg.target, agent.username))


def is_told(agent: UserAgent, line: str) -> None:
    """The phone is told how its transfer goes (RFC 3515, section 2.4.5)."""
    notice = agent.hears("NOTIFY")
    agent.replies(notice, 200, "OK")
    assert (notice["Event"], notice.body) == ("refer", f"{line}\r\n")


def takes_the_call(called: UserAgent, other: UserAgent) -> tuple[Leg, Message]:
    """Take the call up where it is transferred to, and have the other party told; that leg, and what it is told."""
    invite = called.hears("INVITE")
    assert invite.body == ""
    called.replies(invite, 200, "OK", "called-tag", body=CALLED)
    again = other.hears("INVITE")
    assert "m=audio 4300 " in again.body
    other.replies(again, 200, "OK", body=OTHER)
    assert other.hears("ACK")
    assert "m=audio 4400 " in called.hears("ACK").body
    to = f"{invite['To']};tag=called-tag"
    return Leg(called, invite["Call-ID"], to, invite["From"], invite.contact, invite.all("Record-Route")), again


def dials(house: PlanHouse, name: str, agent: Agents, leg: str) -> UserAgent:
    """A phone of alice's, whose plan dials this leg for every number."""
    house.lines(name, f"exten =~ .*,1,Dial({leg})")
    return agent("alice", f"{name}-hers", {"out_dial_plan_name": name})


def test_a_phone_of_the_house_is_told_of_a_transfer_and_makes_the_call_of_its_own_account(
    house: PlanHouse, agent: Agents
) -> None:
    hers = dials(house, "blind", agent, f"blind-his@{DOMAIN}")
    his, carols = agent("bobby", "blind-his"), agent("carol", "blind-carols")
    his.registers()
    carols.registers()
    hers.starts_a_call(f"035601@{DOMAIN}")
    her_leg, his_leg = talks(hers, his)

    refers(her_leg, carols.address)

    refer = his.hears("REFER")
    assert (refer["Refer-To"], refer["Call-ID"]) == (f"<{carols.address}>", his_leg.call_id)
    his.replies(refer, 202, "Accepted")
    assert hers.hears("REFER", 202)
    his_leg.says("NOTIFY", "Event: refer\r\nSubscription-State: active\r\nContent-Type: message/sipfrag\r\n")
    hers.replies(hers.hears("NOTIFY"), 200, "OK")
    assert his.hears("NOTIFY", 200)
    his.starts_a_call(carols.address)
    carols.replies(carols.hears("INVITE"), 486, "Busy Here")
    assert his.hears("INVITE", 486)
    assert [record.answered_status for record in house.records("blind-carols", "bobby")] == [486]
    her_leg.hangs_up_while(his)


@pytest.mark.parametrize("side", ["caller", "callee"])
def test_a_leg_that_allows_no_transfers_refuses_them_to_both_sides(house: PlanHouse, agent: Agents, side: str) -> None:
    hers = dials(house, f"none-{side}", agent, f"none-{side}-his@{DOMAIN}[tr=n]")
    his = agent("bobby", f"none-{side}-his")
    his.registers()
    hers.starts_a_call(f"035602@{DOMAIN}")
    legs = talks(hers, his)

    refers(legs[side == "callee"], f"sip:anybody@{DOMAIN}")

    answer = (hers, his)[side == "callee"].hears("REFER", 603)
    assert answer.start == "SIP/2.0 603 Transfers are not allowed in this call"
    assert (his, hers)[side == "callee"].hears_nothing("REFER")
    legs[0].hangs_up_while(his)


def test_a_provider_is_told_of_a_transfer_only_where_the_plan_says_so(house: PlanHouse, agent: Agents) -> None:
    blue, red = house.provider("tr-blue"), house.provider("tr-red")
    house.lines("tr", "exten => 1,1,Dial(${EXTEN}@tr-blue)", "exten => 2,1,Dial(${EXTEN}@tr-red[tr=p])")
    hers = agent("alice", "tr-hers", {"out_dial_plan_name": "tr"})
    hers.starts_a_call(f"1@{DOMAIN}")
    her_leg, blues = talks(hers, blue)
    refers(blues, f"sip:0900@{DOMAIN}")
    assert blue.hears("REFER", 603), "her phone does not do as a provider says"
    assert hers.hears_nothing("REFER")
    blues.hangs_up_while(hers)

    hers.starts_a_call(f"2@{DOMAIN}")
    her_leg, reds = talks(hers, red)
    refers(her_leg, "sip:friend@elsewhere.example")
    red.replies(red.hears("REFER"), 202, "Accepted")
    assert hers.hears("REFER", 202)
    refers(reds, "sip:friend@elsewhere.example")
    hers.replies(hers.hears("REFER"), 603, "Decline")
    assert red.hears("REFER", 603)
    her_leg.hangs_up_while(red)
    for number in "12":
        (record,) = house.records(number)
        (execution,) = house.executions(number)
        assert (record.answered_status, len(execution.dials[0].legs)) == (200, 1)


@pytest.mark.parametrize("form", ["contact", "number"])
def test_an_attended_transfer_names_the_call_as_the_phone_knows_it(house: PlanHouse, agent: Agents, form: str) -> None:
    """Alice talks to bob, asks carol through her plan, and puts the two together."""
    name = f"att-{form}"
    hers = dials(house, name, agent, f"{name}-carols@{DOMAIN}")
    his, carols = agent("bobby", f"{name}-his"), agent("carol", f"{name}-carols")
    carols.registers()
    hers.starts_a_call(f"035604@{DOMAIN}")
    consultation, carols_leg = talks(hers, carols)
    assert consultation.call_id != carols_leg.call_id

    tags = f"to-tag={carols.username}-tag;from-tag={consultation.local.partition('tag=')[2]}"
    target = consultation.target if form == "contact" else f"sip:035604@{DOMAIN}"
    his.starts_a_call(target, f"Replaces: {consultation.call_id};{tags}\r\n")

    invite = carols.hears("INVITE")
    assert invite.uri.partition(";")[0] == carols.contact
    assert invite["Replaces"] == f"{carols_leg.call_id};{tags}"
    carols.replies(invite, 603, "Decline")
    assert his.hears("INVITE", 603)
    consultation.hangs_up_while(carols)


def test_the_one_who_was_called_puts_the_caller_through(house: PlanHouse, agent: Agents) -> None:
    """Bob knows alice's call by the Call-ID of his leg; she knows it by her own."""
    hers = dials(house, "up", agent, f"up-his@{DOMAIN}")
    his, carols = agent("bobby", "up-his"), agent("carol", "up-carols")
    his.registers()
    hers.starts_a_call(f"035605@{DOMAIN}")
    her_leg, his_leg = talks(hers, his)

    tags = f"to-tag={her_leg.local.partition('tag=')[2]};from-tag=up-his-tag"
    carols.starts_a_call(his_leg.target, f"Replaces: {his_leg.call_id};{tags}\r\n")

    assert hers.hears("INVITE")["Replaces"] == f"{her_leg.call_id};{tags}"
    her_leg.hangs_up_while(his)


def test_a_call_to_a_provider_is_not_taken_over_by_somebody_else(house: PlanHouse, agent: Agents) -> None:
    blue = house.provider("over-blue")
    hers = dials(house, "over", agent, "${EXTEN}@over-blue")
    his = agent("bobby", "over-his")
    hers.starts_a_call(f"035606@{DOMAIN}")
    her_leg, _ = talks(hers, blue)

    tags = f"to-tag=over-blue-tag;from-tag={her_leg.local.partition('tag=')[2]}"
    assert his.calls(her_leg.target, f"Replaces: {her_leg.call_id};{tags}\r\n").status == 480
    assert blue.hears_nothing("INVITE")
    her_leg.hangs_up_while(blue)


def in_call_with_provider(house: PlanHouse, agent: Agents, name: str, option: str = "") -> tuple[Leg, Leg, UserAgent]:
    """Alice's leg and the provider's of a call, and carol's phone, which her plan dials for 2."""
    eventually(lambda: is_open(house.harness))
    blue = house.provider(f"{name}-blue")
    first, second = f"Dial(${{EXTEN}}@{name}-blue{option})", f"Dial({name}-carols@{DOMAIN})"
    house.lines(name, f"exten => 1{name},1,{first}", f"exten => 2{name},1,{second}")
    hers = agent("alice", f"{name}-hers", {"out_dial_plan_name": name})
    carols = agent("carol", f"{name}-carols")
    carols.registers()
    hers.starts_a_call(f"1{name}@{DOMAIN}")
    return *talks(hers, blue), carols


def test_a_call_to_a_provider_is_transferred_here_in_the_name_of_the_one_who_asks(
    house: PlanHouse, agent: Agents
) -> None:
    her_leg, blues, carols = in_call_with_provider(house, agent, "here")
    hers, blue = her_leg.agent, blues.agent

    refers_with_password(her_leg, f"sip:2here@{DOMAIN}")
    assert hers.hears("REFER", 202)
    is_told(hers, "SIP/2.0 100 Trying")
    _, again = takes_the_call(carols, blue)
    is_told(hers, "SIP/2.0 200 OK")
    her_leg.hangs_up()

    assert blue.hears_nothing("BYE")
    assert carols.address not in repr(again), "nor is the provider told who that is"
    assert [header for header in again.headers if header[0].startswith("X-")] == []
    blues.hangs_up_while(carols)
    for dialled in ("1here", "2here"):
        assert [record.answered_status for record in house.records(dialled)] == [200]
    assert [record.dst for record in house.records("2here", "carol")] == ["2here"]


def test_who_hangs_up_at_once_has_transferred_all_the_same(house: PlanHouse, agent: Agents) -> None:
    her_leg, blues, carols = in_call_with_provider(house, agent, "soon")
    refers_with_password(her_leg, f"sip:2soon@{DOMAIN}")
    assert her_leg.agent.hears("REFER", 202)
    her_leg.hangs_up()
    carols_leg, _ = takes_the_call(carols, blues.agent)
    carols_leg.hangs_up_while(blues.agent)
    assert house.records("1soon")


def test_a_transfer_to_somebody_busy_leaves_the_call_as_it_was(house: PlanHouse, agent: Agents) -> None:
    her_leg, blues, carols = in_call_with_provider(house, agent, "busy")
    hers = her_leg.agent
    refers_with_password(her_leg, f"sip:2busy@{DOMAIN}")
    is_told(hers, "SIP/2.0 100 Trying")
    carols.replies(carols.hears("INVITE"), 486, "Busy Here")
    is_told(hers, "SIP/2.0 486 Busy Here")
    assert blues.agent.hears_nothing("INVITE")
    her_leg.hangs_up_while(blues.agent)
    assert [record.answered_status for record in house.records("2busy")] == [486]


def test_a_transfer_that_fails_when_its_sender_has_gone_ends_the_call(house: PlanHouse, agent: Agents) -> None:
    her_leg, blues, carols = in_call_with_provider(house, agent, "gone")
    refers_with_password(her_leg, f"sip:2gone@{DOMAIN}")
    invite = carols.hears("INVITE")
    her_leg.hangs_up()
    carols.replies(invite, 486, "Busy Here")
    blues.agent.replies(blues.agent.hears("BYE"), 200, "OK")


def test_a_controller_that_was_started_anew_has_the_call_ended_by_who_hangs_up(
    house: PlanHouse, agent: Agents, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def dies(controller: Controller) -> None:
        controller._agent.close()

    monkeypatch.setattr(Controller, "close", dies)
    her_leg, blues, carols = in_call_with_provider(house, agent, "anew")
    refers_with_password(her_leg, f"sip:2anew@{DOMAIN}")
    assert carols.hears("INVITE")
    running = house.harness.running
    assert running.calls is not None
    running.calls.stop()
    running.calls = house.harness.kamailio.call_service()
    running.calls.start()
    eventually(lambda: is_open(house.harness))

    her_leg.hangs_up()

    blues.agent.replies(blues.agent.hears("BYE"), 200, "OK")


@pytest.mark.parametrize("thief", ["bobby", "nobody"])
def test_nobody_has_a_transfer_made_in_the_name_of_another(house: PlanHouse, agent: Agents, thief: str) -> None:
    """REFER can be sent by everybody who knows the call; the password decides."""
    her_leg, blues, carols = in_call_with_provider(house, agent, f"thief-{thief}")
    his = agent("bobby", f"thief-{thief}-his")
    if thief == "nobody":
        his.password = "wrong"
    refers_with_password(her_leg, f"sip:2thief-{thief}@{DOMAIN}", his)
    assert her_leg.agent.hears("REFER", 403 if thief == "bobby" else 407)
    assert carols.hears_nothing("INVITE")
    assert blues.agent.hears_nothing("REFER")
    her_leg.hangs_up_while(blues.agent)


def test_of_several_credentials_those_that_are_right_say_whose_transfer_it_is(house: PlanHouse, agent: Agents) -> None:
    her_leg, blues, carols = in_call_with_provider(house, agent, "several")
    hers, target, to = her_leg.agent, her_leg.target, f"sip:2several@{DOMAIN}"
    agent("bobby", "several-his")
    nothing = 'realm="elsewhere.example", nonce="n", uri="sip:x", response="0"'

    refers(her_leg, to)
    proof = hers.credentials(hers.hears("REFER", 407), "REFER", target, hers.username)
    refers(her_leg, to, f'Proxy-Authorization: Digest username="several-his", {nothing}\r\n{proof}')

    assert hers.hears("REFER", 202)
    is_told(hers, "SIP/2.0 100 Trying")
    takes_the_call(carols, blues.agent)
    blues.hangs_up_while(carols)
    assert [record.answered_status for record in house.records("2several")] == [200]


def test_a_plan_has_transfers_between_phones_of_the_house_carried_out_here(house: PlanHouse, agent: Agents) -> None:
    """Either party may ask, each in the name of its own account."""
    eventually(lambda: is_open(house.harness))
    hers = dials(house, "tr-c", agent, f"tr-c-his@{DOMAIN}[tr=c]")
    his, carols = agent("bobby", "tr-c-his"), agent("carol", "tr-c-carols")
    his.registers()
    carols.registers()
    hers.starts_a_call(f"035610@{DOMAIN}")
    _, his_leg = talks(hers, his)

    refers_with_password(his_leg, carols.address)
    assert his.hears("REFER", 202)
    is_told(his, "SIP/2.0 100 Trying")
    carols_leg, _ = takes_the_call(carols, hers)
    is_told(his, "SIP/2.0 200 OK")
    his_leg.hangs_up()
    assert hers.hears_nothing("BYE")
    carols_leg.hangs_up_while(hers)
    assert [record.from_user for record in house.records("tr-c-carols", "bobby")] == ["tr-c-his"]
    assert [record.dst for record in house.records("tr-c-carols", "carol")] == ["tr-c-carols"]


def test_an_attended_transfer_joins_a_provider_and_the_one_who_was_asked(house: PlanHouse, agent: Agents) -> None:
    her_leg, blues, carols = in_call_with_provider(house, agent, "ask")
    hers = her_leg.agent
    hers.starts_a_call(f"2ask@{DOMAIN}")
    consultation, carols_leg = talks(hers, carols)
    tags = f"to-tag%3Dask-carols-tag%3Bfrom-tag%3D{consultation.local.partition('tag=')[2]}"

    refers_with_password(her_leg, f"sip:2ask@{DOMAIN}?Replaces={consultation.call_id}%3B{tags}")

    is_told(hers, "SIP/2.0 100 Trying")
    takes_the_call(carols, blues.agent)
    is_told(hers, "SIP/2.0 200 OK")
    carols_leg.hangs_up_while(hers)
    her_leg.hangs_up()
    blues.hangs_up_while(carols)


@pytest.mark.parametrize("form", ["contact", "number"])
def test_an_attended_transfer_joins_two_providers(house: PlanHouse, agent: Agents, form: str) -> None:
    """Each of them is told no more than where sound goes now."""
    name = f"two-{form}"
    her_leg, blues, _ = in_call_with_provider(house, agent, name)
    hers, blue, red = her_leg.agent, blues.agent, house.provider(f"{name}-red")
    house.lines(f"{name}-red", f"exten =~ ^3,1,Dial(${{EXTEN}}@{name}-red)")
    also = dials(house, f"{name}-also", agent, f"${{EXTEN}}@{name}-red")
    also.starts_a_call(f"3{name}@{DOMAIN}")
    consultation, reds = talks(also, red)
    tags = f"to-tag%3D{red.username}-tag%3Bfrom-tag%3D{consultation.local.partition('tag=')[2]}"
    target = consultation.target if form == "contact" else f"sip:3{name}@{DOMAIN}"

    refers_with_password(her_leg, f"{target}?Replaces={consultation.call_id}%3B{tags}")

    is_told(hers, "SIP/2.0 100 Trying")
    asked = red.hears("INVITE")
    assert (asked.body, asked["Call-ID"], asked["Replaces"]) == ("", reds.call_id, "")
    red.replies(asked, 200, "OK", body=CALLED)
    again = blue.hears("INVITE")
    assert "m=audio 4300 " in again.body
    blue.replies(again, 200, "OK", body=OTHER)
    assert blue.hears("ACK")
    assert "m=audio 4400 " in red.hears("ACK").body
    is_told(hers, "SIP/2.0 200 OK")
    her_leg.hangs_up()
    consultation.hangs_up()
    assert (blue.hears_nothing("BYE", 0.3), red.hears_nothing("BYE", 0.3)) == (True, True)
    reds.hangs_up_while(blue)
    for dialled in (f"1{name}", f"3{name}"):
        assert [record.answered_status for record in house.records(dialled)] == [200]


@pytest.mark.parametrize("plan", ["", "from"])
def test_a_call_from_a_provider_is_transferred_here_by_the_one_who_was_called(
    house: PlanHouse, agent: Agents, plan: str
) -> None:
    """The provider is told nothing of it but where sound goes now, whether a plan rings his phone or not."""
    eventually(lambda: is_open(house.harness))
    name = f"into{plan}"
    if plan:
        house.lines(plan, f"exten =~ .*,1,Dial({name}-his@{DOMAIN})", owner="bobby")
    his, carols = agent("bobby", f"{name}-his", {"in_dial_plan_name": plan}), agent("carol", f"{name}-carols")
    his.registers()
    carols.registers()
    registered = {"register_enabled": True, "register_contact": f"sip:{his.username}@{DOMAIN}"}
    blue = house.provider(f"{name}-blue", owner="bobby", **registered)
    providers = house.harness.client("bobby").sip_providers.page()
    known_as = next(each.id for each in providers if each.provider_name == f"{name}-blue")
    assert known_as is not None
    blue.replies(blue.hears("REGISTER"), 200, "OK", more="Expires: 600\r\n")
    rpc = house.harness.kamailio.poller.rpc
    eventually(lambda: known_as.hex in repr(rpc.call("htable.dump", "providers")))
    blue.is_trusted, blue.address = True, "sip:493012345@blue.example"
    sip = house.harness.settings
    blue.starts_a_call(f"{known_as.hex}@{sip.sip_host}:{sip.sip_port}")
    blues, his_leg = talks(blue, his)

    refers(blues, f"sip:0900@{DOMAIN}")
    assert blue.hears("REFER", 603), "his phone does not do as a provider says"
    refers_with_password(his_leg, carols.address)
    assert his.hears("REFER", 202)
    is_told(his, "SIP/2.0 100 Trying")
    carols_leg, again = takes_the_call(carols, blue)
    is_told(his, "SIP/2.0 200 OK")
    his_leg.hangs_up()

    assert carols.address not in repr(again)
    assert his.hears_nothing("REFER")
    carols_leg.hangs_up_while(blue)
    assert [record.dst for record in house.records(f"{name}-carols", "bobby")] == [f"{name}-carols"]


@pytest.mark.parametrize("transport", ["udp", "tcp"])
def test_a_telephone_that_people_use_transfers_its_call_to_another_one(house: PlanHouse, transport: str) -> None:
    eventually(lambda: is_open(house.harness))
    name = f"pj{transport}"
    blue, his = house.provider(f"{name}-blue"), house.harness.account("bobby", f"{name}-his")
    number, dialled = f"exten => 1,1,Dial(${{EXTEN}}@{name}-blue)", f"exten =~ .*,1,Dial(${{EXTEN}}@{DOMAIN})"
    house.lines(name, number, dialled)
    hers = house.harness.account("alice", f"{name}-hers", out_dial_plan_name=name)
    asks = ("--calls", f"sip:1@{DOMAIN}", "--transfers", f"sip:{name}-his@{DOMAIN}", "--transport", transport)
    with pjsua(house.harness, his) as answering:
        eventually(lambda: house.harness.bindings_of(his))
        with pjsua(house.harness, hers, *asks) as phone:
            blues = blue.answers(blue.hears("INVITE"))
            assert blue.hears("ACK")
            again = blue.hears("INVITE")
            blue.replies(again, 200, "OK", body=OTHER)
            assert blue.hears("ACK")
            assert eventually(lambda: phone.has_said("transfer 200"))
            assert eventually(lambda: phone.has_said("call DISCONNECTED"))
            assert eventually(lambda: answering.has_said("call CONFIRMED"))
            assert blue.hears_nothing("BYE")
            blues.says("BYE")
            assert blue.hears("BYE", 200)
            assert eventually(lambda: answering.has_said("call DISCONNECTED"))
