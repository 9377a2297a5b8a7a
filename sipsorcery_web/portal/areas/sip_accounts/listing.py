"""The list of SIP accounts: its search and filters, its rows, and its columns in a file."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sipsorcery_web.contract.filters import Expression, all_of, any_of, prop
from sipsorcery_web.contract.records import SIPAccount
from sipsorcery_web.portal.http.backend import service
from sipsorcery_web.portal.http.capabilities import capabilities
from sipsorcery_web.portal.lists.exports import Column, owner_column
from sipsorcery_web.portal.lists.page import ListPage, labelled_page_of
from sipsorcery_web.portal.lists.query import FilterOption, ListFilter, ListQuery
from sipsorcery_web.portal.lists.search import and_, owned_text_search

from .refused_phones import ShownRefusal, last_of_the_day, refusals_of_all
from .registrations import PhoneRegistration, registrations_of

_DISABLED_BY_USER = prop("IsUserDisabled")
_DISABLED_BY_ADMINISTRATOR = prop("IsAdminDisabled")

STATES = ListFilter(
    "state",
    [
        FilterOption("", "All"),
        FilterOption("on", "Switched on", all_of(_DISABLED_BY_USER.is_false(), _DISABLED_BY_ADMINISTRATOR.is_false())),
        FilterOption("off", "Switched off", any_of(_DISABLED_BY_USER.is_true(), _DISABLED_BY_ADMINISTRATOR.is_true())),
        FilterOption("incoming", "Incoming only", prop("IsIncomingOnly").is_true()),
    ],
)
"""Who is registered is not known to the list of accounts, so there is no option for it."""


def _plan(name: str | None) -> str | None:
    """The name of a dial plan; a stored blank is no plan."""
    return (name or "").strip() or None


COLUMNS: Sequence[Column[SIPAccount]] = (
    Column("sip_username", "Username"),
    Column("sip_domain", "Domain"),
    Column("out_dial_plan_name", "Calls out", "out_dial_plan_name", _plan),
    Column("in_dial_plan_name", "Calls in", "in_dial_plan_name", _plan),
    Column("is_incoming_only", "Incoming only"),
    Column("is_switchboard_enabled", "On the switchboard"),
    Column("send_nat_keep_alives", "Keep-alives"),
    Column("dont_mangle_enabled", "Addresses as given"),
    Column("network_id", "Network id"),
    Column("ip_address_acl", "Trusted addresses"),
    Column("is_user_disabled", "Disabled"),
    Column("is_admin_disabled", "Disabled by administrator"),
    Column("admin_disabled_reason", "Reason"),
    Column("inserted", "Created", is_moment=True),
    Column("id", "Id", value=str),
)
"""Passwords are no part of a file."""


@dataclass(frozen=True)
class AccountRow:
    """An account with its registration; `initial` stands at the first row of each letter.

    `refused` is a phone that was refused and has not come in since.
    """

    account: SIPAccount
    registration: PhoneRegistration
    initial: str
    refused: ShownRefusal | None = None


def columns() -> Sequence[Column[SIPAccount]]:
    """The columns of a file; administrators, who get the accounts of all, get the owner first."""
    return (*owner_column(), *COLUMNS)


def build_filter(query: str) -> Expression | None:
    """Return the filter of the address: the text of the find box, and one of the states."""
    return and_(_search(query), STATES.chosen.where)


def the_page(list_query: ListQuery) -> ListPage[SIPAccount]:
    """Return the page that was asked for, with the names that it begins and ends with."""
    return labelled_page_of(service().sip_accounts, list_query, build_filter(list_query.query), "sip_username")


def rows_of(page: ListPage[SIPAccount]) -> Iterator[AccountRow]:
    """The rows of a page, in their order."""
    before = ""
    known = zip(page.items, registrations_of(page.items), refusals_of_all(page.items), strict=True)
    for account, registration, refusals in known:
        initial = (account.sip_username or "")[:1].upper() if capabilities().sorts_lists else ""
        refused = last_of_the_day(refusals, registration)
        yield AccountRow(account, registration, initial if initial != before else "", refused)
        before = initial


def _search(query: str) -> Expression | None:
    """Return the filter for an address, or a part of the name, the domain or, for administrators, the owner."""
    name, at, domain = query.lower().partition("@")
    if at:
        return all_of(prop("SIPUsername").lower().ends_with(name), prop("SIPDomain").lower().starts_with(domain))
    return owned_text_search(query, "SIPUsername", "SIPDomain")
