"""The ringing of a Dial: groups one after the other, who starts when, and how it ends (facts of dial plans, section 3).

Nothing rings here: whoever carries a Dial out, or tries it on paper, tells what happens and is told what is to ring.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from .legs import Leg
from .outcomes import DialResult

MOST_REDIRECTIONS = 5
ANSWERS_OF_PEOPLE = frozenset({486, 600, 603})
"""Refusals that somebody gave: a leg that merely ran out of time does not hide them."""

State = Literal["waiting", "ringing", "answered", "failed", "redirected", "followed", "rang", "cancelled"]
_UNDER_WAY: tuple[State, State] = ("waiting", "ringing")


@dataclass(eq=False)
class Rung:
    """A leg of a Dial that is under way. Times are seconds from the Dial's beginning."""

    leg: Leg
    starts: float = 0.0
    """When it is to start."""
    state: State = "waiting"
    """`rang` until the time was over."""
    start: float | None = None
    """None where it never rang, since others had answered or the time was over."""
    end: float | None = None
    status: int = 0
    reason: str = ""
    to: str = ""
    """Where a redirection leads: a SIP address."""

    def ends(self, state: State, at: float) -> None:
        """Note how and when it ended."""
        self.state, self.end = state, at


@dataclass
class Ringing:
    """A Dial that is under way."""

    groups: tuple[tuple[Leg, ...], ...]
    limit: float
    """Seconds for all groups together."""
    begun: list[list[Rung]] = field(default_factory=list)
    """The groups that have begun; a leg that is followed to has its place behind the others."""
    over: list[Rung] = field(default_factory=list)
    """The legs that have ended, in that order."""
    last: Rung | None = None
    """The leg whose refusal the Dial ends with."""
    redirections: int = 0
    is_timed_out: bool = False

    def begin_group(self, now: float) -> bool:
        """Begin the next group; False where there is none."""
        if self.is_timed_out or len(self.begun) == len(self.groups):
            return False
        legs = self.groups[len(self.begun)]
        self.begun.append([Rung(leg, now + leg.options.delay) for leg in legs])
        return True

    @property
    def group(self) -> list[Rung]:
        """The legs of the group that rings."""
        return self.begun[-1] if self.begun else []

    def due(self, now: float) -> Sequence[Rung]:
        """Let the legs start whose time has come; a delayed one starts at once when no other is ringing."""
        waiting = sorted((each for each in self.group if each.state == "waiting"), key=lambda each: each.starts)
        starting = [each for each in waiting if each.starts <= now]
        if waiting and not starting and not any(each.state == "ringing" for each in self.group):
            starting = waiting[:1]
        for each in starting:
            each.state, each.start = "ringing", now
        return starting

    @property
    def next_start(self) -> float | None:
        """The moment at which the next leg of the group is to start."""
        return min((each.starts for each in self.group if each.state == "waiting"), default=None)

    @property
    def is_lost(self) -> bool:
        """Return whether no leg of the group waits or rings any more."""
        return not any(each.state in _UNDER_WAY for each in self.group)

    def failed(self, rung: Rung, now: float, status: int, reason: str, *, is_timeout: bool = False) -> None:
        """Note that a leg failed; `is_timeout` where nobody said so."""
        rung.status, rung.reason = status, reason
        self._end(rung, "failed", now)
        if not (is_timeout and self.last is not None and self.last.status in ANSWERS_OF_PEOPLE):
            self.last = rung

    def redirected(self, rung: Rung, now: float, status: int, reason: str, to: str, *, may_follow: bool = True) -> bool:
        """Note a 3xx; True where it is to be followed."""
        rung.status, rung.reason, rung.to = status, reason, to
        is_followed = may_follow and bool(to) and rung.leg.options.follows_redirects
        is_followed = is_followed and self.redirections < MOST_REDIRECTIONS
        if is_followed:
            self.redirections += 1
        else:
            self.last = rung
        self._end(rung, "followed" if is_followed else "redirected", now)
        return is_followed

    def follow(self, leg: Leg, now: float) -> Rung:
        """Ring where a redirection leads."""
        rung = Rung(leg, now, "ringing", now)
        self.group.append(rung)
        return rung

    def answered(self, rung: Rung, now: float) -> None:
        """Note that a leg answered, which ends all others."""
        self._end(rung, "answered", now)
        self.leave(now)

    def time_over(self, now: float) -> None:
        """End what still rings: the time is over."""
        self.is_timed_out = True
        for rung in self._under_way():
            self._end(rung, "cancelled" if rung.start is None else "rang", now)

    def leave(self, now: float) -> None:
        """End what still rings: somebody has answered, or the caller has gone."""
        for rung in self._under_way():
            self._end(rung, "cancelled", now)

    def result(self, at: float) -> DialResult:
        """Return how the Dial went that was not answered; `at` is seconds since the epoch."""
        last = self.last
        status, reason = (last.status, last.reason) if last else (0, "")
        if self.is_timed_out:
            return DialResult(state="TimedOut", at=at, status=status, reason=reason)
        if last is not None and last.state == "redirected":
            uri = uri_of(last.to) if last.to else ""
            return DialResult(
                state="Redirect", at=at, status=status, reason=reason, redirect_uri=uri, redirect_response=status
            )
        return DialResult(state="Failed", at=at, status=status, reason=reason)

    def _under_way(self) -> Iterable[Rung]:
        """The legs that ring, then those that wait."""
        return sorted((each for each in self.group if each.state in _UNDER_WAY), key=lambda each: each.start is None)

    def _end(self, rung: Rung, state: State, now: float) -> None:
        rung.ends(state, now)
        self.over.append(rung)


def uri_of(address: str) -> str:
    """An address as a SIP URI."""
    return address if address.lower().startswith(("sip:", "sips:")) else f"sip:{address}"
