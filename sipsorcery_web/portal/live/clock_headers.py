"""The headers that tell when a list was looked at, in the visitor's zone."""

from datetime import datetime, tzinfo

from ..ui import formats

CLOCK = "Live-Clock"
"""In an answer: when the list was looked at, in the visitor's zone."""
ZONE = "Live-Zone"
"""In an answer: which of the two hours the clock means, where clocks are put back."""


def clock_headers(moment: datetime, zone: tzinfo) -> list[tuple[str, str]]:
    """Return the headers for a list that was looked at in this moment."""
    which = formats.which_of_two(moment, zone)
    return [(CLOCK, formats.iso(moment, zone)), *([(ZONE, which)] if which else [])]
