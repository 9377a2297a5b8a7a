"""Reading addresses, and telling which are of this machine and which are public."""

from ipaddress import ip_address

import pytest

from sipsorcery_web.ip_addresses import customer_network, is_loopback, is_public, read_address


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


@pytest.mark.parametrize("address", ["10.0.0.1", "127.0.0.1", "224.0.0.1", "fe80::1", "64:ff9b::a00:1", "2002:a00:1::"])
def test_an_address_of_a_network_behind_this_machine_is_not_public(address: str) -> None:
    assert not is_public(ip_address(address))


def test_an_address_of_the_internet_is_public() -> None:
    assert is_public(ip_address("8.8.8.8"))


def test_one_customer_has_an_ipv4_address_or_a_64_of_ipv6() -> None:
    assert customer_network(ip_address("192.0.2.7")) == "192.0.2.7"
    assert customer_network(ip_address("::ffff:192.0.2.7")) == "192.0.2.7"
    assert customer_network(ip_address("2001:db8::7")) == customer_network(ip_address("2001:db8::8")) == "2001:db8::"
