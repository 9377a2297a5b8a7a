"""Checks a plan of extension lines, `exten => pattern,priority,App(arguments)`, as Asterisk wrote them."""

import re
from collections.abc import Iterator, Sequence

from .remarks import Remark

_PATTERN_CHARACTERS = re.compile(r"[0-9A-Za-z+*#.!_@-]")
_PRIORITY = re.compile(r"[0-9]+|n|s")
_APP = re.compile(r"\s*[A-Za-z_][\w.]*\s*(.*)", re.DOTALL)
_QUOTES = "\"'"
EXAMPLE = "exten => _0X.,1,Dial(${EXTEN}@provider)"


def remarks(lines: Sequence[str]) -> Iterator[Remark]:
    """What is wrong with each line."""
    for number, line in enumerate(lines, 1):
        complaint = _complaint(line.strip())
        if complaint:
            yield Remark(number, complaint, is_error=True)


def _complaint(line: str) -> str | None:
    if not line or line.startswith(";"):
        return None
    keyword, equals, rest = line.partition("=")
    if keyword.strip().lower() != "exten" or not equals:
        return f"This is no extension line. One looks like {EXAMPLE}."
    pattern, is_split, rest = _split(rest.removeprefix(">"))
    if not is_split:
        return "After the pattern there is no comma: pattern, priority and application are parted by commas."
    priority, comma, application = rest.partition(",")
    if not comma:
        return "The application is missing: after the priority comes a comma, then for example Dial(…)."
    return _about_pattern(pattern.strip()) or _about_priority(priority.strip()) or _about_application(application)


def _split(text: str) -> tuple[str, bool, str]:
    """The text before and behind the first comma that is not inside of square brackets."""
    close = 0
    for found in re.finditer(r"[\[\],]", text):
        if found[0] == "," and not close:
            return text[: found.start()], True, text[found.end() :]
        close = {"[": 1, "]": 0}.get(found[0], close)
    before, comma, behind = text.partition(",")
    return before, bool(comma), behind


def _about_pattern(pattern: str) -> str | None:
    if not pattern:
        return "The pattern is missing: it stands between => and the first comma."
    is_pattern, place = pattern.startswith("_"), 0
    if pattern == "_":
        return "There is nothing behind the _ of the pattern."
    while place < len(pattern):
        if is_pattern and pattern[place] == "[":
            end = pattern.find("]", place)
            if end < 0:
                return f"The square bracket at character {place + 1} of the pattern is never closed."
            if end == place + 1:
                return f"The square brackets at character {place + 1} of the pattern are empty."
            place = end
        elif is_pattern and pattern[place] in ".!" and place + 1 < len(pattern):
            return f"Behind {pattern[place]} nothing of the pattern counts: it stands for all the rest."
        elif not _PATTERN_CHARACTERS.match(pattern[place]):
            return f"“{pattern[place]}” cannot stand in a pattern."
        place += 1
    return None


def _about_priority(priority: str) -> str | None:
    if _PRIORITY.fullmatch(priority) and priority != "0":
        return None
    return f"The priority is a number from 1 on, or n; here it is “{priority[:20]}”."


def _about_application(text: str) -> str | None:
    found = _APP.fullmatch(text)
    if not found:
        return "The application is missing: a name and its arguments in brackets, such as Dial(…)."
    arguments = found[1].rstrip()
    if not arguments or arguments.startswith(";"):
        return None
    if not arguments.startswith("("):
        return "The arguments of the application stand in brackets, such as Dial(100@provider)."
    return _about_brackets(arguments)


def _about_brackets(text: str) -> str | None:
    depth, quote = 0, ""
    for place, character in enumerate(text):
        if quote:
            quote = "" if character == quote else quote
        elif character in _QUOTES:
            quote = character if text.find(character, place + 1) > 0 else ""
        elif character == "(":
            depth += 1
        elif character == ")":
            depth -= 1
        if depth == 0 and not quote:
            return _about_rest(text[place + 1 :].strip())
    return "The bracket behind the application is never closed."


def _about_rest(text: str) -> str | None:
    if not text or text.startswith(";"):
        return None
    if text.startswith(")"):
        return "There is one closing bracket too many."
    return f"Nothing may stand behind the application; here it is “{text[:20]}”."
