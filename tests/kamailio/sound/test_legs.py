"""Sound of calls that follow plans: the relay stands in the legs, and knows each caller's place all the same."""

from collections.abc import Iterator
from typing import Any

import pytest

from sipsorcery_web.calls.messages import CallAsked
from sipsorcery_web.contract.records import SIPAccount
from tests.factories import DOMAIN
from tests.kamailio.harness import KamailioHarness, eventually
from tests.kamailio.legs.call_control import ScriptedCallControl
from tests.kamailio.legs.test_slice import asks_for_a_password
from tests.kamailio.plans.test_transfers import refers_with_password
from tests.kamailio.user_agent import Leg, Message

from .namespaces import SERVER, Network
from .rtp import place, sound
from .telephones import PACKETS, PLACES, Call, Telephone, Telephones, calls_of_the_relay, hangs_up, opens_the_way


@pytest.fixture
def control(harness: KamailioHarness) -> Iterator[ScriptedCallControl]:
    with ScriptedCallControl(harness).at_work() as control:
        yield control


def with_a_plan(harness: KamailioHarness, username: str) -> SIPAccount:
    return harness.account("alice", username, out_dial_plan_name="default")


def to_phones_of(telephone: Telephone, **more: Any) -> dict[str, Any]:
    return {"uri": f"sip:{telephone.number}", "account": telephone.number} | more


def answered(hers: Telephone, his: Telephone, invite: Any) -> Call:
    his_leg = his.agent.answers(invite)
    answer = hers.agent.hears("INVITE", 200)
    her_leg = hers.agent.leg(answer)
    her_leg.acknowledges(answer)
    his.agent.hears("ACK")
    return Call(hers, his, invite, answer, her_leg, his_leg)


def hear_each_other(call: Call) -> None:
    opens_the_way(call)
    for talking, to, listening in call.ways:
        talking.sound.says(to, PACKETS)
        listening.sound.hears(PACKETS)


def test_two_phones_behind_nat_hear_each_other_by_a_plan(
    harness: KamailioHarness, telephone: Telephones, control: ScriptedCallControl
) -> None:
    hers = telephone("alice", "plan-hers", "home-a", with_a_plan(harness, "plan-hers"))
    his = telephone("bobby", "plan-his", "home-b")
    his.agent.registers()
    hers.agent.starts_a_call(f"plan-bob@{DOMAIN}")

    control.dials(control.hears(CallAsked), to_phones_of(his))
    call = answered(hers, his, his.agent.hears("INVITE"))

    assert place(call.invite.body)[0] == place(call.answer.body)[0] == SERVER
    hear_each_other(call)
    call.his_leg.says("INVITE", body=his.agent.sdp)
    again = hers.agent.hears("INVITE")
    hers.agent.replies(again, 200, "OK", body=hers.agent.sdp)
    agreed = his.agent.hears("INVITE", 200)
    call.his_leg.acknowledges(agreed)
    hers.agent.hears("ACK")
    assert place(again.body)[0] == place(agreed.body)[0] == SERVER
    hear_each_other(call)
    hangs_up(call)
    eventually(lambda: calls_of_the_relay(harness), lambda calls: calls == 0)


def test_phones_that_reach_each_other_do_without_the_relay_by_a_plan_too(
    harness: KamailioHarness, telephone: Telephones, control: ScriptedCallControl
) -> None:
    hers = telephone("alice", "plain-hers", "a", with_a_plan(harness, "plain-hers"))
    his = telephone("bobby", "plain-his", "b")
    his.agent.registers()
    hers.agent.starts_a_call(f"plain-bob@{DOMAIN}")

    control.dials(control.hears(CallAsked), to_phones_of(his))
    call = answered(hers, his, his.agent.hears("INVITE"))

    assert (call.invite.body, call.answer.body) == (hers.agent.sdp, his.agent.sdp)
    hangs_up(call)


