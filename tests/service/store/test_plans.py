"""The work of a list in the store: it reads no more rows than it shows, or than it is to count."""

import itertools
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, cast
from uuid import UUID

import pytest
from sqlalchemy import create_engine, event, insert, text
from sqlalchemy.orm import Session

from sipsorcery_web.contract.filters import Expression, MethodCall, any_of, constant, prop
from sipsorcery_web.contract.operations import RECORD_OPERATIONS
from sipsorcery_web.database.connection import Database, open_database, take_time
from sipsorcery_web.database.migrate import migrate
from sipsorcery_web.service.operations import LISTS as ALL_LISTS
from sipsorcery_web.service.operations.sip_accounts import SIP_ACCOUNTS
from sipsorcery_web.service.store import models, trigrams
from sipsorcery_web.service.store.lists import CDRS, Listing, Scope
from tests.database.conftest import postgres_schema
from tests.factories import DOMAIN
from tests.factories.rows import (
    attempt_values,
    binding_values,
    dial_plan_values,
    leg_values,
    sip_account_values,
    sip_provider_values,
)

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
OWNERS = ("alice", "bobby")
ROWS = 1500
"""Rows of each owner in each table."""
SCOPES = [Scope("alice"), Scope("root-admin", "*")]
LISTS = [
    pytest.param(listing, id=listing.record.__name__) for listing in ALL_LISTS if listing.record in RECORD_OPERATIONS
]
"""The lists of the original's contract. Sign-ins and networks of a customer are few, and changes are not filled here."""


def fill(session: Session) -> None:
    numbers = itertools.count()

    def ids() -> UUID:
        return UUID(int=next(numbers) * 7919 % 1_000_003)  # in another order than names and times

    def add(row: Any, values: list[dict[str, Any]]) -> None:
        session.execute(insert(row), values)

    for name in OWNERS:
        customer = {"customer_username": name, "email_address": name, "password_hash": "x", "inserted": NOW}
        add(models.CustomerRow, [{"id": ids(), **customer}])
    add(models.SIPDomainRow, [{"id": ids(), "domain": DOMAIN, "inserted": NOW}])
    for owner in OWNERS:
        times = [NOW - timedelta(seconds=place) for place in range(ROWS)]
        named = [f"{owner}-{place * 7919 % 10_007:05}" for place in range(ROWS)]
        accounts = [sip_account_values(owner, name, NOW, id=ids()) for name in named]
        providers = [sip_provider_values(owner, name, NOW, id=ids()) for name in named]
        add(models.SIPAccountRow, accounts)
        add(models.SIPProviderRow, providers)
        add(models.SIPDialPlanRow, [dial_plan_values(owner, name, NOW, id=ids()) for name in named])
        add(
            models.SIPCDRRow,
            [attempt_values(owner, time, id=ids(), from_user=name) for time, name in zip(times, named, strict=True)],
        )
        add(models.SIPDialogueRow, [leg_values(owner, time, id=ids()) for time in times])
        add(models.SIPRegistrarBindingRow, [
            binding_values(account["id"], owner, NOW, id=ids(), sip_account_name=f"{account['sip_username']}@{DOMAIN}")
            for account in accounts
        ])  # fmt: skip
        add(models.SIPProviderBindingRow, [
            {"id": ids(), "owner": owner, "provider_id": provider["id"], "provider_name": provider["provider_name"],
             "binding_uri": "", "next_registration_time": NOW} for provider in providers
        ])  # fmt: skip


def stored(url: str) -> Iterator[Database]:
    database = open_database(url)
    migrate(database)
    with database.write() as session:
        take_time(session)  # thousands of rows at once, which a slow machine takes longer for than a page may
        fill(session)
    yield database
    database.close()


@pytest.fixture(scope="module")
def on_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    yield from stored(f"sqlite:///{tmp_path_factory.mktemp('store')}/portal.db")


@pytest.fixture(scope="module")
def on_postgresql() -> Iterator[Database]:
    for url in postgres_schema():
        for database in stored(url):
            vacuum(url)
            yield database


def vacuum(url: str) -> None:
    """Let PostgreSQL know what its tables hold, however long that takes."""
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"VACUUM ANALYZE {', '.join(models.SIPAccountRow.metadata.tables)}"))
    engine.dispose()


Asked = Callable[[Session], object]


