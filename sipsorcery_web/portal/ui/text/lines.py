"""The lines of a text, and the ends that it gives them."""

import re
from collections.abc import Sequence

_LINE_END = re.compile("\r\n|\r|\n")


def lines_of(text: str) -> Sequence[str]:
    """The lines, without their ends; a last line end begins no line."""
    lines = _LINE_END.split(text)
    return lines if lines[-1] else lines[:-1]


def line_end_of(text: str) -> str:
    """The line end that a text uses: that of its first line."""
    found = _LINE_END.search(text)
    return found[0] if found else "\n"


def as_stored(typed: str, stored: str) -> str:
    """Return a typed text, with the line ends that are stored: browsers send CR LF, whatever they were given.

    A text that nobody has touched stays as it is, character by character.
    """
    plain = _LINE_END.sub("\n", typed)
    if plain == _LINE_END.sub("\n", stored):
        return stored
    end = line_end_of(stored)
    return plain if end == "\n" else plain.replace("\n", end)
