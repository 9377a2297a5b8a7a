"""The limits on executions at once, so that no customer keeps the others out."""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

AT_ONCE = 50
AT_ONCE_OF_ONE = 5
KEPT_FREE = 15
"""Places for customers who have none; the others leave them free."""
LONG_AT_ONCE = 20
"""Preempted scripts; each may hold 40 MB of its own."""
LONGEST_WAIT = 2.0
"""Seconds; executions of one customer often come in bursts and take milliseconds."""


class Overloaded(Exception):
    """Too many executions, of this customer or in all."""


class Admission:
    """Counts the executions of one service by customer."""

    def __init__(self) -> None:
        self._running: Counter[str] = Counter()
        self._long = 0
        self._waiting: list[tuple[str, threading.Event]] = []
        """Owners in the order in which they came, each with what tells that there is a place."""
        self._lock = threading.Lock()

    @contextmanager
    def place(self, owner: str) -> Iterator["Place"]:
        """Take a place for an execution. Raises Overloaded when there is none for 2 s."""
        self._enter(owner)
        place = Place(self)
        try:
            yield place
        finally:
            with self._lock:
                self._running[owner] -= 1
                self._long -= place.is_long
                if not self._running[owner]:
                    del self._running[owner]
                self._let_in()

    def _enter(self, owner: str) -> None:
        with self._lock:
            if self._has_room(owner):
                self._running[owner] += 1
                return
            mine = owner, threading.Event()
            self._waiting.append(mine)
        if not mine[1].wait(LONGEST_WAIT):
            with self._lock:
                if not mine[1].is_set():  # nor at the last moment
                    self._waiting.remove(mine)
                    raise Overloaded

    def _let_in(self) -> None:
        """Give places to those who wait, and wake nobody else: a crowd that looks in vain takes longer than scripts."""
        for waits in self._waiting[:]:
            if self._has_room(waits[0]):
                self._waiting.remove(waits)
                self._running[waits[0]] += 1
                waits[1].set()

    def become_long(self, place: "Place") -> None:
        """Count an execution as a long one. Raises Overloaded where there are too many of them."""
        with self._lock:
            if self._long >= LONG_AT_ONCE:
                raise Overloaded
            self._long += 1
            place.is_long = True

    @property
    def count(self) -> int:
        """The number of executions."""
        return self._running.total()

    def _has_room(self, owner: str) -> bool:
        total, own = self._running.total(), self._running[owner]
        return total < (AT_ONCE if not own else AT_ONCE - KEPT_FREE) and own < AT_ONCE_OF_ONE


class Place:
    """The place of one execution."""

    def __init__(self, admission: Admission) -> None:
        self._admission = admission
        self.is_long = False

    def become_long(self) -> None:
        """Count it as a long one. Raises Overloaded where there are too many of them."""
        self._admission.become_long(self)
