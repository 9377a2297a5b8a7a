"""What an installation allows as a provider."""

import ipaddress
import re
from collections.abc import Iterator
from dataclasses import dataclass

from sipsorcery_web.contract.records import SIPProvider
from sipsorcery_web.contract.rules import Violation
from sipsorcery_web.contract.sip_uris import SIPURI

_FIELDS = {
    "provider_server": "Provider Server",
    "register_server": "Provider Register Server",
    "provider_outbound_proxy": "Provider Outbound Proxy",
}


_CARRIERS_OF_IPV4 = tuple(map(ipaddress.ip_network, ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "::/96")))
"""NAT64, 6to4 and compatible addresses (RFC 6052, 8215, 3056, 4291): any IPv4 address may be inside."""


@dataclass(frozen=True)
class ProviderPolicy:
    """`forbidden` is a regular expression searched in hosts; `private` allows addresses that are not public."""

    forbidden: str = ""
    private: bool = False
    registrations: bool = True


def policy_violations(provider: SIPProvider, policy: ProviderPolicy) -> Iterator[Violation]:
    """Servers that this installation does not send requests to (spec, section 7.4, and against forged requests)."""
    for field, label in _FIELDS.items():
        hosts = _hosts(getattr(provider, field))
        if policy.forbidden and any(re.search(policy.forbidden, host) for host in hosts):
            yield Violation(
                field,
                f"The {label} contains a disallowed string. If you are trying to create a Provider entry pointing to "
                "sipsorcery.com it is not permitted.",
            )
        elif not policy.private and not all(map(_is_public, hosts)):
            yield Violation(field, f"The {label} is an address of a private network, which is not permitted here.")


def _hosts(text: str | None) -> list[str]:
    """Where a request to this URI may go: its host, and the `maddr` that overrides it (RFC 3261, section 19.1.1)."""
    try:
        uri = SIPURI.parse(text or "")
    except ValueError:
        return []
    return [uri.host, *re.findall(r";maddr=([^;?]*)", uri.parameters, re.IGNORECASE)]


def _is_public(host: str) -> bool:
    """Whether a host may be public: every name, and addresses that are not loopback, link-local or private."""
    name = (host.rpartition(":")[0] if re.search(r":\d+$", host) else host).rstrip(".").lower()
    try:
        address = ipaddress.ip_address(name.strip("[]"))
    except ValueError:
        last = name.rpartition(".")[2]
        # A resolver reads 127.1, 2130706433 and 0x7f000001 as addresses; no top-level domain is a number (RFC 3696).
        return last != "localhost" and not re.fullmatch(r"0x[0-9a-f]*|[0-9]+", last)
    return address.is_global and not any(address in network for network in _CARRIERS_OF_IPV4)
