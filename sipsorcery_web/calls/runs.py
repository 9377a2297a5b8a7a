"""The executions under way: how they begin, and by what the engine's events find them."""

import hashlib
import hmac
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from uuid import UUID

from sipsorcery_web.dial_plans.call_executions import CallExecution
from sipsorcery_web.dial_plans.calls import Call
from sipsorcery_web.dial_plans.execution import Execution

from .choosing import LOOP, PLAN_MISSING, TOO_MANY_A_DAY, TOO_MANY_AT_ONCE, UNLIMITED, Chosen, Refusal
from .conversation import Conversation
from .dial_run import DialRun
from .invites import call_to_account, party_of
from .kept_run import KeptRun
from .live_dials import LiveLeg
from .messages import Reply
from .office import Office
from .room import has_room
from .running import CallRun
from .sent_legs import from_of

MOST_PLANS_WITHIN_EACH_OTHER = 5
REMEMBERED = 10.0
"""Seconds for which a call that is over is known, should the engine ask again what was said to it."""

log = logging.getLogger(__name__)


@dataclass(eq=False)
class CallRuns:
    """The executions under way, in the thread of the scheduler."""

    office: Office
    _runs: dict[str, CallRun] = field(default_factory=dict)
    """By the engine's id of the call."""
    _dials: dict[str, DialRun] = field(default_factory=dict)
    """By the token of a leg that rings."""
    _tokens: dict[CallRun, Sequence[str]] = field(default_factory=dict)

    def all(self) -> Sequence[CallRun]:
        """Return those that are known, some of which are over."""
        return list(self._runs.values())

    def of_call(self, call: str) -> CallRun | None:
        """The execution for a call; None where there is none."""
        return self._runs.get(call)

    def dial_of(self, token: str) -> DialRun | None:
        """The Dial that a leg belongs to; None where it rings no more."""
        return self._dials.get(token)

    def begin(
        self,
        chosen: Chosen | Refusal,
        call: str,
        talk: Conversation,
        depth: int = 1,
        until: float = 0.0,
        on_reply: Callable[[int, str], None] = lambda _code, _reason: None,
    ) -> Refusal | None:
        """Run the plan that was chosen for a call; why it does not run, or None."""
        if isinstance(chosen, Refusal):
            return chosen
        if not has_room(chosen, self.office.keeper):
            return TOO_MANY_AT_ONCE
        if chosen.left_today < UNLIMITED and chosen.left_today <= self._under_way(chosen.kept.plan.owner):
            return TOO_MANY_A_DAY
        self._start(chosen, call, talk, depth, until, on_reply).begin()
        return None

    def take_up(self, kept: CallExecution) -> CallRun:
        """The execution of another process, which is to be resumed."""
        notes = kept.notes
        run = CallRun(
            office=self.office,
            calls=self,
            kept=KeptRun(self.office.keeper, kept),
            call=notes["call"],
            talk=Conversation(self.office.channel, notes["transaction"]),
            depth=notes["depth"],
            is_counted=notes["is_counted"],
            is_from_outside=notes.get("is_from_outside", False),
        )
        self._add(run)
        return run

    # What the executions say.

    def has_legs(self, run: CallRun, tokens: Sequence[str]) -> None:
        """Note whose legs these are, in place of those that the run had before."""
        for token in self._tokens.pop(run, ()):
            self._dials.pop(token, None)
        if tokens and run.dial is not None:
            self._tokens[run] = tokens
            self._dials.update(dict.fromkeys(tokens, run.dial))

    def is_over(self, run: CallRun) -> None:
        """Note that a run is over; the engine may still ask what was said last."""
        self.office.scheduler.after(REMEMBERED, partial(self._forget, run))

    def _forget(self, run: CallRun) -> None:
        self._runs.pop(run.call, None)

    def asked_again_in_leg(self, leg: LiveLeg) -> bool:
        """Tell the plan in a leg that the engine asks again; False where there is none."""
        run = self._runs.get(leg.call) if leg.call else None
        if run is None or leg.transaction is None:
            return False
        run.talk.is_asked_again(leg.transaction)
        return True

    def run_in_leg(self, run: CallRun, leg: LiveLeg) -> None:
        """Run the plan of a called account in a leg."""
        if run.depth >= MOST_PLANS_WITHIN_EACH_OTHER:
            self._refuse_leg(run, leg, LOOP)
            return
        choose = partial(self.office.chooser.for_called, _call_in_leg(run, leg))
        then, failed = partial(self._chosen_in_leg, run, leg), partial(self._broke_in_leg, run, leg)
        self.office.scheduler.beside(choose, then, failed)

    def _chosen_in_leg(self, run: CallRun, leg: LiveLeg, chosen: Chosen | Refusal) -> None:
        if run.is_over or run.dial is None or leg.transaction is None:
            return
        if isinstance(chosen, Chosen):
            is_from_outside = run.is_from_outside or run.owner != chosen.kept.plan.owner
            chosen = replace(chosen, is_from_outside=is_from_outside)
        talk, on_reply = Conversation(self.office.channel, leg.transaction), partial(run.dial.failed, leg)
        refusal = self.begin(chosen, leg.call, talk, run.depth + 1, run.dial.live.until, on_reply)
        if refusal is not None:
            self._refuse_leg(run, leg, refusal)

    def _broke_in_leg(self, run: CallRun, leg: LiveLeg, error: Exception) -> None:
        log.error("The plan of a called account cannot be chosen.", exc_info=error)
        self._refuse_leg(run, leg, PLAN_MISSING)

    def _refuse_leg(self, run: CallRun, leg: LiveLeg, refusal: Refusal) -> None:
        code, reason = refusal.code, refusal.reason
        run.remark(f"{leg.rung.leg.name} is not called: {code} {reason}.")
        self.office.channel.send(Reply(transaction=leg.transaction or "", code=code, reason=reason))
        if run.dial is not None:
            run.dial.failed(leg, code, reason)

    def _under_way(self, owner: str) -> int:
        """The calls of an owner that ring."""
        return sum(run.owner == owner and not run.is_over for run in self._runs.values())

    def _start(
        self,
        chosen: Chosen,
        call: str,
        talk: Conversation,
        depth: int,
        until: float,
        on_reply: Callable[[int, str], None],
    ) -> CallRun:
        secret, kept = self.office.secret, chosen.kept
        seed = _digest(secret, f"seed {call}").hex()[:32]
        execution = Execution(kept.plan, chosen.call, self.office.scheduler.now(), seed, shows_lines=True)
        execution_id = UUID(bytes=_digest(secret, f"execution {call}")[:16], version=4)
        begun = CallExecution(id=execution_id, plan_id=kept.id, call_id=chosen.call.call_id, execution=execution)
        run = CallRun(
            office=self.office,
            calls=self,
            kept=KeptRun(self.office.keeper, begun),
            call=call,
            talk=talk,
            depth=depth,
            until=until,
            is_counted=kept.most < UNLIMITED,
            is_from_outside=chosen.is_from_outside,
            on_reply=on_reply,
        )
        self._add(run)
        return run

    def _add(self, run: CallRun) -> None:
        self._runs[run.call] = run
        if run.is_counted:
            self.office.keeper.count(run.owner, run.kept.now.plan_id, 1, run.is_from_outside)


def _call_in_leg(run: CallRun, leg: LiveLeg) -> Call:
    """The call as the plan of the called account sees it, with the From that the leg has."""
    to = leg.rung.leg
    call = call_to_account(run.execution.call, to.uri.partition(":")[2].rpartition("@")[0], to.account)
    assert run.dial is not None  # noqa: S101 (for mypy)
    name, uri = from_of(to, run.dial.live.dialling, run.execution.call)
    if not uri:
        return call
    _, user, host = party_of(f"<{uri}>")
    return replace(call, from_name=name, from_user=user, from_host=host)


def _digest(secret: bytes, text: str) -> bytes:
    return hmac.new(secret, text.encode("utf-8", "surrogatepass"), hashlib.sha256).digest()
