"""Counts of parts of lists: what they say is what the list has, and reading begins where they point."""

import importlib
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast
from uuid import UUID

import pytest
from sqlalchemy import delete, insert, inspect, select, text, true, update
from sqlalchemy.orm import Session

from sipsorcery_web.contract.call_records import CHALLENGES, WITHOUT_CHALLENGES
from sipsorcery_web.contract.filters import Where, prop
from sipsorcery_web.contract.operations import NO_LIMIT
from sipsorcery_web.database.connection import Database, open_database
from sipsorcery_web.database.migrate import migrate
from sipsorcery_web.service.operations import LISTS
from sipsorcery_web.service.operations.sip_accounts import SIP_ACCOUNTS
from sipsorcery_web.service.store import list_counts
from sipsorcery_web.service.store.lists import CDRS, Listing, Scope
from sipsorcery_web.service.store.models import CustomerRow, SIPAccountRow, SIPCDRRow, SIPDomainRow
from tests.factories import DOMAIN
from tests.factories.old_stores import insert_customer
from tests.factories.rows import attempt_values, sip_account_values
from tests.service.store.test_plans import sqlite_plan, steps_of_sqlite
from tests.statements import counted_statements

migration = importlib.import_module("sipsorcery_web.database.migrations.versions.0012_list_counts")
usual = importlib.import_module("sipsorcery_web.database.migrations.versions.0014_usual_call_records")
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
SCOPES = [Scope("alice"), Scope("bobby"), Scope("root-admin", "*"), Scope("bobby", "club")]
NO_KEYS = cast(Any, None)


def add_customers(session: Session) -> None:
    session.execute(insert(SIPDomainRow).values(id=UUID(int=1), domain=DOMAIN, inserted=NOW))
    for place, name in enumerate(("alice", "bobby")):
        insert_customer(session, UUID(int=place), name, NOW)


def add_accounts(session: Session, *names: str, owner: str = "alice") -> None:
    session.execute(insert(SIPAccountRow), [sip_account_values(owner, name, NOW) for name in names])


def add_calls(session: Session, *seconds: int, owner: str = "alice") -> None:
    """Add call records, some of which only ask for a password."""
    moments = [(NOW + timedelta(seconds=second), 401 + 6 * (second % 2) if second % 3 else 200) for second in seconds]
    session.execute(
        insert(SIPCDRRow), [attempt_values(owner, moment, answered_status=status) for moment, status in moments]
    )


