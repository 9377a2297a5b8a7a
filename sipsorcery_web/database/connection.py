"""One way to open the database, and the ways to use it: to read, to read rows alone, and to write."""

import os
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext, suppress
from functools import partial
from pathlib import Path
from time import monotonic
from typing import Any

from sqlalchemy import URL, Connection, Engine, StaticPool, create_engine, event, make_url, text
from sqlalchemy.exc import (
    ArgumentError,
    DataError,
    DBAPIError,
    IntegrityError,
    NotSupportedError,
    OperationalError,
    ProgrammingError,
    TimeoutError,
)
from sqlalchemy.orm import Session, sessionmaker

from sipsorcery_web.breaker import Breaker
from sipsorcery_web.database.prepared_reads import DriverReads
from sipsorcery_web.database.reading_session import ReadingSession
from sipsorcery_web.database.shared_reads import SharedReads
from sipsorcery_web.private_files import file_lock

READS_ONLY = "sipsorcery_reads_only"
OF_THE_STATEMENT = (DataError, IntegrityError, NotSupportedError, ProgrammingError)
"""Errors that a statement itself is to blame for."""
IN_MEMORY = {None, "", ":memory:"}
BUSY_SECONDS = 5
"""Seconds that a writer waits for another one."""
FAILURES, PAUSE = 1, 5.0
"""While one has waited in vain the next ones do not wait as long; who does will see the lock go."""
LOCKED = "database is locked, as it was a moment ago"
SQLITE_SETTINGS = (
    f"PRAGMA busy_timeout={BUSY_SECONDS * 1000}",  # first: the next one may have to wait for another process
    "ATTACH DATABASE ? AS engine",
    "PRAGMA main.journal_mode=WAL",
    "PRAGMA engine.journal_mode=WAL",
    "PRAGMA foreign_keys=ON",
    "PRAGMA main.synchronous=FULL",  # what was acknowledged is on the disk
    "PRAGMA engine.synchronous=NORMAL",  # as Kamailio itself writes it; what is mirrored there is made anew at start
)


class StoreUnavailable(Exception):
    """The database could not be opened."""


def is_of_the_store(error: BaseException) -> bool:
    """Return True for an error of a database that is away, full, locked or broken."""
    return isinstance(error, DBAPIError | TimeoutError) and not isinstance(error, OF_THE_STATEMENT)


class Database:
    """An open database. A unit of work is a `with` block over `read()` or `write()`."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._reader = engine.execution_options(**{READS_ONLY: True, "postgresql_readonly": True})
        self.sessions = sessionmaker(expire_on_commit=False)
        """Makes every session that writes, so that whoever has to know of changes can listen to them here."""
        self._shares_one_connection = isinstance(engine.pool, StaticPool)
        self._turn: AbstractContextManager[Any] = threading.RLock() if self._shares_one_connection else nullcontext()
        self._reading = SharedReads()
        self._driver_reads = DriverReads(engine)

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session that sees one state of the data; an attempt to write raises the database's own error."""
        with self._turn, self._reading.joined(self._new_reader) as session:
            yield session

    @contextmanager
    def read_rows(self) -> Iterator[Connection]:
        """The same without objects, for what is asked often: a session takes longer than most statements."""
        with self._turn, self._reader.connect() as connection:
            yield connection

    def driver_rows(self, text: str, parameters: Any) -> Sequence[Any]:
        """The rows of a SELECT in the database's own words, as its driver gives them; for `PreparedRead`."""
        if self._shares_one_connection:
            with self.read_rows() as connection:
                return connection.exec_driver_sql(text, tuple(parameters)).all()
        return self._driver_reads.rows(text, parameters)

    @contextmanager
    def write(self) -> Iterator[Session]:
        """A session that holds SQLite's write lock from its start, commits at the end and rolls back on an error."""
        self._reading.end()
        with self._turn, self.sessions(bind=self.engine) as session, session.begin():
            session.connection()  # now, not at the first statement: what is read here stays true until it is written
            yield session
        self._reading.end()

    @contextmanager
    def write_rows(self) -> Iterator[Connection]:
        """The same without objects; nobody who listens to the sessions that write hears of these rows."""
        self._reading.end()
        with self._turn, self.engine.begin() as connection:
            yield connection
        self._reading.end()

    def shared_read(self) -> AbstractContextManager[None]:
        """While this lasts, what this thread reads is read in one session, from its first reading to its next writing.

        A store in memory has one connection for all threads, so that nothing is shared there.
        """
        return nullcontext() if self._shares_one_connection else self._reading.shared()

    def end_shared_read(self) -> None:
        """Let go of what this thread has read from, so that it reads next what is there then."""
        self._reading.end()

    def try_to_write(self) -> None:
        """Write what is there already, through to the disk; an attempt that fails raises the database's own error."""
        with self.write() as session:
            session.execute(text("UPDATE alembic_version SET version_num = version_num"))

    def _new_reader(self) -> Session:
        return ReadingSession(self._reader)

    def checkpoint(self) -> None:
        """Put what SQLite has in its write-ahead logs into the files themselves, as far as others let it."""
        if self.engine.dialect.name != "sqlite":
            return
        with suppress(DBAPIError, sqlite3.Error), closing(self.engine.raw_connection()) as connection:
            driver: Any = connection.driver_connection
            driver.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    @property
    def shown(self) -> str:
        """Return the address of the database, without a password."""
        return self.engine.url.render_as_string(hide_password=True)

    def close(self) -> None:
        """Give back all connections."""
        self._driver_reads.close()
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


