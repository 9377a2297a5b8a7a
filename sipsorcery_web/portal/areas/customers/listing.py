"""The list of customers: its search and filters, and its columns in a file."""

from collections.abc import Sequence

from sipsorcery_web.contract.extensions import CustomerAccount
from sipsorcery_web.contract.filters import Expression, any_of, prop
from sipsorcery_web.portal.http.backend import service
from sipsorcery_web.portal.lists.exports import Column
from sipsorcery_web.portal.lists.page import ListPage, labelled_page_of
from sipsorcery_web.portal.lists.query import FilterOption, ListFilter, ListQuery
from sipsorcery_web.portal.lists.search import and_, search, text_search

STATES = ListFilter(
    "state",
    [
        FilterOption("", "All"),
        FilterOption("suspended", "Suspended", prop("Suspended").is_true()),
        FilterOption("never", "Never signed in", prop("LastSignIn").equals(None)),
        FilterOption("one-factor", "No second factor", prop("HasSecondFactor").is_false()),
    ],
)
MOST_ACCOUNTS = 100
"""SIP accounts with the text that is looked for, whose owners are found by it."""

COLUMNS: Sequence[Column[CustomerAccount]] = (
    Column("customer_username", "Username"),
    Column("email_address", "E-mail address"),
    Column("first_name", "First name"),
    Column("last_name", "Last name"),
    Column("city", "City"),
    Column("country", "Country"),
    Column("suspended", "Suspended"),
    Column("suspended_reason", "Reason"),
    Column("email_address_confirmed", "Address confirmed"),
    Column("has_second_factor", "Second factor"),
    Column("last_sign_in", "Last sign-in", is_moment=True),
    Column("inserted", "Created", is_moment=True),
    Column("created_from_ip_address", "Created from"),
    Column("admin_id", "Administrator of"),
    Column("admin_member_id", "Member of"),
    Column("id", "Id", value=str),
)


def the_page(list_query: ListQuery) -> ListPage[CustomerAccount]:
    """Return the page that was asked for, with the names that it begins and ends with."""
    return labelled_page_of(service().customers, list_query, build_filter(list_query.query), "customer_username")


def build_filter(query: str) -> Expression | None:
    """Return the filter of the address: the text of the find box, and one of the states."""
    return and_(_search(query), STATES.chosen.where)


def _search(query: str) -> Expression | None:
    """Return the filter for a text in a customer's names or e-mail address, or in the name of a SIP account."""
    found = text_search(query, "CustomerUsername", "EmailAddress", "FirstName", "LastName")
    if found is None:
        return None
    return any_of(found, *(prop("CustomerUsername").equals(owner) for owner in _owners_of_accounts(query)))


def _owners_of_accounts(query: str) -> Sequence[str]:
    named = text_search(query.partition("@")[0], "SIPUsername")
    accounts = search(service().sip_accounts, named, MOST_ACCOUNTS) if named is not None else ()
    return sorted({account.owner for account in accounts if account.owner})
