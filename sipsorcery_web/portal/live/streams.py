"""How many streams there may be: each keeps a thread of the server for as long as it lasts."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from flask import Flask, current_app

EXTENSION = "streams"


@dataclass
class Streams:
    """The streams of this process. Without a word from the server that has the threads, there are none."""

    pause: float
    """Seconds between two looks at a list."""
    most: int = 0
    count: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @contextmanager
    def place(self) -> Iterator[bool]:
        """Take one of the places, if there is one, for as long as this lasts."""
        has_place = self._taken()
        try:
            yield has_place
        finally:
            if has_place:
                with self._lock:
                    self.count -= 1

    def _taken(self) -> bool:
        with self._lock:
            is_free = self.count < self.most
            self.count += is_free
        return is_free


def allow_streams(app: Flask, most: int) -> None:
    """Say how many of the server's threads streams may keep."""
    app.extensions[EXTENSION].most = most


def streams() -> Streams:
    """Those of the application that answers this request."""
    here: Streams = current_app.extensions[EXTENSION]
    return here
