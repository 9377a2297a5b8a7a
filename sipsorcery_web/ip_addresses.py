"""IP addresses: reading one from a host, and telling which may be contacted: the one place that decides about it."""

import ipaddress
import re
import socket
import unicodedata
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
IPNetwork = ipaddress.IPv4Network | ipaddress.IPv6Network

_NOT_PUBLIC = {
    # IPv4: what IANA has registered for special purposes (RFC 6890), and what is no host's
    "0.0.0.0/8": "this network, and this machine",
    "10.0.0.0/8": "a private network",
    "100.64.0.0/10": "customers behind a carrier's NAT, and metadata of Alibaba's cloud",
    "127.0.0.0/8": "this machine",
    "169.254.0.0/16": "link-local, and metadata of most clouds",
    "172.16.0.0/12": "a private network",
    "192.0.0.0/24": "protocols of the IETF, and metadata of Oracle's cloud",
    "192.0.2.0/24": "documentation",
    "192.88.99.0/24": "the way to 6to4, which any IPv4 address may be behind",
    "192.168.0.0/16": "a private network",
    "198.18.0.0/15": "benchmarks",
    "198.51.100.0/24": "documentation",
    "203.0.113.0/24": "documentation",
    "224.0.0.0/4": "multicast",
    "240.0.0.0/4": "reserved, and broadcast",
    "168.63.129.16/32": "the host agent of Azure's cloud, which looks public",
    # IPv6: all that is no global unicast address (RFC 4291), and the exceptions among these
    "::/3": "this machine, and IPv4 addresses in other clothes: mapped, compatible, NAT64",
    "4000::/2": "reserved",
    "8000::/1": "link-local, private (ULA), multicast and reserved; metadata of clouds",
    "2001::/23": "protocols of the IETF, and Teredo, which carries any IPv4 address",
    "2001:db8::/32": "documentation",
    "2002::/16": "6to4, which carries any IPv4 address",
    "3fff::/20": "documentation",
}
"""What no request of a customer goes to, each with what is there."""
NOT_PUBLIC: tuple[IPNetwork, ...] = tuple(map(ipaddress.ip_network, _NOT_PUBLIC))
_DOTS = str.maketrans("\u3002\uff0e\uff61", "...")
"""Characters that stand for a dot in a host's name (RFC 3490, section 3.1)."""


def read_address(host: str) -> IPAddress | None:
    """Return the address that a host is, an IPv6 one with or without its brackets; None for a name."""
    try:
        return ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return None


def without_zone(address: IPAddress) -> str:
    """Return the text of an address without its zone (RFC 4007), which means something to this machine alone."""
    return str(address).partition("%")[0]


def is_loopback(host: str) -> bool:
    """Return True when a host, a name or an address, means this machine (RFC 6761, section 6.3)."""
    address = read_address(host)
    return address.is_loopback if address else host == "localhost" or host.endswith(".localhost")


@dataclass(frozen=True)
class ContactPolicy:
    """The addresses that the portal may send a customer's request to: public ones, and none of this machine's own.

    It is asked about addresses when they are used; about a host only to tell early what would never be.
    """

    allows_private: bool = False
    """Whether all addresses may be contacted, since an operator's providers are in private networks."""
    own: frozenset[IPAddress] = frozenset()
    """What this machine is reached at beside the addresses that it has: behind 1:1 NAT, the outer one."""

    def allows(self, address: IPAddress) -> bool:
        """Return True when an address may be contacted."""
        return self.allows_private or (is_public(address) and address not in self.own and not _has(address))

    def allows_host(self, host: str) -> bool:
        """Return True unless a host, with or without a port, is an address that may not be contacted.

        A name's addresses are looked at when it is used. Addresses that only some programs read as such (2130706433,
        0x7f.1, 0177.0.0.1) are refused whatever they mean, for each means another thing to another program.
        """
        name = _host_without_port(host)
        if (address := read_address(name)) is not None:
            return self.allows(address)
        last = name.rpartition(".")[2]
        is_number = re.fullmatch(r"0x[0-9a-f]*|[0-9]+", last)  # as no top-level domain is (RFC 3696, section 2)
        return self.allows_private or not (last == "localhost" or is_number)


PUBLIC_ONLY = ContactPolicy()


def is_public(address: IPAddress) -> bool:
    """Return True when an address is a public host's, and cannot hide one that is not."""
    return not any(address in network for network in NOT_PUBLIC)


def _host_without_port(host: str) -> str:
    """Return a host as resolvers read it: with digits and dots of ASCII (RFC 3490), without brackets and zone."""
    text = unicodedata.normalize("NFKC", host).translate(_DOTS).strip().lower()
    if not text.startswith("[") and text.count(":") < 2:
        text = text.partition(":")[0]
    return text.lstrip("[").partition("]")[0].partition("%")[0].rstrip(".")


def _has(address: IPAddress) -> bool:
    """Return True when this machine has the address: it would send from it to reach it. Nothing is sent."""
    family = socket.AF_INET6 if address.version == 6 else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.connect((str(address), 9))
            return read_address(str(probe.getsockname()[0])) == address
    except OSError:  # no way to it at all
        return False


def own_addresses() -> list[IPAddress]:
    """Return this machine's own addresses, as Linux lists them; none where there is no such list."""
    v4 = (
        before.split()[-1]
        for before, line in pairwise(_lines_of("/proc/net/fib_trie"))
        if line.endswith("/32 host LOCAL")
    )
    v6 = (bytes.fromhex(line.split()[0]) for line in _lines_of("/proc/net/if_inet6"))
    return [*sorted(map(ipaddress.IPv4Address, {*v4})), *sorted(map(ipaddress.IPv6Address, {*v6}))]


def _lines_of(path: str) -> list[str]:
    try:
        return Path(path).read_text().splitlines()
    except OSError:
        return []


def customer_network(address: IPAddress) -> str:
    """Return what counts as one caller: an IPv4 address, also within IPv6; else the /64 that a customer is given."""
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is None:
            return str(ipaddress.ip_network((address, 64), strict=False).network_address)
        return str(address.ipv4_mapped)
    return str(address)


def wide_network(address: IPAddress) -> str:
    """Return what mostly is one provider's: the /16 of an IPv4 address, also within IPv6; else the /32."""
    v4 = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else address
    return str(ipaddress.ip_network((v4, 16) if v4 is not None else (address, 32), strict=False))


def caller_network(address: str) -> str:
    """Return the same for the text of an address; for what is none, so much of it as is stored."""
    parsed = read_address(address)
    return customer_network(parsed) if parsed else address[:45]
