"""One execution of a plan for a call: what its plan waits for, and what the caller gets."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Protocol

from sipsorcery_web.dial_plans.calls import MAX_TOTAL_SECONDS
from sipsorcery_web.dial_plans.execution import Execution
from sipsorcery_web.dial_plans.outcomes import EXCEPTION, NO_ANSWER, Dialling, Ended, Pausing, Progress
from sipsorcery_web.dial_plans.reason_phrases import REASON_PHRASES
from sipsorcery_web.dial_plans.service.client import PlanServiceUnavailable

from .choosing import UNAVAILABLE
from .conversation import Conversation, Make
from .dial_run import DialRun
from .kept_run import KeptRun
from .live_dials import LiveDial, LiveLeg
from .messages import CallAnswered, CallGone, DialFailed, DialLegs, Reply, Rung
from .office import Office
from .plan_steps import PlanSteps
from .scheduling import Timer

BROKEN_OFF = "The SIP engine ended before the call was answered, and its caller was told nothing."
LONGEST = MAX_TOTAL_SECONDS + 30.0

log = logging.getLogger(__name__)


class Calls(Protocol):
    """The calls under way, as one of them sees the others."""

    def has_legs(self, run: "CallRun", tokens: Sequence[str]) -> None:
        """Note whose legs these are, in place of those that the run had before."""

    def run_in_leg(self, run: "CallRun", leg: LiveLeg) -> None:
        """Run the plan of a called account in a leg."""

    def asked_again_in_leg(self, leg: LiveLeg) -> bool:
        """Tell the plan in a leg that the engine asks again; False where there is none."""

    def is_over(self, run: "CallRun") -> None:
        """Note that a run is over; the engine may still ask what was said last."""


@dataclass(eq=False, kw_only=True)
class CallRun:
    """An execution under way, in the thread of the scheduler."""

    office: Office
    calls: Calls
    kept: KeptRun
    call: str
    """The engine's id of the call."""
    talk: Conversation
    depth: int = 1
    """How many plans there are within each other, with this one."""
    until: float = 0.0
    """When the leg is over that it runs in, or the call; seconds since the epoch."""
    is_counted: bool = True
    is_from_outside: bool = False
    """Whether the call is none that a phone of the plan's owner makes."""
    on_reply: Callable[[int, str], None] = lambda _code, _reason: None
    """Told of the final answer that the plan gives."""
    is_over: bool = False
    dial: DialRun | None = None
    _dialled_in: str = ""
    """The transaction whose legs ring."""
    _timers: list[Timer] = field(default_factory=list)
    _on_resumed: Callable[[], None] | None = None

    def __post_init__(self) -> None:
        self._steps = PlanSteps(self.office, self.kept, self.talk)

    @property
    def execution(self) -> Execution:
        """The execution."""
        return self.kept.now.execution

    @property
    def owner(self) -> str:
        """The plan's owner."""
        return self.kept.now.owner

    def begin(self) -> None:
        """Run the plan for the first time."""
        self.until = self.until or self.execution.started + LONGEST
        self._watch_leg()
        self._run()

    def resume(self, on_resumed: Callable[[], None]) -> None:
        """Go on with an execution of another process, as far as it got; then call `on_resumed`."""
        notes = self.kept.now.notes
        self.until, self._dialled_in = notes["until"], notes["transaction"]
        self.talk.is_waited_for, self._on_resumed = False, on_resumed
        self._watch_leg()
        self._run()

    def dial_failed(self, event: DialFailed) -> None:
        """Ring the next group, or let the plan go on."""
        if self.dial is None or event.transaction == self._dialled_in:
            self.talk.is_asked_again(event.transaction)
            return
        self.talk.goes_on(event.transaction)
        self._steps.dial_failed()
        self.dial.live.group_failed(self._now(), event.code, REASON_PHRASES.get(event.code, "Failed"))
        self._begin_group(self.dial)

    def rung(self, event: Rung) -> None:
        """Go on behind a provisional answer."""
        self.talk.is_rung(event.transaction)

    def answered(self, event: CallAnswered) -> None:
        """End: a leg has answered."""
        if self.dial is not None:
            self.dial.live.answered(event.token, self._now())
        self._end()

    def gone(self, _event: CallGone) -> None:
        """End: the caller has gone."""
        self.leave()

    def leave(self) -> None:
        """End, with nobody there to hear of it."""
        if self.is_over:
            return
        self.talk.forget()
        if self.dial is not None:
            self.dial.live.leave(self._now())
        self._end()

    def lost(self) -> None:
        """End: the engine knows the call no more."""
        self.remark("The call was answered, or its caller hung up, while call control was away.")
        self.leave()

    def broken_off(self) -> None:
        """End: the engine that had the call has ended, and nobody else has a record of it."""
        self.remark(BROKEN_OFF)
        self.talk.forget()
        if self.dial is not None:
            self.dial.live.break_off(self._now())
        self.kept.breaks_off()
        self._end()
        record = partial(self.office.record_call, self.kept.now)
        self.office.scheduler.beside(record, lambda _: None, _not_recorded)

    def remark(self, text: str) -> None:
        """Put a line into the execution's log."""
        self.kept.remark(text)

    def run_in_leg(self, leg: LiveLeg) -> None:
        """Run the plan of a called account in a leg."""
        self.calls.run_in_leg(self, leg)

    def asked_again_in_leg(self, leg: LiveLeg) -> bool:
        """Tell the plan in a leg that the engine asks again; False where there is none."""
        return self.calls.asked_again_in_leg(leg)

    def keep(self, then: Callable[[], None] | None = None, **notes: object) -> None:
        """Keep how far the execution has got, and then go on with what is not to be done before that."""
        if self.dial is not None:
            self.kept.dial_is(self.dial.live.record())
            notes["sizes"] = self.dial.live.sizes
        facts = {"call": self.call, "depth": self.depth, "until": self.until, "transaction": self._dialled_in}
        counting = {"is_counted": self.is_counted, "is_from_outside": self.is_from_outside}
        told = None if then is None else partial(self.office.scheduler.soon, partial(self._unless_over, then))
        self.kept.keep(facts | counting | notes, told)

    def _run(self) -> None:
        self._steps.run(self._went_on, self._broke)

    def _went_on(self, progress: Progress) -> None:
        if self.is_over:
            self.keep()
        elif isinstance(progress.outcome, Ended):
            self._answer(progress.outcome)
        elif isinstance(progress.outcome, Pausing):
            self._pause(progress.outcome)
        else:
            self._dial(progress.outcome)
        self._has_resumed()

    def _broke(self, error: Exception) -> None:
        if self.is_over:
            self.keep()
        elif isinstance(error, PlanServiceUnavailable):
            log.error("A call of %s cannot follow the plan %s: %s", self.owner, self.execution.plan.name, error)
            self.remark(str(error))
            self._answer(Ended(code=UNAVAILABLE.code, reason=UNAVAILABLE.reason))
        else:
            log.error("A plan of %s broke off.", self.owner, exc_info=error)
            self.remark("The plan broke off with an error of this service.")
            self._answer(EXCEPTION)
        self._has_resumed()

    def _has_resumed(self) -> None:
        told, self._on_resumed = self._on_resumed, None
        if told is not None:
            told()

    def _pause(self, pausing: Pausing) -> None:
        ends = self._now() + pausing.seconds
        if self._on_resumed is not None:
            ends = self.kept.now.notes.get("pause_ends", ends)
        self.keep(pause_ends=ends)
        self._after(ends - self._now(), self._pause_ended)

    def _pause_ended(self) -> None:
        self.execution.pause_ended(self._now())
        self._run()

    def _answer(self, ended: Ended) -> None:
        code, reason, headers = ended.code, ended.reason, ended.headers
        self.kept.answers(ended)
        self.talk.say(lambda transaction: Reply(transaction=transaction, code=code, reason=reason, headers=headers))
        self._end()
        self.on_reply(code, reason)

    def _dial(self, dialling: Dialling) -> None:
        dials = self.kept.now.dials
        last = dials[-1] if self._on_resumed is not None and dials else None
        began = self._now() if last is None else last.at
        number = len(dials) - (last is not None)
        until = min(began + dialling.ring_seconds, self.until)
        live = LiveDial(dialling, began, self.office.secret, f"{self.call} {number}", until)
        self.dial = dial = DialRun(self.office, self, live)
        dial.watch_time()
        if last is None:
            self.kept.dial_begins(live.record())
            self._begin_group(dial)
            return
        live.resume(last, self.kept.now.notes["sizes"])
        self.talk.has_said(self._dial_legs(tuple(live.legs)))
        self.calls.has_legs(self, tuple(live.legs))
        dial.start_legs()

    def _begin_group(self, dial: DialRun) -> None:
        tokens = dial.begin_group()
        self.calls.has_legs(self, tokens)
        if not tokens:
            self._dial_is_over(dial)
            return
        self._dialled_in = self.talk.transaction
        self.keep(then=partial(self._tell_legs, dial, tuple(tokens)))

    def _tell_legs(self, dial: DialRun, tokens: tuple[str, ...]) -> None:
        dial.is_told()
        self.talk.say(self._dial_legs(tokens))

    def _dial_is_over(self, dial: DialRun) -> None:
        result = dial.live.result(self._now())
        self._leave_dial(dial)
        self.execution.dial_ended(result)
        if self._now() >= self.until:
            self._answer(NO_ANSWER)
        else:
            self._run()

    def _dial_legs(self, tokens: tuple[str, ...]) -> Make:
        account = self.execution.call.account if self.depth > 1 else ""
        return lambda transaction: DialLegs(transaction=transaction, tokens=tokens, account=account, owner=self.owner)

    def _leave_dial(self, dial: DialRun) -> None:
        dial.end()
        self.kept.dial_is(dial.live.record())
        self.dial = None

    def _watch_leg(self) -> None:
        """End a plan in a leg when the leg is over; what it rings ends with its own time."""
        if self.depth > 1:
            self._after(self.until - self._now(), self._leg_is_over)

    def _leg_is_over(self) -> None:
        if self.dial is None:
            self._answer(NO_ANSWER)

    def _end(self) -> None:
        if self.is_over:
            return
        self.is_over = self._steps.is_over = True
        for timer in self._timers:
            timer.cancel()
        if self.dial is not None:
            self._leave_dial(self.dial)
        self.kept.ends(self._now())
        if self.is_counted:
            self.office.keeper.count(self.owner, self.kept.now.plan_id, -1, self.is_from_outside)
        if not self._steps.is_running:
            self.keep()
        self._steps.send_trace()
        self.calls.has_legs(self, ())
        self.calls.is_over(self)

    def _after(self, seconds: float, work: Callable[[], None]) -> None:
        self._timers.append(self.office.scheduler.after(max(0.0, seconds), partial(self._unless_over, work)))

    def _unless_over(self, work: Callable[[], None]) -> None:
        if not self.is_over:
            work()

    def _now(self) -> float:
        return self.office.scheduler.now()


def _not_recorded(error: Exception) -> None:
    log.error("A call that ended with the SIP engine cannot be recorded.", exc_info=error)
