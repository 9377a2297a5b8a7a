"""Runs a plan for a call that nobody makes, and tells what would happen."""

from collections.abc import Callable
from dataclasses import dataclass, field

from ..calls import Call, Plan
from ..execution import Execution
from ..legs import Leg
from ..outcomes import OVERLOADED, Dialling, Ended, Pausing, Progress
from ..world import World
from .dial_simulation import SimulatedDial, simulate
from .tried_world import Effect, Question, Records, TriedWorld, TypedAnswers

MOST_PROCESSOR_SECONDS = 15.0
"""Of all runs of a try together: a plan is run again behind each Dial."""
USUAL_SEED = "1"

Run = Callable[[Execution, World], Progress]


class TooMuchAtOnce(Exception):
    """The plan service has too much to do, of this customer or in all."""


@dataclass(frozen=True, kw_only=True)
class TriedDial:
    """A Dial, and when it began, in seconds since the epoch."""

    at: float
    dialling: Dialling
    dial: SimulatedDial


@dataclass(frozen=True, kw_only=True)
class TriedPause:
    """A sleep of the script."""

    at: float
    seconds: float


Event = TriedDial | TriedPause | Effect


@dataclass(frozen=True, kw_only=True)
class Trial:
    """All that is known of a try."""

    started: float
    events: tuple[Event, ...]
    answer: Ended | None
    """What the caller gets; None where a leg answered, or where the try was stopped."""
    progress: Progress
    processor_seconds: float
    """Of all runs together."""
    questions: tuple[Question, ...]

    @property
    def answered(self) -> Leg | None:
        """The leg that the caller talks to."""
        found = next(
            (each.dial.answered for each in self.events if isinstance(each, TriedDial) and each.dial.answered), None
        )
        return found.leg if found else None


@dataclass
class _Try:
    execution: Execution
    world: TriedWorld
    run: Run
    events: list[Event] = field(default_factory=list)
    spent: float = 0.0

    def go_on(self) -> Progress:
        """Run to the end, or to where a leg answers; the last progress. Raises TooMuchAtOnce."""
        while True:
            progress = self.run(self.execution, self.world)
            self.spent += progress.processor_seconds
            self._take_effects()
            if progress.outcome == OVERLOADED:
                raise TooMuchAtOnce
            if isinstance(progress.outcome, Ended) or self.spent > MOST_PROCESSOR_SECONDS:
                return progress
            if not self._pass(progress.outcome):
                return progress

    def _pass(self, outcome: Dialling | Pausing) -> bool:
        """Let the time of a Dial or a pause go by; False where a leg answered."""
        at = self.world.time
        if isinstance(outcome, Pausing):
            self.events.append(TriedPause(at=at, seconds=outcome.seconds))
            self.world.time += outcome.seconds
            self.execution.pause_ended(self.world.time)
            return True
        dial = simulate(outcome, self.world.answer_of, at)
        self.events.append(TriedDial(at=at, dialling=outcome, dial=dial))
        self.world.time += dial.seconds
        if dial.result is None:
            return False
        self.execution.dial_ended(dial.result)
        return True

    def _take_effects(self) -> None:
        self.events += self.world.effects
        self.world.effects.clear()


def try_plan(
    plan: Plan,
    call: Call,
    started: float,
    records: Records,
    answers: TypedAnswers,
    run: Run,
    seed: str = USUAL_SEED,
) -> Trial:
    """Run a plan for a call at a moment, in seconds since the epoch. Raises TooMuchAtOnce, and what `run` raises."""
    execution = Execution(plan, call, started, seed, shows_lines=True)
    trying = _Try(execution, TriedWorld(records, answers, started), run)
    progress = trying.go_on()
    return Trial(
        started=started,
        events=tuple(trying.events),
        answer=progress.outcome if isinstance(progress.outcome, Ended) else None,
        progress=progress,
        processor_seconds=trying.spent,
        questions=tuple(trying.world.questions.values()),
    )
