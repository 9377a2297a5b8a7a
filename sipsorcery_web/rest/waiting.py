"""Waiting for a change: a request holds its thread for some seconds, few of them at once, instead of asking again.

Whoever finds no place is told at once that nothing has changed, and when to ask again.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock
from time import monotonic, sleep

LONGEST = 10
"""Seconds that a request waits at most."""
LOOKS_EVERY = 0.25
"""Seconds between two looks, each of which is one statement; the database is let go of in between."""
AT_ONCE = 2
"""Requests that wait in a process, whose threads are eight, each of another token."""
ASK_AGAIN = 5
"""Seconds that who finds no place is asked to stay away for."""


class NoPlace(Exception):
    """The error of a request that finds no place to wait."""


@dataclass
class Waits:
    """The requests that wait in this process; `revision` is told a token and reads what there is at that moment."""

    revision: Callable[[str], str]
    _waiting: set[str] = field(default_factory=set)
    _lock: Lock = field(default_factory=Lock)

    def changed(self, token: str, known: str, seconds: int) -> str:
        """Return the revision once it is another one than that which is known, or the same after so many seconds.

        Raises NoPlace, and what reading it raises.
        """
        with self._place(token):
            ends_at = monotonic() + seconds
            while (now := self.revision(token)) == known and (left := ends_at - monotonic()) > 0:
                sleep(min(LOOKS_EVERY, left))
            return now

    @contextmanager
    def _place(self, token: str) -> Iterator[None]:
        with self._lock:
            if token in self._waiting or len(self._waiting) >= AT_ONCE:
                raise NoPlace
            self._waiting.add(token)
        try:
            yield
        finally:
            with self._lock:
                self._waiting.discard(token)
