"""Ladders that links show to others for a week, as they were when the link was made."""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, delete, insert, select
from sqlalchemy.orm import Session

from sipsorcery_web.clock import utc_now
from sipsorcery_web.database.address_limit import AddressLimit
from sipsorcery_web.database.connection import Database
from sipsorcery_web.database.keyring import Keyring, KeyringError
from sipsorcery_web.database.sealed import place_of
from sipsorcery_web.hashes import hash_secret, shown_id
from sipsorcery_web.ip_addresses import caller_network
from sipsorcery_web.portal.storage.models import SharedLadder
from sipsorcery_web.portal.storage.pruning import prune
from sipsorcery_web.portal.storage.sessions import sql_errors

LIVES_FOR = timedelta(days=7)
KEPT_AT_MOST = 50  # for each user


@dataclass(frozen=True)
class SharedLink:
    """A link as whoever made it sees it; its token is told once, and kept nowhere."""

    id: UUID
    title: str
    made_at: datetime
    until: datetime
    is_blurred: bool


@dataclass(frozen=True)
class Shared:
    """The contents that a link shows, and until when."""

    contents: str
    until: datetime
    is_blurred: bool


class SharedLadders:
    """Sealed texts in the table `shared_ladders`, found by the hash of a token that whoever has the link knows."""

    def __init__(
        self, database: Database, keyring: Keyring, limit: AddressLimit, clock: Callable[[], datetime] = utc_now
    ) -> None:
        self._database = database
        self._keyring = keyring
        self._limit = limit
        self._clock = clock

    def add(self, username: str, ladder_id: UUID, title: str, contents: str, is_blurred: bool) -> str:
        """Keep this for a week and return the token of the link to it. Raises StorageUnavailable."""
        token, now = secrets.token_urlsafe(32), self._clock()
        key = hash_secret(token)
        row = {
            "token_hash": key,
            "username": username,
            "ladder_id": str(ladder_id),
            "title": title,
            "is_blurred": is_blurred,
            "made_at": now,
            "sealed": self._keyring.seal(contents, _place(key, username, str(ladder_id))),
            "expires_at": now + LIVES_FOR,
        }
        with sql_errors(), self._database.write() as session:
            prune(session, SharedLadder.token_hash, username, now, KEPT_AT_MOST)
            session.execute(insert(SharedLadder).values(**row))
        return token

    def find(self, token: str) -> Shared | None:
        """Return what a link shows; None for one that is over, ended or made up. Raises StorageUnavailable.

        The hash is what is compared, so that the time it takes tells nothing of a token.
        """
        named = (SharedLadder.token_hash == hash_secret(token), SharedLadder.expires_at > self._clock())
        with sql_errors(), self._database.read() as session:
            row = session.scalars(select(SharedLadder).where(*named)).one_or_none()
        if row is None:
            return None
        try:
            sealed = self._keyring.open_text(row.sealed, _place(row.token_hash, row.username, row.ladder_id))
        except KeyringError:
            return None
        return Shared(sealed, row.expires_at, row.is_blurred)

    def of_user(self, username: str, ladder_id: UUID | None = None) -> Sequence[SharedLink]:
        """The links that a user has made, to one ladder or to any, the newest first. Raises StorageUnavailable."""
        query = select(SharedLadder).where(*self._good(username)).order_by(SharedLadder.made_at.desc())
        if ladder_id is not None:
            query = query.where(SharedLadder.ladder_id == str(ladder_id))
        with sql_errors(), self._database.read() as session:
            return [_link(row) for row in session.scalars(query)]

    def end(self, username: str, link_id: UUID) -> bool:
        """End a link of a user's; False where there is none. Raises StorageUnavailable."""
        with sql_errors(), self._database.write() as session:
            hashes = session.scalars(select(SharedLadder.token_hash).where(*self._good(username))).all()
            named = [key for key in hashes if shown_id(key) == link_id]
            session.execute(delete(SharedLadder).where(SharedLadder.token_hash.in_(named)))
        return bool(named)

    def note_wrong(self, kind: str, address: str) -> None:
        """Count a link that shows nothing. Raises what the limit makes of too many, and StorageUnavailable."""
        with sql_errors():
            self._limit.note(kind, caller_network(address))

    def _good(self, username: str) -> tuple[ColumnElement[bool], ...]:
        return SharedLadder.username == username, SharedLadder.expires_at > self._clock()


def forget_shared_ladders(session: Session, username: str) -> None:
    """End all links of a user."""
    session.execute(delete(SharedLadder).where(SharedLadder.username == username))


def _place(token_hash: str, username: str, ladder_id: str) -> str:
    return place_of(SharedLadder.sealed, token_hash, username, ladder_id)


def _link(row: SharedLadder) -> SharedLink:
    return SharedLink(shown_id(row.token_hash), row.title, row.made_at, row.expires_at, row.is_blurred)
