"""The queue: jobs are added by any process, and taken under a lease by the runners of all that share the database."""

import json
import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import ColumnElement, Select, and_, delete, exists, func, insert, or_, select, update
from sqlalchemy.orm import Session, aliased

from sipsorcery_web.clock import utc_now
from sipsorcery_web.database.connection import Database
from sipsorcery_web.database.keyring import Keyring, KeyringError
from sipsorcery_web.database.locks import advisory_lock
from sipsorcery_web.database.sealed import place_of

from .models import JobRow

MOST_WAITING, MOST_OF_OWNER = 10_000, 1_000
"""Jobs that may wait, of one kind and of one owner."""
LEASE = timedelta(minutes=10)
"""The time for one attempt; a job whose process was killed is due again after it."""
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=30), timedelta(hours=1)
KEEPS_TRYING = timedelta(days=1)
DAY = timedelta(days=1)
CLOCKS_DIFFER = timedelta(minutes=10)
"""No two machines' clocks differ by more; what is dated later comes of a clock that was ahead, and is put right."""

log = logging.getLogger(__name__)


class QueueFull(Exception):
    """The queue takes no more: as many wait as may, or the owner has had as many of this kind as a day allows."""


@dataclass(frozen=True)
class NewJob:
    """A job to be kept: contents as JSON can carry them, and the name of the matter, if it may be asked for twice."""

    contents: Mapping[str, Any] = field(repr=False)
    key: str | None = None


@dataclass(frozen=True)
class Job:
    """A job as one attempt has it."""

    id: str
    kind: str
    owner: str
    added_at: datetime
    attempts: int
    """Attempts with this one."""
    contents: Mapping[str, Any] = field(repr=False)
    lease: str = field(repr=False)


class JobQueue:
    """The jobs in the table `jobs`; contents are sealed for the job and owner that they belong to."""

    def __init__(self, database: Database, keyring: Keyring, clock: Callable[[], datetime] = utc_now) -> None:
        self._database = database
        self._keyring = keyring
        self._clock = clock

    def now(self) -> datetime:
        """Return this moment, by the queue's clock."""
        return self._clock()

    def add(self, kind: str, jobs: Sequence[NewJob], *, owner: str = "", a_day: int = 0) -> int:
        """Keep jobs, all of them or none; how many there were but for those whose key was taken within a day.

        `a_day` is how many of this kind the owner may have in 24 hours, 0 for any number. Raises QueueFull.
        """
        with self._database.write() as session:
            return self.add_within(session, kind, jobs, owner=owner, a_day=a_day)

    def add_within(
        self, session: Session, kind: str, jobs: Sequence[NewJob], *, owner: str = "", a_day: int = 0
    ) -> int:
        """Keep jobs as `add` does, in a transaction that writes what they are about."""
        now = self._clock()
        advisory_lock(session, "jobs")
        session.execute(delete(JobRow).where(JobRow.is_over.is_(True), JobRow.due_at <= now))
        keys = [job.key for job in jobs if job.key is not None]
        known = set(session.scalars(select(JobRow.key).where(JobRow.key.in_(keys))))
        wanted = [job for job in jobs if job.key is None or job.key not in known]
        new = [
            self._row(kind, owner, job, now) | {"due_at": now - timedelta(microseconds=len(wanted) - place)}
            for place, job in enumerate(wanted)  # they are taken in this order
        ]
        if new:
            _refuse_too_many(session, len(new), kind, owner, a_day, now)
            session.execute(insert(JobRow), new)
        return len(new)

    def take(self, kinds: Collection[str], at_most: int = 1) -> Sequence[Job]:
        """Take jobs that are due, the longest due first; nobody else has them before the lease ends."""
        now = self._clock()
        with self._database.read() as session:
            if session.scalar(_due(kinds, now).limit(1)) is None:
                return []
        with self._database.write() as session:
            advisory_lock(session, "jobs")
            rows = session.scalars(_due(kinds, now).limit(at_most)).all()
            return [job for row in rows if (job := self._taken(row, now)) is not None]

    def done(self, job: Job) -> bool:
        """Note that a job is done; False where its lease had ended and another attempt has it."""
        return self._note(job, self._over(job))

    def give_up(self, job: Job) -> bool:
        """Let go of a job that can never be done; False as for `done`."""
        return self._note(job, self._over(job))

    def put_back(self, job: Job, pause: timedelta | None = None) -> bool:
        """Let a job that failed wait for its next attempt, longer each time; False where it is given up.

        It is given up when it has been tried for a day.
        """
        if not self.tries_again(job, pause):
            self.give_up(job)
            return False
        return self._note(job, {"due_at": self._next_attempt(job, pause), "lease": None})

    def tries_again(self, job: Job, pause: timedelta | None = None) -> bool:
        """Return whether a job that fails now has another attempt."""
        return self._next_attempt(job, pause) <= job.added_at + KEEPS_TRYING

    def _next_attempt(self, job: Job, pause: timedelta | None) -> datetime:
        return self._clock() + (pause or pause_after(job.attempts))

    def waiting(self, kind: str) -> int:
        """Return how many jobs of a kind are not over."""
        with self._database.read() as session:
            query = select(func.count()).where(JobRow.is_over.is_(False), JobRow.kind == kind)
            return int(session.scalar(query) or 0)

    def _row(self, kind: str, owner: str, job: NewJob, now: datetime) -> dict[str, Any]:
        job_id = str(uuid4())
        sealed = self._keyring.seal(json.dumps(job.contents), place_of(JobRow.sealed, job_id, kind, owner))
        moments = {"added_at": now, "attempts": 0, "lease": None, "is_over": False}
        return {"id": job_id, "kind": kind, "owner": owner, "key": job.key, "sealed": sealed} | moments

    def _taken(self, row: JobRow, now: datetime) -> Job | None:
        try:
            contents = json.loads(
                self._keyring.open_text(row.sealed, place_of(JobRow.sealed, row.id, row.kind, row.owner))
            )
        except KeyringError:
            log.exception("The job %s (%s) cannot be read and is left out.", row.id, row.kind)
            row.due_at, row.is_over = now + DAY, True
            return None
        row.lease, row.due_at, row.attempts = uuid4().hex, now + LEASE, row.attempts + 1
        row.added_at = min(row.added_at, now)
        return Job(row.id, row.kind, row.owner, row.added_at, row.attempts, contents, row.lease)

    def _over(self, job: Job) -> dict[str, Any]:
        return {"due_at": max(job.added_at, self._clock()) + DAY, "lease": None, "is_over": True, "sealed": ""}

    def _note(self, job: Job, values: Mapping[str, Any]) -> bool:
        with self._database.write() as session:
            here = (JobRow.id == job.id, JobRow.lease == job.lease)
            return session.scalar(update(JobRow).where(*here).values(**values).returning(JobRow.id)) is not None


