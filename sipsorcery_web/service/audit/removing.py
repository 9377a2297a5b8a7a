"""Removing entries: those that are old enough, and all of a customer who is deleted.

What stays of the ones that are removed is the hash of the last, sealed, which stands for all of them.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic, sleep
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, delete, exists, func, select
from sqlalchemy.orm import Session, aliased

from sipsorcery_web.database.base import UtcDateTime
from sipsorcery_web.database.keyring import Keyring

from ..context import ServiceContext
from ..store.audit import AuditRemovedRow, AuditRow
from .chain import BEGINNING, REMOVED, Seals, flaw_of
from .recording import lock_chain

AT_ONCE = 500
"""Entries in one transaction, for whose end all other writers wait with SQLite."""


_BEFORE = aliased(AuditRow)
_BEGUN = (
    select(AuditRow.chain, AuditRow.owner)
    .where(AuditRow.inserted <= bindparam("before", type_=UtcDateTime()))
    .where(~exists().where(_BEFORE.chain == AuditRow.chain, _BEFORE.number < AuditRow.number))
)
"""The chains whose first entries are old enough."""
_TABLE: Any = AuditRow.__table__

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class OldEntries:
    """The entries that are older than `kept_for`, of all customers."""

    context: ServiceContext
    kept_for: timedelta
    pause: Callable[[float], None] = sleep

    def delete(self) -> int:
        """Delete them, and return how many there were; the file of the chains' ends gets short on the way."""
        before = self.context.clock() - self.kept_for
        with self.context.database.read() as session:
            begun = session.execute(_BEGUN, {"before": before}).all()
        total = sum(self._delete_of(chain, owner, before) for chain, owner in begun)
        if self.context.audit_heads is not None:
            self.context.audit_heads.tidy()
        return total

    def _delete_of(self, chain: UUID, owner: str, before: datetime) -> int:
        total, deleted = 0, AT_ONCE
        while deleted == AT_ONCE:
            began = monotonic()
            with self.context.database.write() as session:
                lock_chain(session, owner)
                upto = _last_old_one(session, self.context.keyring, chain, before)
                deleted = 0 if upto is None else _remove(session, self.context.keyring, chain, upto)
            total += deleted
            self.pause(monotonic() - began)  # so that the others have as long as this had
        return total


def remove_chain(session: Session, keyring: Keyring, owner: str, chain: UUID) -> None:
    """Remove every entry of a customer, who is deleted."""
    lock_chain(session, owner)
    last = session.scalars(select(func.max(AuditRow.number)).where(AuditRow.chain == chain)).one()
    if last is not None:
        _remove(session, keyring, chain, last)


def _last_old_one(session: Session, keyring: Keyring, chain: UUID, before: datetime) -> int | None:
    """Return the last of the entries at the beginning of a chain that are old, of AT_ONCE at most; None for none.

    One that is not as it was written stays, with all behind it: it was perhaps made old so that it goes.
    """
    removed = session.get(AuditRemovedRow, chain)
    number, hash = (removed.number, removed.hash) if removed else (0, BEGINNING)
    seals, upto = Seals(keyring), None
    query = select(_TABLE).where(_TABLE.c.chain == chain).order_by(_TABLE.c.number).limit(AT_ONCE)
    for row in session.execute(query).all():
        if row.inserted > before:
            break
        if flaw := flaw_of(row._asdict(), number, hash, seals):
            log.warning("Entry %s of the audit of %s stays, since %s", row.number, row.owner, flaw.value)
            break
        upto, number, hash = row.number, row.number, row.hash
    return upto


def _remove(session: Session, keyring: Keyring, chain: UUID, upto: int) -> int:
    """Remove the entries of a chain up to a number, and return how many there were."""
    end = select(AuditRow.hash).where(AuditRow.chain == chain, AuditRow.number == upto)
    hash = session.scalars(end).one()
    seal = Seals(keyring).seal_of(REMOVED, chain, upto, hash)
    session.merge(AuditRemovedRow(chain=chain, number=upto, hash=hash, seal=seal))
    gone = delete(AuditRow).where(AuditRow.chain == chain, AuditRow.number <= upto)
    return int(getattr(session.execute(gone), "rowcount", 0))
