"""The ports that calls take at the relay and give back, and calls without a relay."""

import os
import signal

import pytest

from tests.kamailio.harness import KamailioHarness, eventually

from .namespaces import SERVER
from .rtp import place
from .telephones import PACKETS, Telephones, calls_of_the_relay, hangs_up, opens_the_way, talk


def test_a_call_that_was_hung_up_leaves_nothing_in_the_relay(harness: KamailioHarness, telephone: Telephones) -> None:
    hers, his = telephone("alice", "over-hers", "home-a"), telephone("bobby", "over-his", "home-b")
    his.agent.registers()
    call = talk(hers, his)
    opens_the_way(call)
    assert calls_of_the_relay(harness) == 1

    hangs_up(call)

    assert calls_of_the_relay(harness) == 0
    for talking, to, _ in call.ways:
        talking.sound.says(to, PACKETS)
    assert hers.sound.hears_nothing()
    assert his.sound.hears_nothing()


def test_a_call_that_the_portal_hangs_up_leaves_nothing(harness: KamailioHarness, telephone: Telephones) -> None:
    hers, his = telephone("alice", "portal-hers", "home-a"), telephone("bobby", "portal-his", "home-b")
    his.agent.registers()
    talk(hers, his)
    (leg,) = eventually(lambda: harness.legs("alice", "portal-his"))

    assert harness.kamailio.control.hang_up(leg.id)

    for phone in (hers, his):
        phone.agent.replies(phone.agent.hears("BYE"), 200, "OK")
    eventually(lambda: calls_of_the_relay(harness), lambda calls: calls == 0)


@pytest.mark.parametrize("status", [486, 487])
def test_a_call_that_nobody_answers_leaves_nothing(
    harness: KamailioHarness, telephone: Telephones, status: int
) -> None:
    hers, his = telephone("alice", f"un-hers-{status}", "home-a"), telephone("bobby", f"un-his-{status}", "home-b")
    his.agent.registers()
    hers.agent.starts_a_call(his.number)
    invite = his.agent.hears("INVITE")
    his.agent.replies(invite, 180, "Ringing")
    hers.agent.hears("INVITE", 180)
    assert calls_of_the_relay(harness) == 1

    if status == 487:
        hers.agent.cancels()
        his.agent.replies(his.agent.hears("CANCEL"), 200, "OK")
    his.agent.replies(invite, status, "Not now")

    hers.agent.hears("INVITE", status)
    eventually(lambda: calls_of_the_relay(harness), lambda calls: calls == 0)


def test_without_the_relay_calls_go_on_and_it_comes_back(harness: KamailioHarness, telephone: Telephones) -> None:
    hers, his = telephone("alice", "lost-hers", "home-a"), telephone("bobby", "lost-his", "home-b")
    his.agent.registers()
    assert harness.running.media is not None
    first = harness.running.media.process_id
    assert first is not None
    os.kill(first, signal.SIGSTOP)  # the worst case: it is there, and answers nothing

    call = talk(hers, his)
    assert call.invite.body == hers.agent.sdp
    hangs_up(call)

    os.kill(first, signal.SIGKILL)
    eventually(lambda: harness.running.media and harness.running.media.process_id not in (None, first))

    def is_relayed() -> bool:
        call = talk(hers, his)
        hangs_up(call)
        return place(call.invite.body)[0] == SERVER

    assert eventually(is_relayed)
