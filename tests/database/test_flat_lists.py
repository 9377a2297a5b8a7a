"""The indexes of trigrams: made for what is there, and kept current by whatever changes it."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import delete, insert, text, update
from sqlalchemy.orm import Session

from sipsorcery_web.database.connection import Database, open_database
from sipsorcery_web.database.migrate import migrate
from sipsorcery_web.service.store.models import CustomerRow, SIPAccountRow, SIPDomainRow
from tests.factories import DOMAIN
from tests.factories.old_stores import insert_customer
from tests.factories.rows import sip_account_values

SEARCH_INDEXES = Path(__file__).parents[2] / "deploy" / "search-indexes.sql"
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Any) -> Any:
    """A store of the revision before, with two accounts of alice's."""
    database = open_database(f"sqlite:///{tmp_path}/portal.db")
    migrate(database, "0007")
    with database.write() as session:
        session.execute(insert(SIPDomainRow).values(id=UUID(int=1), domain=DOMAIN, inserted=NOW))
        insert_customer(session, UUID(int=2), "alice", NOW)
        add(session, "front-desk", "back-desk")
    yield database
    database.close()


def add(session: Session, *names: str) -> None:
    session.execute(insert(SIPAccountRow), [sip_account_values("alice", name, NOW) for name in names])


def found(database: Database, trigrams: str) -> set[str]:
    """Return the names of the accounts that the index knows for some trigrams."""
    query = text(
        "SELECT sip_username FROM sipaccounts_trigrams JOIN sipaccounts_numbers ON number = sipaccounts_trigrams.rowid "
        "JOIN sipaccounts USING (id) WHERE sipaccounts_trigrams MATCH :trigrams"
    )
    with database.read() as session:
        return set(session.scalars(query, {"trigrams": trigrams}))


def test_what_was_there_before_is_in_the_index(store: Database) -> None:
    migrate(store)

    assert found(store, "fro") == {"front-desk"}
    assert found(store, "esk AND ron") == {"front-desk"}
    assert found(store, "esk") == {"front-desk", "back-desk"}


def test_what_is_added_changed_and_deleted_is_followed(store: Database) -> None:
    migrate(store)
    desk = SIPAccountRow.sip_username
    with store.write() as session:
        add(session, "kitchen")
        session.execute(update(SIPAccountRow).where(desk == "front-desk").values(sip_username="lobby"))
        session.execute(delete(SIPAccountRow).where(desk == "back-desk"))

    assert [found(store, trigrams) for trigrams in ("esk", "kit", "lob", "ali")] == [
        set(),
        {"kitchen"},
        {"lobby"},
        {"kitchen", "lobby"},
    ]
    with store.read() as session:
        assert session.scalar(text("SELECT count(*) FROM sipaccounts_numbers")) == 2


def test_what_goes_with_its_owner_leaves_the_index(store: Database) -> None:
    migrate(store)
    with store.write() as session:
        session.execute(delete(CustomerRow))

    assert found(store, "esk") == set()
    with store.read() as session:
        assert (
            session.scalar(text("SELECT count(*) FROM sipaccounts_trigrams WHERE sipaccounts_trigrams MATCH 'esk'"))
            == 0
        )


def test_vacuum_leaves_the_index_right(store: Database) -> None:
    migrate(store)
    with store.write() as session:
        session.execute(delete(SIPAccountRow).where(SIPAccountRow.sip_username == "front-desk"))
        add(session, "lobby")
    with store.engine.connect() as connection:
        connection.connection.dbapi_connection.execute("VACUUM")  # type: ignore[union-attr]

    assert (found(store, "lob"), found(store, "esk")) == ({"lobby"}, {"back-desk"})


def test_postgresql_has_an_index_where_the_extension_can_be_made(postgres_url: str) -> None:
    database = open_database(postgres_url)
    migrate(database)
    with database.read() as session:
        names = set(session.scalars(text("SELECT indexname FROM pg_indexes WHERE schemaname = current_schema()")))
    database.close()

    assert {"ix_sipaccounts_trigrams", "ix_cdr_trigrams"} <= names


def test_the_indexes_can_be_made_later(postgres_url: str) -> None:
    database = open_database(postgres_url)
    migrate(database)
    asked = text(
        "SELECT indexname, replace(indexdef, 'public.', '') FROM pg_indexes "
        "WHERE schemaname = current_schema() AND indexname LIKE '%_trigrams' ORDER BY indexname"
    )
    with database.write() as session:
        made = session.execute(asked).all()
        for name, _ in made:
            session.execute(text(f"DROP INDEX {name}"))
        session.execute(text(f"SET LOCAL search_path TO {session.scalar(text('SELECT current_schema()'))}, public"))
        session.connection().exec_driver_sql(SEARCH_INDEXES.read_text().replace("%", "%%"))
        assert session.execute(asked).all() == made
    database.close()
