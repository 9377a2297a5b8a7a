"""Records that a user has deleted, kept for ten minutes so that they can be put back."""

import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, insert, select
from sqlalchemy.exc import IntegrityError

from sipsorcery_web.clock import utc_now
from sipsorcery_web.database.connection import Database
from sipsorcery_web.database.keyring import Keyring, KeyringError
from sipsorcery_web.database.sealed import place_of
from sipsorcery_web.hashes import hash_secret
from sipsorcery_web.portal.storage.models import DeletedRecord
from sipsorcery_web.portal.storage.pruning import prune
from sipsorcery_web.portal.storage.sessions import sql_errors

KEPT_FOR = timedelta(minutes=10)
KEPT_AT_MOST = 20  # for each user


@dataclass(frozen=True)
class StoredDeletion:
    """A text, and when it is gone."""

    contents: str
    until: datetime


class DeletedRecords:
    """Sealed texts in the table `deleted_records`, by user and the id of the record."""

    def __init__(self, database: Database, keyring: Keyring, clock: Callable[[], datetime] = utc_now) -> None:
        self._database = database
        self._keyring = keyring
        self._clock = clock

    def keep(self, username: str, record_id: UUID, contents: str) -> datetime:
        """Keep this in place of what was kept of the same record, and say until when. Raises StorageUnavailable."""
        key, now = _key(username, record_id), self._clock()
        row = {
            "id_hash": key,
            "username": username,
            "sealed": self._keyring.seal(contents, place_of(DeletedRecord.sealed, key)),
            "expires_at": now + KEPT_FOR,
        }
        # two requests that delete the same record at once keep the same
        with suppress(IntegrityError), sql_errors(), self._database.write() as session:
            session.execute(delete(DeletedRecord).where(DeletedRecord.id_hash == key))
            prune(session, DeletedRecord.id_hash, username, now, KEPT_AT_MOST)
            session.execute(insert(DeletedRecord).values(**row))
        return now + KEPT_FOR

    def find(self, username: str, record_id: UUID) -> StoredDeletion | None:
        """Return what is kept; None for another user or record, or after its time. Raises StorageUnavailable."""
        key = _key(username, record_id)
        named = (DeletedRecord.id_hash == key, DeletedRecord.expires_at > self._clock())
        with sql_errors(), self._database.read() as session:
            found = session.execute(select(DeletedRecord.sealed, DeletedRecord.expires_at).where(*named)).one_or_none()
        try:
            return found and StoredDeletion(
                self._keyring.open_text(found.sealed, place_of(DeletedRecord.sealed, key)), found.expires_at
            )
        except KeyringError:
            return None


def _key(username: str, record_id: UUID) -> str:
    return hash_secret(json.dumps([username, str(record_id)]))
