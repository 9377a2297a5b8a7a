"""A Dial at the engine: sends its legs out when their time comes, and notes what becomes of them."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Protocol

from sipsorcery_web.contract.sip_headers import uri_in
from sipsorcery_web.dial_plans.execution import Execution
from sipsorcery_web.dial_plans.legs import Leg
from sipsorcery_web.dial_plans.reason_phrases import REASON_PHRASES

from .live_dials import LiveDial, LiveLeg
from .messages import Command, LegAsked, LegFailed, LegMoved, Reply, SendLeg
from .office import Office, unheard
from .redirections import Redirections
from .scheduling import Timer
from .sent_legs import LegRefused

UNWANTED_PASSWORD = (401, 407)
REQUEST_TIMEOUT = 408

log = logging.getLogger(__name__)


class DialingRun(Protocol):
    """The execution that dials, as its Dial sees it."""

    @property
    def execution(self) -> Execution:
        """The execution."""

    def remark(self, text: str) -> None:
        """Put a line into the execution's log."""

    def keep(self) -> None:
        """Keep how far the Dial has got."""

    def run_in_leg(self, leg: LiveLeg) -> None:
        """Run the plan of a called account in a leg."""

    def asked_again_in_leg(self, leg: LiveLeg) -> bool:
        """Tell the plan in a leg that the engine asks again; False where there is none."""


