"""Call control: takes the engine's events, and hands each to the execution that it is about."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar

from .choosing import NOBODY_THERE, PLAN_MISSING, UNAVAILABLE, Chosen, Refusal
from .conversation import Conversation
from .dial_run import DialRun
from .keeper import ExecutionStore
from .messages import (
    AllTold,
    CallAlive,
    CallAnswered,
    CallAsked,
    CallGone,
    DialFailed,
    Event,
    LegAsked,
    LegFailed,
    LegMoved,
    NotWaiting,
    Reply,
    Rung,
)
from .office import Office
from .recovery import Recovery
from .running import CallRun
from .runs import CallRuns

T = TypeVar("T")
MOST_CHOOSING = 100
Question = LegAsked | LegMoved | DialFailed | Rung
_AT_CALLS: Mapping[type[Any], Callable[[CallRun, Any], None]] = {
    DialFailed: CallRun.dial_failed,
    Rung: CallRun.rung,
    CallAnswered: CallRun.answered,
    CallGone: CallRun.gone,
}
"""The events about a call, and who takes them."""
_AT_LEGS: Mapping[type[Any], Callable[[DialRun, Any], None]] = {
    LegAsked: DialRun.leg_asked,
    LegMoved: DialRun.leg_moved,
    LegFailed: DialRun.leg_failed,
}
"""The events about a leg, and who takes them."""

log = logging.getLogger(__name__)


@dataclass(eq=False)
class CallControl:
    """The calls under way. Events come from any one thread; all else happens in the thread of the scheduler."""

    office: Office
    store: ExecutionStore
    _alive: set[str] = field(default_factory=set)
    """The calls that the engine has named since the last Hello."""
    _held: list[Event] = field(default_factory=list)
    """What came while executions of another process are taken up."""
    _choosing: int = 0
    """The calls whose plan is being chosen, or waits for that behind the plans that run."""
    _is_refusing: bool = False

    def __post_init__(self) -> None:
        self._runs = CallRuns(self.office)
        self._recovery = Recovery(self._runs, self.store, self._take_held)
        self._heard: dict[type[Any], Callable[[Any], None]] = {
            CallAsked: self._call_asked,
            CallAlive: lambda _: None,
            AllTold: self._all_told,
            NotWaiting: self._not_waiting,
        }
        self._heard |= {kind: partial(self._about_call, take) for kind, take in _AT_CALLS.items()}
        self._heard |= {kind: partial(self._about_leg, take) for kind, take in _AT_LEGS.items()}

    @property
    def running(self) -> int:
        """The number of executions under way."""
        return sum(not run.is_over for run in self._runs.all())

    def connected(self) -> None:
        """Ask the engine what waits, when what another process has left is taken up."""
        self.office.scheduler.soon(self._connected)

    def disconnected(self) -> None:
        """Go on: the engine asks again what it has not heard, or it has ended with its calls."""

    def heard(self, event: Event) -> None:
        """Take an event."""
        self.office.scheduler.soon(partial(self._take, event))

    def _connected(self) -> None:
        self._alive = set()
        self._recovery.connected()

    def _take_held(self) -> None:
        held, self._held = self._held, []
        for event in held:
            self._take(event)

    def _take(self, event: Event) -> None:
        if self._recovery.is_under_way:
            self._held.append(event)
            return
        if isinstance(event, CallAsked | LegAsked | CallAlive):
            self._alive.add(event.call)
        try:
            self._heard[type(event)](event)
        except Exception:  # one call must not take the others with it
            log.exception("An event of the engine met an error of this program.")

    def _call_asked(self, event: CallAsked) -> None:
        if (run := self._runs.of_call(event.call)) is not None:
            run.talk.is_asked_again(event.transaction)
            return
        if self._has_too_much_to_do():
            self._refuse(event.transaction, UNAVAILABLE)
            return
        self._choosing += 1
        choose = partial(self.office.chooser.for_caller, event)
        self.office.scheduler.beside(choose, partial(self._chosen, event), partial(self._broke, event))

    def _has_too_much_to_do(self) -> bool:
        """Return whether a call is better refused at once, before its caller has given up; the log says it once."""
        is_behind = self.office.lag.is_too_long(self.office.scheduler.now())
        is_too_much = is_behind or self._choosing >= MOST_CHOOSING
        if is_too_much and not self._is_refusing:
            others, lag = self._choosing, self.office.lag.seconds
            log.warning("Calls are refused: %d wait for their plans, and the SIP engine is %.1f s behind.", others, lag)
        self._is_refusing = is_too_much or (self._is_refusing and self._choosing > 0)
        return is_too_much

    def _chosen(self, event: CallAsked, chosen: Chosen | Refusal) -> None:
        self._choosing -= 1
        if self._runs.of_call(event.call) is not None:  # asked again meanwhile
            return
        refusal = self._runs.begin(chosen, event.call, Conversation(self.office.channel, event.transaction))
        if refusal is not None:
            self._refuse(event.transaction, refusal)

    def _broke(self, event: CallAsked, error: Exception) -> None:
        self._choosing -= 1
        log.error("The plan of a call cannot be chosen.", exc_info=error)
        self._refuse(event.transaction, PLAN_MISSING)

    def _about_call(self, take: Callable[[CallRun, Any], None], event: Any) -> None:
        self._hand_over(self._runs.of_call(event.call), take, event)

    def _about_leg(self, take: Callable[[DialRun, Any], None], event: Any) -> None:
        self._hand_over(self._runs.dial_of(event.token), take, event)

    def _hand_over(self, taker: T | None, take: Callable[[T, Any], None], event: Any) -> None:
        """Have an event taken; a question that nobody is there for is refused, since its transaction waits."""
        if taker is not None:
            take(taker, event)
        elif isinstance(event, Question):
            self._refuse(event.transaction, NOBODY_THERE)

    def _not_waiting(self, event: NotWaiting) -> None:
        """End the call whose caller has gone without a word."""
        for run in self._runs.all():
            if run.talk.transaction == event.transaction and not run.is_over and run.dial is None:
                run.leave()

    def _all_told(self, event: AllTold) -> None:
        for run in self._runs.all():
            if run.call in self._alive or run.is_over:
                continue
            if event.since > run.execution.started:
                run.broken_off()
            else:
                run.lost()

    def _refuse(self, transaction: str, refusal: Refusal) -> None:
        self.office.channel.send(Reply(transaction=transaction, code=refusal.code, reason=refusal.reason))
