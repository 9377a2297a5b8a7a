"""The values that plans keep for their owner (`DBWrite`), within limits; nobody else's plans find them."""

import hashlib
import hmac
import json
from dataclasses import dataclass
from functools import cached_property

from sqlalchemy import ColumnElement, delete, func, insert, select
from sqlalchemy.orm import Session

from sipsorcery_web.database.connection import Database
from sipsorcery_web.database.keyring import Keyring, KeyringError
from sipsorcery_web.database.locks import advisory_lock
from sipsorcery_web.database.sealed import place_of
from sipsorcery_web.service.store.models import CustomerRow, DialPlanValueRow

MOST_KEYS, MOST_BYTES = 200, 64 * 1024
"""Of one owner, keys and values together."""


class NoRoom(Exception):
    """The owner keeps as much as may be; the message is a sentence for the plan's log."""


@dataclass(frozen=True)
class StoredValues:
    """Values in the table `dialplanvalues`, sealed for their owner."""

    database: Database
    keyring: Keyring

    def read(self, owner: str, key: str) -> str | None:
        """Return a value; None where there is none."""
        with self.database.read() as session:
            row = session.get(DialPlanValueRow, (owner, self._hash(owner, key)))
            found = None if row is None else self._opened(row)
        return None if found is None else found[1]

    def write(self, owner: str, key: str, value: str) -> None:
        """Keep a value in place of the one that is there. Raises NoRoom."""
        size, key_hash = len(_bytes(key)) + len(_bytes(value)), self._hash(owner, key)
        sealed = self.keyring.seal(json.dumps([key, value]), place_of(DialPlanValueRow.sealed, owner, key_hash))
        with self.database.write() as session:
            if session.scalar(select(CustomerRow.id).where(CustomerRow.customer_username == owner)) is None:
                return  # deleted while the plan ran
            advisory_lock(session, f"dial plan values {owner}")
            self._refuse_too_much(session, owner, key_hash, size)
            session.execute(delete(DialPlanValueRow).where(*_here(owner, key_hash)))
            row = {"owner": owner, "key_hash": key_hash, "size": size, "sealed": sealed}
            session.execute(insert(DialPlanValueRow), [row])

    def delete(self, owner: str, key: str) -> None:
        """Forget a value."""
        with self.database.write() as session:
            session.execute(delete(DialPlanValueRow).where(*_here(owner, self._hash(owner, key))))

    def keys(self, owner: str) -> list[str]:
        """Return the keys of an owner's values, in order; one that was tampered with is left out."""
        with self.database.read() as session:
            rows = session.scalars(select(DialPlanValueRow).where(DialPlanValueRow.owner == owner)).all()
            return sorted(found[0] for row in rows if (found := self._opened(row)) is not None)

    def _refuse_too_much(self, session: Session, owner: str, key_hash: str, size: int) -> None:
        others = (DialPlanValueRow.owner == owner, DialPlanValueRow.key_hash != key_hash)
        count, total = session.execute(select(func.count(), func.sum(DialPlanValueRow.size)).where(*others)).one()
        if count >= MOST_KEYS:
            raise NoRoom(f"There are {MOST_KEYS} stored values already; this one is not kept.")
        if int(total or 0) + size > MOST_BYTES:
            raise NoRoom(f"Stored values may take {MOST_BYTES // 1024} kB in all; this one is not kept.")

    def _opened(self, row: DialPlanValueRow) -> tuple[str, str] | None:
        try:
            key, value = json.loads(
                self.keyring.open_text(row.sealed, place_of(DialPlanValueRow.sealed, row.owner, row.key_hash))
            )
        except KeyringError:
            return None
        return key, value

    @cached_property
    def _secret(self) -> bytes:
        return self.keyring.derive("stored values of dial plans")

    def _hash(self, owner: str, key: str) -> str:
        return hmac.new(self._secret, _bytes(json.dumps([owner, key])), hashlib.sha256).hexdigest()


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _here(owner: str, key_hash: str) -> tuple[ColumnElement[bool], ...]:
    return DialPlanValueRow.owner == owner, DialPlanValueRow.key_hash == key_hash
