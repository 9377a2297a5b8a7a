"""The passing of time, for tests of call control."""

import heapq
import itertools
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar

from tests.dial_plans.worlds import NOW

T = TypeVar("T")


class FakeTimer:
    """Work that may be called off."""

    def __init__(self, work: Callable[[], None]) -> None:
        self.work: Callable[[], None] | None = work

    def cancel(self) -> None:
        self.work = None


@dataclass
class FakeScheduler:
    """The thread of call control: all happens in one order, and time passes when a test says so."""

    time: float = NOW
    owners: list[str] = field(default_factory=list)
    """Whose work was done apart from that of others."""
    _soon: deque[Callable[[], None]] = field(default_factory=deque)
    _later: list[tuple[float, int, FakeTimer]] = field(default_factory=list)
    _count: "itertools.count[int]" = field(default_factory=itertools.count)

    def now(self) -> float:
        return self.time

    def soon(self, work: Callable[[], None]) -> None:
        self._soon.append(work)

    def after(self, seconds: float, work: Callable[[], None]) -> FakeTimer:
        timer = FakeTimer(work)
        heapq.heappush(self._later, (self.time + seconds, next(self._count), timer))
        return timer

    def beside(self, work: Callable[[], T], then: Callable[[T], None], failed: Callable[[Exception], None]) -> None:
        def do() -> None:
            try:
                result = work()
            except Exception as error:
                self.soon(partial(failed, error))
            else:
                self.soon(partial(then, result))

        self.soon(do)

    def settle(self) -> None:
        """Do what is to be done now."""
        while self._soon:
            self._soon.popleft()()

    def pass_time(self, seconds: float) -> None:
        """Let time go by."""
        self.settle()
        end = self.time + seconds
        while self._later and self._later[0][0] <= end:
            moment, _, timer = heapq.heappop(self._later)
            self.time = max(self.time, moment)
            if timer.work is not None:
                timer.work()
            self.settle()
        self.time = end
