"""The list of SIP providers: how it is searched and sifted, its rows, and its columns in a file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sipsorcery_web.contract.filters import Expression, all_of, any_of, prop
from sipsorcery_web.contract.records import ProviderType, SIPProvider
from sipsorcery_web.portal.http.backend import current_login, service
from sipsorcery_web.portal.http.capabilities import capabilities
from sipsorcery_web.portal.lists.exports import Column
from sipsorcery_web.portal.lists.page import ListPage, page_of
from sipsorcery_web.portal.lists.query import FilterOption, ListFilter, ListQuery
from sipsorcery_web.portal.lists.search import and_, text_search

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

OWNER: Column[SIPProvider] = Column("owner", "Owner", lambda provider: provider.owner)
COLUMNS: Sequence[Column[SIPProvider]] = (
    Column("provider_name", "Name", lambda provider: provider.provider_name),
    Column("provider_type", "Type", lambda provider: provider.provider_type.value),
    Column("provider_server", "Server", lambda provider: provider.provider_server),
    Column("provider_username", "Username", lambda provider: provider.provider_username),
    Column("register_enabled", "Register", lambda provider: provider.register_enabled),
    Column("register_admin_enabled", "Registration allowed", lambda provider: provider.register_admin_enabled),
    Column("register_disabled_reason", "Disabled reason", lambda provider: provider.register_disabled_reason),
    Column("register_contact", "Contact", lambda provider: provider.register_contact),
    Column("register_expiry", "Expiry in seconds", lambda provider: provider.register_expiry),
    Column("register_server", "Register server", lambda provider: provider.register_server),
    Column("register_realm", "Realm", lambda provider: provider.register_realm),
    Column("provider_auth_username", "Auth username", lambda provider: provider.provider_auth_username),
    Column("provider_from", "From header", lambda provider: provider.provider_from),
    Column("provider_outbound_proxy", "Outbound proxy", lambda provider: provider.provider_outbound_proxy),
    Column("custom_headers", "Custom headers", lambda provider: provider.custom_headers),
    Column("gv_callback_number", "Callback number", lambda provider: provider.gv_callback_number),
    Column("gv_callback_pattern", "Callback pattern", lambda provider: provider.gv_callback_pattern),
    Column("gv_callback_type", "Callback type", lambda provider: provider.gv_callback_type),
    Column("inserted", "Created", lambda provider: provider.inserted, is_moment=True),
    Column("last_update", "Changed", lambda provider: provider.last_update, is_moment=True),
    Column("id", "Id", lambda provider: str(provider.id)),
)
"""Passwords are no part of a file."""


@dataclass(frozen=True)
class ProviderRow:
    """A provider with its registration."""

    provider: SIPProvider
    registration: ProviderRegistration

    @property
    def has_to_register(self) -> bool:
        """Whether its owner wants that, and may."""
        is_sip = self.provider.provider_type is ProviderType.SIP
        return is_sip and self.provider.register_enabled and self.provider.register_admin_enabled


def columns() -> Sequence[Column[SIPProvider]]:
    """The columns of a file; administrators, who get the providers of all, get the owner first."""
    return (OWNER, *COLUMNS) if current_login().is_administrator else COLUMNS


def build_filter(query: str) -> Expression | None:
    """What the address asks for: the text of the find box, and one of the states."""
    return and_(_search(query), STATES.chosen.where)


def the_page(list_query: ListQuery) -> ListPage[SIPProvider]:
    """The page that was asked for, with the names that it begins and ends with where the list is sorted by them."""
    page = page_of(service().sip_providers, list_query, build_filter(list_query.query))
    if not page.items or not capabilities().sorts_lists:
        return page
    first, last = page.items[0].provider_name or "", page.items[-1].provider_name or ""
    return replace(page, first_label=first, last_label=last)


def rows_of(page: ListPage[SIPProvider]) -> Sequence[ProviderRow]:
    """The rows of a page, in their order."""
    return [ProviderRow(*each) for each in zip(page.items, registrations_of(page.items), strict=True)]


def figures_of(page: ListPage[SIPProvider], rows: Sequence[ProviderRow]) -> Mapping[str, int] | None:
    """How many registrations stand how, where the whole list is on the page."""
    if page.pages > 1 or page.is_filtered or not page.is_complete:
        return None
    states = [row.registration.state for row in rows if row.has_to_register]
    return {state: states.count(state) for state in ("registered", "trying", "failing", "ending", "unknown")}


def _search(query: str) -> Expression | None:
    """Part of the name, the server, the username or, for administrators, the owner; letter case does not matter."""
    names = [
        "ProviderName",
        "ProviderServer",
        "ProviderUsername",
        *(["Owner"] if current_login().is_administrator else []),
    ]
    return text_search(query, *names)
