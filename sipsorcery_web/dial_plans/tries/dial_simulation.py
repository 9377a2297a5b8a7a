"""Rings the legs of a Dial on paper: who starts when, who answers, and how the Dial goes (facts, section 3)."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from math import inf

from ..legs import Leg
from ..outcomes import Dialling, DialResult
from ..ringing import Ringing, Rung, uri_of
from .leg_answers import LegAnswer


@dataclass(frozen=True, kw_only=True)
class LegFate:
    """One leg of a Dial that was tried: `start` and `end` count in seconds from the Dial's beginning."""

    leg: Leg
    answer: LegAnswer
    start: float | None
    """None where it never rang, since others had answered or the time was over."""
    end: float
    outcome: str
    """`answered`, `failed`, `redirected`, `followed`, `rang` (until the time was over) or `cancelled`."""


@dataclass(frozen=True, kw_only=True)
class SimulatedDial:
    """A Dial that was tried. `result` is None where a leg answered: the script ends there."""

    fates: tuple[LegFate, ...]
    seconds: float
    result: DialResult | None

    @property
    def answered(self) -> LegFate | None:
        """The leg that answered."""
        return next((fate for fate in self.fates if fate.outcome == "answered"), None)


@dataclass
class _Simulation:
    ringing: Ringing
    answer_of: Callable[[Leg], LegAnswer]
    now: float = 0.0
    answers: dict[Rung, LegAnswer] = field(default_factory=dict)

    def ring_group(self) -> None:
        """Ring the group that has begun, until a leg answers, all have failed or the time is over."""
        while not self.ringing.is_lost:
            for rung in self.ringing.due(self.now):
                self.answers[rung] = self.answer_of(rung.leg)
            first = min(self._ringing(), key=self._end_of)
            next_start = self.ringing.next_start
            self.now = min(self._end_of(first), inf if next_start is None else next_start)
            if self.now >= self.ringing.limit:
                self.now = self.ringing.limit
                self.ringing.time_over(self.now)
            elif next_start is None or next_start > self.now:
                self._answer(first)

    def fates(self) -> tuple[LegFate, ...]:
        """The fates of the legs, in the order in which they ended."""
        return tuple(map(self._fate, self.ringing.over))

    def _ringing(self) -> list[Rung]:
        return [rung for rung in self.ringing.group if rung.state == "ringing"]

    def _end_of(self, rung: Rung) -> float:
        answer = self.answers[rung]
        return inf if answer.kind == "nobody" or rung.start is None else rung.start + answer.after

    def _answer(self, rung: Rung) -> None:
        answer = self.answers[rung]
        if answer.kind == "answered":
            self.ringing.answered(rung, self.now)
        elif answer.kind != "redirected":
            self.ringing.failed(rung, self.now, answer.status, answer.reason)
        elif self.ringing.redirected(rung, self.now, answer.status, answer.reason, answer.to):
            leg = _leg_at(answer.to, rung.leg)
            self.answers[self.ringing.follow(leg, self.now)] = self.answer_of(leg)

    def _fate(self, rung: Rung) -> LegFate:
        answer = self.answers.get(rung) or self.answer_of(rung.leg)
        return LegFate(leg=rung.leg, answer=answer, start=rung.start, end=rung.end or 0.0, outcome=rung.state)


def simulate(dialling: Dialling, answer_of: Callable[[Leg], LegAnswer], at: float) -> SimulatedDial:
    """Ring all groups one after the other; `at` is the beginning, in seconds since the epoch."""
    ringing = Ringing(dialling.groups, float(dialling.ring_seconds))
    simulation = _Simulation(ringing, answer_of)
    while not _is_answered(ringing) and ringing.begin_group(simulation.now):
        simulation.ring_group()
    result = None if _is_answered(ringing) else ringing.result(at + simulation.now)
    return SimulatedDial(fates=simulation.fates(), seconds=simulation.now, result=result)


def _is_answered(ringing: Ringing) -> bool:
    return any(rung.state == "answered" for rung in ringing.group)


def _leg_at(address: str, redirected: Leg) -> Leg:
    uri = uri_of(address)
    return Leg(
        kind="address",
        name=uri.partition(":")[2].partition(";")[0],
        uri=uri,
        options=replace(redirected.options, delay=0),
    )
