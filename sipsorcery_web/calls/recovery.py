"""Takes up what another process of call control has left, and asks the engine what waits."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sipsorcery_web.dial_plans.call_executions import CallExecution

from .keeper import ExecutionStore
from .messages import Hello
from .runs import CallRuns

log = logging.getLogger(__name__)


@dataclass
class Recovery:
    """Goes on with the executions that are not over, once; in the thread of the scheduler."""

    runs: CallRuns
    store: ExecutionStore
    on_done: Callable[[], None]
    """Told when all have been resumed, before the engine is asked what waits."""
    is_under_way: bool = False
    _is_new: bool = True
    _left: int = 0
    """The executions that have yet to be resumed, and one for the list of them."""

    def connected(self) -> None:
        """Ask the engine what waits, when what another process has left is taken up."""
        if self._is_new:
            self._is_new, self.is_under_way, self._left = False, True, 1
            self.runs.office.scheduler.beside(self.store.running, self._take_up, self._cannot_take_up)
        elif not self.is_under_way:
            self._ask_what_waits()

    def _take_up(self, found: Sequence[CallExecution]) -> None:
        taken = [self.runs.take_up(each) for each in found if each.notes.get("call")]
        self._left += len(taken)
        for run in taken:
            run.resume(self._one_is_done)
        office = self.runs.office
        office.scheduler.beside(office.keeper.reset_counts, lambda _: None, _not_counted)
        self._one_is_done()

    def _cannot_take_up(self, error: Exception) -> None:
        log.error("The executions of an earlier process cannot be read.", exc_info=error)
        self._one_is_done()

    def _one_is_done(self) -> None:
        self._left -= 1
        if not self._left:
            self.is_under_way = False
            self.on_done()
            self._ask_what_waits()

    def _ask_what_waits(self) -> None:
        self.runs.office.channel.send(Hello())


def _not_counted(error: Exception) -> None:
    log.error("The numbers of executions cannot be written.", exc_info=error)
