import multiprocessing
import shutil
import sqlite3
import stat
import threading
from contextlib import closing
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError

from sipsorcery_web.database import connection
from sipsorcery_web.database.connection import (
    BUSY_SECONDS,
    LOCKED,
    SQLITE_SETTINGS,
    Database,
    StoreUnavailable,
    open_database,
    telling,
)
from sipsorcery_web.private_files import file_lock


@pytest.fixture
def phones(database: Database) -> Database:
    with database.write() as session:
        session.execute(text("CREATE TABLE owners (name VARCHAR(20) PRIMARY KEY)"))
        session.execute(text("CREATE TABLE phones (name VARCHAR(20) PRIMARY KEY, owner VARCHAR(20) REFERENCES owners)"))
    return database


@pytest.fixture
def sqlite_file(tmp_path: Path) -> Any:
    database = open_database(f"sqlite:///{tmp_path}/portal.db")
    yield database
    database.close()


@pytest.fixture(params=[Database.write, Database.write_rows], ids=["session", "rows"])
def write(request: pytest.FixtureRequest) -> Any:
    """A way to write."""
    return request.param


def names(database: Database) -> list[str]:
    with database.read() as session:
        return list(session.scalars(text("SELECT name FROM owners ORDER BY name")))


def test_what_was_written_can_be_read(phones: Database, write: Any) -> None:
    with phones.shared_read():
        assert names(phones) == []
        with write(phones) as rows:
            rows.execute(text("INSERT INTO owners VALUES ('alice')"))
        assert names(phones) == ["alice"]


def test_an_error_leaves_nothing_of_the_unit_of_work(phones: Database, write: Any) -> None:
    def add_and_fail() -> None:
        with write(phones) as rows:
            rows.execute(text("INSERT INTO owners VALUES ('alice')"))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        add_and_fail()

    assert names(phones) == []


def test_a_foreign_key_must_lead_somewhere(phones: Database) -> None:
    with pytest.raises(IntegrityError), phones.write() as session:
        session.execute(text("INSERT INTO phones VALUES ('desk', 'nobody')"))


def test_a_session_for_reading_cannot_write(phones: Database) -> None:
    with pytest.raises(DBAPIError, match=r"read-?only"), phones.read() as session:
        session.execute(text("INSERT INTO owners VALUES ('alice')"))

    with phones.write() as session:
        session.execute(text("INSERT INTO owners VALUES ('bob')"))
    assert names(phones) == ["bob"]


def test_a_listener_counts_only_what_was_asked_for(phones: Database) -> None:
    statements: list[str] = []
    event.listen(phones.engine, "before_cursor_execute", lambda *call: statements.append(call[2]))

    assert names(phones) == []

    assert statements == ["SELECT name FROM owners ORDER BY name"]


