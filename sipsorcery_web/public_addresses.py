"""Which IP addresses are public: everybody's, rather than this machine's or those of a network behind it."""

import ipaddress

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address

_CARRIERS_OF_IPV4 = tuple(map(ipaddress.ip_network, ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "::/96")))
"""NAT64, 6to4 and compatible addresses (RFC 6052, 8215, 3056, 4291): any IPv4 address may be inside."""


def is_public(address: IPAddress) -> bool:
    """Return whether an address is neither loopback, link-local, private nor multicast, nor hides one that is."""
    return (
        address.is_global and not address.is_multicast and not any(address in network for network in _CARRIERS_OF_IPV4)
    )
