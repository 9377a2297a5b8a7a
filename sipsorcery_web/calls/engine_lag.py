"""The time by which the engine is behind: from the command that rings legs until the first of them asks what to do."""

from dataclasses import dataclass

LONGEST = 2.0
"""Seconds; an engine that is further behind loses messages of calls that ring, which then hang."""
REMEMBERED = 1.0
"""Seconds for which a lag is believed that no other followed."""


@dataclass
class EngineLag:
    """The lag as it was measured last; for the thread of the scheduler."""

    seconds: float = 0.0
    _measured: float = 0.0

    def note(self, seconds: float, now: float) -> None:
        """Note a lag that is known at this moment."""
        self.seconds, self._measured = seconds, now

    def is_too_long(self, now: float) -> bool:
        """Return whether a new call would only make it longer."""
        return self.seconds > LONGEST and now < self._measured + REMEMBERED
