from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy.orm import Session

from sipsorcery_web.contract.errors import Refused
from sipsorcery_web.contract.operations import NO_LIMIT
from sipsorcery_web.database.keyring import Keyring
from sipsorcery_web.service.context import ServiceContext
from sipsorcery_web.service.operations.dial_plans import DIAL_PLANS
from sipsorcery_web.service.operations.sip_accounts import SIP_ACCOUNTS
from sipsorcery_web.service.operations.sip_providers import SIP_PROVIDERS
from sipsorcery_web.service.store.filterable import filterable_of
from sipsorcery_web.service.store.lists import (
    CALLS,
    CDRS,
    PROVIDER_BINDINGS,
    REGISTRAR_BINDINGS,
    Listing,
    Scope,
    _reading,
)
from sipsorcery_web.service.store.models import CustomerRow, SIPAccountRow, SIPCDRRow
from tests.conftest import Clock
from tests.factories.rows import attempt_values, sip_account_values

ALICE, BOB = Scope("alice"), Scope("bobby")
EVERYBODY = Scope("root-admin", "*")
MEMBERS = Scope("bobby", "club")


@pytest.fixture
def session(service_context: ServiceContext) -> Iterator[Session]:
    """A store with alice and bob, and accounts of alice's."""
    with service_context.database.write() as session:
        for name in ("alice", "bobby"):
            session.add(
                CustomerRow(
                    id=uuid4(),
                    customer_username=name,
                    email_address=name,
                    password_hash="x",
                    inserted=service_context.clock(),
                )
            )
        session.flush()
        yield session
        session.rollback()


class Shelf:
    """The list of SIP accounts, with a way to put some there."""

    def __init__(self, session: Session, service_context: ServiceContext) -> None:
        self.session = session
        self.parts = service_context

    def put(self, *names: str, owner: str = "alice", **more: Any) -> None:
        for name in names:
            self.session.add(SIPAccountRow(**sip_account_values(owner, name, self.parts.clock(), **more)))
        self.session.flush()

    def names(
        self, scope: Scope = ALICE, where: str | None = None, offset: int = 0, count: int = NO_LIMIT
    ) -> list[str | None]:
        page = SIP_ACCOUNTS.listing.page(self.session, scope, where, offset, count, self.parts.keyring)
        return [account.sip_username for account in page]

    def count(self, scope: Scope = ALICE, where: str | None = None) -> int:
        return SIP_ACCOUNTS.listing.count(self.session, scope, where)


@pytest.fixture
def shelf(session: Session, service_context: ServiceContext) -> Shelf:
    return Shelf(session, service_context)


def test_an_empty_list_is_empty(shelf: Shelf) -> None:
    assert (shelf.names(), shelf.count()) == ([], 0)


def test_a_list_is_in_the_order_of_names(shelf: Shelf) -> None:
    shelf.put("carol", "alice", "bobby")

    assert shelf.names() == ["alice", "bobby", "carol"]


def test_rows_with_the_same_name_are_in_the_order_of_their_ids(shelf: Shelf, service_context: ServiceContext) -> None:
    for place in (3, 1, 2):
        shelf.session.add(SIPCDRRow(**cdr(service_context, place)))
    shelf.session.flush()
    pages = [CDRS.page(shelf.session, ALICE, None, offset, 1, service_context.keyring) for offset in range(3)]

    assert [page[0].id.int for page in pages] == [1, 2, 3]


def cdr(service_context: ServiceContext, place: int, **more: Any) -> dict[str, Any]:
    return attempt_values("alice", service_context.clock(), **({"id": UUID(int=place)} | more))


def test_the_newest_call_stands_first(shelf: Shelf, service_context: ServiceContext, clock: Clock) -> None:
    for place in (1, 2, 3):
        clock.pass_(minutes=1)
        shelf.session.add(SIPCDRRow(**cdr(service_context, place)))
    shelf.session.flush()

    assert [
        record.id.int for record in CDRS.page(shelf.session, ALICE, None, 0, NO_LIMIT, service_context.keyring)
    ] == [3, 2, 1]


