"""Expressions of trusted addresses as networks: never wider than the expression."""

import ipaddress

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from sipsorcery_web.kamailio.acl import trusted_networks


@pytest.mark.parametrize(
    ("expression", "networks"),
    [
        ("", []),
        (None, []),
        (r"^192\.0\.2\.7:", ["192.0.2.7/32"]),
        (r"^192\.0\.2\.7:\d+$", ["192.0.2.7/32"]),
        (r"192\.0\.2\.7", ["192.0.2.7/32"]),
        ("192.0.2.7", ["192.0.2.7/32"]),
        (r"^192\.168\.", ["192.168.0.0/16"]),
        (r"^10\..*", ["10.0.0.0/8"]),
        (r"^192\.0\.2\.7:|^198\.51\.100\.", ["192.0.2.7/32", "198.51.100.0/24"]),
        (r"^(192\.0\.2\.7|192\.0\.2\.8):\d+", ["192.0.2.7/32", "192.0.2.8/32"]),
    ],
)
def test_addresses_and_prefixes_are_read(expression: str | None, networks: list[str]) -> None:
    assert trusted_networks(expression) == networks


@pytest.mark.parametrize(
    "expression",
    [
        r"^192\.0\.2\.7:5060",  # a port that Kamailio does not compare
        r"^192\.0\.2\.7$",  # matches nothing, since a port follows
        r"^192\.0\.2",  # would be found in 192.0.20.1 as well
        r"^192\.0\.2\.[0-9]+",
        r"^300\.1\.1\.1:",
        r"^192\.0\.2\.7:|.*",
        ".*",
        "[::1]",
        r"(192\.0\.2\.7",
    ],
)
def test_other_expressions_are_not_used(expression: str) -> None:
    assert trusted_networks(expression) is None


@given(st.text(alphabet=r"^$().|:\d+*127", max_size=24), st.ip_addresses(v=4))
def test_no_network_is_wider_than_its_expression(text: str, address: ipaddress.IPv4Address) -> None:
    networks = [ipaddress.ip_network(network) for network in trusted_networks(text) or []]

    for network in networks:
        inside = network[int(address) % network.num_addresses]
        assert regex.search(text, f"{inside}:5060")
