"""Reads that are compiled once and run by the driver: what SQLAlchemy would read, on connections that stay open."""

from collections import deque
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Boolean, Column, MetaData, Select, String, Table, Uuid, bindparam, insert, select, text
from sqlalchemy.exc import DBAPIError

from sipsorcery_web.database.connection import Database
from sipsorcery_web.database.prepared_reads import MOST_CONNECTIONS, DriverReads, PreparedRead

PHONES = Table(
    "phones", MetaData(), Column("id", Uuid, primary_key=True), Column("name", String), Column("on", Boolean)
)
NAMED: Select[Any] = select(PHONES.c.id, PHONES.c.name, PHONES.c.on.label("is_on")).where(
    PHONES.c.name == bindparam("name"), PHONES.c.name != "100%"
)


@pytest.fixture
def phones(database: Database) -> Database:
    with database.write() as session:
        PHONES.create(session.connection())
    return database


def add(phones: Database, name: str) -> UUID:
    id_ = uuid4()
    with phones.write() as session:
        session.execute(insert(PHONES).values(id=id_, name=name, on=True))
    return id_


def by_sqlalchemy(phones: Database, name: str) -> Sequence[Any]:
    with phones.read_rows() as connection:
        return connection.execute(NAMED, {"name": name}).all()


def test_a_prepared_read_gives_what_sqlalchemy_gives_as_it_is_now(phones: Database) -> None:
    named = PreparedRead(NAMED)
    assert named.first(phones, name="desk") is None
    id_ = add(phones, "desk")

    row = named.first(phones, name="desk")
    assert (row.id, row.name, row.is_on) == (id_, "desk", True)
    assert [tuple(row)] == [tuple(each) for each in by_sqlalchemy(phones, "desk")]
    add(phones, "desk")
    assert len(named.all(phones, name="desk")) == 2
    assert named.all(phones, name="' OR 1=1 --") == []


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_connections_that_the_server_has_ended_are_made_anew(phones: Database) -> None:
    named = PreparedRead(NAMED)
    add(phones, "desk")
    assert named.first(phones, name="desk")
    with phones.write() as session:
        others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
        session.execute(text(f"{others} AND query LIKE 'SELECT phones.id%' AND datname = current_database()"))
    assert named.first(phones, name="desk")


def test_readers_that_meet_an_ended_server_at_once_leave_each_other_nothing_to_close(phones: Database) -> None:
    class TakenByAnother(deque[Any]):
        """Connections of which another thread takes the last one between a look and a pop."""

        def __len__(self) -> int:
            return 1

    DriverReads(phones.engine, TakenByAnother()).close()


def test_many_reads_at_once_leave_connections_to_others(phones: Database) -> None:
    named = PreparedRead(NAMED)
    add(phones, "desk")
    with ThreadPoolExecutor(3 * MOST_CONNECTIONS) as pool:
        found = list(pool.map(lambda _: named.first(phones, name="desk").name, range(300)))
    assert found == ["desk"] * 300
    assert by_sqlalchemy(phones, "desk")


def test_an_error_of_the_database_is_the_reader_s(phones: Database) -> None:
    with phones.write() as session:
        PHONES.drop(session.connection())
    with pytest.raises(DBAPIError, match="phones"):
        PreparedRead(NAMED).first(phones, name="desk")
