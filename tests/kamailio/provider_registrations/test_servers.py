"""The server of a registration."""

import socket
from collections.abc import Sequence
from typing import Any

import dns.resolver
import pytest

from sipsorcery_web.ip_addresses import ContactPolicy
from sipsorcery_web.kamailio.provider_registrations import servers
from sipsorcery_web.kamailio.provider_registrations.servers import Resolver, Server, Unreachable
from sipsorcery_web.network.naptr import Rule

PUBLIC, OTHER, LOOPBACK, PRIVATE, METADATA = "198.41.0.4", "199.9.14.201", "127.0.0.1", "10.0.0.7", "169.254.169.254"
NAME = "sip.northline.example"


def resolver(
    addresses: dict[str, Sequence[str]] | None = None, services: dict[str, Any] | None = None, **more: Any
) -> Resolver:
    known = {NAME: [PUBLIC]} if addresses is None else addresses

    def addresses_of(name: str) -> Sequence[str]:
        if name not in known:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return known[name]

    usual = {"family": 4, "transports": frozenset({"udp", "tcp"}), "rules": lambda name, seconds: []}
    settings: dict[str, Any] = usual | more
    return Resolver(addresses=addresses_of, services=lambda name: (services or {}).get(name, []), **settings)


def found(text: str, known: Resolver) -> list[str]:
    return [address.uri for address in known.find(Server.of(text))]


@pytest.mark.parametrize(
    ("text", "uri"),
    [
        ("sip:sip.northline.example", f"sip:{PUBLIC}:5060;transport=udp"),
        ("sip:line@SIP.Northline.example:5070", f"sip:{PUBLIC}:5070;transport=udp"),
        ("sip:sip.northline.example;transport=TCP", f"sip:{PUBLIC}:5060;transport=tcp"),
        (f"sip:{OTHER}", f"sip:{OTHER}:5060;transport=udp"),
    ],
)
def test_a_server_is_found_by_its_name_or_address(text: str, uri: str) -> None:
    assert found(text, resolver()) == [uri]


def test_services_come_by_priority_and_a_port_leaves_them_out() -> None:
    services = {f"_sip._udp.{NAME}": [(20, 0, 5080, "second.example"), (10, 5, 5070, "first.example")]}
    known = resolver({"first.example": [PUBLIC], "second.example": [OTHER], NAME: [OTHER]}, services)

    assert found(f"sip:{NAME}", known) == [f"sip:{PUBLIC}:5070;transport=udp", f"sip:{OTHER}:5080;transport=udp"]
    assert found(f"sip:{NAME}:5060", known) == [f"sip:{OTHER}:5060;transport=udp"]


def test_a_service_without_an_address_leaves_the_others() -> None:
    services = {f"_sip._udp.{NAME}": [(1, 0, 5060, "gone.example"), (2, 0, 5060, "there.example")]}

    assert found(f"sip:{NAME}", resolver({"there.example": [PUBLIC]}, services)) == [f"sip:{PUBLIC}:5060;transport=udp"]


@pytest.mark.parametrize("address", [LOOPBACK, PRIVATE, METADATA, "0.0.0.0", "224.0.0.1", "100.64.0.1"])
def test_a_public_name_that_leads_to_a_private_address_is_not_used(address: str) -> None:
    with pytest.raises(Unreachable, match="private network"):
        resolver({NAME: [address]}).find(Server.of(f"sip:{NAME}"))
    assert resolver({NAME: [address]}, contacts=ContactPolicy(allows_private=True)).find(Server.of(f"sip:{NAME}"))


def test_a_service_that_leads_to_a_private_address_is_not_used() -> None:
    known = resolver({}, {f"_sip._udp.{NAME}": [(1, 1, 5060, LOOPBACK)]})

    with pytest.raises(Unreachable, match="private network"):
        known.find(Server.of(f"sip:{NAME}"))


def test_of_several_addresses_the_public_ones_are_used() -> None:
    assert found(f"sip:{NAME}", resolver({NAME: [LOOPBACK, PUBLIC]})) == [f"sip:{PUBLIC}:5060;transport=udp"]


@pytest.mark.parametrize("address", ["::1", "fe80::1%eth0", "::ffff:127.0.0.1", "64:ff9b::7f00:1", "fd00::1"])
def test_ipv6_hides_no_private_address(address: str) -> None:
    with pytest.raises(Unreachable, match="private network"):
        resolver({NAME: [address]}, family=6).find(Server.of(f"sip:{NAME}"))


