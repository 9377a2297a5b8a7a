"""The search by trigrams, which finds exactly the rows that the filter lets through."""

import itertools
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import insert

from sipsorcery_web.contract.filters import Expression, MethodCall, all_of, any_of, constant, holds, prop
from sipsorcery_web.contract.records import Record, wire_fields
from sipsorcery_web.database.connection import Database, open_database
from sipsorcery_web.database.migrate import migrate
from sipsorcery_web.service.operations.sip_accounts import SIP_ACCOUNTS
from sipsorcery_web.service.store import trigrams
from sipsorcery_web.service.store.lists import Scope
from sipsorcery_web.service.store.models import CustomerRow, SIPAccountRow, SIPDomainRow
from tests.database.conftest import postgres_schema
from tests.factories.rows import sip_account_values
from tests.statements import counted_statements

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
LISTING = SIP_ACCOUNTS.listing
ALICE, EVERYBODY, LABEL = Scope("alice"), Scope("root-admin", "*"), Scope("bobby", "club")
NAMES = [
    "desk",
    "DESK-2",
    "front-desk",
    "d",
    "de",
    'say "hi"',
    "50%_off",
    "a\\b",
    "é-tage",
    "ÉTAGE",
    "kitchen desk",
    "d.e.s.k",
]
DOMAINS = ["desk.example", "sip.example.org", "é.example"]
TEXTS = [
    *NAMES,
    "esk",
    "ESK",
    "k",
    "sk",
    '"hi',
    "0%",
    "%_",
    "\\b",
    "é",
    "É",
    "tage",
    "example",
    "alice",
    "zzz",
    "desk*",
    "^desk",
    "OR",
    "a b",
]


def accounts() -> list[dict[str, Any]]:
    places = itertools.count()
    return [
        sip_account_values(owner, name, NOW, id=UUID(int=next(places)), sip_domain=domain, admin_member_id=label)
        for name, domain in itertools.product(NAMES, DOMAINS)
        for owner, label in [("alice" if next(places) % 3 else "bobby", "club" if len(name) % 2 else None)]
    ]


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """A store with accounts of alice's and of bob's."""
    folder = tmp_path_factory.mktemp("store")
    url = f"sqlite:///{folder}/portal.db" if request.param == "sqlite" else request.getfixturevalue("one_postgres_url")
    database = open_database(url)
    migrate(database)
    with database.write() as session:
        for place, name in enumerate(("alice", "bobby")):
            customer = {"customer_username": name, "email_address": name, "password_hash": "x", "inserted": NOW}
            session.execute(insert(CustomerRow).values(id=UUID(int=place), **customer))
        session.execute(
            insert(SIPDomainRow),
            [{"id": UUID(int=place), "domain": name, "inserted": NOW} for place, name in enumerate(DOMAINS)],
        )
        session.execute(insert(SIPAccountRow), accounts())
    yield database
    database.close()


@pytest.fixture(scope="module")
def one_postgres_url() -> Iterator[str]:
    """A schema in PostgreSQL for all tests of this module."""
    yield from postgres_schema()


@pytest.fixture(params=[0, 5, 1000], ids=["none may be found", "five may be found", "all may be found"])
def most_found(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trigrams, "MOST_FOUND", request.param)


def read(database: Database, scope: Scope, where: Expression | None) -> list[Record]:
    with database.read() as session:
        return list(LISTING.page(session, scope, where, 0, 1000, None))


def values(record: Record) -> dict[str, Any]:
    return {entry.element.lower(): getattr(record, entry.attribute) for entry in wire_fields(type(record))}


def assert_same(database: Database, where: Expression) -> None:
    for scope in (ALICE, EVERYBODY, LABEL):
        expected = [record for record in read(database, scope, None) if holds(where, values(record))]
        assert read(database, scope, where) == expected
        with database.read() as session:
            assert LISTING.count(session, scope, where) == len(expected)


@pytest.mark.usefixtures("most_found")
@pytest.mark.parametrize("text", TEXTS)
def test_the_search_of_a_page_finds_what_has_the_text(store: Database, text: str) -> None:
    wanted = MethodCall(constant(text), "ToLower")
    assert_same(store, any_of(*(prop(name).lower().contains(wanted) for name in ("SIPUsername", "SIPDomain", "Owner"))))


def text_conditions() -> st.SearchStrategy[Expression]:
    names = st.sampled_from(["SIPUsername", "SIPDomain", "Owner", "NetworkId"]).map(prop)
    fields = names | names.map(lambda field: field.lower()) | names.map(lambda field: MethodCall(field, "ToUpper"))
    texts = st.sampled_from(TEXTS).map(constant) | st.sampled_from(TEXTS).map(
        lambda text: MethodCall(constant(text), "ToLower")
    )
    methods = st.sampled_from(["Contains", "StartsWith", "EndsWith"])
    return st.builds(lambda field, method, text: MethodCall(field, method, (text,)), fields, methods, texts)


@settings(max_examples=60, deadline=None, database=None)
@given(st.lists(st.lists(text_conditions(), min_size=1, max_size=3), min_size=1, max_size=3))
def test_whatever_is_asked_of_texts_finds_what_it_says(store: Database, groups: list[list[Expression]]) -> None:
    assert_same(store, all_of(*(any_of(*group) for group in groups)))


def test_other_conditions_hold_as_well(store: Database) -> None:
    assert_same(store, all_of(prop("SIPUsername").contains("desk"), prop("IsUserDisabled").is_false()))
    assert_same(store, all_of(prop("SIPUsername").contains("desk"), prop("SIPDomain").equals("desk.example")))


def test_the_rarest_trigrams_of_a_text_are_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each account is a `line-`, so that this alone would name too many of them to be looked at."""
    database = open_database(f"sqlite:///{tmp_path}/portal.db")
    migrate(database)
    names = ["line-zebra", *(f"line-{number:04}" for number in range(trigrams.MOST_FOUND + 1))]
    with database.write() as session:
        customer = {"customer_username": "alice", "email_address": "", "password_hash": "x", "inserted": NOW}
        session.execute(insert(CustomerRow).values(id=UUID(int=0), **customer))
        session.execute(insert(SIPDomainRow).values(id=UUID(int=0), domain="sip.example.org", inserted=NOW))
        rows = [sip_account_values("alice", name, NOW, sip_domain="sip.example.org") for name in names]
        session.execute(insert(SIPAccountRow), rows)
    monkeypatch.setattr(trigrams, "RUNS_ASKED", 1)
    demands = [[trigrams.TextTest("SIPUsername", "Contains", "line-zebra")]]
    with database.read() as session, counted_statements() as noted:
        found = [trigrams.few_found(session, LISTING.table, demands) for _ in range(2)]
    assert found == ["[1]", "[1]"]
    assert len(noted) == 2  # how rare they are, and who has the rarest: once for a page and its count
    database.close()


def test_a_text_of_many_trigrams_is_weighed_by_some_of_them(store: Database) -> None:
    assert_same(store, prop("SIPUsername").contains("desk" * 1000))
    many = any_of(*(prop("SIPUsername").contains(f"desk-{number}-in-the-hall") for number in range(60)))
    assert_same(store, many)
