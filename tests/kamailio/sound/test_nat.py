"""Sound between two phones: through the relay where NAT is in the way, directly where it is not."""

from contextlib import ExitStack

import pytest

from tests.kamailio.harness import MEDIA_PORTS, KamailioHarness

from .namespaces import SERVER, Network
from .rtp import place, sound
from .telephones import PACKETS, Telephone, Telephones, calls_of_the_relay, hangs_up, opens_the_way, talk


def test_two_phones_behind_a_nat_each_hear_each_other(harness: KamailioHarness, telephone: Telephones) -> None:
    hers, his = telephone("alice", "both-hers", "home-a"), telephone("bobby", "both-his", "home-b")
    his.agent.registers()

    call = talk(hers, his)
    opens_the_way(call)

    for talking, to, listening in call.ways:
        assert to[0] == SERVER
        assert to[1] in MEDIA_PORTS
        talking.sound.says(to, PACKETS)
        assert {source for source, _ in listening.sound.hears(PACKETS)} == {SERVER}
        assert listening.sound.hears_nothing()
    hangs_up(call)


def test_phones_that_can_reach_each_other_do_without_the_relay(harness: KamailioHarness, telephone: Telephones) -> None:
    hers, his = telephone("alice", "direct-hers", "a"), telephone("bobby", "direct-his", "b")
    his.agent.registers()

    call = talk(hers, his)

    assert call.invite.body == hers.agent.sdp
    assert call.answer.body == his.agent.sdp
    for talking, to, listening in call.ways:
        talking.sound.says(to, PACKETS)
        assert listening.sound.hears(PACKETS) == {(talking.sound.address, talking.sound.port)}
    assert calls_of_the_relay(harness) == 0
    hangs_up(call)


def test_nobody_else_is_heard_in_a_call(harness: KamailioHarness, internet: Network, telephone: Telephones) -> None:
    hers, his = telephone("alice", "strange-hers", "home-a"), telephone("bobby", "strange-his", "home-b")
    his.agent.registers()
    call = talk(hers, his)
    opens_the_way(call)

    with ExitStack() as stack:
        # from elsewhere, from this machine, and from behind the same router as she
        strangers = [
            stack.enter_context(sound(machine, address))
            for machine, address in (
                (internet.machines["b"], "203.0.113.2"),
                (internet.server, SERVER),
                (internet.machines["home-a"], "10.1.0.2"),
            )
        ]
        for stranger in strangers:
            for _, to, _ in call.ways:
                stranger.says(to, PACKETS)
        assert his.sound.hears_nothing()
        assert hers.sound.hears_nothing()
        for talking, to, listening in call.ways:
            talking.sound.says(to, PACKETS)
            listening.sound.hears(PACKETS)
        assert all(stranger.hears_nothing() for stranger in strangers)
    hangs_up(call)


@pytest.mark.parametrize(("her_place", "his_place"), [("home-a", "b"), ("a", "home-b")])
def test_one_phone_behind_nat_is_enough(telephone: Telephones, her_place: str, his_place: str) -> None:
    hers, his = (
        telephone("alice", f"one-hers-{her_place}", her_place),
        telephone("bobby", f"one-his-{his_place}", his_place),
    )
    his.agent.registers()

    call = talk(hers, his)
    opens_the_way(call)

    for talking, to, listening in call.ways:
        talking.sound.says(to, PACKETS)
        assert {source for source, _ in listening.sound.hears(PACKETS)} == {SERVER}
    hangs_up(call)


def conceals_nat(phone: Telephone, outside: str) -> None:
    """Name the router's address in Contact, as many phones do once they were told it."""
    phone.agent.contact = f"sip:{phone.agent.username}@{outside}:5060"


def test_a_caller_who_names_the_routers_address_is_known_by_the_offer(telephone: Telephones) -> None:
    hers, his = telephone("alice", "concealed-hers", "home-a"), telephone("bobby", "concealed-his", "b")
    his.agent.registers()
    conceals_nat(hers, "198.51.100.2")

    call = talk(hers, his)

    assert place(call.invite.body)[0] == SERVER
    hangs_up(call)


def test_a_phone_that_named_its_own_address_once_stays_behind_nat(telephone: Telephones) -> None:
    hers, his = telephone("alice", "later-hers", "a"), telephone("bobby", "later-his", "home-b")
    his.agent.registers()
    his.agent.registers(expires=0)
    conceals_nat(his, "203.0.113.2")
    his.agent.registers()

    call = talk(hers, his)

    assert place(call.invite.body)[0] == SERVER
    hangs_up(call)


def test_nat_that_only_the_answer_shows_is_known_at_the_next_call(internet: Network, telephone: Telephones) -> None:
    internet.machines["b"].run("ip addr add 203.0.113.44/24 dev out")
    hers, his = telephone("alice", "answer-hers", "a"), telephone("bobby", "answer-his", "b", address="203.0.113.44")
    his.agent.registers()
    his.agent.sdp = his.sound.offer("192.168.7.77")

    call = talk(hers, his)
    assert place(call.answer.body)[0] == "192.168.7.77"
    hangs_up(call)

    call = talk(hers, his)
    assert place(call.answer.body)[0] == SERVER
    hangs_up(call)


@pytest.mark.parametrize("stated", [SERVER, "127.0.0.1", "169.254.169.254", "203.0.113.1", "198.51.100.2"])
def test_sound_goes_to_a_phone_and_to_no_address_that_it_states(
    internet: Network, telephone: Telephones, stated: str
) -> None:
    name = stated.replace(".", "-")
    hers, his = telephone("alice", f"st-hers-{name}", "a"), telephone("bobby", f"st-his-{name}", "home-b")
    his.agent.registers()
    his.agent.sdp = his.sound.offer(stated, f"a=rtcp:{his.sound.port} IN IP4 {stated}\r\n")

    call = talk(hers, his)
    hers.sound.says(place(call.answer.body), PACKETS)
    his.sound.says(place(call.invite.body))
    hers.sound.hears(1)
    hers.sound.says(place(call.answer.body), PACKETS)

    assert {source for source, _ in his.sound.hears(PACKETS)} == {SERVER}
    hangs_up(call)
