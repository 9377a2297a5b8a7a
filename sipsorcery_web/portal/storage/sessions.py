"""The storage of browser sessions: the port, and the project's own table behind it."""

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from sipsorcery_web.database.connection import Database, is_of_the_store
from sipsorcery_web.database.keyring import Keyring, KeyringError
from sipsorcery_web.database.prepared_reads import PreparedRead
from sipsorcery_web.hashes import hash_secret
from sipsorcery_web.portal.storage.errors import StorageUnavailable
from sipsorcery_web.portal.storage.models import BrowserSession, session_context

PURGED_EVERY = timedelta(minutes=10)
MOST_LISTED = 200
"""Sessions of a user that are read at once."""

log = logging.getLogger(__name__)

_COLUMNS = (
    BrowserSession.id_hash,
    BrowserSession.sealed,
    BrowserSession.username,
    BrowserSession.ends_at,
    BrowserSession.forget_at,
)
_BY_KEY = BrowserSession.id_hash == bindparam("key")
_ONE = PreparedRead(select(*_COLUMNS).where(_BY_KEY))
_STATE = PreparedRead(select(BrowserSession.sealed, BrowserSession.ends_at).where(_BY_KEY))
_REPLACED = (
    update(BrowserSession)
    .where(BrowserSession.id_hash == bindparam("key"), BrowserSession.sealed == bindparam("version"))
    .values({column: bindparam(f"new_{column.key}") for column in _COLUMNS[1:]})
)


@dataclass(frozen=True)
class SessionRecord:
    """A session as it is kept: JSON that is sealed on its way in, and the two moments of its end."""

    contents: str = field(repr=False)
    username: str | None
    ends_at: datetime
    forget_at: datetime


@dataclass(frozen=True)
class StoredSession(SessionRecord):
    """A record as it was read. `version` differs after every write."""

    version: str = field(repr=False)


Rewrite = Callable[[StoredSession], SessionRecord | None]


class SessionStorage(Protocol):
    """A storage of sessions by id. Neither ids nor contents can be read where they lie.

    Every method raises StorageUnavailable when the place does not answer.
    """

    def read(self, session_id: str) -> StoredSession | None:
        """The session, ended or not; None when it is unknown or was tampered with."""

    def is_stored(self, session_id: str, version: str, ends_at: datetime) -> bool:
        """Return True where the session is there as it was when this version of it was read, with this end."""

    def add(self, session_id: str, record: SessionRecord, now: datetime) -> None:
        """Keep a new session."""

    def replace(self, session_id: str, record: SessionRecord, version: str, now: datetime) -> bool:
        """Write over the version that was read. False, with nothing written, when it was changed or deleted since."""

    def delete(self, session_id: str) -> None:
        """Forget a session, known or not."""

    def of_user(self, username: str) -> Sequence[StoredSession]:
        """The newest sessions of a user, ended or not."""

    def rewrite_others(self, session_id: str, username: str, change: Rewrite, now: datetime) -> None:
        """Write over the other sessions of a user what `change` makes of each, unless that is None."""

    def try_to_write(self) -> None:
        """Write something that means nothing, as a new session would be written."""


class SqlSessions:
    """Sessions in the table `browser_sessions`."""

    def __init__(self, database: Database, keyring: Keyring) -> None:
        self._database = database
        self._keyring = keyring
        self._purged_at = datetime.min.replace(tzinfo=UTC)

    def read(self, session_id: str) -> StoredSession | None:
        with sql_errors():
            found = _ONE.first(self._database, key=hash_secret(session_id))
        return None if found is None else self._stored(found)

    def is_stored(self, session_id: str, version: str, ends_at: datetime) -> bool:
        with sql_errors():
            found = _STATE.first(self._database, key=hash_secret(session_id))
        return found is not None and (found.sealed, found.ends_at) == (version, ends_at)

    def add(self, session_id: str, record: SessionRecord, now: datetime) -> None:
        key = hash_secret(session_id)
        with sql_errors(), self._database.write() as session:
            session.execute(insert(BrowserSession).values(id_hash=key, **self._columns(key, record)))
            self._purge_at_times(session, now)

    def replace(self, session_id: str, record: SessionRecord, version: str, now: datetime) -> bool:
        key = hash_secret(session_id)
        new = {f"new_{name}": value for name, value in self._columns(key, record).items()}
        with sql_errors(), self._database.write() as session:
            result = session.connection().execute(_REPLACED, {"key": key, "version": version, **new})
            self._purge_at_times(session, now)
        return result.rowcount == 1

    def delete(self, session_id: str) -> None:
        with sql_errors(), self._database.write() as session:
            session.execute(delete(BrowserSession).where(BrowserSession.id_hash == hash_secret(session_id)))

    def of_user(self, username: str) -> Sequence[StoredSession]:
        theirs = select(*_COLUMNS).where(BrowserSession.username == username)
        with sql_errors(), self._database.read() as session:
            rows = session.execute(theirs.order_by(BrowserSession.ends_at.desc()).limit(MOST_LISTED)).all()
        return [stored for stored in map(self._stored, rows) if stored is not None]

    def rewrite_others(self, session_id: str, username: str, change: Rewrite, now: datetime) -> None:
        theirs = (BrowserSession.username == username, BrowserSession.id_hash != hash_secret(session_id))
        with sql_errors(), self._database.write() as session:
            for row in session.execute(select(*_COLUMNS).where(*theirs).with_for_update()).all():
                stored = self._stored(row)
                record = None if stored is None else change(stored)
                if record is not None:
                    same = BrowserSession.id_hash == row.id_hash
                    session.execute(update(BrowserSession).where(same).values(**self._columns(row.id_hash, record)))

    def try_to_write(self) -> None:
        with sql_errors():
            self._database.try_to_write()

    def _stored(self, row: Any) -> StoredSession | None:
        contents = unsealed(self._keyring, row.sealed, row.id_hash)
        if contents is None:
            return None
        return StoredSession(contents, row.username, row.ends_at, row.forget_at, version=row.sealed)

    def _columns(self, key: str, record: SessionRecord) -> dict[str, Any]:
        return {
            "sealed": self._keyring.seal(record.contents, session_context(key)),
            "username": record.username,
            "ends_at": record.ends_at,
            "forget_at": record.forget_at,
        }

    def _purge_at_times(self, session: Session, now: datetime) -> None:
        if abs(now - self._purged_at) >= PURGED_EVERY:  # also after a clock that was put back
            self._purged_at = now
            session.execute(delete(BrowserSession).where(BrowserSession.forget_at <= now))


def unsealed(keyring: Keyring, sealed: str, key: str) -> str | None:
    """The contents of a session, or None, and a line in the log, when they do not open."""
    try:
        return keyring.open_text(sealed, session_context(key))
    except KeyringError as error:
        log.warning("A stored session is not used: %s", error)
        return None


@contextmanager
def sql_errors() -> Iterator[None]:
    """Translate a database that is away, full, locked or broken. Raises StorageUnavailable."""
    try:
        yield
    except SQLAlchemyError as error:
        if not is_of_the_store(error):
            raise
        raise StorageUnavailable("The database with the sessions does not answer.") from error
