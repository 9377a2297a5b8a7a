"""Telephones over TCP and TLS, and behind NAT: the way to them stays open as long as they are registered."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from sipsorcery_web.service.passwords import Passwords
from tests.conftest import HOME
from tests.factories import DOMAIN

from .harness import KamailioHarness, eventually
from .test_on_the_wire import NEEDS
from .user_agent import UserAgent

Agents = Callable[..., UserAgent]
LONGEST = 7200
"""Seconds that a telephone is granted at most."""


def connection_ends_in(harness: KamailioHarness, phone: UserAgent) -> int:
    """Seconds until the engine ends the connection of a telephone that says nothing more.

    Only right some seconds after a message: so long a process of the engine has the connection to itself.
    """
    port = int(phone.at.rpartition(":")[2])
    connections = harness.kamailio.control.rpc.call("core.tcp_list")
    return next(int(connection["timeout"]) for connection in connections if connection["src_port"] == port)


def keep_alive_seconds(harness: KamailioHarness, phone: UserAgent) -> float:
    """Return the seconds until the system probes the other end of the engine's connection; 0 where it never does."""
    own, other = harness.settings.sip_port, int(phone.at.rpartition(":")[2])
    shown = subprocess.run(
        ["ss", "-tnoH", f"sport = :{own} and dport = :{other}"], capture_output=True, text=True, check=True
    )
    found = shown.stdout.partition("timer:(keepalive,")[2].partition("sec")[0]
    return float(found or 0)


def test_a_connection_outlives_the_registration_that_came_over_it(harness: KamailioHarness, agent: Agents) -> None:
    phone = agent("alice", "stays-tcp", transport="tcp")
    granted = int(phone.registers(expires=100_000)["Contact"].rpartition("expires=")[2].partition(";")[0])

    assert granted == LONGEST
    assert eventually(lambda: granted < connection_ends_in(harness, phone) < granted + 600)


def test_the_system_keeps_a_quiet_connection_open(harness: KamailioHarness, agent: Agents) -> None:
    phone = agent("alice", "quiet-tcp", transport="tcp")
    phone.registers()

    assert eventually(lambda: keep_alive_seconds(harness, phone)) <= 30


@pytest.mark.parametrize("harness", ["sqlite"], indirect=True)  # half a minute between two looks of the engine's own
def test_a_telephone_behind_nat_is_kept_reachable_unasked(harness: KamailioHarness, agent: Agents) -> None:
    behind = agent("alice", "nat-unasked", contact="sip:nat-unasked@192.168.7.7:5060")
    behind.registers()
    plain = agent("alice", "plain-unasked")
    plain.registers()

    assert behind.hears("OPTIONS", seconds=45)
    assert plain.hears_nothing("OPTIONS")


@NEEDS
def test_a_call_between_two_telephones_behind_nat_over_tls(
    tmp_path: Path, passwords: Passwords, certificate: tuple[str, str]
) -> None:
    own, key = certificate
    harness = KamailioHarness(tmp_path / "data", passwords, sip_certificate=own, sip_certificate_key=key)
    with harness.open():
        accounts = [harness.account("alice", "tls-nat-hers"), harness.account("bobby", "tls-nat-his")]
        contacts = ["sip:tls-nat-hers@192.168.1.9:5061;transport=tls", "sip:tls-nat-his@10.0.0.9:5061;transport=tls"]
        hers, his = (
            UserAgent(harness, str(account.sip_username), str(account.sip_password), "tls", HOME, contact, own)
            for account, contact in zip(accounts, contacts, strict=True)
        )
        with hers, his:
            his.registers()
            hers.starts_a_call(f"tls-nat-his@{DOMAIN}")
            his.answers(his.hears("INVITE"))
            answer = hers.hears("INVITE", 200)
            leg = hers.leg(answer)
            leg.acknowledges(answer)
            assert his.hears("ACK").uri == his.contact
            leg.says("BYE")
            his.replies(his.hears("BYE"), 200, "OK")
            assert hers.hears("BYE", 200)
            assert eventually(lambda: LONGEST < connection_ends_in(harness, his) < LONGEST + 600)