def statements(database: Database, asked: Asked) -> list[tuple[str, Any]]:
    """Return the statements of a question to the store, with their parameters."""
    noted: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        noted.append((statement, parameters))

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        with database.read() as session:
            asked(session)
    finally:
        event.remove(database.engine, "before_cursor_execute", note)
    return noted


def sqlite_plan(database: Database, asked: Asked) -> str:
    """Return SQLite's plan of a question."""
    with database.read() as session:
        driver = cast(Any, session.connection().connection.dbapi_connection)
        return "\n".join(
            step[3]
            for statement, parameters in statements(database, asked)
            for step in driver.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)
        )


def steps_of_sqlite(database: Database, asked: Asked) -> int:
    """Return about how many instructions SQLite's virtual machine takes for a question, by hundreds."""
    hundreds = itertools.count()
    with database.read() as session:
        driver = cast(Any, session.connection().connection.dbapi_connection)
        driver.set_progress_handler(lambda: next(hundreds) and None, 100)
        try:
            asked(session)
        finally:
            driver.set_progress_handler(None, 0)
    return next(hundreds) * 100


def rows_of_postgresql(database: Database, asked: Asked) -> float:
    """Return how many rows PostgreSQL read from tables and indexes for a question, those included that it left out."""
    with database.read() as session:
        driver = cast(Any, session.connection().connection.dbapi_connection)
        plans = [
            driver.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}", parameters).fetchone()[0][0]["Plan"]
            for statement, parameters in statements(database, asked)
        ]
    return sum(map(_scanned, plans))


def _scanned(node: dict[str, Any]) -> float:
    left_out = sum(node.get(f"Rows Removed by {why}", 0) for why in ("Filter", "Index Recheck"))
    own = (node["Actual Rows"] + left_out) * node["Actual Loops"] if "Scan" in node["Node Type"] else 0
    return own + sum(map(_scanned, node.get("Plans", ())))


def page(listing: Listing[Any], scope: Scope, from_end: bool = False, where: Expression | None = None) -> Asked:
    return lambda session: listing.page(session, scope, where, 0, 25, cast(Any, None), from_end)


def count(listing: Listing[Any], scope: Scope, at_most: int, where: Expression | None = None) -> Asked:
    return lambda session: listing.count(session, scope, where, at_most)


def search(found: str, *names: str) -> Expression:
    wanted = MethodCall(constant(found), "ToLower")
    return any_of(*(prop(name).lower().contains(wanted) for name in names))


ACCOUNTS_SEARCHED = ("SIPUsername", "SIPDomain", "Owner")
CDRS_SEARCHED = ("Dst", "DstURI", "FromUser", "FromName", "FromHeader")


@pytest.mark.parametrize("from_end", [False, True], ids=["first", "last"])
@pytest.mark.parametrize("scope", SCOPES, ids=["alice", "administrator"])
@pytest.mark.parametrize("listing", LISTS)
def test_a_page_is_read_in_the_order_of_an_index(
    on_sqlite: Database, listing: Listing[Any], scope: Scope, from_end: bool
) -> None:
    plan = sqlite_plan(on_sqlite, page(listing, scope, from_end))

    assert "USING INDEX" in plan
    assert "USE TEMP B-TREE FOR ORDER BY" not in plan  # those of one moment may be put in order: FOR RIGHT PART
    assert steps_of_sqlite(on_sqlite, page(listing, scope, from_end)) <= 25 * 100


@pytest.mark.parametrize("scope", SCOPES, ids=["alice", "administrator"])
@pytest.mark.parametrize("listing", LISTS)
def test_a_filtered_count_ends_at_its_limit(on_sqlite: Database, listing: Listing[Any], scope: Scope) -> None:
    every = any_of(prop("Owner").equals("alice"), prop("Owner").differs("alice"))
    plan = sqlite_plan(on_sqlite, count(listing, scope, 100, every))

    assert "INDEX" in plan
    assert steps_of_sqlite(on_sqlite, count(listing, scope, 100, every)) <= 100 * 40
    assert steps_of_sqlite(on_sqlite, count(listing, scope, 10_000, every)) > ROWS * 3


@pytest.mark.parametrize("scope", SCOPES, ids=["alice", "administrator"])
@pytest.mark.parametrize("listing", LISTS)
def test_a_whole_list_is_counted_by_its_parts(on_sqlite: Database, listing: Listing[Any], scope: Scope) -> None:
    assert "list_counts" in sqlite_plan(on_sqlite, count(listing, scope, 10_000))
    assert steps_of_sqlite(on_sqlite, count(listing, scope, 10_000)) <= 200


