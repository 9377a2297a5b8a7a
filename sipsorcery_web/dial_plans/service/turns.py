"""The order of computing: scripts that have computed least go first, and long ones go on behind all others.

Linux shares processors by thread, and a crowd of endless scripts would take their share from everybody. So a script
computes while it holds one of a few turns, and hands it on at the next tick to one that has had less. Long ones stop
at each tick while short ones compute. They keep the priority of a thread: one that Linux stops while it holds the
interpreter's lock would stop all the others.
"""

import heapq
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic

SHORT = 0.02
"""Seconds of processor time that most plans need less of; scripts that need more wait for each other."""
PREEMPTED_AFTER = 0.2
REMEMBERED = 30.0
"""Seconds for which the scripts of a customer who had a preempted one begin behind those of others."""
_QUANTUM = 0.004
_LONG_QUANTUM = 0.1
_LONGEST_PAUSE = 0.05
"""Seconds that a longer script waits at most, each time, for the short ones to be done."""


class Lane:
    """A number of turns, handed to whoever has computed least."""

    def __init__(self, turns: int, quantum: float) -> None:
        self.quantum = quantum
        self._turns = self._free = turns
        self._waiting: list[tuple[float, int, threading.Event]] = []
        self._count = 0
        self._lock = threading.Lock()
        self._idle = threading.Condition(self._lock)

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
                return
            self._free += 1
            if self._free == self._turns:
                self._idle.notify_all()

    def wait_until_idle(self, seconds: float) -> None:
        """Wait until nobody has a turn or waits for one, for these seconds at most."""
        if self._free < self._turns:
            with self._idle:
                self._idle.wait_for(lambda: self._free == self._turns, seconds)

    def is_wanted(self, spent: float) -> bool:
        """Return True when somebody waits who has computed less."""
        waiting = self._waiting
        return bool(waiting) and waiting[0][0] < spent


class Processor:
    """The turns of one process: for short scripts, for those that take longer, and for those that were preempted."""

    def __init__(self, processors: int | None = None) -> None:
        self.short = Lane(processors or os.cpu_count() or 1, _QUANTUM)
        self.middle = Lane(1, _QUANTUM)
        self.long = Lane(1, _LONG_QUANTUM)
        self._preempted: dict[str, float] = {}

    def note_preempted(self, owner: str) -> None:
        """Remember that a script of this customer was preempted."""
        now = monotonic()
        recent = {name: moment for name, moment in self._preempted.items() if moment > now - REMEMBERED}
        self._preempted = recent | {owner: now}

    def first_lane(self, owner: str) -> Lane:
        """Return the lane in which a script of this customer begins."""
        is_remembered = self._preempted.get(owner, -REMEMBERED) > monotonic() - REMEMBERED
        return self.middle if is_remembered else self.short


class Turn:
    """One run's turns. It belongs to the thread that runs it."""

    def __init__(self, processor: Processor, owner: str, on_preempted: Callable[[], None]) -> None:
        self._on_preempted = on_preempted
        self._processor = processor
        self._owner = owner
        self._lane = processor.first_lane(owner)
        self._spent = 0.0
        self._taken_at = 0.0

    def __enter__(self) -> "Turn":
        self._lane.take(self._spent)
        return self

    def __exit__(self, *exc: object) -> None:
        self._lane.give()

    def tick(self, spent: float) -> int:
        """Note the processor time so far, and wait where others have had less; in how many ticks to look again.

        Raises what `on_preempted` does.
        """
        self._spent = spent
        if spent > PREEMPTED_AFTER and self._lane is not self._processor.long:
            self._processor.note_preempted(self._owner)
            self._on_preempted()
            self._change(self._processor.long)
        elif spent > SHORT and self._lane is self._processor.short:
            self._change(self._processor.middle)
        elif spent - self._taken_at >= self._lane.quantum and self._lane.is_wanted(spent):
            self._change(self._lane)
        if self._lane is not self._processor.short:
            self._processor.short.wait_until_idle(_LONGEST_PAUSE)
        return 1

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
