"""Reading in one session what a thread reads for one purpose, such as the answer to a request."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy.orm import Session


@dataclass
class _Shared:
    """A session, and how many readers are in it at this moment."""

    session: Session
    readers: int = 0


class SharedReads(threading.local):
    """The sharing of one database by each thread for itself."""

    def __init__(self) -> None:
        self._is_on = False
        self._shared: _Shared | None = None

    @contextmanager
    def shared(self) -> Iterator[None]:
        """Let readers share one session while this lasts."""
        self._is_on = True
        try:
            yield
        finally:
            self._is_on = False
            self.end()

    @contextmanager
    def joined(self, new_session: Callable[[], Session]) -> Iterator[Session]:
        """The shared session, new where there is none yet; one of its own where nothing is shared.

        After an error nobody else gets the same session.
        """
        mine = self._shared or _Shared(new_session())
        self._shared = mine if self._is_on else None
        mine.readers += 1
        try:
            yield mine.session
        except BaseException:
            self.end()
            raise
        finally:
            mine.readers -= 1
            if mine is not self._shared and not mine.readers:
                mine.session.close()

    def end(self) -> None:
        """Give the session up, so that who reads next sees the data as they are then; who is in it may finish."""
        shared, self._shared = self._shared, None
        if shared is not None and not shared.readers:
            shared.session.close()