@pytest.mark.parametrize(
    ("listing", "searched"),
    [(SIP_ACCOUNTS.listing, ACCOUNTS_SEARCHED), (CDRS, CDRS_SEARCHED)],
    ids=["accounts", "call records"],
)
@pytest.mark.parametrize("scope", SCOPES, ids=["alice", "administrator"])
def test_a_search_reads_what_has_its_trigrams(
    on_sqlite: Database, listing: Listing[Any], searched: tuple[str, ...], scope: Scope
) -> None:
    where = search("alice-0123", *searched)
    plan = sqlite_plan(on_sqlite, page(listing, scope, where=where))

    assert "VIRTUAL TABLE INDEX" in plan
    assert "(id=?)" in plan
    assert steps_of_sqlite(on_sqlite, page(listing, scope, where=where)) <= 25 * 400


def test_a_search_in_several_texts_asks_for_its_trigrams_once(on_sqlite: Database) -> None:
    asked = statements(on_sqlite, page(CDRS, SCOPES[0], where=search("01234", *CDRS_SEARCHED)))
    (question, *_), *_ = [parameters for statement, parameters in asked if "MATCH" in statement]

    assert question == '(("012" AND "234" AND "123"))'


@pytest.mark.parametrize("scope", SCOPES, ids=["alice", "administrator"])
def test_a_search_for_what_most_have_ends_with_its_page(
    on_sqlite: Database, monkeypatch: pytest.MonkeyPatch, scope: Scope
) -> None:
    monkeypatch.setattr(trigrams, "MOST_FOUND", 10)
    where = search("alice", *ACCOUNTS_SEARCHED)

    assert steps_of_sqlite(on_sqlite, page(SIP_ACCOUNTS.listing, scope, where=where)) <= 25 * 200


@pytest.mark.parametrize("from_end", [False, True], ids=["first", "last"])
@pytest.mark.parametrize("scope", SCOPES, ids=["alice", "administrator"])
@pytest.mark.parametrize("listing", LISTS)
def test_postgresql_reads_no_more_rows_than_a_page_shows(
    on_postgresql: Database, listing: Listing[Any], scope: Scope, from_end: bool
) -> None:
    assert 25 <= rows_of_postgresql(on_postgresql, page(listing, scope, from_end)) <= 27


@pytest.mark.parametrize("scope", SCOPES, ids=["alice", "administrator"])
@pytest.mark.parametrize("listing", LISTS)
def test_postgresql_counts_no_more_rows_than_it_is_to(
    on_postgresql: Database, listing: Listing[Any], scope: Scope
) -> None:
    assert rows_of_postgresql(on_postgresql, count(listing, scope, 100)) <= 101


@pytest.mark.parametrize(
    ("listing", "searched", "index"),
    [
        (SIP_ACCOUNTS.listing, ACCOUNTS_SEARCHED, "ix_sipaccounts_trigrams"),
        (CDRS, CDRS_SEARCHED, "ix_cdr_trigrams"),
    ],
    ids=["accounts", "call records"],
)
def test_postgresql_can_search_with_its_index(
    on_postgresql: Database, listing: Listing[Any], searched: tuple[str, ...], index: str
) -> None:
    where = search("alice-0123", *searched)
    (asked,) = statements(on_postgresql, page(listing, SCOPES[1], where=where))
    with on_postgresql.read() as session:
        driver = cast(Any, session.connection().connection.dbapi_connection)
        for other in ("enable_seqscan", "enable_indexscan"):  # which serve as well among so few rows
            driver.execute(f"SET LOCAL {other} = off")
        plan = driver.execute(f"EXPLAIN {asked[0]}", asked[1]).fetchall()

    assert index in str(plan)


@pytest.mark.parametrize("scope", SCOPES, ids=["alice", "administrator"])
def test_what_stands_before_a_name_is_counted_by_parts(on_sqlite: Database, scope: Scope) -> None:
    before = prop("SIPUsername").less_than("alice-9")
    plan = sqlite_plan(on_sqlite, lambda session: SIP_ACCOUNTS.listing.count(session, scope, before))

    assert "USING COVERING INDEX" in plan
    assert "sip_username>? AND sip_username<?" in plan
