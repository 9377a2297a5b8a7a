"""The policy of an installation about providers."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from sipsorcery_web.contract.records import ProviderType, SIPProvider
from sipsorcery_web.contract.rules import Violation, catalogue
from sipsorcery_web.contract.sip_uris import SIPURI, split_port
from sipsorcery_web.ip_addresses import is_public, read_address

_IN_USE = ("provider_outbound_proxy", "register_server", "provider_server")
"""Where a registration is sent: the first of these that is set."""


@dataclass(frozen=True)
class SIPEngineReach:
    """The reach of the SIP engine: transports, and 4 or 6 as the version of IP."""

    transports: frozenset[str]
    ip_version: int


@dataclass(frozen=True)
class ProviderPolicy:
    """The policy: `forbidden` is a regular expression for hosts; `private` allows addresses that are not public.

    Where there is no SIP engine, nothing is known of its `reach`.
    """

    forbidden: str = ""
    private: bool = False
    registrations: bool = True
    reach: SIPEngineReach | None = None


def policy_violations(provider: SIPProvider, policy: ProviderPolicy) -> Iterator[Violation]:
    """Servers that this installation does not send requests to (spec, section 7.4, and against forged requests)."""
    for field in catalogue.PROVIDER_SERVERS:
        hosts = _hosts(getattr(provider, field))
        if policy.forbidden and any(re.search(policy.forbidden, host) for host in hosts):
            yield Violation(field, catalogue.SERVER_FORBIDDEN[field])
        elif not policy.private and not all(map(_is_public, hosts)):
            yield Violation(field, catalogue.SERVER_PRIVATE[field])
    if policy.reach is not None and provider.register_enabled and provider.provider_type is ProviderType.SIP:
        yield from _out_of_reach(provider, policy.reach)


def _out_of_reach(provider: SIPProvider, reach: SIPEngineReach) -> Iterator[Violation]:
    """A server to register with that the SIP engine could never send anything to."""
    field = next((name for name in _IN_USE if getattr(provider, name)), "")
    try:
        uri = SIPURI.parse(getattr(provider, field, None) or "")
    except ValueError:
        return
    if uri.transport not in reach.transports:
        yield Violation(field, catalogue.SERVER_TRANSPORT[field], {"transport": uri.transport.upper()})
    address = read_address(split_port(uri.host)[0])  # a name's is looked at whenever it is used
    if address is not None and address.version != reach.ip_version:
        yield Violation(field, catalogue.SERVER_IP_VERSION[field, address.version])


def _hosts(text: str | None) -> list[str]:
    """Return the host of this URI, and the `maddr` that overrides it (RFC 3261, section 19.1.1)."""
    try:
        uri = SIPURI.parse(text or "")
    except ValueError:
        return []
    return [uri.host, *re.findall(r";maddr=([^;?]*)", uri.parameters, re.IGNORECASE)]


def _is_public(host: str) -> bool:
    """Return True when a host may be public: every name, and addresses that are not loopback, link-local or private."""
    name = (host.rpartition(":")[0] if re.search(r":\d+$", host) else host).rstrip(".").lower()
    address = read_address(name)
    if address is not None:
        return is_public(address)
    last = name.rpartition(".")[2]
    # A resolver reads 127.1, 2130706433 and 0x7f000001 as addresses; no top-level domain is a number (RFC 3696).
    return last != "localhost" and not re.fullmatch(r"0x[0-9a-f]*|[0-9]+", last)
