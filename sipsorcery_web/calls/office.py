"""The means that all executions share."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from sipsorcery_web.dial_plans.call_executions import CallExecution
from sipsorcery_web.dial_plans.execution import Execution
from sipsorcery_web.dial_plans.outcomes import Progress

from .choosing import Chooser
from .engine_lag import EngineLag
from .keeper import Keeper
from .live_world import LiveWorld, Provisional
from .messages import Channel
from .scheduling import Scheduler
from .sent_legs import LegSender


class Plans(Protocol):
    """The plan service, or what stands in for it."""

    def run(self, execution: Execution, world: LiveWorld) -> Progress:
        """Run an execution to its end, or to what it waits for."""


@dataclass(frozen=True, kw_only=True)
class Office:
    """All that executions need to run."""

    scheduler: Scheduler
    channel: Channel
    plans: Plans
    world_of: Callable[[Execution, Provisional], LiveWorld]
    chooser: Chooser
    sender: LegSender
    keeper: Keeper
    record_call: Callable[[CallExecution], None]
    """Writes the record of a call that the engine has ended with."""
    secret: bytes
    """The key of this installation for the tokens of legs and the chance of plans."""
    lag: EngineLag = field(default_factory=EngineLag)


def unheard(_code: int, _reason: str, _headers: tuple[tuple[str, str], ...]) -> None:
    """Stand in for a caller whom nothing can be told any more."""
