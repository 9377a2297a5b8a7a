"""Signs of life: each child counts its own, and its parent sees whether the count still goes up."""

from dataclasses import dataclass

BEATS_EVERY = 1.0
"""Seconds between two signs of life."""
LOOKS_EVERY = 5.0
"""Seconds between two looks of the parent."""
LOOKS_IN_VAIN = 12
"""Looks without a new sign before a child counts as stuck. Looks, not seconds: a machine that slept has made none."""


@dataclass
class Heartbeat:
    """The signs of life of a child, counted in memory that it shares with its parent."""

    count: memoryview
    _seen: int = 0
    _looks_in_vain: int = 0

    def begin_anew(self) -> None:
        """Begin with another child."""
        self.count[0] = self._seen = self._looks_in_vain = 0

    def beat(self) -> None:
        """Give a sign of life; for the child."""
        self.count[0] += 1

    def is_stuck(self) -> bool:
        """Look once more, and return True when too many looks were in vain; for the parent.

        What has given no sign yet still begins, which may take long.
        """
        self._looks_in_vain = self._looks_in_vain + 1 if self.count[0] == self._seen else 0
        self._seen = self.count[0]
        return self._seen > 0 and self._looks_in_vain >= LOOKS_IN_VAIN
