"""One thread for all that call control decides, with timers, and others beside it for what may take long."""

import asyncio
import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Protocol, TypeVar

from .shared_threads import SharedThreads

T = TypeVar("T")
THREADS = 64
"""Plans that run at once, of which most wait for the plan service or for what they ask of the world."""
WAY_FINDERS, MOST_OF_OWNER = 16, 4
"""Ways to servers that are looked for at once, of all owners and of one."""

log = logging.getLogger(__name__)


class Timer(Protocol):
    """Work that is to be done later."""

    def cancel(self) -> None:
        """Do it not."""


class Scheduler(Protocol):
    """The thread of call control."""

    def now(self) -> float:
        """Seconds since the epoch."""

    def soon(self, work: Callable[[], None]) -> None:
        """Do work in the thread; may be asked from any other."""

    def after(self, seconds: float, work: Callable[[], None]) -> Timer:
        """Do work in the thread, later. Only to be asked from the thread itself."""

    def beside(self, work: Callable[[], T], then: Callable[[T], None], failed: Callable[[Exception], None]) -> None:
        """Do work in another thread, and go on in this one with its result or its error."""

    def beside_for(
        self, owner: str, work: Callable[[], T], then: Callable[[T], None], failed: Callable[[Exception], None]
    ) -> None:
        """Do the same with work that servers of an owner's choice may hold up, and nobody else's is."""


@dataclass
class ThreadScheduler:
    """The scheduler of a process: a thread with an event loop, and a pool of others beside it."""

    _loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.new_event_loop)
    _pool: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(THREADS, "plan"))
    _way_finders: SharedThreads = field(
        default_factory=lambda: SharedThreads(ThreadPoolExecutor(WAY_FINDERS, "way"), MOST_OF_OWNER)
    )
    _thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin."""
        self._thread = threading.Thread(target=self._loop.run_forever, name="call control", daemon=True)
        self._thread.start()

    def stop(self, seconds: float = 5.0) -> None:
        """End; what is left undone is for the next process."""
        self._pool.shutdown(wait=False, cancel_futures=True)
        self._way_finders.pool.shutdown(wait=False, cancel_futures=True)
        self.soon(self._loop.stop)
        if self._thread is not None:
            self._thread.join(seconds)
        if not self._loop.is_running():
            self._loop.close()

    def now(self) -> float:
        return time.time()

    def soon(self, work: Callable[[], None]) -> None:
        with suppress(RuntimeError):  # it has ended, and nobody waits for this
            self._loop.call_soon_threadsafe(work)

    def after(self, seconds: float, work: Callable[[], None]) -> Timer:
        return self._loop.call_later(max(0.0, seconds), work)

    def beside(self, work: Callable[[], T], then: Callable[[T], None], failed: Callable[[Exception], None]) -> None:
        self._follow(self._pool.submit(work), then, failed)

    def beside_for(
        self, owner: str, work: Callable[[], T], then: Callable[[T], None], failed: Callable[[Exception], None]
    ) -> None:
        self._follow(self._way_finders.submit(owner, work), then, failed)

    def _follow(self, coming: "Future[T]", then: Callable[[T], None], failed: Callable[[Exception], None]) -> None:
        coming.add_done_callback(lambda done: self.soon(partial(_go_on, done, then, failed)))


def _go_on(done: "Future[T]", then: Callable[[T], None], failed: Callable[[Exception], None]) -> None:
    if done.cancelled():
        return
    error = done.exception()
    if error is None:
        then(done.result())
    elif isinstance(error, Exception):
        failed(error)
    else:
        log.error("Call control has lost work beside it.", exc_info=error)
