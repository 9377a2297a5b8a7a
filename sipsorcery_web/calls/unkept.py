"""Executions that the store did not take, until it does: the last state of each."""

import logging
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice
from time import monotonic
from uuid import UUID

from sipsorcery_web.dial_plans.call_executions import CallExecution

SHORTEST_PAUSE, LONGEST_PAUSE = 1.0, 30.0
"""Seconds until what failed is tried again: twice as long each time."""
MOST_TRIES = 60
"""For half an hour; what fails so often while others are taken will never be."""
MOST_UNKEPT = 5_000

log = logging.getLogger(__name__)


@dataclass
class Unkept:
    """Such executions, in the order in which they are tried, each with how often it was; for one thread at a time."""

    _executions: dict[UUID, tuple[CallExecution, int]] = field(default_factory=dict)
    _failures: int = 0
    """In a row."""
    _again_at: float = 0.0

    def add(self, executions: Sequence[CallExecution], tries: int = 1) -> None:
        """Take in what the store has just refused."""
        pause = SHORTEST_PAUSE * 2 ** min(self._failures, 10)
        self._failures, self._again_at = self._failures + 1, monotonic() + min(pause, LONGEST_PAUSE)
        self._executions |= {each.id: (each, tries) for each in executions}
        oldest = islice(self._executions, max(0, len(self._executions) - MOST_UNKEPT))
        too_often = [each.id for each in executions] if tries >= MOST_TRIES else []
        lost = {*oldest, *too_often}
        if lost:
            log.error("%d executions that could not be kept are lost.", len(lost))
        for id_ in lost:
            self._executions.pop(id_, None)

    def replaced(self, id_: UUID) -> None:
        """Forget an execution of which there is a later state."""
        self._executions.pop(id_, None)

    def next(self, is_last: bool = False) -> tuple[CallExecution, int] | None:
        """Take out what is to be tried now, and how often it was; None where there is none, or it is too early."""
        if not self._executions or (self.seconds_left() > 0 and not is_last):
            return None
        return self._executions.pop(next(iter(self._executions)))

    def kept(self) -> None:
        """Note that the store has taken one of them."""
        self._failures = 0

    def seconds_left(self) -> float:
        """Return how long it is until the next try."""
        return max(0.0, self._again_at - monotonic()) if self._executions else math.inf
