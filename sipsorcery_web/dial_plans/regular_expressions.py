"""Checks of a regular expression, its brackets and its size, in the syntax that Ruby and .NET share."""

import re

_COMMENT = re.compile(r"\(\?#[^)]*\)")
_EXTENDED_COMMENT = re.compile(r"\\.|\[(?:\\.|\[:\w+:\]|[^\[\]\\])*\]|(#[^\n]*)", re.DOTALL)
_POSIX = re.compile(r"\[:\^?[a-z]+:\]")
_ITEM = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\{(?P<times>[0-9]{1,9})(?:,[0-9]*)?\}|.", re.DOTALL)


def bracket_slip(expression: str, is_extended: bool = False) -> str | None:
    """Return a sentence about the first bracket that has no partner; None where each has one, or may have.

    Ruby nests classes, [a[b]], and .NET does not: where one of them reads the expression, nothing is said.
    """
    plain = _COMMENT.sub(lambda found: " " * len(found[0]), expression)
    if is_extended:
        plain = _EXTENDED_COMMENT.sub(lambda found: " " * len(found[0]) if found[1] else found[0], plain)
    plain = _POSIX.sub(lambda found: "x" * len(found[0]), plain)
    nested = _slip(plain, nests=True)
    return nested and _slip(plain, nests=False) and nested


def written_out(expression: str) -> int:
    """Return about how many items an expression has once its repetitions are written out, as a library reads it."""
    sizes, last = [0], 0
    for item in _ITEM.finditer(expression):
        if item["times"]:
            sizes[-1] += last * max(0, int(item["times"]) - 1)
            last *= int(item["times"])
        elif item[0] == "(":
            sizes.append(0)
        elif item[0] == ")" and len(sizes) > 1:
            last = sizes.pop()
            sizes[-1] += last
        else:
            last = 1
            sizes[-1] += 1
    return sum(sizes)


def _slip(text: str, nests: bool) -> str | None:
    groups: list[int] = []
    classes: list[int] = []
    place = 0
    while place < len(text):
        character = text[place]
        if character == "\\":
            place += 1
        elif character == "[" and (nests or not classes):
            classes.append(place)
            place += _first_of_class(text, place)
        elif character == "]" and classes:
            classes.pop()
        elif character == "(" and not classes:
            groups.append(place)
        elif character == ")" and not classes:
            if not groups:
                return f"The ) at character {place + 1} of this regular expression closes nothing."
            groups.pop()
        place += 1
    left = classes[:1] or groups[-1:]
    return _unclosed(text, left[0]) if left else None


def _unclosed(text: str, place: int) -> str:
    return f"The {text[place]} at character {place + 1} of this regular expression is never closed."


def _first_of_class(text: str, place: int) -> int:
    """Return how many characters behind the [ of a class are its own, since a ] that comes first closes nothing."""
    width = 1 if text[place + 1 : place + 2] == "^" else 0
    return width + 1 if text[place + width + 1 : place + width + 2] == "]" else width
