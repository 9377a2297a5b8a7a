"""The session that only reads: rows and objects of one state of the data, over one connection."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from sipsorcery_web.database.connection import Database, open_database
from sipsorcery_web.database.migrate import migrate
from sipsorcery_web.portal.storage.models import BrowserSession
from tests.conftest import Clock


@pytest.fixture
def database(tmp_path: Path) -> Database:
    opened = open_database(f"sqlite:///{tmp_path}/portal.db")
    migrate(opened)
    return opened


def add_session(database: Database, key: str) -> None:
    moment = Clock().now
    with database.write() as session:
        session.add(BrowserSession(id_hash=key, sealed="", ends_at=moment, forget_at=moment + timedelta(hours=1)))


def counted(session: Session) -> int:
    return int(session.connection().execute(select(func.count()).select_from(BrowserSession)).scalar_one())


def test_rows_and_objects_are_of_one_state_of_the_data(database: Database) -> None:
    add_session(database, "first")
    with database.read() as session:
        assert counted(session) == 1
        add_session(database, "second")
        assert session.get(BrowserSession, "second") is None
        assert len(session.scalars(select(BrowserSession)).all()) == counted(session) == 1
    with database.read() as session:
        assert session.get(BrowserSession, "second") is not None


def test_nothing_is_written_by_objects_either(database: Database) -> None:
    with database.read() as session, pytest.raises(DBAPIError):
        session.execute(text("DELETE FROM browser_sessions"))


def test_the_connection_is_given_back_also_after_an_error(database: Database) -> None:
    pool = database.engine.pool

    def read_and_fail() -> None:
        with database.read() as session:
            session.get(BrowserSession, "first")
            raise LookupError

    with pytest.raises(LookupError):
        read_and_fail()
    with database.read() as session:
        counted(session)
        assert pool.checkedout() == 1  # type: ignore[attr-defined]
    assert pool.checkedout() == 0  # type: ignore[attr-defined]


def test_who_reads_nothing_takes_no_connection(database: Database) -> None:
    with database.read():
        assert database.engine.pool.checkedout() == 0  # type: ignore[attr-defined]
