"""Slots for what keeps a thread of the server: one for each visitor, and few in all, so that pages have the rest."""

import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field

MOST = 2
"""Slots of one kind in a process."""


@dataclass
class VisitorSlots:
    """One turn for each user, and so many in all."""

    most: int = MOST
    _users: set[str] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @contextmanager
    def slot(self, username: str) -> Iterator[ExitStack | None]:
        """A turn, if this user can have one; `pop_all` takes it along to be closed later."""
        if not self._taken(username):
            yield None
            return
        with ExitStack() as mine:
            mine.callback(self._users.discard, username)
            yield mine

    def _taken(self, username: str) -> bool:
        with self._lock:
            is_free = username not in self._users and len(self._users) < self.most
            if is_free:
                self._users.add(username)
        return is_free
