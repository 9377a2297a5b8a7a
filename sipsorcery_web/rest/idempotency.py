"""Keys that make a POST one that can be sent twice (Idempotency-Key, draft-ietf-httpapi-idempotency-key-header).

A key is kept for a day with the id that its record has, or will have: whoever sends the same again is told the record
that is there, also where the first answer was lost in the middle. Of what was sent nothing is kept but a keyed digest.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Index, String, Text, delete, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from sipsorcery_web.database.base import Base
from sipsorcery_web.database.connection import Database
from sipsorcery_web.database.locks import advisory_lock
from sipsorcery_web.hashes import hash_secret

from .json_values import dumped

KEPT_FOR = timedelta(days=1)
MOST_OF_AN_OWNER = 1000
"""The oldest go before their day is over, where a customer has more."""


class IdempotencyKeyRow(Base):
    """A key of a customer's by its hash; `is_used` once its record was made."""

    __tablename__ = "idempotencykeys"
    __table_args__ = (Index(None, "owner", "expires_at"),)

    key_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    owner: Mapped[str] = mapped_column(Text)
    digest: Mapped[str] = mapped_column(String(64))
    record_id: Mapped[UUID]
    is_used: Mapped[bool]
    expires_at: Mapped[datetime] = mapped_column(index=True)


class UsedOtherwise(Exception):
    """The key was sent with something else before."""


@dataclass(frozen=True)
class Attempt:
    """A POST with a key: the id of its record, and whether that was made before."""

    key_hash: str
    record_id: UUID
    is_used: bool = False


@dataclass(frozen=True)
class IdempotencyKeys:
    """The keys of one installation, for all of its processes. `secret` is for the digests alone."""

    database: Database
    clock: Callable[[], datetime]
    secret: bytes

    def begin(self, owner: str, noun: str, key: str, body: Mapping[str, Any]) -> Attempt:
        """Keep a key, or find what was kept of it; UsedOtherwise where that was for another noun or body."""
        key_hash, digest = hash_secret(dumped({"owner": owner, "key": key})), self._digest(noun, body)
        now = self.clock()
        with self.database.write() as session:
            advisory_lock(session, f"idempotency keys of {owner}")
            _prune(session, owner, now)
            row = session.get(IdempotencyKeyRow, key_hash)
            if row is None:
                row = IdempotencyKeyRow(key_hash=key_hash, owner=owner, digest=digest, record_id=uuid4(), is_used=False)
                row.expires_at = now + KEPT_FOR
                session.add(row)
            elif row.digest != digest:
                raise UsedOtherwise
            return Attempt(key_hash, row.record_id, row.is_used)

    def note_use(self, attempt: Attempt) -> None:
        """Note that the record of a key is made."""
        this = IdempotencyKeyRow.key_hash == attempt.key_hash
        with self.database.write() as session:
            session.execute(update(IdempotencyKeyRow).where(this).values(is_used=True))

    def _digest(self, noun: str, body: Mapping[str, Any]) -> str:
        sent = dumped({"noun": noun, "body": body}).encode()
        return hashlib.blake2b(sent, key=self.secret, digest_size=32).hexdigest()


def forget_keys(session: Session, owner: str) -> None:
    """Delete the keys of a customer, in the transaction that deletes the customer."""
    session.execute(delete(IdempotencyKeyRow).where(IdempotencyKeyRow.owner == owner))


def _prune(session: Session, owner: str, now: datetime) -> None:
    """Delete what is over, and an owner's oldest keys, so that there is room for one more."""
    expires_at = IdempotencyKeyRow.expires_at
    session.execute(delete(IdempotencyKeyRow).where((expires_at <= now) | (expires_at > now + KEPT_FOR)))
    newest = select(IdempotencyKeyRow.key_hash).where(IdempotencyKeyRow.owner == owner).order_by(expires_at.desc())
    surplus = session.scalars(newest.offset(MOST_OF_AN_OWNER - 1)).all()
    if surplus:
        session.execute(delete(IdempotencyKeyRow).where(IdempotencyKeyRow.key_hash.in_(surplus)))
