"""The text of a script: its line ends, its length, its types."""

import re
from collections.abc import Sequence

MOST_CHARACTERS = 30_000
RUBY, EXTENSION_LINES = "Ruby", "Asterisk"
TYPES = ((RUBY, "Ruby"), (EXTENSION_LINES, "Extension lines"))
"""What can be chosen: how the service calls a type, and its words."""

_LINE_END = re.compile("\r\n|\r|\n")


def type_words(script_type: str | None) -> str:
    """What a type is called on pages; letter case does not matter to the service, and an unknown one stays as it is."""
    known = {value.lower(): words for value, words in TYPES}
    return known.get((script_type or "").lower(), script_type or "not set")


def type_value(script_type: str | None) -> str:
    """The type as the choice has it, where it is one of the choice; else as it is stored."""
    known = {value.lower(): value for value, _ in TYPES}
    return known.get((script_type or "").lower(), script_type or "")


def lines_of(script: str) -> Sequence[str]:
    """The lines, without their ends; a last line end begins no line."""
    lines = _LINE_END.split(script)
    return lines if lines[-1] else lines[:-1]


def line_end_of(script: str) -> str:
    """The line end that a script uses: that of its first line."""
    found = _LINE_END.search(script)
    return found[0] if found else "\n"


def as_stored(typed: str, stored: str) -> str:
    """What was typed, with the line ends that are stored: browsers send CR LF, whatever they were given.

    A script that nobody has touched stays as it is, character by character.
    """
    plain = _LINE_END.sub("\n", typed)
    if plain == _LINE_END.sub("\n", stored):
        return stored
    end = line_end_of(stored)
    return plain if end == "\n" else plain.replace("\n", end)
