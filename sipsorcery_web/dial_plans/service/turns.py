"""Who computes now: scripts that have computed least go first, and long ones go on at low priority.

Linux shares processors by thread, and a crowd of endless scripts would take their share from everybody. So a script
computes while it holds one of a few turns, and hands it on at the next tick to one that has had less.
"""

import heapq
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

PREEMPTED_AFTER = 0.2
"""Seconds of processor time."""
LOW_PRIORITY = 19  # a thread cannot come back from it without privileges, so each run has a thread of its own
_QUANTUM = 0.004
_LONG_QUANTUM = 0.1
_LONG_AT_ONCE = 1


class Lane:
    """A number of turns, handed to whoever has computed least."""

    def __init__(self, turns: int, quantum: float) -> None:
        self.quantum = quantum
        self._free = turns
        self._waiting: list[tuple[float, int, threading.Event]] = []
        self._count = 0
        self._lock = threading.Lock()

    def take(self, spent: float) -> None:
        """Wait for a turn."""
        with self._lock:
            if self._free and not self._waiting:
                self._free -= 1
                return
            mine = threading.Event()
            self._count += 1
            heapq.heappush(self._waiting, (spent, self._count, mine))
        mine.wait()

    def give(self) -> None:
        """Hand the turn on."""
        with self._lock:
            if self._waiting:
                heapq.heappop(self._waiting)[2].set()
            else:
                self._free += 1

    def is_wanted(self, spent: float) -> bool:
        """Whether somebody waits who has computed less."""
        waiting = self._waiting
        return bool(waiting) and waiting[0][0] < spent


class Processor:
    """The turns of one process."""

    def __init__(self, processors: int | None = None) -> None:
        self.short = Lane(processors or os.cpu_count() or 1, _QUANTUM)
        self.long = Lane(_LONG_AT_ONCE, _LONG_QUANTUM)


class Turn:
    """One run's turns. It belongs to the thread that runs it."""

    def __init__(self, processor: Processor, on_preempted: Callable[[], None]) -> None:
        self._on_preempted = on_preempted
        self._processor = processor
        self._lane = processor.short
        self._spent = 0.0
        self._taken_at = 0.0

    @property
    def is_long(self) -> bool:
        """Whether the run was preempted, and goes on at low priority."""
        return self._lane is self._processor.long

    def __enter__(self) -> "Turn":
        self._lane.take(self._spent)
        return self

    def __exit__(self, *exc: object) -> None:
        self._lane.give()

    def tick(self, spent: float) -> None:
        """Note the processor time so far, and wait where others have had less. Raises what `on_preempted` does."""
        self._spent = spent
        if spent > PREEMPTED_AFTER and not self.is_long:
            self._on_preempted()
            self._change(self._processor.long)
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), LOW_PRIORITY)
        elif spent - self._taken_at >= self._lane.quantum and self._lane.is_wanted(spent):
            self._change(self._lane)

    def _change(self, lane: Lane) -> None:
        self._lane.give()
        self._lane = lane
        self._lane.take(self._spent)
        self._taken_at = self._spent

    @contextmanager
    def away(self) -> Iterator[None]:
        """Leave the turn to others while the run waits for an answer."""
        self._lane.give()
        try:
            yield
        finally:
            self._lane.take(self._spent)
