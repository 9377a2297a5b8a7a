"""Telephones behind NAT: what their Contact says is not where they can be reached."""

from collections.abc import Callable

import pytest

from tests.factories import DOMAIN

from .harness import KamailioHarness, eventually
from .user_agent import SDP, UserAgent

Agents = Callable[..., UserAgent]
TRANSPORTS = ["udp", "tcp"]
HERS, HIS = "sip:hers@192.168.1.20:5062", "sip:his@10.0.0.7:5064"


def behind_nat(contact: str, transport: str) -> str:
    return contact if transport == "udp" else f"{contact};transport={transport}"


@pytest.fixture(params=TRANSPORTS)
def pair(request: pytest.FixtureRequest, harness: KamailioHarness, agent: Agents) -> tuple[UserAgent, UserAgent]:
    """Telephones of alice and bob behind a NAT each; bob's is registered."""
    transport = request.param
    name = f"nat-{transport}-{request.node.originalname[5:25]}".replace("_", "-")[:26]
    hers = agent("alice", f"{name}-hers", transport=transport, ip="127.0.0.31", contact=behind_nat(HERS, transport))
    his = agent("bobby", f"{name}-his", transport=transport, ip="127.0.0.32", contact=behind_nat(HIS, transport))
    his.registers()
    return hers, his


def test_the_caller_hangs_up_a_call_between_two_nats(
    harness: KamailioHarness, pair: tuple[UserAgent, UserAgent]
) -> None:
    hers, his = pair
    hers.starts_a_call(f"{his.username}@{DOMAIN}")
    invite = his.hears("INVITE")
    assert invite.uri.startswith(his.contact)
    his.answers(invite)

    answer = hers.hears("INVITE", 200)
    leg = hers.leg(answer)
    leg.acknowledges(answer)
    assert his.hears("ACK").uri == his.contact
    leg.says("BYE")
    bye = his.hears("BYE")
    assert bye.uri == his.contact
    his.replies(bye, 200, "OK")
    assert hers.hears("BYE", 200)

    (cdr,) = eventually(lambda: [cdr for cdr in harness.records("alice") if cdr.dst == his.username])
    assert cdr.hungup_reason == "Client dialogue hungup"


def test_the_called_side_puts_on_hold_and_hangs_up_a_call_between_two_nats(
    harness: KamailioHarness, pair: tuple[UserAgent, UserAgent]
) -> None:
    hers, his = pair
    hers.starts_a_call(f"{his.username}@{DOMAIN}")
    leg = his.answers(his.hears("INVITE"))
    answer = hers.hears("INVITE", 200)
    hers.leg(answer).acknowledges(answer)
    assert his.hears("ACK")

    leg.says("INVITE", body=SDP)
    held = hers.hears("INVITE")
    assert held.uri == hers.contact
    hers.replies(held, 200, "OK", body=SDP)
    agreed = his.hears("INVITE", 200)
    leg.target = agreed.contact
    leg.acknowledges(agreed)
    assert hers.hears("ACK").uri == hers.contact
    leg.says("BYE")
    bye = hers.hears("BYE")
    assert bye.uri == hers.contact
    hers.replies(bye, 200, "OK")
    assert his.hears("BYE", 200)

    (cdr,) = eventually(lambda: [cdr for cdr in harness.records("alice") if cdr.dst == his.username])
    assert cdr.hungup_reason == "Server dialogue hungup"


def test_the_portal_hangs_up_a_call_between_two_nats(
    harness: KamailioHarness, pair: tuple[UserAgent, UserAgent]
) -> None:
    hers, his = pair
    hers.starts_a_call(f"{his.username}@{DOMAIN}")
    his.answers(his.hears("INVITE"))
    answer = hers.hears("INVITE", 200)
    hers.leg(answer).acknowledges(answer)
    assert his.hears("ACK")
    (leg,) = eventually(lambda: harness.legs("alice", his.username))

    assert harness.kamailio.control.hang_up(leg.id)

    for phone in pair:
        bye = phone.hears("BYE")
        assert bye.uri == phone.contact
        phone.replies(bye, 200, "OK")


def test_a_caller_behind_nat_gives_up_while_it_rings(
    harness: KamailioHarness, pair: tuple[UserAgent, UserAgent]
) -> None:
    hers, his = pair
    hers.starts_a_call(f"{his.username}@{DOMAIN}")
    invite = his.hears("INVITE")
    his.replies(invite, 180, "Ringing")
    assert hers.hears("INVITE", 180)

    hers.cancels()

    cancel = his.hears("CANCEL")
    his.replies(cancel, 200, "OK")
    his.replies(invite, 487, "Request Terminated")
    assert hers.hears("INVITE", 487)


def test_a_telephone_that_says_where_it_is_keeps_its_contact(harness: KamailioHarness, agent: Agents) -> None:
    hers, his = agent("alice", "no-nat-hers"), agent("bobby", "no-nat-his")
    his.registers()

    hers.starts_a_call(f"no-nat-his@{DOMAIN}")

    invite = his.hears("INVITE")
    assert (invite.uri, invite.contact) == (his.contact, hers.contact)


def test_an_address_that_a_telephone_makes_up_as_its_alias_is_not_sent_to(
    harness: KamailioHarness, agent: Agents
) -> None:
    victim = agent("carol", "alias-victim", ip="127.0.0.33")
    port = victim.at.rpartition(":")[2]
    hers, his = agent("alice", "alias-hers"), agent("bobby", "alias-his", contact=f"{HIS};alias=127.0.0.33~{port}~1")
    his.registers()
    hers.starts_a_call(f"alias-his@{DOMAIN}")
    his.answers(his.hears("INVITE"))
    answer = hers.hears("INVITE", 200)

    hers.leg(answer).acknowledges(answer)

    assert his.hears("ACK")
    assert victim.hears_nothing("ACK")
