"""The list of SIP providers: its search and filters, its rows, and its columns in a file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sipsorcery_web.contract.filters import Expression, all_of, any_of, prop
from sipsorcery_web.contract.records import ProviderType, SIPProvider
from sipsorcery_web.portal.http.backend import service
from sipsorcery_web.portal.lists.exports import Column, owner_column
from sipsorcery_web.portal.lists.page import ListPage, labelled_page_of
from sipsorcery_web.portal.lists.query import FilterOption, ListFilter, ListQuery
from sipsorcery_web.portal.lists.search import and_, owned_text_search

from .registrations import ProviderRegistration, registrations_of

_WANTED, _ALLOWED = prop("RegisterEnabled"), prop("RegisterAdminEnabled")

STATES = ListFilter(
    "state",
    [
        FilterOption("", "All"),
        FilterOption("registering", "Registering", all_of(_WANTED.is_true(), _ALLOWED.is_true())),
        FilterOption("off", "Not registering", any_of(_WANTED.is_false(), _ALLOWED.is_false())),
    ],
)
"""How a registration stands is not known to the list of providers, so there is no option for it."""

COLUMNS: Sequence[Column[SIPProvider]] = (
    Column("provider_name", "Name"),
    Column("provider_type", "Type", value=lambda kind: kind.value),
    Column("provider_server", "Server"),
    Column("provider_username", "Username"),
    Column("register_enabled", "Register"),
    Column("register_admin_enabled", "Registration allowed"),
    Column("register_disabled_reason", "Disabled reason"),
    Column("register_contact", "Contact"),
    Column("register_expiry", "Expiry in seconds"),
    Column("register_server", "Register server"),
    Column("register_realm", "Realm"),
    Column("provider_auth_username", "Auth username"),
    Column("provider_from", "From header"),
    Column("provider_outbound_proxy", "Outbound proxy"),
    Column("custom_headers", "Custom headers"),
    Column("gv_callback_number", "Callback number"),
    Column("gv_callback_pattern", "Callback pattern"),
    Column("gv_callback_type", "Callback type"),
    Column("inserted", "Created", is_moment=True),
    Column("last_update", "Changed", is_moment=True),
    Column("id", "Id", value=str),
)
"""Passwords are no part of a file."""


@dataclass(frozen=True)
class ProviderRow:
    """A provider with its registration."""

    provider: SIPProvider
    registration: ProviderRegistration

    @property
    def has_to_register(self) -> bool:
        """Return True when the provider is to be registered with and may be."""
        is_sip = self.provider.provider_type is ProviderType.SIP
        return is_sip and self.provider.register_enabled and self.provider.register_admin_enabled


def columns() -> Sequence[Column[SIPProvider]]:
    """The columns of a file; administrators, who get the providers of all, get the owner first."""
    return (*owner_column(), *COLUMNS)


def build_filter(query: str) -> Expression | None:
    """Return the filter of the address: the text of the find box, and one of the states."""
    return and_(_search(query), STATES.chosen.where)


def the_page(list_query: ListQuery) -> ListPage[SIPProvider]:
    """Return the page that was asked for, with the names that it begins and ends with."""
    return labelled_page_of(service().sip_providers, list_query, build_filter(list_query.query), "provider_name")


def rows_of(page: ListPage[SIPProvider]) -> Sequence[ProviderRow]:
    """The rows of a page, in their order."""
    return [ProviderRow(*each) for each in zip(page.items, registrations_of(page.items), strict=True)]


def figures_of(page: ListPage[SIPProvider], rows: Sequence[ProviderRow]) -> Mapping[str, int] | None:
    """Return the number of registrations in each state, where the whole list is on the page."""
    if page.pages > 1 or page.is_filtered or not page.is_complete:
        return None
    states = [row.registration.state for row in rows if row.has_to_register]
    return {state: states.count(state) for state in ("registered", "trying", "failing", "ending", "unknown")}


def _search(query: str) -> Expression | None:
    """Return the filter for a part of the name, the server, the username or, for administrators, the owner."""
    return owned_text_search(query, "ProviderName", "ProviderServer", "ProviderUsername")
