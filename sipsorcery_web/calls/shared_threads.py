"""Threads that owners share: whatever one of them waits for, the others go on."""

import threading
from collections import defaultdict, deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, TypeVar

T = TypeVar("T")


@dataclass
class SharedThreads:
    """A pool of threads of which an owner has some at once; what else is the owner's waits for those."""

    pool: ThreadPoolExecutor
    most_of_owner: int
    _waiting: dict[str, deque[tuple["Future[Any]", Callable[[], Any]]]] = field(
        default_factory=lambda: defaultdict(deque)
    )
    _busy: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def submit(self, owner: str, work: Callable[[], T]) -> "Future[T]":
        """Return the coming result of an owner's work."""
        coming: Future[T] = Future()
        with self._lock:
            self._waiting[owner].append((coming, work))
            if self._busy[owner] < self.most_of_owner:
                self._busy[owner] += 1
                self.pool.submit(self._do_next, owner)
        return coming

    def _do_next(self, owner: str) -> None:
        """Do one thing of an owner's, and leave the thread to whoever is next."""
        with self._lock:
            coming, work = self._waiting[owner].popleft()
        try:
            coming.set_result(work())
        except BaseException as error:
            coming.set_exception(error)
        with self._lock:
            if self._waiting[owner]:
                self.pool.submit(self._do_next, owner)
                return
            self._busy[owner] -= 1
            if not self._busy[owner]:
                del self._busy[owner], self._waiting[owner]
