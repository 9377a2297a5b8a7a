"""Telling customers' programs of calls and registrations, as Kamailio's tables have them.

A look tells what has begun; what began and ended between two looks is told with the record of the call. Each is named
by the id of its leg, so that the outbox keeps it once.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from sipsorcery_web.contract.records import SIPCDRAsset, SIPDialogueAsset, SIPRegistrarBinding
from sipsorcery_web.database.connection import Database
from sipsorcery_web.database.keyring import Keyring
from sipsorcery_web.service.store.happenings import Happening, HappeningKind, Outbox
from sipsorcery_web.service.store.models import SIPCDRRow
from sipsorcery_web.service.store.rows import to_record

from .views import BindingRow, CallRow, RingingCallRow

BEGUN = (HappeningKind.CALL_STARTED, HappeningKind.CALL_ANSWERED)
CALLS = (*BEGUN, HappeningKind.CALL_ENDED)
REGISTRATIONS = (HappeningKind.REGISTRATION_GAINED, HappeningKind.REGISTRATION_LOST)


@dataclass
class Programs:
    """What looks at Kamailio's tables for the programs of customers; it looks at nothing where no program listens."""

    database: Database
    keyring: Keyring
    outbox: Outbox
    clock: Callable[[], datetime]
    _told: set[tuple[HappeningKind, UUID]] = field(default_factory=set)
    """Legs of calls that go on, and that were told of."""
    _registrations: tuple[Collection[str], Collection[UUID]] = ((), ())
    """Who listened at the last look, and the registrations that they had."""

    def look(self) -> None:
        """Tell what has begun and ended since the last look."""
        self._look_at_calls()
        self._look_at_registrations()

    def tell_ended(self, session: Session, rows: Sequence[SIPCDRRow], now: datetime) -> None:
        """Tell of calls that are over, in the transaction that takes their records over."""
        owners = self.outbox.listeners(session, CALLS)
        self.outbox.put(session, *(told for row in rows if row.owner in owners for told in self._of_record(row, now)))

    def _look_at_calls(self) -> None:
        with self.database.read() as session:
            owners = self.outbox.listeners(session, BEGUN)
            found = list(self._begun(session, owners)) if owners else []
        new = [each for each in found if _name_of(each) not in self._told]
        if new:
            with self.database.write() as session:
                self.outbox.put(session, *new)
        self._told = {_name_of(each) for each in found}

    def _begun(self, session: Session, owners: Collection[str]) -> Iterator[Happening]:
        now = self.clock()
        kinds: Any = ((RingingCallRow, BEGUN[:1]), (CallRow, BEGUN))
        for rows, told in kinds:
            for row in session.scalars(select(rows).where(rows.owner.in_(owners))):
                record = to_record(SIPDialogueAsset, row, self.keyring)
                for kind in told:
                    yield Happening(kind, row.owner, now, record, key=str(row.id))

    def _of_record(self, row: SIPCDRRow, now: datetime) -> Iterator[Happening]:
        """Yield all that is to be told of a call that is over; what was told before is known by its key."""
        owner, key, leg = row.owner or "", str(row.id), _leg_of(row)
        yield Happening(HappeningKind.CALL_STARTED, owner, row.created or now, leg, key=key)
        if 200 <= row.answered_status < 300:
            yield Happening(HappeningKind.CALL_ANSWERED, owner, row.answered_time or now, leg, key=key)
        record = to_record(SIPCDRAsset, row, self.keyring)
        yield Happening(HappeningKind.CALL_ENDED, owner, row.hungup_time or now, record, key=key)

    def _look_at_registrations(self) -> None:
        with self.database.read() as session:
            owners = sorted(self.outbox.listeners(session, REGISTRATIONS))
            theirs = select(BindingRow.__table__.c.id).where(BindingRow.__table__.c.owner.in_(owners))
            seen = (owners, set(session.scalars(theirs)) if owners else set())
        if seen == self._registrations or not (owners or self._registrations[0]):
            return
        with self.database.write() as session:
            rows = session.scalars(select(BindingRow).where(BindingRow.__table__.c.owner.in_(owners)))
            there = [to_record(SIPRegistrarBinding, row, self.keyring) for row in rows]  # type: ignore[arg-type]
            self.outbox.note_registrations(session, owners, there, self.clock())
        self._registrations = seen


def _name_of(happening: Happening) -> tuple[HappeningKind, UUID]:
    return happening.kind, UUID(happening.key)


def _leg_of(row: SIPCDRRow) -> SIPDialogueAsset:
    """Return the leg of a call that is over, as far as its record tells it."""
    return SIPDialogueAsset(
        id=row.id,
        owner=row.owner,
        bridge_id=row.bridge_id,
        cdr_id=row.bridge_id,
        call_id=row.call_id,
        direction=row.call_direction,
        inserted=row.answered_time or row.created,
        remote_target=row.dst_uri,
        remote_user_field=row.from_header,
    )
