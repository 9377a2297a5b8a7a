"""The steps of a plan: each runs beside the scheduler, from the plan's beginning to what it has to wait for."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from sipsorcery_web.dial_plans.outcomes import Progress

from .conversation import Conversation
from .kept_run import KeptRun
from .messages import Ring
from .office import Office, unheard

MOST_PROVISIONAL = 10
"""Answers such as 183 between two Dials: each takes a branch of the engine's transaction, which has 30."""

log = logging.getLogger(__name__)
Headers = tuple[tuple[str, str], ...]


@dataclass(eq=False)
class PlanSteps:
    """Runs the plan of one execution, and tells its caller of the answers that it gives on the way."""

    office: Office
    kept: KeptRun
    talk: Conversation
    is_running: bool = False
    is_over: bool = False
    """Whether nobody is there any more who could hear something."""
    _provisional: int = 0

    def run(self, then: Callable[[Progress], None], failed: Callable[[Exception], None]) -> None:
        """Run the plan, and go on with how far it came."""
        self.is_running = True
        execution = self.kept.now.execution
        work = partial(self.office.plans.run, execution, self.office.world_of(execution, self._answer_provisionally))
        self.office.scheduler.beside(work, partial(self._went_on, then), partial(self._broke, failed))

    def dial_failed(self) -> None:
        """Begin to count provisional answers anew: the call has another transaction."""
        self._provisional = 0

    def send_trace(self) -> None:
        """Send the trace of the execution, where it was asked for."""
        progress = self.kept.progress
        if progress is not None and progress.wants_trace:
            world = self.office.world_of(self.kept.now.execution, unheard)
            self.office.scheduler.beside(partial(world.is_over, progress), lambda _: None, _not_sent)

    def _went_on(self, then: Callable[[Progress], None], progress: Progress) -> None:
        self.is_running, self.kept.progress = False, progress
        then(progress)

    def _broke(self, failed: Callable[[Exception], None], error: Exception) -> None:
        self.is_running = False
        failed(error)

    def _answer_provisionally(self, code: int, reason: str, headers: Headers) -> None:
        """Send a 1xx to the caller; asked from the thread of the plan."""
        self.office.scheduler.soon(partial(self._ring, code, reason, headers))

    def _ring(self, code: int, reason: str, headers: Headers) -> None:
        if self.is_over:
            return
        self._provisional += 1
        if self._provisional <= MOST_PROVISIONAL:
            self.talk.say(lambda transaction: Ring(transaction=transaction, code=code, reason=reason, headers=headers))
        elif self._provisional == MOST_PROVISIONAL + 1:  # once: a plan could fill its log with these
            most = f"there are at most {MOST_PROVISIONAL} between two Dials"
            self.kept.remark(f"{code} {reason}, and each like it that follows, is left out: {most}.")


def _not_sent(error: Exception) -> None:
    log.error("The trace of a plan cannot be sent.", exc_info=error)