def pause_after(attempts: int) -> timedelta:
    """Return the pause behind so many attempts that failed: half a minute, then twice as long, up to an hour."""
    doublings: int = min(attempts - 1, 10)
    return min(FIRST_PAUSE * (1 << doublings), LONGEST_PAUSE)


def _due(kinds: Collection[str], now: datetime) -> Select[JobRow]:
    due = or_(JobRow.due_at <= now, *_is_dated_ahead(now))
    waits = (JobRow.is_over.is_(False), JobRow.kind.in_(kinds), due, _is_its_owners_turn(now))
    return select(JobRow).where(*waits).order_by(JobRow.due_at, JobRow.id)


def _is_its_owners_turn(now: datetime) -> ColumnElement[bool]:
    """Return the condition that no other job of the same customer and kind is under way: nobody holds up the others."""
    other = aliased(JobRow)
    is_alike = (other.owner == JobRow.owner, other.kind == JobRow.kind)
    is_under_way = (other.is_over.is_(False), other.lease.is_not(None), other.due_at > now)
    return or_(JobRow.owner == "", ~exists().where(*is_alike, *is_under_way))


def _is_dated_ahead(now: datetime) -> Sequence[ColumnElement[bool]]:
    """Return what no job has unless its clock was ahead: too long a lease, or a pause past the last attempt."""
    too_long_a_lease = and_(JobRow.lease.is_not(None), JobRow.due_at > now + LEASE + CLOCKS_DIFFER)
    return too_long_a_lease, JobRow.due_at > now + KEEPS_TRYING + CLOCKS_DIFFER


def _refuse_too_many(session: Session, added: int, kind: str, owner: str, a_day: int, now: datetime) -> None:
    waiting = select(func.count()).where(JobRow.is_over.is_(False))
    of_the_kind = waiting.where(JobRow.kind == kind)
    within_a_day = JobRow.added_at.between(now - DAY, now + CLOCKS_DIFFER)
    today = select(func.count()).where(JobRow.owner == owner, JobRow.kind == kind, within_a_day)
    limits = [(of_the_kind, MOST_WAITING)]
    if owner:
        limits += [(waiting.where(JobRow.owner == owner), MOST_OF_OWNER), *([(today, a_day)] if a_day else [])]
    for query, most in limits:
        if int(session.scalar(query) or 0) + added > most:
            raise QueueFull
