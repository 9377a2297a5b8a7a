"""One way to open the database and two ways to use it: to read and to write."""

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, StaticPool, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError
from sqlalchemy.orm import Session, sessionmaker

from sipsorcery_web.database.locks import file_lock

READS_ONLY = "sipsorcery_reads_only"
IN_MEMORY = {None, "", ":memory:"}
SQLITE_SETTINGS = (
    "PRAGMA busy_timeout=5000",  # first: the next one may have to wait for another process
    "ATTACH DATABASE ? AS engine",
    "PRAGMA main.journal_mode=WAL",
    "PRAGMA engine.journal_mode=WAL",
    "PRAGMA foreign_keys=ON",
    "PRAGMA main.synchronous=NORMAL",
    "PRAGMA engine.synchronous=NORMAL",
)


class StoreUnavailable(Exception):
    """The database could not be opened."""


class Database:
    """An open database. A unit of work is a `with` block over `read()` or `write()`."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._reader = engine.execution_options(**{READS_ONLY: True, "postgresql_readonly": True})
        self.sessions = sessionmaker(expire_on_commit=False)
        """Makes every session, so that whoever has to know of changes can listen to them here."""
        shares_one_connection = isinstance(engine.pool, StaticPool)
        self._turn: AbstractContextManager[Any] = threading.RLock() if shares_one_connection else nullcontext()

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session that sees one state of the data; an attempt to write raises the database's own error."""
        with self._turn, self.sessions(bind=self._reader) as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """A session that holds SQLite's write lock from its start, commits at the end and rolls back on an error."""
        with self._turn, self.sessions(bind=self.engine) as session, session.begin():
            session.connection()  # now, not at the first statement: what is read here stays true until it is written
            yield session

    def close(self) -> None:
        """Give back all connections."""
        self.engine.dispose()


def open_database(url: str) -> Database:
    """The database at a `sqlite:///` or `postgresql://` address, proved by one connection.

    Raises StoreUnavailable, with a text that holds no password, when the address is of another kind or does not open.
    """
    address = _read_address(url)
    engine = _sqlite_engine(address) if address.get_backend_name() == "sqlite" else _postgresql_engine(address)
    try:
        with _first_use(address), telling("cannot be opened", address):
            engine.connect().close()
    except StoreUnavailable:
        engine.dispose()
        raise
    return Database(engine)


@contextmanager
def telling(trouble: str, address: URL) -> Iterator[None]:
    """Raise StoreUnavailable in place of the driver's errors: which database it is, the trouble, and why."""
    try:
        yield
    except DBAPIError as error:
        shown = address.render_as_string(hide_password=True)
        raise StoreUnavailable(f"The database {shown} {trouble}: {str(error.orig).strip()}") from error


def _read_address(url: str) -> URL:
    try:
        address = make_url(url)
    except ArgumentError:
        # Not chained: the cause may repeat the address and so a password.
        raise StoreUnavailable("The database address cannot be read as a URL.") from None
    if address.drivername in {"postgresql", "postgres", "postgresql+psycopg"}:
        return address.set(drivername="postgresql+psycopg")
    if address.drivername != "sqlite":
        raise StoreUnavailable(f"A database address begins with sqlite: or postgresql:, not {address.drivername}:.")
    return address


def _postgresql_engine(address: URL) -> Engine:
    return create_engine(address, hide_parameters=True, pool_pre_ping=True, connect_args={"connect_timeout": 5})


def _sqlite_engine(address: URL) -> Engine:
    beside = kamailio_file(address)
    if beside is None:
        engine = create_engine(
            address, hide_parameters=True, poolclass=StaticPool, connect_args={"check_same_thread": False}
        )
    else:
        _make_private_file(Path(str(address.database)))
        _make_private_file(beside)
        engine = create_engine(address, hide_parameters=True)
    event.listen(engine, "connect", partial(_set_up_sqlite, str(beside or ":memory:")))
    event.listen(engine, "begin", _begin_on_sqlite)
    return engine


def kamailio_file(address: URL) -> Path | None:
    """Return SQLite's file for what Kamailio reads and writes; None where the store is in memory or not SQLite's.

    A file of its own, since Kamailio needs HA1 in clear. Who writes to the one locks the other too.
    """
    if address.get_backend_name() != "sqlite" or address.database in IN_MEMORY:
        return None
    path = Path(str(address.database))
    return path.with_name(f"{path.stem}-engine{path.suffix}")


def _first_use(address: URL) -> AbstractContextManager[None]:
    """Return a lock for the change to WAL: SQLite does not wait for another process that makes it at the same time."""
    is_file = address.get_backend_name() == "sqlite" and address.database not in IN_MEMORY
    directory = Path(str(address.database)).parent
    return file_lock(directory) if is_file and directory.is_dir() else nullcontext()


def _make_private_file(path: Path) -> None:
    """An empty database that only its owner can read; SQLite gives its -wal and -shm files the same mode."""
    with suppress(OSError):  # it is there already, or the connection will tell what is wrong
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))


def _set_up_sqlite(kamailio_file: str, connection: Any, _record: object) -> None:
    connection.text_factory = _text  # Kamailio writes what strangers sent, byte for byte
    connection.isolation_level = None  # sqlite3 would begin on its own, late and without the lock
    for setting in SQLITE_SETTINGS:
        connection.execute(setting, (kamailio_file,) if "?" in setting else ())


def _text(value: bytes) -> str:
    return value.decode("utf-8", "replace")


def _begin_on_sqlite(connection: Connection) -> None:
    # On the driver's connection, so that a count of statements sees only what a store asked for.
    driver: Any = connection.connection.dbapi_connection
    reads_only = connection.get_execution_options().get(READS_ONLY, False)
    driver.execute(f"PRAGMA query_only={'ON' if reads_only else 'OFF'}")
    begin = "BEGIN" if reads_only else "BEGIN IMMEDIATE"
    try:
        driver.execute(begin)
    except sqlite3.OperationalError as error:  # SQLAlchemy does not see what its listeners do
        raise OperationalError(begin, None, error) from error
