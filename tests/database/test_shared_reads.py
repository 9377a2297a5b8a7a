"""The session that one thread shares for what it reads for one purpose, until it writes."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from sipsorcery_web.database.connection import Database, open_database


@pytest.fixture
def phones(tmp_path: Path) -> Iterator[Database]:
    database = open_database(f"sqlite:///{tmp_path}/portal.db")
    with database.write() as session:
        session.execute(text("CREATE TABLE phones (name VARCHAR(20) PRIMARY KEY)"))
    yield database
    database.close()


def add(phones: Database, name: str) -> None:
    with phones.write() as session:
        session.execute(text("INSERT INTO phones VALUES (:name)"), {"name": name})


def names(phones: Database) -> list[str]:
    with phones.read() as session:
        return list(session.scalars(text("SELECT name FROM phones ORDER BY name")))


def add_elsewhere(phones: Database, name: str) -> None:
    thread = threading.Thread(target=add, args=(phones, name))
    thread.start()
    thread.join()


def read_into(phones: Database, sessions: list[object]) -> None:
    with phones.read() as session:
        sessions.append(session)


def test_two_readings_are_one_session_and_see_one_state(phones: Database) -> None:
    with phones.shared_read():
        with phones.read() as first:
            assert names(phones) == []
        add_elsewhere(phones, "desk")
        with phones.read() as second:
            assert second is first
        assert names(phones) == []

    assert names(phones) == ["desk"]


def test_what_is_written_is_read_from_then_on(phones: Database) -> None:
    with phones.shared_read():
        assert names(phones) == []
        add(phones, "desk")
        assert names(phones) == ["desk"]


def test_what_is_read_while_it_is_written_is_read_anew_afterwards(phones: Database) -> None:
    with phones.shared_read():
        with phones.write() as session:
            session.execute(text("INSERT INTO phones VALUES ('desk')"))
            assert names(phones) == []
        assert names(phones) == ["desk"]


def test_whoever_is_reading_may_finish_while_something_is_written(phones: Database) -> None:
    with phones.shared_read():
        with phones.read() as session:
            assert session.scalars(text("SELECT name FROM phones")).all() == []
            add(phones, "desk")
            assert names(phones) == ["desk"]
            assert session.scalars(text("SELECT name FROM phones")).all() == []
        assert names(phones) == ["desk"]
    assert phones.engine.pool.checkedout() == 0  # type: ignore[attr-defined]


def test_after_an_error_a_session_is_not_used_again(phones: Database) -> None:
    with phones.shared_read():
        with phones.read() as first:
            pass
        with pytest.raises(OperationalError), phones.read() as session:
            session.execute(text("SELECT nothing FROM nowhere"))
        with phones.read() as second:
            assert second is not first
    assert phones.engine.pool.checkedout() == 0  # type: ignore[attr-defined]


def test_nothing_is_shared_unasked_or_with_another_thread(phones: Database) -> None:
    with phones.read() as first, phones.read() as second:
        assert first is not second
    with phones.shared_read(), phones.read() as mine:
        theirs: list[object] = []
        thread = threading.Thread(target=read_into, args=(phones, theirs))
        thread.start()
        thread.join()
        assert theirs != [mine]


def test_a_store_in_memory_shares_nothing(database: Database) -> None:
    with database.shared_read(), database.read() as first:
        pass
    with database.shared_read(), database.read() as second:
        assert first is not second
