"""Reading addresses, and telling which are of this machine and which are public."""

from ipaddress import ip_address
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sipsorcery_web import ip_addresses
from sipsorcery_web.ip_addresses import (
    ContactPolicy,
    IPAddress,
    customer_network,
    is_loopback,
    is_public,
    own_addresses,
    read_address,
    without_zone,
)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.9.1", "::1", "[::1]", "localhost", "portal.localhost"])
def test_this_machine_is(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize("host", ["10.0.0.1", "0.0.0.0", "::", "localhost.example.org", "127.0.0.1.example.org", ""])
def test_this_machine_is_not(host: str) -> None:
    assert not is_loopback(host)


@pytest.mark.parametrize("host", ["2001:db8::7", "[2001:db8::7]"])
def test_an_address_is_read_with_or_without_brackets(host: str) -> None:
    assert read_address(host) == ip_address("2001:db8::7")


@pytest.mark.parametrize("host", ["", "sip.example.org", "192.0.2", "192.0.2.7:5060"])
def test_a_name_is_no_address(host: str) -> None:
    assert read_address(host) is None


def test_one_customer_has_an_ipv4_address_or_a_64_of_ipv6() -> None:
    assert customer_network(ip_address("192.0.2.7")) == "192.0.2.7"
    assert customer_network(ip_address("::ffff:192.0.2.7")) == "192.0.2.7"
    assert customer_network(ip_address("2001:db8::7")) == customer_network(ip_address("2001:db8::8")) == "2001:db8::"


REFUSED = [
    *(
        "0.0.0.0",
        "10.0.0.1",
        "100.64.0.1",
        "100.100.100.200",
        "127.0.0.1",
        "127.8.9.1",
        "169.254.169.254",
        "172.31.0.1",
    ),
    *(
        "192.0.0.192",
        "192.0.2.7",
        "192.88.99.1",
        "192.168.1.1",
        "198.18.0.1",
        "198.51.100.7",
        "203.0.113.7",
        "224.0.0.1",
    ),
    *("240.0.0.1", "255.255.255.255", "168.63.129.16"),
    *("::", "::1", "fe80::1", "fd00:ec2::254", "ff02::1", "2001:db8::1", "3fff::1", "4000::1", "5f00::1"),
]
INSIDE = {
    "mapped": "::ffff:{0}",
    "compatible": "::{0}",
    "NAT64": "64:ff9b::{0}",
    "NAT64 of a network": "64:ff9b:1::{0}",
    "6to4": "2002:{1}::1",
    "Teredo": "2001:0:{1}::1",
}
"""How an IPv4 address can stand in one of IPv6."""


@pytest.mark.parametrize("address", REFUSED)
def test_addresses_behind_this_machine_and_of_its_cloud_are_contacted_only_where_that_is_allowed(address: str) -> None:
    assert not ContactPolicy().allows(ip_address(address))
    assert ContactPolicy(allows_private=True).allows(ip_address(address))


@pytest.mark.parametrize("form", INSIDE.values(), ids=INSIDE)
@pytest.mark.parametrize("inside", ["127.0.0.1", "169.254.169.254", "8.8.8.8"])
def test_ipv6_hides_no_ipv4_address(form: str, inside: str) -> None:
    packed = ip_address(inside).packed.hex()
    assert not ContactPolicy().allows(ip_address(form.format(inside, f"{packed[:4]}:{packed[4:]}")))


@pytest.mark.parametrize("address", ["8.8.8.8", "2001:4860:4860::8888", "2606:4700::1111"])
def test_the_internet_may_be_contacted(address: str) -> None:
    assert ContactPolicy().allows(ip_address(address))


@given(st.ip_addresses())
def test_nothing_is_contacted_that_python_knows_to_be_no_public_hosts(address: IPAddress) -> None:
    if not address.is_global or address.is_multicast:
        assert not is_public(address)


def test_a_public_address_of_this_machine_is_not_contacted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ip_addresses, "is_public", lambda address: True)

    assert not ContactPolicy().allows(ip_address("127.0.0.1"))


def test_nor_is_the_one_that_the_outside_reaches_this_machine_at() -> None:
    outer = ip_address("8.8.8.8")

    assert not ContactPolicy(own=frozenset({outer})).allows(outer)


@pytest.mark.parametrize(
    "host",
    [
        *("127.0.0.1", "127.0.0.1.", "127.0.0.1:5060", "127.0.0.1:99999999", " 127.0.0.1", "10.0.0.1", "10.0.0.1:"),
        *("2130706433", "0x7f000001", "0x7F.1", "0177.0.0.1", "017700000001", "127.1", "127.0.1", "0", "4294967297"),
        *("\uff11\uff12\uff17.0.0.1", "127\u30020\uff0e0\uff611", "\u2460\u2461\u2466.0.0.1"),
        *(
            "[::1]",
            "[::1]:5060",
            "::1",
            "[fe80::1%eth0]",
            "[::ffff:127.0.0.1]",
            "[64:ff9b::7f00:1]:5060",
            "[::127.0.0.1]",
        ),
        *("134744072", "1.0x7f"),
        *("localhost", "LOCALHOST.", "localhost:5060", "a.localhost", "host.0x7f", "host.127"),
    ],
)
def test_no_notation_of_a_host_hides_an_address_that_may_not_be_contacted(host: str) -> None:
    assert not ContactPolicy().allows_host(host)
    assert ContactPolicy(allows_private=True).allows_host(host)


@pytest.mark.parametrize(
    "host",
    ["8.8.8.8", "8.8.8.8:5060", "8.8.8.8.", "sip.example.org", "sip.example.org.:5060", "[2606:4700::1111]:5060"],
)
def test_a_public_address_and_a_name_whose_addresses_are_looked_at_later_pass(host: str) -> None:
    assert ContactPolicy().allows_host(host)


@pytest.mark.skipif(not Path("/proc/net/fib_trie").exists(), reason="needs Linux's list of addresses")
def test_this_machines_own_addresses_are_listed() -> None:
    assert ip_address("127.0.0.1") in own_addresses()
    assert ip_address("8.8.8.8") not in own_addresses()


def test_those_of_ipv6_are_listed_where_there_are_some(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    lines = {"/proc/net/if_inet6": ["20010db8000000000000000000000007 02 40 00 80     eth0"]}
    monkeypatch.setattr(ip_addresses, "_lines_of", lambda path: lines.get(path, []))

    assert own_addresses() == [ip_address("2001:db8::7")]


def test_the_zone_of_an_address_is_not_told_to_others() -> None:
    texts = ["fe80::7%eth0", "2001:db8::7", "192.0.2.7"]

    assert [without_zone(ip_address(text)) for text in texts] == ["fe80::7", "2001:db8::7", "192.0.2.7"]
