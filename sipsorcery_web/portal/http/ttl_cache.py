"""Answers that are asked for at most every few seconds, however many want them."""

import threading
from collections.abc import Callable
from time import monotonic
from typing import Generic, TypeVar

T = TypeVar("T")

GOOD_FOR = 5.0
"""Seconds in which any number of requests for the sign-in page cost one call."""


class TTLCache(Generic[T]):
    """The last answer, and how long it is good for; those who come while it is asked for wait for it."""

    def __init__(self, ask: Callable[[], T]) -> None:
        self.until = 0.0
        self._ask = ask
        self._answer: T | None = None
        self._lock = threading.Lock()

    def now(self) -> T:
        """The answer, at most a few seconds old."""
        with self._lock:
            return self._current()

    def within(self, seconds: float) -> T | None:
        """The same; None where another has been asking for longer than that."""
        if not self._lock.acquire(timeout=min(max(seconds, 0.0), threading.TIMEOUT_MAX)):
            return None
        try:
            return self._current()
        finally:
            self._lock.release()

    def _current(self) -> T:
        if self._answer is None or monotonic() >= self.until:
            self._answer = self._ask()
            self.until = monotonic() + GOOD_FOR
        return self._answer
