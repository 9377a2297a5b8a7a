"""Telling customers' programs of calls and registrations, as Kamailio's tables have them.

Kamailio tells which calls ring, a look at its tables which are answered; what was missed, and the start of a call that
a dial plan carries, is told with what comes later. Each is named by its INVITE, so that the outbox keeps it once.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import select
from sqlalchemy.orm import Session

from sipsorcery_web.contract.records import SIPCDRAsset, SIPDialogueAsset, SIPRegistrarBinding
from sipsorcery_web.database.connection import Database
from sipsorcery_web.database.keyring import Keyring
from sipsorcery_web.service.store.domain_events import DomainEvent, DomainEventKind, Outbox
from sipsorcery_web.service.store.models import SIPCDRRow
from sipsorcery_web.service.store.rows import to_record

from .noted_facts import read_object, read_time
from .views import BindingRow, KnownCallRow

BEGUN = (DomainEventKind.CALL_STARTED, DomainEventKind.CALL_ANSWERED)
CALLS = (*BEGUN, DomainEventKind.CALL_ENDED)
NAMES = UUID("b9a1d2de-6f0f-4f3e-9d53-0d1b0f8f3c11")
"""The name space of the ids of legs that only ring (RFC 9562, section 5.5)."""
REGISTRATIONS = (DomainEventKind.REGISTRATION_GAINED, DomainEventKind.REGISTRATION_LOST)


@dataclass
class Programs:
    """A look-out at Kamailio's tables for the programs of customers; it reads nothing where no program listens."""

    database: Database
    keyring: Keyring
    outbox: Outbox
    clock: Callable[[], datetime]
    _told: set[str] = field(default_factory=set)
    """The keys of the legs of calls that go on, and that were told of."""
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

    def tell_ringing(self, invite: str) -> None:
        """Tell of a call that rings, as Kamailio has noted its INVITE; nothing where nobody listens to its parties."""
        facts = read_object(invite)
        sides = (("Out", facts.get("caller_owner")), ("In", facts.get("callee_owner")))
        with self.database.read() as session:
            owners = self.outbox.listeners(session, BEGUN[:1])
        told = [self._ringing(facts, direction, owner) for direction, owner in sides if owner and owner in owners]
        if told:
            with self.database.write() as session:
                self.outbox.put(session, *told)

    def _ringing(self, facts: dict[str, Any], direction: str, owner: str) -> DomainEvent:
        call_id, at = str(facts.get("call_id") or ""), read_time(facts.get("setup_time")) or self.clock()
        key = _key(call_id, direction, at)
        leg = SIPDialogueAsset(
            id=uuid5(NAMES, key),
            owner=owner,
            call_id=call_id,
            direction=direction,
            inserted=at,
            remote_target=facts.get("dst_uri"),
            remote_user_field=facts.get("from_header"),
        )
        return DomainEvent(DomainEventKind.CALL_STARTED, owner, at, leg, key=key)

    def _look_at_calls(self) -> None:
        with self.database.read() as session:
            owners = self.outbox.listeners(session, BEGUN)
            known: Any = KnownCallRow
            rows = session.scalars(select(known).where(known.owner.in_(owners))).all() if owners else []
        by_key = {_key_of_call(row): row for row in rows}
        if new := by_key.keys() - self._told:
            with self.database.write() as session:
                self.outbox.put(session, *(each for key in new for each in self._begun(by_key[key], key)))
        self._told = set(by_key)

    def _begun(self, row: Any, key: str) -> Iterator[DomainEvent]:
        record = to_record(SIPDialogueAsset, row, self.keyring)
        began = read_time(row.setup_time) or row.inserted
        yield DomainEvent(DomainEventKind.CALL_STARTED, row.owner, began, record, key=key)
        yield DomainEvent(DomainEventKind.CALL_ANSWERED, row.owner, max(began, row.inserted), record, key=key)

    def _of_record(self, row: SIPCDRRow, now: datetime) -> Iterator[DomainEvent]:
        """Yield all that is to be told of a call that is over; what was told before is known by its key."""
        owner, began, leg = row.owner or "", row.created or now, _leg_of(row)
        key = _key(row.call_id, row.call_direction, began)
        yield DomainEvent(DomainEventKind.CALL_STARTED, owner, began, leg, key=key)
        if 200 <= row.answered_status < 300:
            yield DomainEvent(DomainEventKind.CALL_ANSWERED, owner, row.answered_time or now, leg, key=key)
        record = to_record(SIPCDRAsset, row, self.keyring)
        yield DomainEvent(DomainEventKind.CALL_ENDED, owner, row.hungup_time or now, record, key=key)

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


def _key(call_id: str, direction: str, began: datetime) -> str:
    """Return the name of a leg: a phone that was refused may call again under the same Call-ID."""
    return f"{call_id[:256]} {direction} {began.timestamp():.3f}"


def _key_of_call(row: Any) -> str:
    return _key(row.call_id, row.direction, read_time(row.setup_time) or row.inserted)


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