_ADVICE = {"database or disk is full": ". Make room on the disk; what was stored is there."}


def _what_is_damaged(address: URL) -> str:
    """Return which file of SQLite's is damaged, and what can be done; "" where none is."""
    beside = kamailio_file(address)
    if beside is None:
        return ""
    if damage := damage_of(Path(str(address.database))):
        return f"{damage}. Restore a backup into an empty data directory; this one stays as it is."
    if damage := damage_of(beside):
        return (
            f"{beside}, which belongs to it: {damage}. The database itself is whole. Stop the SIP engine and move that "
            "file away: it is made anew."
        )
    return ""


def damage_of(file: Path) -> str:
    """Return what is wrong within a file of SQLite's; "" where nothing is, or the file is missing."""
    if not file.exists():
        return ""
    try:
        with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as connection:
            found = str(connection.execute("PRAGMA quick_check(1)").fetchone()[0])
    except sqlite3.OperationalError:  # busy, or no file to open: nothing that moving it away would mend
        return ""
    except sqlite3.DatabaseError as error:
        return str(error)
    return "" if found == "ok" else found.replace("\n", " ")


@contextmanager
def telling(trouble: str, address: URL) -> Iterator[None]:
    """Raise StoreUnavailable in place of the driver's errors: which database it is, the trouble, and why."""
    try:
        yield
    except DBAPIError as error:
        why = _what_is_damaged(address) or str(error.orig).strip() + _ADVICE.get(str(error.orig).strip(), "")
        shown = address.render_as_string(hide_password=True)
        raise StoreUnavailable(f"The database {shown} {trouble}: {why}") from error


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


def take_time(session: Session) -> None:
    """Let the rest of a transaction take as long as it needs, since no page waits for it."""
    if session.get_bind().dialect.name == "postgresql":
        from .postgresql import lift_limits

        lift_limits(session)


def _postgresql_engine(address: URL) -> Engine:
    from .postgresql import postgresql_engine  # its driver is installed only where it is used

    return postgresql_engine(address)


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
    event.listen(engine, "begin", partial(_begin_on_sqlite, Breaker(FAILURES, PAUSE)))
    return engine


def kamailio_file(address: URL) -> Path | None:
    """Return SQLite's file for what Kamailio reads and writes; None where the store is in memory or not SQLite's.

    A file of its own, since Kamailio needs HA1 in clear. Who writes to the one locks the other too.
    """
    if address.get_backend_name() != "sqlite" or address.database in IN_MEMORY:
        return None
    return engine_file(Path(str(address.database)))


def engine_file(path: Path) -> Path:
    """Return the path of Kamailio's file, which is beside the portal's."""
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
        try:
            connection.execute(setting, (kamailio_file,) if "?" in setting else ())
        except sqlite3.DatabaseError as error:
            if "engine" not in setting:
                raise
            raise sqlite3.DatabaseError(f"{kamailio_file}, which belongs to it: {error}") from error


def _text(value: bytes) -> str:
    return value.decode("utf-8", "replace")


def _begin_on_sqlite(breaker: Breaker, connection: Connection) -> None:
    # On the driver's connection, so that a count of statements sees only what a store asked for.
    driver: Any = connection.connection.dbapi_connection
    reads_only = connection.get_execution_options().get(READS_ONLY, False)
    driver.execute(f"PRAGMA query_only={'ON' if reads_only else 'OFF'}")
    begin, began = "BEGIN" if reads_only else "BEGIN IMMEDIATE", monotonic()
    try:
        if not (reads_only or breaker.lets_through()):
            raise sqlite3.OperationalError(LOCKED)
        driver.execute(begin)
    except sqlite3.OperationalError as error:  # SQLAlchemy does not see what its listeners do
        if monotonic() - began >= BUSY_SECONDS / 2:
            breaker.failed()
        raise OperationalError(begin, None, error) from error
    if not reads_only:
        breaker.succeeded()
