"""The values typed into a page when the session ended, kept for the same person and page for an hour."""

import json
import secrets
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import cast

from sqlalchemy import delete, insert, select

from sipsorcery_web.clock import utc_now
from sipsorcery_web.database.connection import Database
from sipsorcery_web.database.keyring import Keyring, KeyringError
from sipsorcery_web.database.sealed import place_of
from sipsorcery_web.hashes import hash_secret
from sipsorcery_web.portal.storage.models import SavedForm
from sipsorcery_web.portal.storage.pruning import prune
from sipsorcery_web.portal.storage.sessions import sql_errors

SAVED_FOR = timedelta(hours=1)
MOST_PER_USER = 20  # for each user: a page left open in a loop must not fill the disk


class SavedForms:
    """Typed values in the table `kept_forms`. Callers leave passwords and other secrets out."""

    def __init__(self, database: Database, keyring: Keyring, clock: Callable[[], datetime] = utc_now) -> None:
        self._database = database
        self._keyring = keyring
        self._clock = clock

    def save(self, username: str, path: str, values: Mapping[str, Sequence[str]]) -> str:
        """Keep what was typed and answer the id to ask for it. Raises StorageUnavailable."""
        form_id, now = secrets.token_urlsafe(32), self._clock()
        key = hash_secret(form_id)
        typed = json.dumps({name: list(texts) for name, texts in values.items()})
        sealed = self._keyring.seal(typed, place_of(SavedForm.sealed, key, username, path))
        with sql_errors(), self._database.write() as session:
            prune(session, SavedForm.id_hash, username, now, MOST_PER_USER)
            row = {"id_hash": key, "username": username, "path": path, "sealed": sealed, "expires_at": now + SAVED_FOR}
            session.execute(insert(SavedForm).values(**row))
        return form_id

    def load(self, form_id: str, username: str, path: str) -> dict[str, list[str]] | None:
        """Return the typed values, as often as they are asked for.

        None for another user, another page, or after an hour.

        Raises StorageUnavailable.
        """
        key = hash_secret(form_id)
        same = (SavedForm.id_hash == key, SavedForm.username == username, SavedForm.path == path)
        with sql_errors(), self._database.read() as session:
            sealed = session.scalar(select(SavedForm.sealed).where(*same, SavedForm.expires_at > self._clock()))
        return None if sealed is None else self._typed(sealed, place_of(SavedForm.sealed, key, username, path))

    def delete(self, form_id: str, username: str) -> None:
        """Forget what this user typed. Raises StorageUnavailable."""
        own = (SavedForm.id_hash == hash_secret(form_id), SavedForm.username == username)
        with sql_errors(), self._database.write() as session:
            session.execute(delete(SavedForm).where(*own))

    def _typed(self, sealed: str, context: str) -> dict[str, list[str]] | None:
        try:
            return cast(dict[str, list[str]], json.loads(self._keyring.open_text(sealed, context)))
        except KeyringError:
            return None
