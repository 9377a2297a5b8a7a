"""The port through which a transaction tells customers' programs what it does: webhooks are behind it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from sqlalchemy.orm import Session

from sipsorcery_web.contract.records import Record, SIPRegistrarBinding


class DomainEventKind(StrEnum):
    """Kinds of events that customers' programs are told."""

    CALL_STARTED = "call.started"
    CALL_ANSWERED = "call.answered"
    CALL_ENDED = "call.ended"
    REGISTRATION_GAINED = "registration.gained"
    REGISTRATION_LOST = "registration.lost"
    PROVIDER_REGISTRATION_FAILED = "provider_registration.failed"
    PROVIDER_REGISTRATION_RECOVERED = "provider_registration.recovered"
    RECORD_CHANGED = "record.changed"


@dataclass(frozen=True)
class DomainEvent:
    """An event that the programs of a customer may want to know of, with the record that it is about."""

    kind: DomainEventKind
    owner: str
    at: datetime
    record: Record
    change: Mapping[str, Any] = field(default_factory=dict)
    """Of a record that was changed: how, and by whom."""
    key: str = ""
    """Names the matter, where it may be told more than once; "" where each telling is another one."""


class Outbox(Protocol):
    """Keeps what happens for the programs of customers, in the transaction that makes it happen."""

    def put(self, session: Session, *events: DomainEvent) -> None:
        """Keep these for who wants to know of them."""

    def listeners(self, session: Session, kinds: Collection[DomainEventKind]) -> Collection[str]:
        """Return the customers who have a program that wants to know of some of these."""

    def give_up(self, session: Session, owner: str) -> None:
        """Tell a customer's programs nothing more of what waits."""

    def note_registrations(
        self, session: Session, owners: Collection[str], there: Sequence[SIPRegistrarBinding], at: datetime
    ) -> None:
        """Keep what has begun and ended since the last time that it was said which registrations these owners have."""


class NoOutbox:
    """An outbox where no program wants to know of anything."""

    def put(self, session: Session, *events: DomainEvent) -> None:
        """Do nothing."""

    def listeners(self, session: Session, kinds: Collection[DomainEventKind]) -> Collection[str]:
        """Return nobody."""
        return ()

    def give_up(self, session: Session, owner: str) -> None:
        """Do nothing."""

    def note_registrations(
        self, session: Session, owners: Collection[str], there: Sequence[SIPRegistrarBinding], at: datetime
    ) -> None:
        """Do nothing."""