@dataclass(eq=False)
class DialRun:
    """A Dial under way, in the thread of the scheduler."""

    office: Office
    run: DialingRun
    live: LiveDial
    is_over: bool = False
    _told_at: float | None = None
    """When the engine was told of legs, none of which has asked yet."""
    _timers: list[Timer] = field(default_factory=list)
    _starts: Timer | None = None

    def begin_group(self) -> Sequence[str]:
        """Begin the next group; the tokens of its legs, none where the Dial is over."""
        tokens = self.live.begin_group(self._now())
        if tokens:
            self.live.due(self._now())
        return tokens

    def is_told(self) -> None:
        """Note that the engine is told of the group's legs now."""
        self._told_at = self._now()

    def watch_time(self) -> None:
        """End the ringing when its time is over."""
        self._timers.append(self.office.scheduler.after(max(0.0, self.live.until - self._now()), self._time_over))

    def leg_asked(self, event: LegAsked) -> None:
        """Send a leg out when its time has come."""
        if self._told_at is not None:
            self.office.lag.note(self._now() - self._told_at, self._now())
            self._told_at = None
        leg = self._under_way(event.token)
        if leg is None:
            self.reply(event.transaction, 480)
            return
        leg.transaction, leg.call = event.transaction, event.call
        if not leg.is_sent:
            self.start_legs()
        elif not self.run.asked_again_in_leg(leg):
            self._send(leg)

    def leg_failed(self, event: LegFailed) -> None:
        """Note that a leg has failed."""
        leg = self._under_way(event.token)
        if leg is None:
            return
        code, reason = event.code, event.reason or REASON_PHRASES.get(event.code, "Failed")
        if code in UNWANTED_PASSWORD:
            self.run.remark(f"{leg.rung.leg.name} does not take the username or the password ({code} {reason}).")
            code, reason = 503, REASON_PHRASES[503]
        if 300 <= code < 400:
            self.live.moved(leg, self._now(), code, reason, uri_in(event.contact), may_follow=False)
            self._go_on()
        else:
            self.failed(leg, code, reason, is_timeout=event.is_timeout or code == REQUEST_TIMEOUT)

    def leg_moved(self, event: LegMoved) -> None:
        """Follow a redirection of a leg, or let the leg fail."""
        leg = self._under_way(event.token)
        if leg is None:
            self.reply(event.transaction, 480)
            return
        leg.transaction = event.transaction
        reason = REASON_PHRASES.get(event.code, "Redirected")
        if self.live.moved(leg, self._now(), event.code, reason, uri_in(event.contact), may_follow=True):
            world = self.office.world_of(self.run.execution, unheard)
            find = partial(Redirections(world, self.run.execution).leg, leg.rung)
            self.office.scheduler.beside(find, partial(self._follow, leg), partial(self._cannot_send, leg))
        else:
            self.reply(event.transaction, 480)
            self._go_on()

    def failed(self, leg: LiveLeg, code: int, reason: str, *, is_timeout: bool = False) -> None:
        """Note that a leg has failed, whoever said so."""
        if not self.is_over:
            self.live.failed(leg, self._now(), code, reason, is_timeout=is_timeout)
            self._go_on()

    def start_legs(self) -> None:
        """Send out the legs whose time has come."""
        if self.is_over:
            return
        for leg in self.live.due(self._now()):
            leg.is_sent = True
            self._send(leg)
        if self._starts is not None:
            self._starts.cancel()
            self._starts = None
        if (start := self.live.next_start) is not None:
            self._starts = self.office.scheduler.after(max(0.0, start - self._now()), self.start_legs)

    def end(self) -> None:
        """Do nothing more."""
        self.is_over = True
        for timer in (*self._timers, *([] if self._starts is None else [self._starts])):
            timer.cancel()

    def reply(self, transaction: str, code: int) -> None:
        """End a leg that does not go out."""
        self.office.channel.send(Reply(transaction=transaction, code=code, reason=REASON_PHRASES[code]))

    def _under_way(self, token: str) -> LiveLeg | None:
        leg = None if self.is_over else self.live.legs.get(token)
        return leg if leg is not None and leg.is_under_way else None

    def _send(self, leg: LiveLeg) -> None:
        if leg.rung.leg.in_plan:
            self.run.run_in_leg(leg)
            return
        make = partial(self._command, leg)
        if leg.rung.leg.kind != "account":  # whose server is looked up, and a provider's password
            owner = self.run.execution.plan.owner
            self.office.scheduler.beside_for(owner, make, self._send_out, partial(self._cannot_send, leg))
            return
        try:
            self._send_out(make())
        except LegRefused as error:
            self._cannot_send(leg, error)

    def _command(self, leg: LiveLeg) -> SendLeg:
        if leg.transaction is None:
            raise LegRefused("nobody has asked for it.")
        execution, seconds = self.run.execution, self.live.until - self._now()
        owner = execution.plan.owner
        return self.office.sender.command(
            leg.transaction, leg.rung.leg, self.live.dialling, execution.call, owner, seconds
        )

    def _send_out(self, command: Command) -> None:
        self.office.channel.send(command)

    def _cannot_send(self, leg: LiveLeg, error: Exception) -> None:
        if not isinstance(error, LegRefused):
            log.error("The leg %s cannot be sent.", leg.rung.leg.name, exc_info=error)
        words = str(error) if isinstance(error, LegRefused) else "an error of this service."
        code = error.code if isinstance(error, LegRefused) else LegRefused.code
        self.run.remark(f"{leg.rung.leg.name} cannot be called: {words}")
        if leg.transaction is not None:
            self.reply(leg.transaction, code)
        self.failed(leg, code, REASON_PHRASES[code])

    def _follow(self, leg: LiveLeg, to: Leg) -> None:
        if not self.is_over:
            self.live.follow(leg, to, self._now())
            self._send(leg)

    def _go_on(self) -> None:
        """Keep what is known, and let a delayed leg start where no other rings."""
        if not self.live.ringing.is_lost:
            self.run.keep()
            self.start_legs()

    def _time_over(self) -> None:
        """End the legs that have not started; the engine ends the others, each at its own time."""
        if self.is_over:
            return
        for leg in self.live.waiting:
            self.reply(leg.transaction or "", 408)
        self.live.ringing.time_over(self.live.until - self.live.began)

    def _now(self) -> float:
        return self.office.scheduler.now()
