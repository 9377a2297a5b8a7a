"""Legs to addresses behind the engine, which a name, a redirection or a Contact of a stranger may lead to."""

import socket
from collections.abc import Iterator

import pytest

from sipsorcery_web.calls.messages import CallAsked, DialFailed
from sipsorcery_web.contract.third_party_calls import CallState
from sipsorcery_web.service.passwords import Passwords
from tests.factories import DOMAIN
from tests.kamailio.harness import KamailioHarness, eventually
from tests.kamailio.test_restarts import kill_engine
from tests.kamailio.two_phones import Scene, is_open
from tests.kamailio.user_agent import Leg, UserAgent

from .call_control import ScriptedCallControl
from .test_slice import OUT, Agents

BEHIND = "127.0.0.9"


@pytest.fixture(scope="module")
def harness(tmp_path_factory: pytest.TempPathFactory, passwords: Passwords) -> Iterator[KamailioHarness]:
    """An installation whose providers are out in the world, as they usually are."""
    with KamailioHarness(tmp_path_factory.mktemp("public"), passwords, private_providers=False).open() as harness:
        yield harness


@pytest.mark.parametrize("transport", ["udp", "tcp"])
def test_no_leg_that_leaves_the_house_reaches_this_machine(
    harness: KamailioHarness, agent: Agents, control: ScriptedCallControl, transport: str
) -> None:
    hers = agent("alice", f"behind-{transport}", OUT)
    kind = socket.SOCK_DGRAM if transport == "udp" else socket.SOCK_STREAM
    with socket.socket(type=kind) as service:
        service.bind((BEHIND, 0))
        service.settimeout(0.5)
        if transport == "tcp":
            service.listen()
        hers.starts_a_call(f"0355630@{DOMAIN}")
        uri = f"sip:5@{BEHIND}:{service.getsockname()[1]};transport={transport}"
        control.dials(control.hears(CallAsked), {"uri": uri, "is_outside": True})
        failed = control.hears(DialFailed)

        with pytest.raises(TimeoutError):
            service.accept() if transport == "tcp" else service.recv(4096)
    control.replies(failed, 480, "Temporarily Unavailable")
    assert hers.hears("INVITE", 480)


def test_the_phones_of_accounts_are_reached_where_they_are(
    harness: KamailioHarness, agent: Agents, control: ScriptedCallControl
) -> None:
    hers, his = agent("alice", "near-hers", OUT), agent("bobby", "near-his")
    his.registers()
    hers.starts_a_call(f"0355631@{DOMAIN}")
    near = f"near-his@{DOMAIN}"
    control.dials(control.hears(CallAsked), {"uri": f"sip:{near}", "account": near})

    his.replies(his.hears("INVITE"), 486, "Busy Here")


@pytest.fixture
def service() -> Iterator[socket.socket]:
    """A program of this machine that reads lines of TCP."""
    with socket.socket() as service:
        service.bind((BEHIND, 0))
        service.settimeout(0.5)
        service.listen()
        yield service


@pytest.mark.parametrize("way", ["target", "alias", "route"])
def test_no_request_within_a_call_leads_to_what_no_party_is(
    harness: KamailioHarness, agent: Agents, service: socket.socket, way: str
) -> None:
    hers, his = agent("alice", f"inner-hers-{way}"), agent("bobby", f"inner-his-{way}")
    his.registers()
    leg = in_a_call(hers, his)
    at = f"{BEHIND}:{service.getsockname()[1]}"
    match way:
        case "target":
            leg.target = f"sip:x@{at};transport=tcp"
        case "alias":
            leg.target = f"{his.contact};alias={at.replace(':', '~')}~2"
        case _:
            leg.routes.append(f"<sip:{at};transport=tcp;lr>")

    leg.says("INFO", body="CONFIG SET dir /tmp")

    with pytest.raises(TimeoutError):
        service.accept()
    assert his.hears_nothing("INFO", 0.1)


def test_an_alias_that_a_phone_makes_up_where_it_is_leads_nowhere_else(
    harness: KamailioHarness, agent: Agents, service: socket.socket
) -> None:
    hers, his = agent("alice", "alias-in-hers"), agent("bobby", "alias-in-his")
    his.contact += f";alias={BEHIND}~{service.getsockname()[1]}~2"
    his.registers()

    leg = in_a_call(hers, his)
    leg.hangs_up_while(his)

    with pytest.raises(TimeoutError):
        service.accept()


def test_a_call_in_the_house_outlives_the_engine_all_the_same(harness: KamailioHarness, agent: Agents) -> None:
    hers, his = agent("alice", "outlives-hers"), agent("bobby", "outlives-his", contact="sip:his@10.0.0.7:5064")
    his.registers()
    leg = in_a_call(hers, his)

    kill_engine(harness)

    leg.hangs_up_while(his)


def in_a_call(hers: UserAgent, his: UserAgent) -> Leg:
    """Her leg of a call that he has answered."""
    hers.starts_a_call(f"{his.username}@{DOMAIN}")
    his.answers(his.hears("INVITE"))
    answer = hers.hears("INVITE", 200)
    leg = hers.leg(answer)
    leg.acknowledges(answer)
    assert his.hears("ACK")
    return leg


@pytest.mark.parametrize("first", ["hers", "his"])
def test_a_call_that_was_asked_for_is_hung_up_by_either_phone(
    harness: KamailioHarness, agent: Agents, first: str
) -> None:
    eventually(lambda: is_open(harness))
    here = Scene(harness, agent, f"asked-{first}")
    legs = dict(zip(("hers", "his"), here.talk(), strict=True))

    legs[first].hangs_up()

    other = here.his if first == "hers" else here.hers
    other.replies(other.hears("BYE"), 200, "OK")
    here.becomes(CallState.OVER)
