"""The world as one run of an execution sees it: recorded answers first, then the real ones, which are recorded."""

from typing import Any

from .answers import AskedWorld, answer
from .journal import Journal
from .world import World

MOST_CLOCK_READS = 1_000
_CLOCK_STEP = 0.001


class RecordedWorld(AskedWorld):
    """Asks the world through a journal."""

    def __init__(self, journal: Journal, world: World) -> None:
        super().__init__(lambda question, arguments: self._recorded(question, arguments))
        self._journal = journal
        self._world = world
        self._clock_reads = 0
        self._last_time = 0.0

    def now(self) -> float:
        """The recorded clock; behind 1,000 looks at it, a millisecond passes from one to the next."""
        self._clock_reads += 1
        if self._clock_reads > MOST_CLOCK_READS:
            self._last_time += _CLOCK_STEP
        else:
            self._last_time = super().now()
        return self._last_time

    def has_reached(self, moment: float) -> None:
        """Note the time at which a Dial or a pause was over, which the clock does not go behind."""
        self._last_time = max(self._last_time, moment)

    def _recorded(self, question: str, arguments: list[Any]) -> Any:
        return self._journal.ask(question, arguments, lambda: answer(self._world, question, arguments))
