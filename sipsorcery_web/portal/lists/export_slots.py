"""Slots for writing a file: each keeps a thread of the server for as long as its reader takes."""

import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field

from ..http.parts import part

MOST = 2
"""Files at once in this process."""


@dataclass
class ExportSlots:
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


def export_slot(username: str) -> AbstractContextManager[ExitStack | None]:
    """A turn in the application that answers this request."""
    return part(ExportSlots).slot(username)
