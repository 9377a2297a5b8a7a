"""Distribution: messages leave the outbox for the queue of jobs, a few of each webhook at once.

So a webhook whose address is slow or dead fills neither the queue nor its threads, and others do not wait for it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, and_, delete, func, or_, select, update
from sqlalchemy.orm import Session

from sipsorcery_web.database.connection import Database
from sipsorcery_web.jobs.queue import JobQueue, NewJob, QueueFull

from .messages import NOT_ITS_KEY
from .models import UNDER_WAY, MessageState, WebhookMessageRow, WebhookRow

WEBHOOK = "webhook"
"""The kind of job."""
QUEUED_AT_MOST = 10
"""Messages of one webhook that are in the queue at once."""
WAITING_AT_MOST = 1_000
"""Messages of one webhook that wait; the oldest give way."""
KEPT = 100
"""Messages of one webhook that are over and still listed."""
JOB_IS_LOST_AFTER = timedelta(days=2)
"""No job lives as long: one that could not be read is gone, and its message is handed over once more."""


@dataclass(frozen=True)
class Distribution:
    """The way from the outbox to the queue."""

    database: Database
    queue: JobQueue
    clock: Callable[[], datetime]

    def distribute(self) -> None:
        """Hand over what waits and may be tried now; forget what nobody looks at any more."""
        with self.database.read() as session:
            due = select(WebhookMessageRow.webhook_id).where(or_(_waits(), self._is_lost())).distinct()
            waiting = session.scalars(due).all()
        for webhook_id in waiting:
            with self.database.write() as session:
                self._distribute(session, webhook_id)

    def _distribute(self, session: Session, webhook_id: UUID) -> None:
        hook = session.get(WebhookRow, webhook_id, with_for_update=NOT_ITS_KEY)
        if hook is None:
            return
        _make_room(session, hook)
        self._take_back(session, hook)
        mine = WebhookMessageRow.webhook_id == hook.id
        queued = session.scalar(select(func.count()).where(mine, WebhookMessageRow.state == MessageState.QUEUED))
        free = QUEUED_AT_MOST - (queued or 0)
        if hook.paused_until is not None:
            free = min(free, 1) if hook.paused_until <= self.clock() else 0
        oldest = select(WebhookMessageRow.id).where(mine, _waits()).order_by(WebhookMessageRow.at, WebhookMessageRow.id)
        if ids := session.scalars(oldest.limit(max(0, free))).all():
            self._hand_over(session, hook, list(ids))

    def _take_back(self, session: Session, hook: WebhookRow) -> None:
        """Let messages wait again whose jobs are lost."""
        mine = WebhookMessageRow.webhook_id == hook.id
        session.execute(update(WebhookMessageRow).where(mine, self._is_lost()).values(state=MessageState.WAITING))

    def _is_lost(self) -> ColumnElement[bool]:
        handed_over_long_ago = WebhookMessageRow.queued_at < self.clock() - JOB_IS_LOST_AFTER
        return and_(WebhookMessageRow.state == MessageState.QUEUED, handed_over_long_ago)

    def _hand_over(self, session: Session, hook: WebhookRow, ids: list[UUID]) -> None:
        jobs = [NewJob({"message": str(id)}) for id in ids]
        try:
            self.queue.add_within(session, WEBHOOK, jobs, owner=hook.owner)
        except QueueFull:  # they go on waiting in the outbox
            return
        queued = {"state": MessageState.QUEUED, "queued_at": self.clock()}
        session.execute(update(WebhookMessageRow).where(WebhookMessageRow.id.in_(ids)).values(**queued))


def _waits() -> ColumnElement[bool]:
    return WebhookMessageRow.state == MessageState.WAITING


def _make_room(session: Session, hook: WebhookRow) -> None:
    """Delete the oldest of too many messages, and count those that nobody was told."""
    mine = WebhookMessageRow.webhook_id == hook.id
    newest = select(WebhookMessageRow.id).where(mine).order_by(WebhookMessageRow.at.desc(), WebhookMessageRow.id)
    too_many = session.scalars(newest.where(_waits()).offset(WAITING_AT_MOST)).all()
    over = session.scalars(newest.where(WebhookMessageRow.state.not_in(UNDER_WAY)).offset(KEPT)).all()
    hook.lost += len(too_many)
    for id in (*too_many, *over):
        session.execute(delete(WebhookMessageRow).where(WebhookMessageRow.id == id))