def test_threads_take_turns(phones: Database) -> None:
    def add(number: int) -> None:
        with phones.write() as session:
            count = session.scalar(text("SELECT count(*) FROM owners"))
            session.execute(text("INSERT INTO owners VALUES (:name)"), {"name": f"{number:02} {count}"})

    threads = [threading.Thread(target=add, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(names(phones)) == 8


def test_sqlite_is_set_up_for_several_processes(sqlite_file: Database) -> None:
    with sqlite_file.read() as session:
        settings = ["journal_mode", "foreign_keys", "busy_timeout"]
        assert [session.scalar(text(f"PRAGMA {name}")) for name in settings] == ["wal", 1, 5000]


@pytest.mark.parametrize("unit_of_work", [Database.read, Database.write])
def test_what_was_acknowledged_is_on_the_disk(sqlite_file: Database, unit_of_work: Any) -> None:
    full, normal = 2, 1
    with unit_of_work(sqlite_file) as session:
        asked = [session.scalar(text(f"PRAGMA {name}.synchronous")) for name in ("main", "engine")]

    assert asked == [full, normal]


def test_a_writer_holds_the_lock_before_its_first_statement(sqlite_file: Database, write: Any, tmp_path: Path) -> None:
    other = open_database(f"sqlite:///{tmp_path}/portal.db")
    impatient = other.engine.raw_connection()
    impatient.driver_connection.execute("PRAGMA busy_timeout=0")  # type: ignore[union-attr]
    impatient.close()

    with write(sqlite_file), pytest.raises(OperationalError, match="locked"), write(other):
        pass

    with write(other):
        pass
    other.close()


def test_while_one_has_waited_for_a_lock_in_vain_nobody_else_waits(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    short = [each.replace(f"busy_timeout={1000 * BUSY_SECONDS}", "busy_timeout=100") for each in SQLITE_SETTINGS]
    monkeypatch.setattr(connection, "SQLITE_SETTINGS", short)
    monkeypatch.setattr(connection, "BUSY_SECONDS", 0.1)
    monkeypatch.setattr(connection, "PAUSE", 0.1)
    database = open_database(f"sqlite:///{tmp_path}/portal.db")
    with closing(sqlite3.connect(tmp_path / "portal.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        seen = [words_of_a_refusal(database) for _ in range(3)]
        other.rollback()

    assert LOCKED not in seen[0]
    assert LOCKED in seen[1]
    deadline = monotonic() + 20
    while LOCKED in words_of_a_refusal(database):
        assert monotonic() < deadline
    database.close()


def words_of_a_refusal(database: Database) -> str:
    """Return what a writer is told; "" where it may write."""
    try:
        with database.write():
            return ""
    except OperationalError as error:
        return str(error.orig)


def test_a_reader_does_not_wait_for_a_writer(sqlite_file: Database) -> None:
    with sqlite_file.write() as writer:
        writer.execute(text("CREATE TABLE owners (name TEXT)"))
        with sqlite_file.read() as reader:
            assert reader.scalar(text("SELECT count(*) FROM sqlite_master")) == 0


def add_one_often(url: str, times: int) -> None:
    database = open_database(url)
    for _ in range(times):
        with database.write() as session:
            value = session.scalar(text("SELECT value FROM counter"))
            session.execute(text("UPDATE counter SET value = :value"), {"value": (value or 0) + 1})
    database.close()


def test_two_processes_that_read_and_then_write_lose_nothing(sqlite_file: Database, tmp_path: Path) -> None:
    with sqlite_file.write() as session:
        session.execute(text("CREATE TABLE counter (value INTEGER)"))
        session.execute(text("INSERT INTO counter VALUES (0)"))
    start = multiprocessing.get_context("spawn").Process
    writers = [start(target=add_one_often, args=(f"sqlite:///{tmp_path}/portal.db", 50)) for _ in range(2)]

    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()

    with sqlite_file.read() as session:
        assert session.scalar(text("SELECT value FROM counter")) == 100


def test_processes_that_start_together_open_a_database_one_after_the_other(tmp_path: Path) -> None:
    opened: list[Database] = []
    opener = threading.Thread(target=lambda: opened.append(open_database(f"sqlite:///{tmp_path}/portal.db")))

    with file_lock(tmp_path):
        opener.start()
        opener.join(timeout=0.1)
        assert opened == []
    opener.join()

    opened[0].close()


def test_a_new_database_is_its_owners_alone(tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path}/portal.db")
    with database.write() as session:
        session.execute(text("CREATE TABLE owners (name TEXT)"))
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    database.close()

    assert {"portal.db", "portal.db-wal", "portal-engine.db"} <= set(modes)
    assert set(modes.values()) == {0o600}


def test_a_plain_postgresql_address_means_psycopg(postgres_url: str) -> None:
    database = open_database(postgres_url.replace("postgresql+psycopg://", "postgresql://"))

    assert database.engine.driver == "psycopg"
    database.close()


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("sqlite:////nowhere/at/all/portal.db", "unable to open"),
        ("postgresql://alice:s3cret@127.0.0.1:1/test", "cannot be opened"),
        ("mysql://alice:s3cret@127.0.0.1/test", "not mysql:"),
        ("no address, but s3cret", "cannot be read"),
    ],
)
def test_a_database_that_does_not_open_is_told_without_its_password(url: str, reason: str) -> None:
    with pytest.raises(StoreUnavailable, match=reason) as error:
        open_database(url)

    assert "s3cret" not in str(error.value)


def test_a_file_that_is_no_database_is_told(tmp_path: Path) -> None:
    (tmp_path / "portal.db").write_text("nothing of the kind, but long enough to be looked at" * 20)

    with pytest.raises(StoreUnavailable, match="not a database"):
        open_database(f"sqlite:///{tmp_path}/portal.db")


def test_a_full_disk_is_told_with_what_can_be_done(sqlite_file: Database) -> None:
    with sqlite_file.write() as session:
        session.execute(text("CREATE TABLE owners (name TEXT)"))

    def fill() -> None:
        with telling("cannot be written", sqlite_file.engine.url), sqlite_file.write() as session:
            session.execute(text("PRAGMA max_page_count = 3"))
            session.execute(text("INSERT INTO owners VALUES (hex(randomblob(100000)))"))

    with pytest.raises(StoreUnavailable, match=r"portal\.db cannot be written: .* is full\. Make room on the disk"):
        fill()


def test_what_is_in_the_write_ahead_log_is_put_into_the_file(sqlite_file: Database, tmp_path: Path) -> None:
    with sqlite_file.write() as session:
        session.execute(text("CREATE TABLE owners (name TEXT)"))
    sqlite_file.checkpoint()

    shutil.copy(tmp_path / "portal.db", tmp_path / "copy.db")
    with closing(sqlite3.connect(tmp_path / "copy.db")) as copy:
        assert copy.execute("SELECT name FROM sqlite_master").fetchall() == [("owners",)]
    assert (tmp_path / "portal.db-wal").stat().st_size == 0