def divide_into_small_parts(database: Database, size: int) -> None:
    """Count anew what is there, in parts of `size` to twice as many rows."""
    with database.write() as session:
        run = session.connection().exec_driver_sql
        run("DELETE FROM list_counts")
        for (trigger,) in run("SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE '%_counts_%'").all():
            run(f"DROP TRIGGER {trigger}")
        for table, key in migration.LISTS.items():
            counts = usual.WITH_LEFT_OUT if table == usual.TABLE else migration.AMOUNT
            for statement in migration.statements(table, key, size, counts):
                run(statement)


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """A store whose parts have 4 to 8 rows, with accounts and calls of alice's."""
    monkeypatch.setattr(list_counts, "NEAR", 3)
    database = open_database(f"sqlite:///{tmp_path}/portal.db")
    migrate(database)
    with database.write() as session:
        add_customers(session)
        add_accounts(session, *(f"there-{place:02}" for place in range(30)))
        add_calls(session, *(place // 3 for place in range(30)))
    divide_into_small_parts(database, 4)
    yield database
    database.close()


def in_order(session: Session, listing: Listing[Any], scope: Scope, is_usual: bool) -> list[Any]:
    """Return the ids of a whole list as a plain query has them, or without what is usually left out."""
    row = listing.row
    order = getattr(row, listing.order)
    query = (
        select(row.id)
        .where(scope.seen.condition(row), row.answered_status.not_in(CHALLENGES) if is_usual else true())
        .params(username=scope.username, admin_id=scope.admin_id)
        .order_by(order.desc() if listing.descending else order, row.id)
    )
    return list(session.scalars(query))


def check(session: Session, listing: Listing[Any], scope: Scope, where: Where = None) -> None:
    """Compare counts and pages from every place with the plain query."""
    ids = in_order(session, listing, scope, is_usual=where is not None)
    assert listing.count(session, scope, where) == len(ids)
    for offset in range(0, len(ids) + 12, 5):
        for from_end in (False, True):
            wanted = ids[::-1][offset : offset + 7][::-1] if from_end else ids[offset : offset + 7]
            page = listing.page(session, scope, where, offset, 7, NO_KEYS, from_end)
            assert [record.id for record in page] == wanted, (offset, from_end)


def check_counts_before(session: Session, scope: Scope) -> None:
    """Compare the counts of the accounts before a name with those of the plain query."""
    listing = SIP_ACCOUNTS.listing
    names = sorted(record.sip_username or "" for record in listing.page(session, scope, None, 0, NO_LIMIT, NO_KEYS))
    for name in ("", "line-5", "there-07", "there-07x", "~", *names[::7]):
        where = prop("SIPUsername").less_than(name)
        assert listing.count(session, scope, where) == sum(each < name for each in names), name


def change_something(session: Session, chance: random.Random) -> None:
    owner, few = chance.choice(["alice", "bobby"]), chance.randrange(4)
    match chance.randrange(7):
        case 0 | 1:
            add_accounts(session, *{f"line-{chance.getrandbits(64):020}" for _ in range(few + 1)}, owner=owner)
        case 2:
            add_calls(session, *(chance.randrange(20) for _ in range(few + 1)), owner=owner)
        case 3:
            some = select(SIPAccountRow.id).order_by(SIPAccountRow.id).limit(few)
            session.execute(delete(SIPAccountRow).where(SIPAccountRow.id.in_(some)))
            session.execute(delete(SIPCDRRow).where(SIPCDRRow.created == NOW + timedelta(seconds=few)))
        case 4:
            one = select(SIPAccountRow.id).order_by(SIPAccountRow.id.desc()).limit(1)
            name = f"name-{chance.getrandbits(64):020}"
            account = SIPAccountRow.id == one.scalar_subquery()
            session.execute(update(SIPAccountRow).where(account).values(sip_username=name, owner=owner))
        case 5:
            outlived = update(SIPCDRRow).where(SIPCDRRow.created == NOW + timedelta(seconds=few))
            session.execute(outlived.values(owner=None, admin_member_id="club"))
        case 6:
            settled = update(SIPCDRRow).where(SIPCDRRow.created == NOW + timedelta(seconds=chance.randrange(20)))
            session.execute(settled.values(answered_status=chance.choice([200, 401, 407, 486])))


@pytest.mark.parametrize("seed", range(2))
def test_pages_and_counts_are_those_of_the_plain_query_whatever_changes(store: Database, seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(4):
        with store.write() as session:
            for _ in range(25):
                change_something(session, chance)
        with store.read() as session:
            for listing in (SIP_ACCOUNTS.listing, CDRS):
                for scope in SCOPES:
                    check(session, listing, scope)
            for scope in SCOPES:
                check(session, CDRS, scope, WITHOUT_CHALLENGES)
                check_counts_before(session, scope)


def test_many_calls_of_one_moment_are_found(store: Database) -> None:
    with store.write() as session:
        add_calls(session, *[-1] * 20, *[100] * 20, *range(50, 70))

    with store.read() as session:
        check(session, CDRS, SCOPES[0])
        check(session, CDRS, SCOPES[0], WITHOUT_CHALLENGES)


@pytest.mark.parametrize("place", [0, 2], ids=["alice", "administrator"])
def test_parts_are_counted_by_the_migration_as_by_the_triggers(tmp_path: Path, place: int) -> None:
    database = open_database(f"sqlite:///{tmp_path}/portal.db")
    migrate(database, "0013")
    with database.write() as session:
        add_customers(session)
        add_calls(session, *range(5000))
    migrate(database)

    with database.read() as session:
        assert CDRS.count(session, SCOPES[place], WITHOUT_CHALLENGES) == 1667
        page = CDRS.page(session, SCOPES[place], WITHOUT_CHALLENGES, 1200, 1, NO_KEYS)
        assert [cdr.created for cdr in page] == [NOW + timedelta(seconds=4998 - 3 * 1200)]
    database.close()


def test_call_records_that_all_ask_for_a_password_are_passed_by(store: Database) -> None:
    with store.write() as session:
        add_calls(session, *(second for second in range(100, 200) if second % 3))

    with store.read() as session:
        check(session, CDRS, SCOPES[0], WITHOUT_CHALLENGES)


def test_the_usual_call_records_are_known_by_the_text_of_their_filter(store: Database) -> None:
    where = "AnsweredStatus != 401 and AnsweredStatus != 407"

    assert "list_counts" in sqlite_plan(store, lambda session: CDRS.count(session, SCOPES[0], where))


def test_what_goes_with_its_owner_is_counted_no_more(store: Database) -> None:
    with store.write() as session:
        add_accounts(session, "bobby-desk", owner="bobby")
        session.execute(delete(CustomerRow).where(CustomerRow.customer_username == "alice"))

    with store.read() as session:
        counts = [SIP_ACCOUNTS.listing.count(session, scope, None) for scope in SCOPES[:3]]
        assert counts == [0, 1, 1]
        assert session.scalar(text("SELECT sum(amount) FROM list_counts WHERE list = 'sipaccounts'")) == 2


def test_a_page_by_a_filter_reads_without_the_counts(store: Database) -> None:
    with store.read() as session:
        assert SIP_ACCOUNTS.listing.count(session, SCOPES[0], 'SIPUsername = "there-07"') == 1
        page = SIP_ACCOUNTS.listing.page(session, SCOPES[0], 'SIPUsername > "there-07"', 20, NO_LIMIT, NO_KEYS)
        assert [account.sip_username for account in page] == ["there-28", "there-29"]


def test_lists_are_counted_by_what_they_are_ordered_by() -> None:
    orders = {str(inspect(listing.row).local_table): listing.order for listing in LISTS}

    assert migration.LISTS.items() <= orders.items()
    assert set(migration.LISTS) == list_counts.COUNTED


@pytest.mark.parametrize("from_end", [False, True])
@pytest.mark.parametrize("scope", [SCOPES[0], SCOPES[2]], ids=["alice", "administrator"])
@pytest.mark.parametrize(
    ("listing", "where"),
    [(SIP_ACCOUNTS.listing, None), (CDRS, None), (CDRS, WITHOUT_CHALLENGES)],
    ids=["accounts", "call records", "usual call records"],
)
def test_the_middle_of_a_list_takes_no_longer_with_more_rows(
    store: Database, listing: Listing[Any], where: Where, scope: Scope, from_end: bool
) -> None:
    with store.write() as session:
        add_accounts(session, *(f"line-{place:05}" for place in range(3000)))
        add_calls(session, *range(100, 3100), *range(3100, 9100, 3))
    divide_into_small_parts(store, 100)

    def asked(session: Session) -> object:
        return listing.page(session, scope, where, 1500, 25, NO_KEYS, from_end)

    assert steps_of_sqlite(store, asked) <= 10_000
    assert steps_of_sqlite(store, lambda session: listing.count(session, scope, where)) <= 50 * 20


def test_the_last_page_passes_no_parts_by(store: Database) -> None:
    with store.write() as session:
        add_calls(session, *range(100, 3100))
    divide_into_small_parts(store, 20)

    with store.read() as session, counted_statements() as statements:
        offset = CDRS.count(session, SCOPES[0], None) - 10
        page = CDRS.page(session, SCOPES[0], None, offset, 25, NO_KEYS)

    assert len(page) == 10
    assert not any("ORDER BY list_counts" in statement for statement in statements)
