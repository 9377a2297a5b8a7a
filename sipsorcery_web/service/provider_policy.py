"""The policy of an installation about providers."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from sipsorcery_web.contract.records import ProviderType, SIPProvider
from sipsorcery_web.contract.rules import Violation, catalogue
from sipsorcery_web.contract.sip_uris import SIPURI, split_port
from sipsorcery_web.ip_addresses import ContactPolicy, read_address

_IN_USE = ("provider_outbound_proxy", "register_server", "provider_server")
"""Where a registration is sent: the first of these that is set."""


@dataclass(frozen=True)
class SIPEngineReach:
    """The reach of the SIP engine: transports, and 4 or 6 as the version of IP."""

    transports: frozenset[str]
    ip_version: int


@dataclass(frozen=True)
class ProviderPolicy:
    """The policy: `forbidden` is a regular expression for hosts, `contacts` says which addresses are taken.

    Where there is no SIP engine, nothing is known of its `reach`.
    """

    forbidden: str = ""
    contacts: ContactPolicy = ContactPolicy()
    registrations: bool = True
    reach: SIPEngineReach | None = None


def policy_violations(provider: SIPProvider, policy: ProviderPolicy) -> Iterator[Violation]:
    """Servers that this installation does not send requests to (spec, section 7.4, and against forged requests)."""
    for field in catalogue.PROVIDER_SERVERS:
        hosts = _hosts(getattr(provider, field))
        if policy.forbidden and any(re.search(policy.forbidden, host) for host in hosts):
            yield Violation(field, catalogue.SERVER_FORBIDDEN[field])
        elif not all(map(policy.contacts.allows_host, hosts)):
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
    try:
        return SIPURI.parse(text or "").hosts
    except ValueError:
        return []