def test_a_plan_can_leave_the_addresses_for_sound_as_they_are(
    harness: KamailioHarness, telephone: Telephones, control: ScriptedCallControl
) -> None:
    hers = telephone("alice", "as-sent-hers", "home-a", with_a_plan(harness, "as-sent-hers"))
    his = telephone("bobby", "as-sent-his", "home-b")
    his.agent.registers()
    hers.agent.starts_a_call(f"as-sent-bob@{DOMAIN}")

    control.dials(control.hears(CallAsked), to_phones_of(his, mangles_sdp=False))
    call = answered(hers, his, his.agent.hears("INVITE"))

    assert (call.invite.body, call.answer.body) == (hers.agent.sdp, his.agent.sdp)
    hangs_up(call)


@pytest.mark.parametrize("asks", [True, False])
def test_a_phone_behind_nat_and_a_provider_hear_each_other(
    harness: KamailioHarness, telephone: Telephones, control: ScriptedCallControl, asks: bool
) -> None:
    name = f"line-{asks}".lower()
    hers = telephone("alice", name, "home-a", with_a_plan(harness, name))
    provider = telephone("bobby", f"provider-{asks}".lower(), "b")
    hers.agent.starts_a_call(f"0355512@{DOMAIN}")
    leg = {"uri": f"sip:0355512@{provider.agent.at}", "username": "line", "password": "sesame", "is_outside": True}

    control.dials(control.hears(CallAsked), leg)
    invite = provider.agent.hears("INVITE")
    if asks:
        invite = asks_for_a_password(provider.agent, invite)
    call = answered(hers, provider, invite)

    assert place(call.invite.body)[0] == SERVER
    hear_each_other(call)
    hangs_up(call)
    eventually(lambda: calls_of_the_relay(harness), lambda calls: calls == 0)


@pytest.mark.parametrize(("stated", "is_sent_to"), [("45.0.0.2", True), ("10.0.0.9", False), (SERVER, False)])
def test_a_provider_may_have_a_public_address_for_sound_and_no_other(
    harness: KamailioHarness,
    internet: Network,
    telephone: Telephones,
    control: ScriptedCallControl,
    stated: str,
    is_sent_to: bool,
) -> None:
    name = f"gateway-{stated}".replace(".", "-")
    hers = telephone("alice", name, "home-a", with_a_plan(harness, name))
    provider = telephone("bobby", f"of-{name}", "b")
    hers.agent.starts_a_call(f"0355513@{DOMAIN}")
    internet.server.run("ip route replace 45.0.0.2/32 via 203.0.113.2")
    internet.machines["b"].run("ip addr replace 45.0.0.2/32 dev lo")

    machine = internet.machines["b"]
    with sound(machine, "45.0.0.2") as gateway, sound(machine, PLACES["b"], gateway.port) as at_its_signalling:
        provider.agent.sdp = gateway.offer(stated)
        control.dials(control.hears(CallAsked), {"uri": f"sip:0355513@{provider.agent.at}", "is_outside": True})
        call = answered(hers, provider, provider.agent.hears("INVITE"))
        hers.sound.says(place(call.answer.body), PACKETS)

        heard, silent = (gateway, at_its_signalling) if is_sent_to else (at_its_signalling, gateway)
        heard.hears(PACKETS)
        assert silent.hears_nothing()
    hangs_up(call)


def test_sound_goes_to_a_caller_of_a_leg_and_to_no_address_that_it_states(
    harness: KamailioHarness, internet: Network, telephone: Telephones, control: ScriptedCallControl
) -> None:
    hers = telephone("alice", "leg-states", "home-a", with_a_plan(harness, "leg-states"))
    his = telephone("bobby", "leg-stated-to", "b")
    his.agent.registers()
    with sound(internet.machines["a"], PLACES["a"]) as victim:
        hers.agent.sdp = victim.offer()
        hers.agent.starts_a_call(f"stated-bob@{DOMAIN}")
        control.dials(control.hears(CallAsked), to_phones_of(his))
        call = answered(hers, his, his.agent.hears("INVITE"))

        his.sound.says(place(call.invite.body), PACKETS)

        assert place(call.invite.body)[0] == SERVER
        assert victim.hears_nothing()
    hangs_up(call)