@pytest.mark.parametrize(
    ("text", "family", "told"),
    [
        ("sip:unknown.example", 4, "leads to no address"),
        ("sip:[2606:4700::1111]", 4, "IPv4"),
        (f"sip:{PUBLIC}", 6, "IPv6"),
        (f"sips:{NAME}", 4, "does not speak TLS"),
        (f"sip:{NAME};transport=ws", 4, "does not speak WS"),
    ],
)
def test_what_is_out_of_reach_is_told(text: str, family: int, told: str) -> None:
    with pytest.raises(Unreachable, match=told):
        resolver(family=family).find(Server.of(text))


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (socket.gaierror(socket.EAI_AGAIN, "Temporary failure"), "name servers that this machine asks did not answer"),
        (socket.gaierror(socket.EAI_NODATA, "No address"), "leads to no address"),
        (UnicodeError("label too long"), "leads to no address"),
    ],
)
def test_a_resolver_that_fails_is_not_a_name_that_is_unknown(
    monkeypatch: pytest.MonkeyPatch, error: Exception, told: str
) -> None:
    def fails(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(socket, "getaddrinfo", fails)
    known = Resolver(4, frozenset({"udp"}), services=lambda name: [], rules=lambda name, seconds: [])

    with pytest.raises(Unreachable, match=told):
        known.find(Server.of(f"sip:{NAME}"))


def test_where_no_name_server_answers_there_are_no_services(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object, **__: object) -> None:
        raise dns.resolver.NoNameservers

    monkeypatch.setattr(dns.resolver, "resolve", fails)

    assert servers.services_of(f"_sip._udp.{NAME}") == []


def listed(service: str, replacement: str, order: int = 10, flags: str = "s") -> Rule:
    return Rule(order, 10, flags, service, "", replacement)


ALL = frozenset({"udp", "tcp", "tls"})
NAMED = {
    "_sip._udp.pool.example": [(1, 1, 5070, "udp.example")],
    "_sip._tcp.pool.example": [(1, 1, 5071, "tcp.example")],
    "_sips._tcp.pool.example": [(1, 1, 5072, "tls.example")],
}
HOSTS = {f"{transport}.example": [PUBLIC] for transport in ALL}


@pytest.mark.parametrize(
    ("rules", "spoken", "uri"),
    [
        ([listed("SIPS+D2T", "_sips._tcp.pool.example", 5), listed("SIP+D2U", "_sip._udp.pool.example")], ALL, "5072;transport=tls"),
        ([listed("SIPS+D2T", "_sips._tcp.pool.example", 5), listed("SIP+D2U", "_sip._udp.pool.example")], ALL - {"tls"}, "5070;transport=udp"),
        ([listed("SIP+D2U", "_sip._udp.pool.example"), listed("SIP+D2T", "_sip._tcp.pool.example", 5)], ALL, "5071;transport=tcp"),
        ([listed("sip+d2t", "_sip._tcp.pool.example"), listed("SIP+D2S", "_sip._sctp.pool.example", 5)], ALL, "5071;transport=tcp"),
        ([listed("SIP+D2T", "_sip._tcp.pool.example", flags="u")], ALL, "5060;transport=udp"),
    ],
)  # fmt: skip
def test_a_name_says_which_transport_it_wants(rules: Sequence[Rule], spoken: frozenset[str], uri: str) -> None:
    known = resolver({**HOSTS, NAME: [PUBLIC]}, NAMED, transports=spoken, rules=lambda name, seconds: rules)
    assert found(f"sip:{NAME}", known) == [f"sip:{PUBLIC}:{uri}"]


@pytest.mark.parametrize("text", [f"sip:{NAME};transport=udp", f"sip:{NAME}:5060", f"sip:{PUBLIC}"])
def test_a_name_is_not_asked_what_the_address_says(text: str) -> None:
    def never(name: str, seconds: float) -> Sequence[Rule]:
        raise AssertionError(name)

    assert found(text, resolver(rules=never)) == [f"sip:{PUBLIC}:5060;transport=udp"]


def test_a_name_that_wants_tls_is_asked_nothing_in_clear() -> None:
    rules = [listed("SIPS+D2T", "_sips._tcp.pool.example", 5), listed("SIP+D2U", "_sip._udp.pool.example")]
    known = resolver({**HOSTS}, NAMED, transports=ALL, rules=lambda name, seconds: rules)

    with pytest.raises(Unreachable, match="certificate"):
        known.reach(Server.of(f"sip:{NAME}"))
