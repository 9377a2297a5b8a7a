"""Reads and matches extension lines, `exten OP pattern,priority,command(data)` (facts of dial plans, section 2).

The first line that matches decides, in the order of the text; the priority is read and not used. All lines are read
before a call: one that cannot be read leaves no plan at all, others are left out with a warning.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

import regex

OPERATORS = {"=": False, "==": False, "=>": False, "=~": True}
"""Whether what stands behind the operator is a regular expression."""
MATCH_SECONDS = 0.1
"""How long one expression may be tried; strangers choose the numbers."""

_LINE = re.compile(r"exten\s*([=~>]+)(.+)", re.DOTALL)
_PRIORITY = re.compile(r"\s*[-+]?[0-9]{1,9}\s*")
_CALLS = re.compile("switch|dial", re.IGNORECASE)
_REPLIES = re.compile("sipreply", re.IGNORECASE)


class LineError(ValueError):
    """A line that cannot be read, so that the plan has none; the message is a sentence about it."""

    def __init__(self, message: str, line: int = 0) -> None:
        super().__init__(message)
        self.message, self.line = message, line


class _LeftOut(Exception):
    """The line matches no number, for the reason in the message."""


@dataclass(frozen=True)
class Command:
    """The command of a line; its data ends at the first closing bracket."""

    name: str
    data: str

    @property
    def is_call(self) -> bool:
        """Return True when it places a call: the word Switch or Dial is in its name."""
        return bool(_CALLS.search(self.name))

    @property
    def is_reply(self) -> bool:
        """Return True when it answers the caller: SIPReply is in its name."""
        return not self.is_call and bool(_REPLIES.search(self.name))


@dataclass(frozen=True)
class ExtensionLine:
    """A line that may match."""

    number: int
    operator: str
    pattern: str
    command: Command
    _matches: Callable[[str], bool] = field(repr=False, compare=False)

    def matches(self, dialled: str) -> bool:
        """Return True when the line takes this number. Raises TimeoutError when an expression takes too long."""
        return self._matches(dialled)


@dataclass(frozen=True)
class ExtensionLines:
    """The lines of a plan that may match, and warnings about those left out, by line number."""

    lines: tuple[ExtensionLine, ...]
    warnings: tuple[tuple[int, str], ...] = ()

    def first_match(self, dialled: str) -> ExtensionLine | None:
        """The line that decides; None where no line takes the number. Raises TimeoutError as `matches` does."""
        return next((line for line in self.lines if line.matches(dialled)), None)


def parse(script: str) -> ExtensionLines:
    """Read a plan. Raises LineError for the first line that leaves no plan."""
    lines, warnings = [], []
    for number, line in enumerate(script.splitlines(), 1):
        text = line.strip()
        if not text or text.startswith(";"):
            continue
        try:
            lines.append(_read(number, text))
        except _LeftOut as reason:
            warnings.append((number, str(reason)))
        except LineError as error:
            raise LineError(error.message, number) from None
    return ExtensionLines(tuple(lines), tuple(warnings))


def _read(number: int, text: str) -> ExtensionLine:
    if not text.startswith("exten"):
        raise _LeftOut("This is no extension line, and is left out.")
    found = _LINE.match(text)
    if not found:
        raise LineError(f"Behind exten come {', '.join(OPERATORS)} and what they compare with.")
    operator = found[1]
    before = found[2].partition(operator)[0].strip()  # the original splits at the operator and reads the second part
    pattern, priority, command = _fields(operator, before)
    if not _PRIORITY.fullmatch(priority):
        raise LineError(f"The priority is a whole number; here it is “{priority.strip()[:20]}”.")
    parsed = _command(command)
    if operator not in OPERATORS:
        raise _LeftOut(f"{operator} is no operator, so that this line matches no number.")
    matches = _expression(pattern) if OPERATORS[operator] else _pattern(pattern)
    return ExtensionLine(number, operator, pattern, parsed, matches)


def _fields(operator: str, text: str) -> tuple[str, str, str]:
    if operator == "=~" and text.startswith("/"):
        return _delimited(text)
    fields = text.split(",", 2)
    if len(fields) < 3:
        raise _LeftOut("A comma is missing: pattern, priority and command are parted by commas.")
    return fields[0], fields[1], fields[2]


def _delimited(text: str) -> tuple[str, str, str]:
    end = text.find("/", 1)
    if end < 0:
        raise LineError("The expression that begins with / has no second / at its end.")
    if text[end + 1 : end + 2] != ",":
        raise LineError("The comma stands directly behind the second /, and no other / in the expression.")
    priority, comma, command = text[end + 2 :].partition(",")
    if not comma:
        raise LineError("The command is missing: after the priority comes a comma, then Dial(…).")
    return text[1:end], priority, command


def _command(text: str) -> Command:
    start, end = text.find("("), text.find(")")
    if start < 0 or end < start:
        raise LineError("The data of a command stands in brackets, such as Dial(100@provider).")
    return Command(text[:start].strip(), text[start + 1 : end])


def _expression(pattern: str) -> Callable[[str], bool]:
    try:
        compiled = regex.compile(pattern)
    except regex.error as error:
        raise _LeftOut(f"This regular expression cannot be read: {error}.") from error
    return lambda dialled: compiled.search(dialled, timeout=MATCH_SECONDS) is not None


def _pattern(pattern: str) -> Callable[[str], bool]:
    if not pattern.strip():
        raise _LeftOut("The pattern is missing.")
    if not pattern.startswith("_"):
        return lambda dialled: dialled == pattern
    compiled = re.compile(_translated(pattern[1:]), re.DOTALL)
    return lambda dialled: compiled.fullmatch(dialled) is not None


def _translated(pattern: str) -> str:
    """A pattern behind its _ as a regular expression: `[2-57-9]X.` as `[2-57-9][0-9].+`."""
    parts: list[str] = []
    place = 0
    while place < len(pattern):
        character = pattern[place]
        if character == ".":
            return "".join([*parts, ".+"])
        if character == "[":
            end = pattern.find("]", place)
            parts.append(_set(pattern[place + 1 : end] if end > 0 else ""))
            place = end
        else:
            parts.append(_CLASSES.get(character) or re.escape(character))
        place += 1
    return "".join(parts)


_CLASSES = {"X": "[0-9]", "Z": "[1-9]", "N": "[2-9]"}


def _set(text: str) -> str:
    if not text:
        raise _LeftOut("The square brackets of the pattern are empty or never closed.")
    escaped = re.sub(r"[\\\]\[^&~|]", lambda found: "\\" + found[0], text)
    try:
        re.compile(f"[{escaped}]")
    except re.error:
        raise _LeftOut(f"The range in [{text}] of the pattern runs backwards.") from None
    return f"[{escaped}]"
