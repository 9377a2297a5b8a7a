"""Values that took some effort, kept for whoever asks for the same again: as many as there is room for."""

import threading
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Generic, TypeVar

T = TypeVar("T")
UNUSED_FOR = timedelta(minutes=10)
"""So long after it was last asked for something goes; what belongs to a session that has ended is asked for no more."""


@dataclass
class _Kept(Generic[T]):
    value: T
    size: int
    used: datetime


class LastUsed(Generic[T]):
    """The values that were asked for last, by key, of so many bytes in all."""

    def __init__(self, most_bytes: int) -> None:
        self._most_bytes = most_bytes
        self._kept: OrderedDict[object, _Kept[T]] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    @property
    def bytes(self) -> int:
        """Return how many bytes are kept."""
        return self._bytes

    def find(self, key: object, now: datetime) -> T | None:
        """Return the value with a key, or None."""
        with self._lock:
            kept = self._kept.get(key)
            if kept is None:
                return None
            kept.used = now
            self._kept.move_to_end(key)
            return kept.value

    def keep(self, key: object, value: T, size: int, now: datetime) -> None:
        """Keep a value of so many bytes, in place of those that nobody has asked for the longest."""
        with self._lock:
            self._forget(key)
            if size > self._most_bytes:
                return
            self._kept[key] = _Kept(value, size, now)
            self._bytes += size
            while self._bytes > self._most_bytes or self._first.used + UNUSED_FOR < now:
                self._forget(next(iter(self._kept)))

    def values(self) -> list[T]:
        """Return all values, those first that nobody has asked for the longest."""
        with self._lock:
            return [kept.value for kept in self._kept.values()]

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._kept.clear()
            self._bytes = 0

    @property
    def _first(self) -> _Kept[T]:
        return next(iter(self._kept.values()))

    def _forget(self, key: object) -> None:
        kept = self._kept.pop(key, None)
        self._bytes -= 0 if kept is None else kept.size
