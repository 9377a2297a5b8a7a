"""Probes of the portal's own stores, whether they take what is written, for monitors that must not wait for long."""

import logging
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from time import monotonic

from sipsorcery_web.in_thread import begun

GOOD_FOR = 2.0
"""Seconds for which an answer is good: monitors cost no more than so many writes."""
ANSWERS_WITHIN = 2.0
"""Seconds after which a store counts as away; a monitor waits for no more than a few."""

log = logging.getLogger(__name__)


@dataclass
class Probe:
    """An attempt to write, made at most every few seconds, and never while the one before is under way."""

    name: str
    attempt: Callable[[], None]
    _coming: "Future[None] | None" = None
    _good_until: float = 0.0
    _was_fine: bool = True
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def succeeds(self) -> bool:
        """Return True when what was written arrived."""
        try:
            self._newest().result(ANSWERS_WITHIN)
        except Exception as error:
            if self._was_fine:
                log.warning("Nothing can be written (%s): %s", self.name, error or "no answer in time")
            self._was_fine = False
        else:
            self._was_fine = True
        return self._was_fine

    def _newest(self) -> "Future[None]":
        with self._lock:
            is_over = self._coming is None or self._coming.done()
            if self._coming is None or (is_over and monotonic() >= self._good_until):
                self._coming, self._good_until = begun(self.attempt), monotonic() + GOOD_FOR
            return self._coming


class Readiness:
    """The probes of an application."""

    def __init__(self, attempts: Mapping[str, Callable[[], None]]) -> None:
        self._probes = [Probe(name, attempt) for name, attempt in attempts.items()]

    def now(self) -> dict[str, bool]:
        """Return which stores take what is written, by their names."""
        return {probe.name: probe.succeeds() for probe in self._probes}
