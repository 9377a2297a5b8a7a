"""TCP connections of strangers and of phones."""

import resource
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from typing import Any

import pytest

from sipsorcery_web.kamailio import config
from sipsorcery_web.kamailio.stranger_connections import (
    KEPT_CONNECTION,
    MOST_OF_ADDRESS,
    STRANGERS_CONNECTION,
    too_many,
)
from sipsorcery_web.service.passwords import Passwords
from tests.conftest import HOME
from tests.factories import DOMAIN

from .harness import KamailioHarness, eventually
from .test_strangers import Wire

SHORT = 3
"""Seconds of a stranger's connection in these tests."""


@pytest.fixture(scope="module")
def harness(tmp_path_factory: pytest.TempPathFactory, passwords: Passwords) -> Iterator[KamailioHarness]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(config.LIMITS, "stranger_seconds", SHORT)
        with KamailioHarness(tmp_path_factory.mktemp("tcp"), passwords).open() as harness:
            yield harness


Lines = Callable[[str], socket.socket]


@pytest.fixture
def line(harness: KamailioHarness) -> Iterator[Lines]:
    """Connects to the engine from an address, and says nothing."""
    with ExitStack() as stack:

        def line(ip: str) -> socket.socket:
            made = socket.create_connection((HOME, harness.settings.sip_port), timeout=5, source_address=(ip, 0))
            made.setblocking(False)
            return stack.enter_context(made)

        yield line


def is_open(line: socket.socket) -> bool:
    with suppress(BlockingIOError):
        try:
            return line.recv(1) != b""
        except ConnectionError:
            return False
    return True


def test_a_silent_connection_is_short(line: Lines) -> None:
    silent = line("127.0.0.41")

    eventually(lambda: not is_open(silent))


def test_a_phones_connection_stays_and_takes_calls(harness: KamailioHarness, line: Lines) -> None:
    hers = harness.phone(harness.account("alice", "over-udp"))
    account = harness.account("bobby", "on-the-line")
    his = Wire(harness, "127.0.0.44", "TCP")
    with his.socket:
        own = f"sip:{DOMAIN}"
        assert his.proves("REGISTER", own, "on-the-line", account.sip_password or "").startswith("SIP/2.0 200")
        silent = line("127.0.0.42")
        eventually(lambda: not is_open(silent))  # which is younger

        hers.calls(f"on-the-line@{DOMAIN}")

        assert his.hears(15).startswith("INVITE ")


def test_one_address_leaves_room_for_the_others(harness: KamailioHarness, line: Lines) -> None:
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(4_096, most), most))
    many = [line("127.0.0.43") for _ in range(2_100)]  # more than Kamailio takes unless it is told

    eventually(lambda: sum(map(is_open, many)) <= MOST_OF_ADDRESS, seconds=SHORT + 10)
    harness.phone(harness.account("alice", "finds-room"), transport="t1").register()


def connection(number: int, ip: str, lifetime: int = STRANGERS_CONNECTION) -> dict[str, Any]:
    return {"id": number, "src_ip": ip, "lifetime": lifetime}


def test_the_oldest_of_strangers_give_way() -> None:
    several = [connection(number, "192.0.2.1") for number in range(MOST_OF_ADDRESS + 2, 0, -1)]

    assert list(too_many([*several, connection(500, "192.0.2.2")])) == [1, 2]


def test_those_who_belong_here_may_have_many() -> None:
    office = [connection(number, "192.0.2.1", KEPT_CONNECTION) for number in range(3 * MOST_OF_ADDRESS)]

    assert list(too_many(office)) == []


def test_with_ipv6_a_customers_network_counts_as_one() -> None:
    network = [connection(number, f"2001:db8::{number + 1:x}") for number in range(MOST_OF_ADDRESS + 1)]

    assert list(too_many(network)) == [0]
