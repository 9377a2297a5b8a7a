"""Delivery: each message is posted until it is taken, for a day at most; and what came of it is noted."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sipsorcery_web.database.connection import Database
from sipsorcery_web.database.keyring import Keyring
from sipsorcery_web.database.sealed import place_of
from sipsorcery_web.jobs.queue import Job, JobQueue, pause_after
from sipsorcery_web.jobs.runner import GiveUp, TryLater

from .messages import NOT_ITS_KEY, switch_off
from .models import MessageState, WebhookMessageRow, WebhookRow
from .posting import GONE, Attempt, Poster
from .signing import signed_headers

FAILS_FOR = timedelta(days=5)
"""After so long without a message that was taken a webhook is switched off."""


@dataclass(frozen=True)
class DueMessage:
    """A message that is to be posted now, with the secrets that sign it."""

    id: UUID
    webhook_id: UUID
    url: str
    body: bytes
    secrets: tuple[str, ...]


@dataclass(frozen=True)
class Delivery:
    """The way of a message out of the queue."""

    database: Database
    keyring: Keyring
    queue: JobQueue
    poster: Poster
    clock: Callable[[], datetime]

    def send_job(self, job: Job) -> None:
        """Post the message of a job, unless it or its webhook is gone. Raises TryLater and GiveUp."""
        due = self._due(UUID(job.contents["message"]))
        if due is None:
            return
        headers = {
            "Content-Type": "application/json",
            **signed_headers(due.id, self.clock(), due.body, due.secrets),
        }
        attempt = self.poster.post(due.url, headers, due.body)
        is_last = not attempt.is_taken and (attempt.status == GONE or not self.queue.tries_again(job))
        self._note(due, attempt, is_last)
        if attempt.is_taken:
            return
        outcome = "nobody answered" if attempt.status is None else f"the answer was {attempt.status}"
        raise (GiveUp if is_last else TryLater)(f"webhook {due.webhook_id}: {outcome}")

    def _due(self, message_id: UUID) -> DueMessage | None:
        with self.database.read() as session:
            message = session.get(WebhookMessageRow, message_id)
            if message is None or message.state != MessageState.QUEUED:
                return None
            hook = session.get_one(WebhookRow, message.webhook_id)
        body = self.keyring.open_text(message.sealed, place_of(WebhookMessageRow.sealed, message.id, hook.id))
        return DueMessage(message.id, hook.id, hook.url, body.encode(), tuple(self._secrets(hook)))

    def _secrets(self, hook: WebhookRow) -> Iterator[str]:
        """Yield the secrets that sign at present; the newest first."""
        yield self.keyring.open_text(hook.sealed_secret, place_of(WebhookRow.sealed_secret, hook.id, hook.owner))
        if hook.sealed_old_secret and hook.old_secret_until and self.clock() < hook.old_secret_until:
            place = place_of(WebhookRow.sealed_old_secret, hook.id, hook.owner)
            yield self.keyring.open_text(hook.sealed_old_secret, place)

    def _note(self, due: DueMessage, attempt: Attempt, is_last: bool) -> None:
        now = self.clock()
        with self.database.write() as session:
            hook = session.get(WebhookRow, due.webhook_id, with_for_update=NOT_ITS_KEY)
            message = session.get(WebhookMessageRow, due.id)
            if hook is None or message is None:
                return
            message.attempts += 1
            message.tried_at, message.status, message.milliseconds = now, attempt.status, attempt.milliseconds
            message.sealed_answer = self.keyring.seal(
                attempt.answer, place_of(WebhookMessageRow.sealed_answer, message.id, hook.id)
            )
            if attempt.is_taken:
                message.state = MessageState.DELIVERED
                hook.failures, hook.failing_since, hook.paused_until = 0, None, None
                return
            if is_last:
                message.state = MessageState.FAILED
            _note_failure(hook, now)
            if attempt.status == GONE or now - (hook.failing_since or now) >= FAILS_FOR:
                switch_off(session, hook)


def _note_failure(hook: WebhookRow, now: datetime) -> None:
    hook.failures += 1
    hook.failing_since = hook.failing_since or now
    hook.paused_until = now + pause_after(hook.failures)
