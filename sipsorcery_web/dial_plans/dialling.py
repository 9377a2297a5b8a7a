"""Dials of one run: what a script set for them, the legs that are left, and how the last one went."""

from dataclasses import dataclass, field
from typing import Any, Self

from .answers import from_json
from .calls import MAX_RING_SECONDS, MAX_TOTAL_SECONDS
from .dial_strings import DialStringError, parse
from .execution import DIAL, SLEEP, Execution
from .journal import Journal, Suspended
from .legs import Directory, Leg, Sender
from .log_lines import LogLines
from .outcomes import NO_ANSWER, Dialling, DialResult, Ended, Outcome, Pausing
from .recorded_world import RecordedWorld
from .sip_text import one_line, without_dial_string_marks
from .world import World

MOST_PAUSES = 100
_SHORTEST_PAUSE = 0.05


class OutOfTime(Exception):
    """The execution has taken 300 s in all."""


@dataclass
class Dials:
    """Places calls for one run of an execution."""

    execution: Execution
    journal: Journal
    world: RecordedWorld
    log: LogLines
    sender: Sender | None = None
    headers: list[tuple[str, str]] = field(default_factory=list)
    content_type: str = ""
    body: str = ""
    last: DialResult | None = None
    waits_for: Outcome | None = None
    """The reason that the run was suspended for."""
    matched_line: int = 0
    """The extension line that decides, counted from 1; 0 where there is none."""
    _pauses: int = 0

    @classmethod
    def of(cls, execution: Execution, world: World) -> Self:
        """The Dials of a new run."""
        journal = Journal(execution.entries)
        return cls(execution, journal, RecordedWorld(journal, world), LogLines())

    @property
    def awaited(self) -> Outcome:
        """The reason that the run was suspended for."""
        assert self.waits_for is not None  # noqa: S101 (for mypy)
        return self.waits_for

    def __post_init__(self) -> None:
        self._directory = Directory(self.world, self.execution.plan, self.execution.call)
        self._time = self.execution.started

    def dial(self, text: str, ring_seconds: int, answered_seconds: int) -> str:
        """Ring a dial string; the result's name. Raises Suspended where it has yet to ring, and OutOfTime."""
        try:
            found = self._directory.find(parse(self._safe(text), self.execution.call))
        except DialStringError as error:
            return self._no_leg(str(error))
        for note in found.notes:
            self.log.say(note)
        if not found.groups:
            return self._no_leg("There is nobody to ring for this dial string.")
        return self.ring(found.groups, ring_seconds, answered_seconds)

    def ring(self, groups: tuple[tuple[Leg, ...], ...], ring_seconds: int, answered_seconds: int = 0) -> str:
        """Ring legs that are found; the result's name. Raises Suspended and OutOfTime."""
        longest = min(MAX_RING_SECONDS, int(self._time_left()))
        dialling = Dialling(
            groups=groups,
            ring_seconds=ring_seconds if 0 < ring_seconds < longest else longest,
            answered_seconds=max(0, answered_seconds),
            sender=self.sender,
            headers=tuple(self.headers),
            content_type=self.content_type,
            body=self.body,
        )
        result = from_json(DialResult, self._wait(DIAL, [leg.uri for group in groups for leg in group], dialling))
        self._has_reached(result.at)
        self.last = result
        return result.state

    def sleep(self, seconds: float) -> None:
        """Pause the execution. Raises Suspended and OutOfTime."""
        if seconds < _SHORTEST_PAUSE:
            return
        self._pauses += 1
        if self._pauses > MOST_PAUSES or seconds > self._time_left():
            raise OutOfTime
        self._has_reached(float(self._wait(SLEEP, [seconds], Pausing(seconds=seconds))))

    def final_answer(self) -> Ended:
        """Return what the caller gets at the end of a script that gave no answer itself."""
        if self.last is None or self.last.status < 400:
            return NO_ANSWER
        return Ended(code=self.last.status, reason=one_line(self.last.reason))

    def _wait(self, question: str, arguments: list[Any], outcome: Outcome) -> Any:
        try:
            return self.journal.wait(question, arguments)
        except Suspended:
            self.waits_for = outcome
            raise

    def _no_leg(self, why: str) -> str:
        self.log.say(why)
        self.last = DialResult(state="Error", at=self._time, status=0, reason=one_line(why))
        return "Error"

    def _safe(self, text: str) -> str:
        """The dial string, in which what strangers send cannot make one leg two."""
        call = self.execution.call
        if call.direction == "out":
            return text
        for theirs in sorted({call.from_name, call.from_user, call.user}, key=len, reverse=True):
            harmless = without_dial_string_marks(theirs)
            if theirs and harmless != theirs:
                text = text.replace(theirs, harmless)
        return text

    def _time_left(self) -> float:
        left = self.execution.started + MAX_TOTAL_SECONDS - self._time
        if left < 1:
            raise OutOfTime
        return left

    def _has_reached(self, moment: float) -> None:
        self._time = max(self._time, moment)
        self.world.has_reached(moment)