@pytest.mark.parametrize(
    ("listing", "order", "descending"),
    [
        (SIP_ACCOUNTS.listing, "sip_username", False),
        (REGISTRAR_BINDINGS, "sip_account_name", False),
        (SIP_PROVIDERS.listing, "provider_name", False),
        (PROVIDER_BINDINGS, "provider_name", False),
        (DIAL_PLANS.listing, "dial_plan_name", False),
        (CALLS, "inserted", False),
        (CDRS, "created", True),
    ],
)
def test_each_list_has_the_order_of_the_original(listing: Listing[Any], order: str, descending: bool) -> None:
    assert (listing.order, listing.descending) == (order, descending)


@pytest.mark.parametrize(
    ("offset", "count", "expected"),
    [
        (0, NO_LIMIT, ["acct1", "acct2", "acct3", "acct4", "acct5"]),
        (0, 2, ["acct1", "acct2"]),
        (2, 2, ["acct3", "acct4"]),
        (4, 2, ["acct5"]),
        (3, NO_LIMIT, ["acct4", "acct5"]),
        (5, 2, []),
        (NO_LIMIT, NO_LIMIT, []),
        (0, 0, []),
        (2, 0, []),
        (0, 5, ["acct1", "acct2", "acct3", "acct4", "acct5"]),
    ],
)
def test_a_page_is(shelf: Shelf, offset: int, count: int, expected: list[str]) -> None:
    shelf.put("acct1", "acct2", "acct3", "acct4", "acct5")

    assert shelf.names(offset=offset, count=count) == expected
    assert shelf.count() == 5


@pytest.mark.parametrize(("offset", "count"), [(-1, 25), (0, -1), (-1, -1), (-(2**31), NO_LIMIT)])
def test_a_negative_number_is_refused(shelf: Shelf, offset: int, count: int) -> None:
    with pytest.raises(Refused, match="must not be negative"):
        shelf.names(offset=offset, count=count)


# Whose rows


def test_everybody_sees_their_own(shelf: Shelf) -> None:
    shelf.put("alice-desk")
    shelf.put("bobby-desk", owner="bobby")

    assert (shelf.names(ALICE), shelf.names(BOB)) == (["alice-desk"], ["bobby-desk"])
    assert (shelf.count(ALICE), shelf.count(BOB)) == (1, 1)


def test_the_administrator_sees_all(shelf: Shelf) -> None:
    shelf.put("alice-desk")
    shelf.put("bobby-desk", owner="bobby")

    assert shelf.names(EVERYBODY) == ["alice-desk", "bobby-desk"]
    assert shelf.count(EVERYBODY) == 2


def test_the_administrator_of_some_members_sees_theirs_and_their_own(shelf: Shelf) -> None:
    shelf.put("alice-club", admin_member_id="club")
    shelf.put("alice-other", admin_member_id="other")
    shelf.put("alice-desk")
    shelf.put("bobby-desk", owner="bobby")

    assert shelf.names(MEMBERS) == ["alice-club", "bobby-desk"]


@pytest.mark.parametrize("admin_id", [None, ""])
def test_an_empty_right_is_no_right(shelf: Shelf, admin_id: str | None) -> None:
    shelf.put("alice-desk", admin_member_id=admin_id)

    assert shelf.names(Scope("bobby", admin_id)) == []


def test_a_name_is_compared_exactly(shelf: Shelf) -> None:
    shelf.put("alice-desk")

    assert shelf.names(Scope("Alice")) == shelf.names(Scope("alic_")) == shelf.names(Scope("%")) == []


# Filters


@pytest.mark.parametrize("blank", [None, "", "  \n"])
def test_no_filter_is_all(shelf: Shelf, blank: str | None) -> None:
    shelf.put("alice-desk", "alice-hall")

    assert shelf.count(where=blank) == 2


