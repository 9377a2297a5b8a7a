"""A Dial whose legs ring at the engine: which leg a token stands for, and what is to be said to the engine next."""

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass, field

from sipsorcery_web.dial_plans.call_executions import RungDial, RungLeg
from sipsorcery_web.dial_plans.legs import Leg
from sipsorcery_web.dial_plans.outcomes import Dialling, DialResult
from sipsorcery_web.dial_plans.ringing import Ringing, Rung

SLACK = 0.5
"""Seconds by which the engine may end a leg before its time, or behind it."""
_TOKEN_DIGITS = 32
REQUEST_TERMINATED = 487


@dataclass
class LiveLeg:
    """A leg at the engine, which may lead to another place on the way."""

    token: str
    rung: Rung
    transaction: str | None = None
    """The transaction in which the engine waits, or has waited, for its command."""
    is_sent: bool = False
    call: str = ""
    """The id that a plan in this leg has at the engine."""

    @property
    def is_under_way(self) -> bool:
        """Return whether it waits or rings."""
        return self.rung.state in ("waiting", "ringing")


@dataclass
class LiveDial:
    """A Dial under way. Moments are seconds since the epoch."""

    dialling: Dialling
    began: float
    secret: bytes
    name: str
    """Tells it from all other Dials; tokens are made of it, so that another process can know them again."""
    until: float
    """When the ringing is over."""
    legs: dict[str, LiveLeg] = field(default_factory=dict)
    """Those of the group that rings, by token."""
    ended_at: float | None = None
    state: str = ""

    def __post_init__(self) -> None:
        self.ringing = Ringing(self.dialling.groups, self.until - self.began)

    def begin_group(self, now: float) -> Sequence[str]:
        """Begin the next group; the tokens of its legs, none where there is no group left or no time."""
        if now >= self.until - SLACK / 2:
            self.ringing.is_timed_out = True
        if not self.ringing.begin_group(now - self.began):
            return ()
        self._name_legs()
        return tuple(self.legs)

    def resume(self, kept: RungDial, sizes: Sequence[int]) -> None:
        """Go on with a Dial that another process began: its legs as they were, `sizes` of the groups that had begun."""
        left = list(kept.legs)
        for size in sizes:
            of_group, left = left[:size], left[size:]
            self.ringing.begin_group(min((leg.start for leg in of_group if leg.start is not None), default=0.0))
            group = self.ringing.group
            group += [Rung(leg.leg) for leg in of_group[len(group) :]]
            for rung, leg in zip(group, of_group, strict=False):
                _restore(rung, leg, self.ringing)
        self._name_legs()

    def due(self, now: float) -> Sequence[LiveLeg]:
        """Let legs start whose time has come; those that the engine waits for a command about."""
        self.ringing.due(now - self.began)
        return [
            leg for leg in self.legs.values() if leg.transaction and not leg.is_sent and leg.rung.state == "ringing"
        ]

    @property
    def waiting(self) -> Sequence[LiveLeg]:
        """The legs that the engine waits for a command about, and that have not started."""
        return [leg for leg in self.legs.values() if leg.transaction and not leg.is_sent and leg.is_under_way]

    @property
    def next_start(self) -> float | None:
        """Return when the next leg starts, in seconds since the epoch."""
        start = self.ringing.next_start
        return None if start is None else self.began + start

    def failed(self, leg: LiveLeg, now: float, status: int, reason: str, *, is_timeout: bool) -> None:
        """Note that a leg failed; one that ran out of its time has rung until the end."""
        if leg.rung.state == "followed":  # and what it led to cannot be called
            leg.rung.state, self.ringing.last = "redirected", leg.rung
        elif not leg.is_under_way:
            return
        elif is_timeout and now >= self.until - SLACK:
            leg.rung.ends("rang", now - self.began)
            self.ringing.is_timed_out = True
        else:
            self.ringing.failed(leg.rung, now - self.began, status, reason, is_timeout=is_timeout)

    def moved(self, leg: LiveLeg, now: float, status: int, reason: str, to: str, *, may_follow: bool) -> bool:
        """Note that a leg was redirected; True where that is to be followed."""
        return self.ringing.redirected(leg.rung, now - self.began, status, reason, to, may_follow=may_follow)

    def follow(self, leg: LiveLeg, to: Leg, now: float) -> None:
        """Ring where a leg was redirected to."""
        leg.rung = self.ringing.follow(to, now - self.began)

    def group_failed(self, now: float, code: int, reason: str) -> None:
        """Note that the engine has no leg of the group left; what became of some may not have been told."""
        if now >= self.until - SLACK:
            self.ringing.time_over(now - self.began)
        for leg in self.legs.values():
            if leg.is_under_way:
                self.ringing.failed(leg.rung, now - self.began, code, reason, is_timeout=code == 408)

    def answered(self, token: str, now: float) -> None:
        """Note that a leg has answered."""
        leg = self.legs.get(token)
        if leg is not None and leg.is_under_way:
            self.ringing.answered(leg.rung, now - self.began)
        else:
            self.ringing.leave(now - self.began)
        self._end("Answered", now)

    def leave(self, now: float) -> None:
        """Note that the caller has gone."""
        self.ringing.leave(now - self.began)
        self._end("CallerGone", now)

    def break_off(self, now: float) -> None:
        """Note that the engine has ended with its legs."""
        self.ringing.leave(now - self.began)
        self._end("Error", now)

    def result(self, now: float) -> DialResult:
        """End it; how it went."""
        result = self.ringing.result(now)
        self._end(result.state, now)
        return result

    @property
    def sizes(self) -> list[int]:
        """The number of legs of each group that has begun."""
        return [len(group) for group in self.ringing.begun]

    def record(self) -> RungDial:
        """Return what is kept of it."""
        return RungDial(
            at=self.began,
            dialling=self.dialling,
            legs=tuple(_kept(rung) for group in self.ringing.begun for rung in group),
            seconds=None if self.ended_at is None else self.ended_at - self.began,
            state=self.state,  # type: ignore[arg-type]
        )

    def _end(self, state: str, now: float) -> None:
        self.state, self.ended_at = state, now
        if state in ("Answered", "CallerGone"):
            for rung in self.ringing.group:
                if rung.status == REQUEST_TERMINATED:  # told before the reason for it was
                    rung.state, rung.status, rung.reason = "cancelled", 0, ""

    def _name_legs(self) -> None:
        """Give the legs of the group tokens; a leg that was followed to has that of the one that led there."""
        number = len(self.ringing.begun)
        first = len(self.dialling.groups[number - 1]) if number else 0
        named = ((f"{self.name} {number} {place}", rung) for place, rung in enumerate(self.ringing.group[:first]))
        self.legs = {token: LiveLeg(token, rung) for name, rung in named for token in [self._token(name)]}

    def _token(self, name: str) -> str:
        return hmac.new(self.secret, f"leg {name}".encode(), hashlib.sha256).hexdigest()[:_TOKEN_DIGITS]


def _kept(rung: Rung) -> RungLeg:
    state = "ringing" if rung.state == "waiting" else rung.state
    return RungLeg(
        leg=rung.leg, state=state, start=rung.start, end=rung.end, status=rung.status, reason=rung.reason, to=rung.to
    )


def _restore(rung: Rung, kept: RungLeg, ringing: Ringing) -> None:
    rung.start, rung.end, rung.status, rung.reason, rung.to = kept.start, kept.end, kept.status, kept.reason, kept.to
    if kept.end is None:
        rung.state = "waiting" if kept.start is None else "ringing"
        return
    rung.state = kept.state
    ringing.over.append(rung)
    if kept.state in ("failed", "redirected") and not (rung.status == 408 and ringing.last is not None):
        ringing.last = rung
