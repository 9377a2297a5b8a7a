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
        self._changed = threading.Condition()

    @contextmanager
    def place(self, owner: str) -> Iterator["Place"]:
        """Take a place for an execution. Raises Overloaded when there is none for 2 s."""
        with self._changed:
            if not self._changed.wait_for(lambda: self._has_room(owner), LONGEST_WAIT):
                raise Overloaded
            self._running[owner] += 1
        place = Place(self)
        try:
            yield place
        finally:
            with self._changed:
                self._running[owner] -= 1
                self._long -= place.is_long
                if not self._running[owner]:
                    del self._running[owner]
                self._changed.notify_all()

    def become_long(self, place: "Place") -> None:
        """Count an execution as a long one. Raises Overloaded where there are too many of them."""
        with self._changed:
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
