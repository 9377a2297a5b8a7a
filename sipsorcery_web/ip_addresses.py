"""IP addresses: reading one from a host, and telling which are of this machine and which are public."""

import ipaddress

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address

_CARRIERS_OF_IPV4 = tuple(map(ipaddress.ip_network, ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "::/96")))
"""NAT64, 6to4 and compatible addresses (RFC 6052, 8215, 3056, 4291): any IPv4 address may be inside."""


def read_address(host: str) -> IPAddress | None:
    """Return the address that a host is, an IPv6 one with or without its brackets; None for a name."""
    try:
        return ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return None


def is_loopback(host: str) -> bool:
    """Return True when a host, a name or an address, means this machine (RFC 6761, section 6.3)."""
    address = read_address(host)
    return address.is_loopback if address else host == "localhost" or host.endswith(".localhost")


def is_public(address: IPAddress) -> bool:
    """Return True when an address is neither loopback, link-local, private nor multicast, nor hides one that is."""
    return (
        address.is_global and not address.is_multicast and not any(address in network for network in _CARRIERS_OF_IPV4)
    )


def customer_network(address: IPAddress) -> str:
    """Return what counts as one caller: an IPv4 address, also within IPv6; else the /64 that a customer is given."""
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is None:
            return str(ipaddress.ip_network((address, 64), strict=False).network_address)
        return str(address.ipv4_mapped)
    return str(address)
