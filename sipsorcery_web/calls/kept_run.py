"""The state of an execution under way, as it is kept for another process to go on with, and to be shown later."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from sipsorcery_web.dial_plans.call_executions import CallExecution, RungDial
from sipsorcery_web.dial_plans.outcomes import Ended, Progress

from .broken_calls import ENGINE_ENDED
from .keeper import Keeper


@dataclass(eq=False)
class KeptRun:
    """An execution as it is at this moment, and the keeper that writes it."""

    keeper: Keeper
    now: CallExecution
    progress: Progress | None = None
    """How far the plan came in its last run."""
    _remarks: list[str] = field(default_factory=list)

    def remark(self, text: str) -> None:
        """Put a line into the execution's log."""
        self._remarks.append(text)

    def dial_begins(self, dial: RungDial) -> None:
        """Note a Dial behind those before it."""
        self.now = replace(self.now, dials=(*self.now.dials, dial))

    def dial_is(self, dial: RungDial) -> None:
        """Note how the last Dial stands."""
        self.now = replace(self.now, dials=(*self.now.dials[:-1], dial))

    def answers(self, ended: Ended) -> None:
        """Note the final answer of the plan."""
        self.now = replace(self.now, answer=ended)

    def breaks_off(self) -> None:
        """Note that the engine has ended, and that the call's record has the execution's id."""
        self.now = replace(self.now, answer=ENGINE_ENDED, cdr_id=self.now.id)

    def ends(self, moment: float) -> None:
        """Note that it is over, at these seconds since the epoch."""
        self.now = replace(self.now, ended_at=datetime.fromtimestamp(moment, UTC))

    def keep(self, notes: Mapping[str, Any], then: Callable[[], None] | None = None) -> None:
        """Have it written soon; `then` is called when that is done, in another thread."""
        progress = self.progress
        log = (*(progress.log if progress else ()), *self._remarks)
        self.now = replace(self.now, log=log, lines=progress.lines if progress else (), notes=notes)
        self.keeper.keep(self.now, then)
