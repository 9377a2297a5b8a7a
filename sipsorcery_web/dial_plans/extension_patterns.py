"""Reads the patterns of extension lines: X a digit, Z 1 to 9, N 2 to 9, [2-57-9] a set, a dot all the rest."""

import re

_CLASSES = {"X": "[0-9]", "Z": "[1-9]", "N": "[2-9]"}
_IN_NUMBERS = re.compile(r"[0-9A-Za-z\-_.!~*'()&=+$;?/%#@:]")  # RFC 3261, 25.1: user
_RANGE = re.compile("(.)-(.)")


class PatternError(ValueError):
    """A pattern that cannot be read; the message is a sentence about it."""


def pattern_expression(pattern: str, start: int = 0) -> str:
    """The pattern from `start` on as an expression for whole numbers: `0[2-5]X.` as `0[2-5][0-9].+`.

    Raises PatternError.
    """
    parts: list[str] = []
    place = start
    while place < len(pattern):
        character = pattern[place]
        if character == ".":
            return "".join([*parts, ".+"])
        if character == "[":
            end = _end_of_set(pattern, place)
            parts.append(_set(pattern[place + 1 : end]))
            place = end
        else:
            parts.append(_CLASSES.get(character) or re.escape(character))
        place += 1
    return "".join(parts)


def pattern_slip(pattern: str, start: int = 0) -> str:
    """Return a sentence about what keeps a pattern, or a plain number, from taking what was meant; "" where nothing.

    Before `start`, or without it in a plain number, no character has a meaning. Raises PatternError.
    """
    place = 0
    while place < len(pattern):
        is_pattern = 0 <= start <= place
        if is_pattern and pattern[place] == "[":
            place = _end_of_set(pattern, place)
        elif is_pattern and pattern[place] == "." and place + 1 < len(pattern):
            return "Behind . nothing of the pattern counts: it stands for all the rest."
        elif not _IN_NUMBERS.match(pattern[place]):
            return f"“{pattern[place]}” cannot stand in a number."
        place += 1
    return ""


def _end_of_set(pattern: str, place: int) -> int:
    end = pattern.find("]", place)
    if end < 0:
        raise PatternError(f"The square bracket at character {place + 1} of the pattern is never closed.")
    if end == place + 1:
        raise PatternError(f"The square brackets at character {place + 1} of the pattern are empty.")
    for found in _RANGE.finditer(pattern, place + 1, end):
        if found[1] > found[2]:
            raise PatternError(f"The range {found[0]} of the pattern runs backwards.")
    return end


def _set(text: str) -> str:
    escaped = re.sub(r"[\\\]\[^&~|]", lambda found: "\\" + found[0], text)
    try:
        re.compile(f"[{escaped}]")
    except re.error:
        raise PatternError(f"The set [{text}] of the pattern cannot be read.") from None
    return f"[{escaped}]"
