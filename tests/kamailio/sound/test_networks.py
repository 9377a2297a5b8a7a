"""Phones of accounts with the same network id, and what a call's record says of the way of its sound."""

from sipsorcery_web.calls.messages import CallAsked
from tests.kamailio.harness import KamailioHarness, eventually
from tests.kamailio.legs.call_control import ScriptedCallControl

from .namespaces import SERVER
from .rtp import place
from .telephones import Call, Telephone, Telephones, hangs_up, talk
from .test_legs import answered, control, to_phones_of

__all__ = ["control"]
THROUGH, BETWEEN = "Went through this machine", "Went between the two"


def at_home(harness: KamailioHarness, telephone: Telephones, owner: str, username: str, **more: str) -> Telephone:
    account = harness.account(owner, username, network_id="home", **more)
    return telephone(owner, username, "home-a", account)


def sound_of(harness: KamailioHarness, call: Call, owner: str = "alice") -> str:
    """Hang a call up; what the page of its record says of its sound."""
    hangs_up(call)
    caller = call.hers.agent.username
    (record, *_) = eventually(lambda: [cdr for cdr in harness.records(owner) if cdr.from_user == caller])
    page = harness.own_browser(owner).open(f"/cdrs/{record.id}").text
    return next((words for words in (THROUGH, BETWEEN) if words in page), "")


def test_phones_of_one_network_of_a_customer_hear_each_other_directly(
    harness: KamailioHarness, telephone: Telephones
) -> None:
    hers, kitchen = (at_home(harness, telephone, "alice", name) for name in ("net-hers", "net-kitchen"))
    kitchen.agent.registers()

    call = talk(hers, kitchen)

    assert (call.invite.body, call.answer.body) == (hers.agent.sdp, kitchen.agent.sdp)
    assert sound_of(harness, call) == BETWEEN


def test_somebody_elses_network_of_that_name_is_another_one(harness: KamailioHarness, telephone: Telephones) -> None:
    hers, his = at_home(harness, telephone, "alice", "own-hers"), at_home(harness, telephone, "bobby", "own-his")
    his.agent.registers()

    call = talk(hers, his)

    assert place(call.invite.body)[0] == SERVER
    assert sound_of(harness, call) == THROUGH
    assert "Sound" in harness.own_browser("bobby").open(f"/cdrs/{_record(harness, 'bobby', 'own-hers')}").text


def _record(harness: KamailioHarness, owner: str, caller: str) -> object:
    return next(cdr.id for cdr in harness.records(owner) if cdr.from_user == caller)


def test_a_plan_rings_the_phones_of_the_network_directly_and_others_through_the_relay(
    harness: KamailioHarness, telephone: Telephones, control: ScriptedCallControl
) -> None:
    hers = at_home(harness, telephone, "alice", "lan-hers", out_dial_plan_name="default")
    kitchen = at_home(harness, telephone, "alice", "lan-kitchen")
    his = telephone("bobby", "lan-his", "home-b")
    for phone in (kitchen, his):
        phone.agent.registers()

    hers.agent.starts_a_call(kitchen.number)
    control.dials(control.hears(CallAsked), to_phones_of(kitchen))
    call = answered(hers, kitchen, kitchen.agent.hears("INVITE"))
    assert (call.invite.body, call.answer.body) == (hers.agent.sdp, kitchen.agent.sdp)
    assert sound_of(harness, call) == BETWEEN

    hers.agent.starts_a_call(his.number)
    control.dials(control.hears(CallAsked), to_phones_of(his))
    call = answered(hers, his, his.agent.hears("INVITE"))
    assert place(call.invite.body)[0] == SERVER
    hangs_up(call)
    relayed = eventually(lambda: [cdr for cdr in harness.records("alice") if cdr.dst == "lan-his"])
    assert THROUGH in harness.own_browser("alice").open(f"/cdrs/{relayed[0].id}").text
