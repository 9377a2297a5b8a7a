"""Webhooks as their owners keep them: everything is looked for among the owner's own."""

from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from sipsorcery_web.contract.errors import NotFound
from sipsorcery_web.database.connection import Database
from sipsorcery_web.database.keyring import Keyring
from sipsorcery_web.database.locks import advisory_lock
from sipsorcery_web.database.sealed import place_of

from .addresses import Addresses
from .messages import new_message, opened, switch_off
from .models import UNDER_WAY, MessageState, WebhookMessageRow, WebhookRow
from .payloads import TEST, test_body
from .signing import new_secret

MOST_WEBHOOKS = 10
OLD_SECRET_SIGNS_FOR = timedelta(hours=24)
IS_FAILING_AFTER = timedelta(days=1)
SHOWN = 50
"""Messages that are listed."""


class TooManyWebhooks(Exception):
    """The customer has as many webhooks as there may be."""


@dataclass(frozen=True)
class Webhook:
    """A webhook as its owner sees it."""

    id: UUID
    url: str
    kinds: Sequence[str]
    is_on: bool
    inserted: datetime
    failing_since: datetime | None
    old_secret_until: datetime | None
    lost: int

    def is_failing(self, now: datetime) -> bool:
        """Return True when nothing was taken for a day."""
        return self.failing_since is not None and now - self.failing_since >= IS_FAILING_AFTER


@dataclass(frozen=True)
class Message:
    """A message as the owner of its webhook sees it."""

    id: UUID
    kind: str
    at: datetime
    state: MessageState
    attempts: int
    tried_at: datetime | None
    status: int | None
    milliseconds: int | None
    answer: str

    @property
    def is_over(self) -> bool:
        """Return True when nothing more is tried."""
        return self.state not in UNDER_WAY


@dataclass(frozen=True)
class WebhookKeeping:
    """The webhooks of customers. Whatever names one that is not the owner's raises NotFound."""

    database: Database
    keyring: Keyring
    addresses: Addresses
    clock: Callable[[], datetime]
    errors: Callable[[], AbstractContextManager[None]] = nullcontext
    """Translates the errors of the database for who asks."""

    def of_owner(self, owner: str) -> Sequence[Webhook]:
        """Return a customer's webhooks, in the order in which they were made."""
        mine = select(WebhookRow).where(WebhookRow.owner == owner).order_by(WebhookRow.inserted, WebhookRow.id)
        with self.errors(), self.database.read() as session:
            return [_webhook(row) for row in session.scalars(mine)]

    def one(self, owner: str, id: UUID) -> Webhook:
        """Return a webhook."""
        with self.errors(), self.database.read() as session:
            return _webhook(_row(session, owner, id))

    def add(self, owner: str, url: str, kinds: Collection[str]) -> tuple[Webhook, str]:
        """Keep a webhook; it, and its secret, which is told this once. Raises TooManyWebhooks."""
        id, secret = uuid4(), new_secret()
        with self.errors(), self.database.write() as session:
            advisory_lock(session, f"webhooks of {owner}")
            if (session.scalar(select(func.count()).where(WebhookRow.owner == owner)) or 0) >= MOST_WEBHOOKS:
                raise TooManyWebhooks
            row = WebhookRow(id=id, owner=owner, url=url, kinds=" ".join(kinds), is_on=True, inserted=self.clock())
            row.sealed_secret = self.keyring.seal(secret, place_of(WebhookRow.sealed_secret, id, owner))
            row.failures, row.lost = 0, 0
            session.add(row)
        return _webhook(row), secret

    def change(self, owner: str, id: UUID, url: str, kinds: Collection[str], is_on: bool) -> None:
        """Change a webhook. One that is switched on begins without its failures; what was lost is no longer told."""
        with self.errors(), self.database.write() as session:
            row = _row(session, owner, id)
            if row.is_on and not is_on:
                switch_off(session, row)
            elif is_on and (not row.is_on or row.url != url):
                row.failures, row.failing_since, row.paused_until, row.lost = 0, None, None, 0
            row.url, row.kinds, row.is_on = url, " ".join(kinds), is_on

    def delete(self, owner: str, id: UUID) -> None:
        """Delete a webhook with its messages."""
        with self.errors(), self.database.write() as session:
            session.delete(_row(session, owner, id))

    def rotate(self, owner: str, id: UUID) -> str:
        """Give a webhook another secret, and return it this once; the one before signs for 24 hours as well."""
        secret = new_secret()
        with self.errors(), self.database.write() as session:
            row = _row(session, owner, id)
            before = self.keyring.open_text(row.sealed_secret, place_of(WebhookRow.sealed_secret, id, owner))
            row.sealed_old_secret = self.keyring.seal(before, place_of(WebhookRow.sealed_old_secret, id, owner))
            row.old_secret_until = self.clock() + OLD_SECRET_SIGNS_FOR
            row.sealed_secret = self.keyring.seal(secret, place_of(WebhookRow.sealed_secret, id, owner))
        return secret

    def test(self, owner: str, id: UUID) -> None:
        """Put a message into the outbox that says nothing but that it arrives."""
        now, message_id = self.clock(), uuid4()
        with self.errors(), self.database.write() as session:
            row = _row(session, owner, id)
            values = new_message(self.keyring, row.id, message_id, TEST, test_body(now)) | {"at": now}
            session.execute(insert(WebhookMessageRow), values)

    def replay(self, owner: str, id: UUID, message_id: UUID) -> None:
        """Send a message once more, under its id; one that is under way is left alone."""
        with self.errors(), self.database.write() as session:
            hook = _row(session, owner, id)
            message = session.get(WebhookMessageRow, message_id)
            if message is None or message.webhook_id != hook.id:
                raise NotFound("The message was not found.")
            if message.state not in UNDER_WAY:
                message.state, message.attempts = MessageState.WAITING, 0

    def messages(self, owner: str, id: UUID) -> Sequence[Message]:
        """Return a webhook's last messages, the newest first."""
        query = select(WebhookMessageRow).where(WebhookMessageRow.webhook_id == id)
        newest = query.order_by(WebhookMessageRow.at.desc(), WebhookMessageRow.id).limit(SHOWN)
        with self.errors(), self.database.read() as session:
            _row(session, owner, id)
            return [self._message(row) for row in session.scalars(newest)]

    def _message(self, row: WebhookMessageRow) -> Message:
        place = place_of(WebhookMessageRow.sealed_answer, row.id, row.webhook_id)
        answer = opened(self.keyring, row.sealed_answer, place)
        told: Any = (row.attempts, row.tried_at, row.status, row.milliseconds, answer)
        return Message(row.id, row.kind, row.at, MessageState(row.state), *told)


def _row(session: Session, owner: str, id: UUID) -> WebhookRow:
    row = session.scalars(select(WebhookRow).where(WebhookRow.id == id, WebhookRow.owner == owner)).one_or_none()
    if row is None:
        raise NotFound("The webhook was not found.")
    return row


def _webhook(row: WebhookRow) -> Webhook:
    kinds = row.kinds.split()
    return Webhook(row.id, row.url, kinds, row.is_on, row.inserted, row.failing_since, row.old_secret_until, row.lost)
