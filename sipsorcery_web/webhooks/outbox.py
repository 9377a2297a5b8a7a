"""The outbox: messages are written in the transaction that makes something happen, so that none is lost with a process.

Where nobody listens it costs one look at an index.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4, uuid5

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from sipsorcery_web.contract.records import SIPRegistrarBinding
from sipsorcery_web.database.keyring import Keyring
from sipsorcery_web.service.store.domain_events import DomainEvent, DomainEventKind
from sipsorcery_web.service.store.models import CustomerRow

from .messages import give_up_of, new_message
from .models import WebhookMessageRow, WebhookRow
from .payloads import body_of
from .registrations import changes_since

_SUSPENDED = select(CustomerRow.customer_username).where(CustomerRow.suspended)
_LISTENS = (WebhookRow.is_on.is_(True), WebhookRow.owner.not_in(_SUSPENDED))
"""The conditions of a webhook that something is posted to."""


@dataclass(frozen=True)
class Outbox:
    """The outbox in the table `webhook_messages` (the port `service.store.domain_events.Outbox`)."""

    keyring: Keyring

    def put(self, session: Session, *events: DomainEvent) -> None:
        """Keep a message for each webhook whose owner wants to know of it; none that is there already."""
        rows = list(self._rows(session, events))
        if not rows:
            return
        ids = [row["id"] for row in rows]
        known = set(session.scalars(select(WebhookMessageRow.id).where(WebhookMessageRow.id.in_(ids))))
        if new := [row for row in rows if row["id"] not in known]:
            session.execute(insert(WebhookMessageRow), new)

    def listeners(self, session: Session, kinds: Collection[DomainEventKind]) -> Collection[str]:
        """Return the customers who have a webhook for some of these kinds."""
        listening = select(WebhookRow.owner, WebhookRow.kinds).where(*_LISTENS)
        return {owner for owner, wanted in session.execute(listening) if set(kinds) & set(wanted.split())}

    def give_up(self, session: Session, owner: str) -> None:
        """Tell a customer's programs nothing more of what waits."""
        give_up_of(session, owner)

    def note_registrations(
        self, session: Session, owners: Collection[str], there: Sequence[SIPRegistrarBinding], at: datetime
    ) -> None:
        """Keep what has begun and ended since the last time that it was said which registrations these owners have."""
        self.put(session, *changes_since(session, owners, there, at))

    def _rows(self, session: Session, events: Iterable[DomainEvent]) -> Iterator[dict[str, Any]]:
        for event in events:
            if hooks := _webhooks_for(session, event):
                body = body_of(event)
                yield from (self.row(hook, event.kind, body, event) for hook in hooks)

    def row(self, webhook_id: UUID, kind: str, body: bytes, event: DomainEvent) -> dict[str, Any]:
        """Return the row of a message. The id of what may be told twice is the same both times."""
        id = uuid5(webhook_id, f"{kind} {event.key}") if event.key else uuid4()
        return new_message(self.keyring, webhook_id, id, kind, body) | {"at": event.at}


def _webhooks_for(session: Session, event: DomainEvent) -> list[UUID]:
    """Return the webhooks that want to know of it; none that was made later."""
    mine = (WebhookRow.owner == event.owner, WebhookRow.inserted <= event.at)
    named = select(WebhookRow.id, WebhookRow.kinds).where(*mine, *_LISTENS)
    return [id for id, kinds in session.execute(named) if event.kind in kinds.split()]
