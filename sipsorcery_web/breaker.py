"""A circuit breaker in front of a neighbour: while it is away nobody waits for it, but for one who tries again."""

import threading
from collections.abc import Callable
from time import monotonic


class Breaker:
    """Opens after so many failures in a row, and then lets one call through each `pause` seconds until one succeeds."""

    def __init__(self, failures: int, pause: float, clock: Callable[[], float] = monotonic) -> None:
        self._most = failures
        self._pause = pause
        self._clock = clock
        self._failures = 0
        self._tries_at = 0.0
        self._lock = threading.Lock()

    def lets_through(self) -> bool:
        """Return True when a call may be made: nothing is known against it, or it is its turn to try again."""
        with self._lock:
            if self._failures < self._most:
                return True
            if self._clock() < self._tries_at:
                return False
            self._tries_at = self._clock() + self._pause
            return True

    def failed(self) -> None:
        """Note a call that was not answered."""
        with self._lock:
            self._failures += 1
            self._tries_at = self._clock() + self._pause

    def succeeded(self) -> None:
        """Note a call that was answered."""
        self._failures = 0