def test_a_filter_narrows_page_and_count(shelf: Shelf) -> None:
    shelf.put("alice-desk", is_user_disabled=True)
    shelf.put("alice-hall", network_id="home")

    assert (shelf.names(where="IsUserDisabled"), shelf.count(where="IsUserDisabled")) == (["alice-desk"], 1)
    assert shelf.names(where='networkid = "home"') == ["alice-hall"]


@pytest.mark.parametrize("where", ["true", 'Owner = "bobby" or true', 'Owner = "bobby"', 'not (Owner = "alice")'])
def test_no_filter_shows_another_customers_rows(shelf: Shelf, where: str) -> None:
    shelf.put("alice-desk")
    shelf.put("bobby-desk", owner="bobby")

    assert "bobby-desk" not in shelf.names(where=where)


def test_the_administrator_filters_by_owner(shelf: Shelf) -> None:
    shelf.put("alice-desk")
    shelf.put("bobby-desk", owner="bobby")

    assert shelf.names(EVERYBODY, 'Owner = "bobby"') == ["bobby-desk"]


@pytest.mark.parametrize(
    ("where", "complaint"),
    [
        ('Nothing = "x"', "No property or field 'Nothing' exists in type 'SIPAccount'"),
        ('SIPUsername = "x', "Unterminated string literal"),
        ("SIPUsername", "Expression of type 'Boolean' expected"),
    ],
)
def test_a_filter_that_cannot_be_read_is_refused(shelf: Shelf, where: str, complaint: str) -> None:
    for ask in (shelf.names, shelf.count):
        with pytest.raises(Refused, match=complaint):
            ask(ALICE, where)


@pytest.mark.parametrize(
    ("listing", "secret"), [(SIP_ACCOUNTS.listing, "SIPPassword"), (SIP_PROVIDERS.listing, "ProviderPassword")]
)
def test_nobody_can_find_out_a_secret_by_filters(session: Session, listing: Listing[Any], secret: str) -> None:
    for right in ("=", "!=", "<", ">"):
        with pytest.raises(Refused, match=f"No property or field '{secret}'"):
            listing.count(session, EVERYBODY, f'{secret} {right} "a"')
    with pytest.raises(Refused, match="No property or field"):
        listing.count(session, EVERYBODY, f'{secret}.StartsWith("a")')


@pytest.mark.parametrize("name", ["sealed_sip_password", "SealedSipPassword", "AdminMemberId", "HA1", "sealed_ha1_md5"])
def test_columns_that_are_not_on_the_wire_cannot_be_asked_for(shelf: Shelf, name: str) -> None:
    with pytest.raises(Refused, match="No property or field"):
        shelf.count(where=f'{name} = "x"')


@pytest.mark.parametrize(
    "listing",
    [
        SIP_ACCOUNTS.listing,
        REGISTRAR_BINDINGS,
        SIP_PROVIDERS.listing,
        PROVIDER_BINDINGS,
        DIAL_PLANS.listing,
        CALLS,
        CDRS,
    ],
)
def test_every_field_of_every_list_but_secrets_can_be_filtered_by(
    session: Session, keyring: Keyring, listing: Listing[Any]
) -> None:
    for name in filterable_of(listing.record).columns:
        assert listing.count(session, ALICE, f"{name} = {name}") == 0
    assert list(listing.page(session, ALICE, None, 0, 25, keyring)) == []


def test_questions_that_differ_in_their_values_alone_have_one_statement(shelf: Shelf) -> None:
    shelf.put("desk", "phone")
    shelf.names(where='SIPUsername.StartsWith("de") or SIPUsername.StartsWith("other")')
    built = _reading.cache_info().misses
    assert shelf.names(BOB, where='SIPUsername.StartsWith("ph") or SIPUsername.StartsWith("de")') == []
    assert shelf.names(where='SIPUsername.StartsWith("ph") or SIPUsername.StartsWith("x")') == ["phone"]
    assert shelf.names(where='SIPUsername.StartsWith("ph")') == ["phone"]
    assert _reading.cache_info().misses == built + 1