def test_of_two_legs_at_once_the_one_that_is_answered_keeps_the_relay(
    harness: KamailioHarness, telephone: Telephones, control: ScriptedCallControl
) -> None:
    hers = telephone("alice", "two-legs", "home-a", with_a_plan(harness, "two-legs"))
    slow, quick = telephone("bobby", "two-slow", "b"), telephone("bobby", "two-quick", "home-b")
    for phone in (slow, quick):
        phone.agent.registers()
    hers.agent.starts_a_call(f"two-at-once@{DOMAIN}")

    control.dials(control.hears(CallAsked), to_phones_of(slow), to_phones_of(quick))
    ringing, invite = slow.agent.hears("INVITE"), quick.agent.hears("INVITE")
    slow.agent.replies(ringing, 180, "Ringing")
    assert calls_of_the_relay(harness) == 2
    call = answered(hers, quick, invite)
    slow.agent.replies(slow.agent.hears("CANCEL"), 200, "OK")
    slow.agent.replies(ringing, 487, "Request Terminated")

    eventually(lambda: calls_of_the_relay(harness), lambda calls: calls == 1)
    hear_each_other(call)
    hangs_up(call)
    eventually(lambda: calls_of_the_relay(harness), lambda calls: calls == 0)


def test_a_provider_hears_the_phone_that_it_is_transferred_to(
    harness: KamailioHarness, telephone: Telephones, control: ScriptedCallControl
) -> None:
    """Each call has a relay of its own, and the sound goes through both."""
    hers = telephone("alice", "moves-hers", "home-a", with_a_plan(harness, "moves-hers"))
    provider, his = telephone("bobby", "moves-line", "b"), telephone("bobby", "moves-his", "home-b")
    call, again, agreed, his_leg = transferred(harness, control, hers, provider, his)

    hear_each_other(Call(provider, his, again, agreed, call.his_leg, his_leg))
    call.her_leg.hangs_up()
    his_leg.hangs_up_while(provider.agent)
    eventually(lambda: calls_of_the_relay(harness), lambda calls: calls == 0)


def test_a_phone_with_a_public_address_hears_the_provider_before_it_has_said_anything(
    harness: KamailioHarness, internet: Network, telephone: Telephones, control: ScriptedCallControl
) -> None:
    hers = telephone("alice", "public-hers", "home-a", with_a_plan(harness, "public-hers"))
    provider, his = telephone("bobby", "public-line", "a"), telephone("bobby", "public-his", "b")
    internet.server.run("ip route replace 45.0.0.2/32 via 203.0.113.2")
    internet.machines["b"].run("ip addr replace 45.0.0.2/32 dev lo")
    with sound(internet.machines["b"], "45.0.0.2") as public:
        his.agent.sdp = public.offer("45.0.0.2")
        call, again, _, his_leg = transferred(harness, control, hers, provider, his)

        provider.sound.says(place(again.body), PACKETS)

        public.hears(PACKETS)
    call.her_leg.hangs_up()
    his_leg.hangs_up_while(provider.agent)


def transferred(
    harness: KamailioHarness, control: ScriptedCallControl, hers: Telephone, provider: Telephone, his: Telephone
) -> tuple[Call, Message, Message, Leg]:
    """Her call to the provider, transferred to his phone; with what either is told of the other, and his leg."""
    his.agent.registers()
    hers.agent.starts_a_call(f"0355514@{DOMAIN}")
    control.dials(control.hears(CallAsked), {"uri": f"sip:0355514@{provider.agent.at}", "is_outside": True})
    call = answered(hers, provider, provider.agent.hears("INVITE"))
    hear_each_other(call)
    refers_with_password(call.her_leg, f"sip:{his.number}")
    control.dials(control.hears(CallAsked), to_phones_of(his))
    his_leg = his.agent.answers(his.agent.hears("INVITE"))
    again = provider.agent.hears("INVITE")
    provider.agent.replies(again, 200, "OK", body=provider.agent.sdp)
    provider.agent.hears("ACK")
    agreed = his.agent.hears("ACK")
    assert place(agreed.body)[0] == place(again.body)[0] == SERVER
    return call, again, agreed, his_leg
