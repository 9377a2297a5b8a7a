"""The server that a registration is sent to.

The provider's server by its names (RFC 3263), and only where that is allowed.

Kamailio is given an address, never a name, so that what was checked is what is used.
"""

import ipaddress
import random
import socket
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import dns.exception
import dns.resolver

from sipsorcery_web.contract.sip_uris import SIPURI, split_port
from sipsorcery_web.ip_addresses import IPAddress, is_public, read_address

from .outcomes import NAME_SERVER_SILENT, NAME_UNKNOWN, NOT_PUBLIC, OTHER_FAMILY, TRANSPORT_UNKNOWN

DEFAULT_PORTS = {"udp": 5060, "tcp": 5060, "tls": 5061}
_SERVICES = {"udp": "_sip._udp", "tcp": "_sip._tcp", "tls": "_sips._tcp"}
PATIENCE = 5.0
"""Seconds that a question about a service may take."""


class Unreachable(Exception):
    """No address to send to; the text says why, in words for the provider's owner."""


@dataclass(frozen=True)
class Server:
    """A server as a provider is written with; without a port its services are looked up."""

    host: str
    port: int | None
    transport: str

    @classmethod
    def of(cls, text: str) -> "Server":
        """Return the server of a URI; ValueError for an impossible one."""
        uri = SIPURI.parse(text)
        return cls(*split_port(uri.host), uri.transport)


@dataclass(frozen=True)
class Address:
    """The address that a request is sent to."""

    ip: IPAddress
    port: int
    transport: str

    def __str__(self) -> str:
        """Return address and port as URIs write them."""
        return f"[{self.ip}]:{self.port}" if self.ip.version == 6 else f"{self.ip}:{self.port}"

    @property
    def uri(self) -> str:
        """Return the address as the next hop of a request."""
        return f"sip:{self};transport={self.transport}"


def addresses_of(name: str) -> Sequence[str]:
    """Return the addresses of a host as this machine knows them, its hosts file included. OSError as getaddrinfo."""
    found = socket.getaddrinfo(name, None, type=socket.SOCK_DGRAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def services_of(name: str) -> Sequence[tuple[int, int, int, str]]:
    """Return priority, weight, port and host of each SRV record of a name; none where there are none."""
    try:
        records: Any = dns.resolver.resolve(name, "SRV", lifetime=PATIENCE)
    except dns.exception.DNSException:
        return []  # the name itself is asked for next, and tells what is wrong
    return [(each.priority, each.weight, each.port, str(each.target).rstrip(".")) for each in records]


@dataclass(frozen=True)
class Resolver:
    """The resolver of the addresses of servers that Kamailio can reach and may use."""

    family: int
    """4 or 6, as Kamailio's own address."""
    transports: frozenset[str]
    allows_private: bool = False
    addresses: Callable[[str], Sequence[str]] = addresses_of
    services: Callable[[str], Sequence[tuple[int, int, int, str]]] = services_of

    def find(self, server: Server) -> list[Address]:
        """Return where a request to a server may be sent, in the order to try. Unreachable when there is nowhere."""
        if server.transport not in self.transports:
            raise Unreachable(TRANSPORT_UNKNOWN.format(server.transport.upper()))
        found = list(self._found(server))
        reached = [address for address in found if address.ip.version == self.family]
        if not reached:
            raise Unreachable(OTHER_FAMILY.format(self.family) if found else NAME_UNKNOWN)
        allowed = [address for address in reached if self.allows_private or is_public(address.ip)]
        if not allowed:
            raise Unreachable(NOT_PUBLIC)
        return allowed

    def _found(self, server: Server) -> Iterator[Address]:
        hosts = [(server.host, server.port or DEFAULT_PORTS[server.transport])]
        if server.port is None and read_address(server.host) is None:
            services = self.services(f"{_SERVICES[server.transport]}.{server.host}")
            hosts = list(_in_order(services)) or hosts
        failure: Unreachable | None = None
        for host, port in hosts:
            try:
                yield from (Address(ip, port, server.transport) for ip in self._addresses(host))
            except Unreachable as error:
                failure = error  # another host may have addresses
        if failure is not None and len(hosts) == 1:
            raise failure

    def _addresses(self, host: str) -> list[IPAddress]:
        literal = read_address(host)
        if literal is not None:
            return [literal]
        try:
            return [ipaddress.ip_address(text.partition("%")[0]) for text in self.addresses(host)]
        except socket.gaierror as error:
            is_known = error.errno == socket.EAI_AGAIN
            raise Unreachable(NAME_SERVER_SILENT if is_known else NAME_UNKNOWN) from error
        except (OSError, UnicodeError) as error:  # a name that no name can be
            raise Unreachable(NAME_UNKNOWN) from error


def _in_order(services: Iterable[tuple[int, int, int, str]]) -> Iterator[tuple[str, int]]:
    """Yield the hosts by priority, and among equals by chance, the heavier first more often (RFC 2782)."""
    chance = random.SystemRandom()
    weighed = [
        (priority, -(chance.random() ** (1 / max(weight, 0.01))), target, port)
        for priority, weight, port, target in services
    ]
    yield from ((target, port) for _, _, target, port in sorted(weighed) if target)
