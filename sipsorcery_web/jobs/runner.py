"""The runner: takes what is due, does it, and notes how that went."""

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from .queue import Job, JobQueue

THREADS = 4
"""Jobs at once, so that a slow server does not hold up all others."""
POLL, POLL_AFTER_AN_ERROR = 2.0, 15.0
"""Seconds between two looks of a thread that has nothing to do."""

log = logging.getLogger(__name__)

Handler = Callable[[Job], None]
"""Does a job. Raises TryLater or GiveUp; whatever else it raises counts as TryLater, and is logged."""


class TryLater(Exception):
    """The job could not be done now; `pause` is how long it waits, where somebody has said so."""

    def __init__(self, reason: str, pause: timedelta | None = None) -> None:
        super().__init__(reason)
        self.pause = pause


class GiveUp(Exception):
    """The job can never be done."""


@dataclass
class Chore:
    """Work that comes up again and again, and is done in one place for all that share the database."""

    do: Callable[[], object]
    every: timedelta = timedelta(hours=1)
    due_at: datetime | None = None
    """None before it was done for the first time, which is at once."""

    def is_due(self, now: datetime) -> bool:
        """Return whether it is time; it is, too, where the clock was ahead when it was done last."""
        return self.due_at is None or not now < self.due_at <= now + self.every


@dataclass
class JobRunner:
    """Runs the jobs of the kinds that there are handlers for, and chores, in threads of its own."""

    queue: JobQueue
    handlers: Mapping[str, Handler]
    chores: Sequence[Chore] = ()
    _stopped: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)

    def start(self) -> None:
        """Begin."""
        work = [*([self.run_due] * THREADS if self.handlers else ()), *([self.do_chores] if self.chores else ())]
        self._threads = [threading.Thread(target=self._work, args=[each], daemon=True) for each in work]
        for thread in self._threads:
            thread.start()

    def stop(self, seconds: float = 10.0) -> None:
        """Take no more jobs, and wait for those under way; what is not over then is done again after its lease."""
        self._stopped.set()
        for thread in self._threads:
            thread.join(seconds / len(self._threads))

    def run_due(self) -> int:
        """Run one job that is due, and return how many there were: 0 or 1."""
        jobs = self.queue.take(list(self.handlers))
        for job in jobs:
            self._run(job)
        return len(jobs)

    def do_chores(self) -> int:
        """Do the chores that are due; 0, since there is nothing more to do then."""
        now = self.queue.now()
        for chore in self.chores:
            if chore.is_due(now):
                chore.do()
                chore.due_at = now + chore.every
        return 0

    def _work(self, do: Callable[[], int]) -> None:
        while not self._stopped.is_set():
            try:
                pause = 0.0 if do() else POLL
            except Exception:  # the database is gone for the moment, and comes back
                log.exception("Jobs cannot be looked at.")
                pause = POLL_AFTER_AN_ERROR
            self._stopped.wait(pause)

    def _run(self, job: Job) -> None:
        try:
            self.handlers[job.kind](job)
        except GiveUp as error:
            log.warning("The job %s (%s) of %s cannot be done: %s", job.id, job.kind, job.owner or "nobody", error)
            self.queue.give_up(job)
        except TryLater as error:
            self._put_back(job, str(error), error.pause)
        except Exception as error:
            log.exception("The job %s (%s) met an error of this program.", job.id, job.kind)
            self._put_back(job, str(error), None)
        else:
            self.queue.done(job)

    def _put_back(self, job: Job, reason: str, pause: timedelta | None) -> None:
        what = "is tried again" if self.queue.put_back(job, pause) else "is given up"
        log.warning("The job %s (%s) failed at attempt %d and %s: %s", job.id, job.kind, job.attempts, what, reason)
