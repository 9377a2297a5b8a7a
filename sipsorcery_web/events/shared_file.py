"""SQLite files of the console, which every process reads and writes: what is in them is no promise.

Each use opens the file for itself, so that forked processes and threads share nothing but the file. One that is
missing or broken, or of another version, is made anew.
"""

import logging
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

from sipsorcery_web.private_files import file_lock, private_directory

PATIENCE = 0.25
"""Seconds that a writer waits for others."""
_BROKEN = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR)
"""What SQLite says of a file that is none of its own, or that is without these tables."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

T = TypeVar("T")

log = logging.getLogger(__name__)


class OtherTables(Exception):
    """The file is of another version."""


@dataclass(frozen=True)
class SharedFile:
    """A file with some tables, of this version of them."""

    path: Path
    tables: str
    version: int
    patience: float = PATIENCE

    def use(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Do something with the file, with a new one where it is broken. Raises sqlite3.Error or OSError."""
        identity = self._identity()
        try:
            return self._use_once(work)
        except (sqlite3.DatabaseError, OtherTables) as error:
            if isinstance(error, sqlite3.Error) and getattr(error, "sqlite_errorcode", 0) & 0xFF not in _BROKEN:
                raise
            log.warning("What was in %s is lost, the file is made anew: %s", self.path.name, error)
            self._remove(identity)
        try:
            return self._use_once(work)
        except OtherTables as error:  # another version of the portal has been quicker
            raise OSError("the file is of another version") from error

    def _use_once(self, work: Callable[[sqlite3.Connection], T]) -> T:
        if not self.path.exists():
            self._make()
        with closing(self._connect()) as connection:
            if _version(connection) != self.version:
                self._make()  # where another process was interrupted at that
                if _version(connection) != self.version:
                    raise OtherTables
            return work(connection)

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self.path, timeout=self.patience, isolation_level=None)
        connection.execute("PRAGMA synchronous=OFF")
        return connection

    def _make(self) -> None:
        """Make the file, unless another process has done it."""
        private_directory(self.path.parent)
        with file_lock(self.path.parent):
            os.close(os.open(self.path, os.O_CREAT | os.O_RDWR, 0o600))
            with closing(self._connect()) as connection:
                if _version(connection) == 0 and not _has_tables(connection):
                    connection.execute("PRAGMA journal_mode=WAL")
                    connection.executescript(f"BEGIN; {self.tables} PRAGMA user_version={self.version}; COMMIT")

    def _identity(self) -> int:
        try:
            return self.path.stat().st_ino
        except OSError:
            return 0

    def _remove(self, identity: int) -> None:
        """Remove the file, unless another process has already put one in its place."""
        with file_lock(self.path.parent):
            if self._identity() == identity:
                for end in ("", "-wal", "-shm"):
                    self.path.with_name(self.path.name + end).unlink(missing_ok=True)


@contextmanager
def in_one_transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """Hold the lock on writing from here to the end, and undo everything where that is not reached."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        with suppress(sqlite3.Error):
            connection.execute("ROLLBACK")
        raise


def microseconds(moment: datetime) -> int:
    """Return a moment as such a file has it: microseconds since 1970."""
    return (moment - _EPOCH) // _MICROSECOND


def moment_of(number: int) -> datetime:
    """Return the moment of a number of microseconds."""
    return _EPOCH + number * _MICROSECOND


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _has_tables(connection: sqlite3.Connection) -> bool:
    return connection.execute("SELECT 1 FROM sqlite_master").fetchone() is not None
