"""Keeps executions in the database: what many calls have to keep at one time goes into one transaction."""

import logging
import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from time import monotonic
from typing import Protocol
from uuid import UUID

from sipsorcery_web.dial_plans.call_executions import CallExecution

from .unkept import Unkept

COUNTS_EVERY = 1.0
"""Seconds between two changes of a plan's ExecutionCount, which everybody's lists look at."""
LINGERS = 0.2
"""Seconds for which what nobody waits for may wait for the next transaction: a commit costs as much as many rows."""
PACE = 0.02
"""Seconds between two transactions while calls come one upon the other: the first of them waits for nothing."""
_IDLE = 5.0

log = logging.getLogger(__name__)


class ExecutionStore(Protocol):
    """The table of executions."""

    def keep(self, executions: Sequence[CallExecution]) -> None:
        """Keep executions as they are now, in one transaction."""

    def running(self) -> Sequence[CallExecution]:
        """Return the executions that are not over."""


class CountStore(Protocol):
    """The numbers of executions as the wire tells them."""

    def set_counts(self, by_plan: Mapping[UUID, int], by_owner: Mapping[str, int]) -> None:
        """Write the numbers that have changed."""

    def reset(self, by_plan: Mapping[UUID, int], by_owner: Mapping[str, int]) -> None:
        """Write these numbers, and 0 for all others."""


@dataclass
class Keeper:
    """A thread that writes what has come in, again and again."""

    store: ExecutionStore
    counts: CountStore
    _waiting: dict[UUID, CallExecution] = field(default_factory=dict)
    _unkept: Unkept = field(default_factory=Unkept)
    _told: list[Callable[[], None]] = field(default_factory=list)
    _changed: threading.Condition = field(default_factory=threading.Condition)
    _by_plan: Counter[UUID] = field(default_factory=Counter)
    _by_owner: Counter[str] = field(default_factory=Counter)
    _from_outside: Counter[UUID | str] = field(default_factory=Counter)
    """Of both, those for calls from outside."""
    _uncounted: set[tuple[str, UUID]] = field(default_factory=set)
    _is_stopped: bool = False
    _thread: threading.Thread | None = None
    _counted_at: float = 0.0
    _written_by: float = 0.0
    _next_at: float = 0.0
    """When the next transaction may begin that somebody waits for."""

    def start(self) -> None:
        """Begin."""
        self._thread = threading.Thread(target=self._work, name="executions", daemon=True)
        self._thread.start()

    def stop(self, seconds: float = 5.0) -> None:
        """Write what is left, and end."""
        with self._changed:
            self._is_stopped = True
            self._changed.notify()
        if self._thread is not None:
            self._thread.join(seconds)

    def keep(self, execution: CallExecution, then: Callable[[], None] | None = None) -> None:
        """Keep an execution soon; `then` is called in the thread that writes, and has it written at once."""
        with self._changed:
            if not self._waiting:
                self._written_by = monotonic() + LINGERS
                self._changed.notify()
            self._waiting[execution.id] = execution
            self._unkept.replaced(execution.id)
            if then is not None:
                self._told.append(then)
                if len(self._told) == 1:  # those that follow go with the first
                    self._changed.notify()

    def count(self, owner: str, plan_id: UUID, by: int, is_from_outside: bool) -> None:
        """Note that an execution of a plan begins (1) or ends (-1)."""
        with self._changed:
            if is_from_outside:
                self._from_outside.update({plan_id: by, owner: by})
            self._by_plan[plan_id] += by
            self._by_owner[owner] += by
            self._uncounted.add((owner, plan_id))

    def running(self, owner: str, plan_id: UUID) -> tuple[int, int]:
        """Return how many executions of a plan run, and of all plans of its owner."""
        return self._by_plan[plan_id], self._by_owner[owner]

    def running_from_outside(self, owner: str, plan_id: UUID) -> tuple[int, int]:
        """Return how many of these run for calls from outside."""
        return self._from_outside[plan_id], self._from_outside[owner]

    def reset_counts(self) -> None:
        """Write the numbers as they are, and 0 for all plans of which no execution runs."""
        with self._changed:
            self._uncounted.clear()
            by_plan, by_owner = dict(+self._by_plan), dict(+self._by_owner)
        self.counts.reset(by_plan, by_owner)

    def write(self) -> None:
        """Write what has come in, once. What cannot be kept is tried again later, and calls go on meanwhile."""
        with self._changed:
            kept, told = list(self._waiting.values()), self._told
            self._waiting, self._told = {}, []
        self._has_kept(kept)
        for then in told:
            then()

    def write_again(self, is_last: bool = False) -> None:
        """Write what could not be kept, if it is time for that: each by itself, until one fails or somebody waits."""
        while (unkept := self._next_unkept(is_last)) is not None:
            execution, tries = unkept
            if not self._has_kept([execution], tries):
                return
            with self._changed:
                self._unkept.kept()
                if self._told and not is_last:
                    return

    def _next_unkept(self, is_last: bool) -> tuple[CallExecution, int] | None:
        with self._changed:
            return self._unkept.next(is_last)

    def _has_kept(self, executions: Sequence[CallExecution], tries: int = 0) -> bool:
        try:
            if executions:
                self.store.keep(executions)
            return True
        except Exception:
            log.exception("%d executions cannot be kept.", len(executions))
        with self._changed:
            self._unkept.add([each for each in executions if each.id not in self._waiting], tries + 1)
        return False

    def write_counts(self) -> None:
        """Write the numbers of executions that have changed."""
        with self._changed:
            changed, self._uncounted = self._uncounted, set()
            by_plan = {plan_id: self._by_plan[plan_id] for _, plan_id in changed}
            by_owner = {owner: self._by_owner[owner] for owner, _ in changed}
            self._by_plan, self._by_owner = +self._by_plan, +self._by_owner
            self._from_outside = +self._from_outside
        self._counted_at = monotonic()
        if not changed:
            return
        try:
            self.counts.set_counts(by_plan, by_owner)
        except Exception:
            log.exception("The numbers of executions cannot be written.")
            with self._changed:
                self._uncounted |= changed

    def _work(self) -> None:
        while True:
            with self._changed:
                while not self._is_stopped and (left := self._seconds_left()) > 0:
                    self._changed.wait(left)
                is_last = self._is_stopped
            self._next_at = monotonic() + PACE
            self.write()
            self.write_again(is_last)
            if is_last or self._until_counting() <= 0:
                self.write_counts()
            if is_last:
                return

    def _seconds_left(self) -> float:
        """Return how long the thread may sleep."""
        if self._told:
            return self._next_at - monotonic()
        left = min(self._until_counting(), self._unkept.seconds_left())
        return min(left, self._written_by - monotonic()) if self._waiting else left

    def _until_counting(self) -> float:
        if not self._uncounted:
            return _IDLE
        return max(0.0, self._counted_at + COUNTS_EVERY - monotonic())
