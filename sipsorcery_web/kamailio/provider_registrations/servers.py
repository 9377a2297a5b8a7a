"""The server that a registration is sent to.

The provider's server by its names (RFC 3263), and only where that is allowed.

Kamailio is given an address, never a name, so that what was checked is what is used.
"""

import ipaddress
import random
import socket
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial

from sipsorcery_web.contract.sip_uris import SIPURI, split_port
from sipsorcery_web.ip_addresses import ContactPolicy, IPAddress, read_address
from sipsorcery_web.network.contacting import addresses_of
from sipsorcery_web.network.dns_records import Ask, records_of
from sipsorcery_web.network.naptr import Rule, rules_of
from sipsorcery_web.network.timed_http import in_time, over_within, seconds_left

from .outcomes import (
    CERTIFICATE_REFUSED,
    NAME_SERVER_SILENT,
    NAME_UNKNOWN,
    NOT_PUBLIC,
    OTHER_FAMILY,
    TRANSPORT_UNKNOWN,
)

DEFAULT_PORTS = {"udp": 5060, "tcp": 5060, "tls": 5061}
_SERVICES = {"udp": "_sip._udp", "tcp": "_sip._tcp", "tls": "_sips._tcp"}
_NAPTR_SERVICES = {"sip+d2u": "udp", "sip+d2t": "tcp", "sips+d2t": "tls"}
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
    names_transport: bool = False
    """Whether its transport was written down, and is not for the DNS to say."""

    @classmethod
    def of(cls, text: str) -> "Server":
        """Return the server of a URI; ValueError for an impossible one."""
        uri = SIPURI.parse(text)
        return cls(*split_port(uri.host), uri.transport, uri.names_transport)

    @property
    def is_name(self) -> bool:
        """Return whether it has to be looked up."""
        return read_address(self.host) is None


@dataclass(frozen=True)
class Address:
    """The address that a request is sent to."""

    ip: IPAddress
    port: int
    transport: str
    name: str = field(default="", compare=False)
    """The server's, as it is written: its certificate is for that."""

    def __str__(self) -> str:
        """Return address and port as URIs write them."""
        return f"[{self.ip}]:{self.port}" if self.ip.version == 6 else f"{self.ip}:{self.port}"

    @property
    def server_name(self) -> str:
        """Return the name to say to the server over TLS (SNI), which no address is (RFC 6066, section 3)."""
        return self.name if self.transport == "tls" and self.name and read_address(self.name) is None else ""

    @property
    def uri(self) -> str:
        """Return the address as the next hop of a request."""
        return f"sip:{self};transport={self.transport}"


def services_of(name: str, ask: Ask = records_of) -> Sequence[tuple[int, int, int, str]]:
    """Return priority, weight, port and host of each SRV record of a name; none where there are none.

    None where no answer came in time, too: the name itself is asked for next, and tells what is wrong.
    """
    records = ask(name, "SRV", min(PATIENCE, seconds_left()))
    return [(each.priority, each.weight, each.port, str(each.target).rstrip(".")) for each in records]


def unproven(_address: Address) -> None:
    """Stand in for the look at certificates: none is taken."""
    raise Unreachable(CERTIFICATE_REFUSED.format("nobody has looked at it"))


@dataclass(frozen=True)
class Service:
    """A service that a name is looked up for (SRV), and its transport."""

    name: str
    transport: str

    @property
    def domain(self) -> str:
        """Return the domain that it is a service of."""
        return self.name.removeprefix(f"{_SERVICES[self.transport]}.")


@dataclass(frozen=True)
class Resolver:
    """The resolver of the addresses of servers that Kamailio can reach and may use."""

    family: int
    """4 or 6, as Kamailio's own address."""
    transports: frozenset[str]
    contacts: ContactPolicy = ContactPolicy()
    addresses: Callable[[str], Sequence[str]] = addresses_of
    services: Callable[[str], Sequence[tuple[int, int, int, str]]] = services_of
    rules: Callable[[str, float], Sequence[Rule]] = rules_of
    prove: Callable[[Address], None] = unproven
    """Has the server at an address prove over TLS that it is the one of its name. Unreachable where it does not."""

    def find(self, server: Server) -> list[Address]:
        """Return where a request to a server may be sent, in the order to try. Unreachable when there is nowhere.

        All of them have the first one's transport, so that nothing is sent in clear where TLS comes to nothing. Raises
        TimeoutError within a time limit.
        """
        if server.transport not in self.transports:
            raise Unreachable(TRANSPORT_UNKNOWN.format(server.transport.upper()))
        found = list(self._found(server))
        reached = [address for address in found if address.ip.version == self.family]
        if not reached:
            raise Unreachable(OTHER_FAMILY.format(self.family) if found else NAME_UNKNOWN)
        allowed = [address for address in reached if self.contacts.allows(address.ip)]
        if not allowed:
            raise Unreachable(NOT_PUBLIC)
        return [address for address in allowed if address.transport == allowed[0].transport]

    def reach(self, server: Server, turn: int = 0) -> Address:
        """Return the address whose turn it is, which has proved over TLS whose it is. Unreachable where none may be."""
        addresses = self.find(server)
        address = addresses[turn % len(addresses)]
        if address.transport == "tls":
            self.prove(address)
        return address

    def listed_services(self, server: Server) -> list[Service]:
        """Return the services that a name lists for itself (NAPTR), of transports spoken here, in their order.

        None where the URI leaves nothing open (RFC 3263, section 4.1), or the name lists none.
        """
        if server.names_transport or server.port is not None or not server.is_name:
            return []
        listed = [
            Service(rule.replacement.lower(), _NAPTR_SERVICES.get(rule.service.lower(), ""))
            for rule in sorted(self.rules(server.host, min(PATIENCE, seconds_left())))
            if rule.flags.lower() == "s"
        ]
        return [service for service in listed if service.transport in self.transports]

    def _hosts(self, server: Server) -> Iterator[tuple[str, int, str]]:
        """Yield hosts, ports and transports; the name itself where it has no services."""
        transport, found = server.transport, False
        if server.port is None and server.is_name:
            usual = Service(f"{_SERVICES[transport]}.{server.host}", transport)
            services = self.listed_services(server) or [usual]
            transport = services[0].transport
            for service in services:
                for host, port in _in_order(self.services(service.name)):
                    found = True
                    yield host, port, service.transport
        if not found:
            yield server.host, server.port or DEFAULT_PORTS[transport], transport

    def _found(self, server: Server) -> Iterator[Address]:
        hosts = list(self._hosts(server))
        failure: Unreachable | None = None
        for host, port, transport in hosts:
            try:
                yield from (Address(ip, port, transport, server.host) for ip in self._addresses(host))
            except Unreachable as error:
                failure = error  # another host may have addresses
        if failure is not None and len(hosts) == 1:
            raise failure

    def _addresses(self, host: str) -> list[IPAddress]:
        literal = read_address(host)
        if literal is not None:
            return [literal]
        try:
            with over_within(PATIENCE):
                texts = in_time(partial(self.addresses, host))
            return [ipaddress.ip_address(text.partition("%")[0]) for text in texts]
        except TimeoutError as error:
            raise Unreachable(NAME_SERVER_SILENT) from error
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
