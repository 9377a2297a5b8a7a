"""The things that a customer has, counted, with the lists that show them."""

from collections.abc import Iterator
from dataclasses import dataclass

from flask import url_for

from sipsorcery_web.contract.extensions import AuditEntry
from sipsorcery_web.contract.filters import prop
from sipsorcery_web.contract.operations import AtLeast
from sipsorcery_web.portal.http.backend import current_login, service
from sipsorcery_web.portal.lists.query import address_of
from sipsorcery_web.portal.lists.search import MOST_COUNTED

NEWEST = 5
"""Changes that the page of a customer shows."""


@dataclass(frozen=True)
class Holding:
    """Things of a kind that a customer has; `address` is that of their list, "" where it cannot be narrowed to them."""

    name: str
    count: int
    address: str

    @property
    def words(self) -> str:
        """Return how many there are."""
        return f"{self.count:,} and more" if isinstance(self.count, AtLeast) else f"{self.count:,}"


def holdings_of(username: str) -> Iterator[Holding]:
    """Yield what a customer has of each kind, for administrators of all, who see all of it; for others nothing."""
    if not current_login().is_administrator:
        return
    client, theirs = service(), prop("Owner").equals(username)
    kinds = (
        ("SIP accounts", client.sip_accounts, "sip_accounts.index", "q"),
        ("SIP providers", client.sip_providers, "sip_providers.index", "q"),
        ("Dial plans", client.dial_plans, "dial_plans.index", "q"),
        ("Registrations", client.registrar_bindings, "registrations.index", "q"),
        ("Calls in progress", client.calls, "", ""),
        ("Call records", client.cdrs, "cdrs.index", "owner"),
        ("Changes", client.audit, "changes.index", "q"),
    )
    for name, entries, endpoint, parameter in kinds:
        address = address_of(url_for(endpoint), {parameter: username}) if endpoint else ""
        yield Holding(name, entries.count(theirs, MOST_COUNTED), address)


def newest_changes_of(username: str) -> list[AuditEntry]:
    """Return the last changes of what is a customer's."""
    return service().audit.page(0, NEWEST, prop("Owner").equals(username))
