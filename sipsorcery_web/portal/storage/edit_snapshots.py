"""Records as they were when somebody opened a form on them, so that a later change by somebody else can be shown."""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Row, bindparam, delete, insert, select
from sqlalchemy.exc import IntegrityError

from sipsorcery_web.clock import utc_now
from sipsorcery_web.database.connection import Database
from sipsorcery_web.database.keyring import Keyring, KeyringError
from sipsorcery_web.database.sealed import place_of
from sipsorcery_web.portal.storage.models import EditSnapshot
from sipsorcery_web.portal.storage.pruning import prune
from sipsorcery_web.portal.storage.sessions import sql_errors

SAVED_FOR = timedelta(hours=12)  # longer than a session can be made to last
RENEWED_FROM = timedelta(hours=11)
MOST_PER_USER = 50  # for each user

_ONE = select(EditSnapshot.sealed, EditSnapshot.expires_at).where(
    EditSnapshot.username == bindparam("username"), EditSnapshot.digest == bindparam("digest")
)


class EditSnapshots:
    """Sealed texts in the table `opened_records`, by user and digest."""

    def __init__(self, database: Database, keyring: Keyring, clock: Callable[[], datetime] = utc_now) -> None:
        self._database = database
        self._keyring = keyring
        self._clock = clock

    def keep(self, username: str, digest: str, contents: str) -> None:
        """Keep this; what was kept under the digest lately is taken to be the same. Raises StorageUnavailable."""
        now = self._clock()
        if self._is_fresh(username, digest, now):
            return
        row = {
            "username": username,
            "digest": digest,
            "sealed": self._keyring.seal(contents, place_of(EditSnapshot.sealed, username, digest)),
            "expires_at": now + SAVED_FOR,
        }
        # two tabs that open the same record at once keep the same
        with suppress(IntegrityError), sql_errors(), self._database.write() as session:
            session.execute(delete(EditSnapshot).where(*_same(username, digest)))
            prune(session, EditSnapshot.digest, username, now, MOST_PER_USER)
            session.execute(insert(EditSnapshot).values(**row))

    def find(self, username: str, digest: str) -> str | None:
        """Return what is kept; None for another user or digest, or after its time. Raises StorageUnavailable."""
        kept = self._kept(username, digest)
        if kept is None or kept.expires_at <= self._clock():
            return None
        try:
            return self._keyring.open_text(kept.sealed, place_of(EditSnapshot.sealed, username, digest))
        except KeyringError:
            return None

    def _is_fresh(self, username: str, digest: str, now: datetime) -> bool:
        kept = self._kept(username, digest)
        return kept is not None and kept.expires_at > now + RENEWED_FROM

    def _kept(self, username: str, digest: str) -> Row[str, datetime] | None:
        with sql_errors(), self._database.read() as session:
            return session.connection().execute(_ONE, {"username": username, "digest": digest}).one_or_none()


def _same(username: str, digest: str) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return EditSnapshot.username == username, EditSnapshot.digest == digest
