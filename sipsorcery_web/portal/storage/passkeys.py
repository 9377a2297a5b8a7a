"""Passkeys: what is kept of public key credentials (WebAuthn, section 4), and which challenges they have answered."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from sipsorcery_web.clock import utc_now
from sipsorcery_web.database.connection import Database
from sipsorcery_web.database.keyring import Keyring, KeyringError
from sipsorcery_web.database.locks import advisory_lock
from sipsorcery_web.database.sealed import place_of
from sipsorcery_web.hashes import hash_secret
from sipsorcery_web.portal.storage.models import SpentChallenge, StoredPasskey
from sipsorcery_web.portal.storage.sessions import sql_errors

MOST_PASSKEYS = 20
"""How many a user can have."""
NAME_LIMIT = 64


class PasskeyNotAdded(Exception):
    """An error for a passkey that cannot be kept."""


class TooManyPasskeys(PasskeyNotAdded):
    """An error where the user has as many as there may be."""


class CredentialTaken(PasskeyNotAdded):
    """An error where the credential is somebody's already (WebAuthn, 7.1)."""


@dataclass(frozen=True, kw_only=True)
class Passkey:
    """A passkey of a user; ids and keys of credentials are in base64url, as browsers tell them."""

    id: UUID = field(default_factory=uuid4)
    username: str
    customer_id: UUID
    name: str
    rp_id: str
    credential_id: str
    public_key: str = field(repr=False)
    """The key in COSE's form (RFC 9052, section 7)."""
    sign_count: int
    transports: Sequence[str] = ()
    added_at: datetime
    last_used_at: datetime | None = None


class Passkeys:
    """Passkeys in the table `passkeys`."""

    def __init__(self, database: Database, keyring: Keyring, clock: Callable[[], datetime] = utc_now) -> None:
        self._database = database
        self._keyring = keyring
        self._clock = clock

    def add(self, passkey: Passkey) -> None:
        """Keep one more. Raises PasskeyNotAdded and StorageUnavailable."""
        with sql_errors(), self._database.write() as session:
            advisory_lock(session, "passkeys")
            _refuse(session, passkey)
            session.execute(insert(StoredPasskey).values(**self._columns(passkey)))

    def of(self, username: str) -> Sequence[Passkey]:
        """Return a user's passkeys, the oldest first. Raises StorageUnavailable."""
        query = select(StoredPasskey).where(StoredPasskey.username == username)
        with sql_errors(), self._database.read() as session:
            rows = session.scalars(query.order_by(StoredPasskey.added_at, StoredPasskey.id)).all()
            return [passkey for row in rows if (passkey := self._opened(row)) is not None]

    def with_credential(self, credential_id: str) -> Passkey | None:
        """Return the passkey of a credential; None where there is none. Raises StorageUnavailable."""
        with sql_errors(), self._database.read() as session:
            row = session.scalars(select(StoredPasskey).where(_has(credential_id))).one_or_none()
            return None if row is None else self._opened(row)

    def note_use(self, passkey: Passkey, sign_count: int) -> bool:
        """Note that a passkey is used now. Raises StorageUnavailable.

        False, with nothing noted, where it is gone, or its signature counter has not moved on (WebAuthn, 6.1.1).
        """
        stored = StoredPasskey.sign_count
        moves_on = stored < sign_count if sign_count else stored == 0
        changed = update(StoredPasskey).where(StoredPasskey.id == passkey.id, moves_on)
        noted = changed.values(sign_count=sign_count, last_used_at=self._clock()).returning(StoredPasskey.id)
        with sql_errors(), self._database.write() as session:
            return session.scalar(noted) is not None

    def remove(self, username: str, passkey_id: UUID) -> bool:
        """Delete a passkey of a user; False where it is none of theirs. Raises StorageUnavailable."""
        theirs = (StoredPasskey.username == username, StoredPasskey.id == passkey_id)
        with sql_errors(), self._database.write() as session:
            return session.scalar(delete(StoredPasskey).where(*theirs).returning(StoredPasskey.id)) is not None

    def spend(self, challenge: str, expires_at: datetime) -> bool:
        """Use a challenge up until its end; False where it was used before. Raises StorageUnavailable."""
        row = {"challenge_hash": hash_secret(challenge), "expires_at": expires_at}
        try:
            with sql_errors(), self._database.write() as session:
                session.execute(delete(SpentChallenge).where(SpentChallenge.expires_at <= self._clock()))
                session.execute(insert(SpentChallenge).values(**row))
        except IntegrityError:
            return False
        return True

    def _columns(self, passkey: Passkey) -> dict[str, object]:
        return {
            "id": passkey.id,
            "username": passkey.username,
            "customer_id": passkey.customer_id,
            "name": passkey.name,
            "rp_id": passkey.rp_id,
            "credential_hash": hash_secret(passkey.credential_id),
            "credential_id": passkey.credential_id,
            "sealed": self._keyring.seal(passkey.public_key, _place(passkey)),
            "sign_count": passkey.sign_count,
            "transports": " ".join(passkey.transports),
            "added_at": passkey.added_at,
            "last_used_at": passkey.last_used_at,
        }

    def _opened(self, row: StoredPasskey) -> Passkey | None:
        """Return the passkey of a row; None where somebody else than the portal has written it."""
        try:
            public_key = self._keyring.open_text(row.sealed, _place(row))
        except KeyringError:
            return None
        return Passkey(
            id=row.id,
            username=row.username,
            customer_id=row.customer_id,
            name=row.name,
            rp_id=row.rp_id,
            credential_id=row.credential_id,
            public_key=public_key,
            sign_count=row.sign_count,
            transports=tuple(row.transports.split()),
            added_at=row.added_at,
            last_used_at=row.last_used_at,
        )


def _refuse(session: Session, passkey: Passkey) -> None:
    theirs = StoredPasskey.username == passkey.username
    if (session.scalar(select(func.count()).where(theirs)) or 0) >= MOST_PASSKEYS:
        raise TooManyPasskeys
    if session.scalar(select(func.count()).where(_has(passkey.credential_id))):
        raise CredentialTaken


def _has(credential_id: str) -> ColumnElement[bool]:
    return StoredPasskey.credential_hash == hash_secret(credential_id)


def _place(passkey: Passkey | StoredPasskey) -> str:
    key = hash_secret(passkey.credential_id)
    return place_of(StoredPasskey.sealed, key, passkey.username, passkey.customer_id, passkey.rp_id)
