"""Reads and matches extension lines, `exten OP pattern,priority,command(data)` (facts of dial plans, section 2).

The first line that matches decides, in the order of the text; the priority is read and not used. All lines are read
before a call: one that cannot be read leaves no plan at all, others are left out with a warning.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from time import monotonic

import regex

from .extension_patterns import PatternError, pattern_expression
from .regular_expressions import bracket_slip, written_out

OPERATORS = {"=": False, "==": False, "=>": False, "=~": True}
"""The operators, and whether what stands behind is a regular expression."""
OPERATOR_WORDS = "=, ==, => or =~"
MATCH_SECONDS = 0.1
"""The longest time that one expression may be tried; strangers choose the numbers."""
PLAN_SECONDS = 0.5
"""The longest time for all lines together."""
MOST_ITEMS = 2000
"""Of an expression with its repetitions written out, which takes the library time and memory before it tries one."""
NO_EXTENSION_LINE = "This is no extension line, and is left out."
REPLY_CODE = re.compile(r"\s*([1-6][0-9]{2})\s*")
"""What stands before the first comma in the data of SIPReply."""

_LINE = re.compile(r"exten\s*([=~>]+)(.+)", re.DOTALL)
_LINE_END = re.compile("\r\n|\r|\n")
_PRIORITY = re.compile(r"\s*[-+]?[0-9]{1,9}\s*")
_CALLS = re.compile("switch|dial", re.IGNORECASE)
_REPLIES = re.compile("sipreply", re.IGNORECASE)


class LineError(ValueError):
    """A line that cannot be read, and is left out; the message is a sentence about it.

    Where it `breaks_plan`, the plan has no line at all.
    """

    def __init__(self, message: str, line: int = 0, breaks_plan: bool = True) -> None:
        super().__init__(message)
        self.message, self.line, self.breaks_plan = message, line, breaks_plan


@dataclass(frozen=True)
class Command:
    """The command of a line; its data ends at the first closing bracket, and nobody reads what is behind."""

    name: str
    data: str
    behind: str = ""

    @property
    def is_call(self) -> bool:
        """Return True when it places a call: the word Switch or Dial is in its name."""
        return bool(_CALLS.search(self.name))

    @property
    def is_reply(self) -> bool:
        """Return True when it answers the caller: SIPReply is in its name."""
        return not self.is_call and bool(_REPLIES.search(self.name))

    @property
    def is_switch(self) -> bool:
        """Return True when its data are a username, a password and a destination, no dial string."""
        return "switch" in self.name.lower() or _outside_of_options(self.data).count(",") >= 2


@dataclass(frozen=True)
class ExtensionLine:
    """A line that may match."""

    number: int
    operator: str
    pattern: str
    command: Command
    _matches: Callable[[str], bool] = field(repr=False, compare=False)

    @property
    def is_expression(self) -> bool:
        """Return True when the pattern is a regular expression."""
        return OPERATORS[self.operator]

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
        ends = monotonic() + PLAN_SECONDS
        for line in self.lines:
            if monotonic() > ends:
                raise TimeoutError
            if line.matches(dialled):
                return line
        return None


def parse(script: str) -> ExtensionLines:
    """Read a plan. Raises LineError for the first line that leaves no plan."""
    lines, warnings = [], []
    for number, text in enumerate(_LINE_END.split(script), 1):
        try:
            if line := read_line(text, number):
                lines.append(line)
        except LineError as error:
            if error.breaks_plan:
                raise
            warnings.append((number, error.message))
    return ExtensionLines(tuple(lines), tuple(warnings))


def read_line(line: str, number: int) -> ExtensionLine | None:
    """A line of a plan; None where it is empty or a comment. Raises LineError."""
    text = line.strip()
    if not text or text.startswith(";"):
        return None
    try:
        return _read(text, number)
    except (LineError, PatternError) as error:
        breaks_plan = isinstance(error, LineError) and error.breaks_plan
        raise LineError(str(error), number, breaks_plan) from error


def _read(text: str, number: int) -> ExtensionLine:
    if not text.startswith("exten"):
        if text.lower().startswith("exten"):
            raise _left_out("This line is left out: exten is written in small letters.")
        raise _left_out(NO_EXTENSION_LINE)
    found = _LINE.match(text)
    if not found:
        raise LineError(f"Behind exten come {OPERATOR_WORDS} and what they compare with.")
    operator = found[1]
    before, again, _ = found[2].partition(operator)  # the original splits at the operator and reads the second part
    try:
        pattern, command = _parts(operator, before.strip())
    except LineError as error:
        raise LineError(_cut(operator), breaks_plan=error.breaks_plan) if again else error from error
    if operator not in OPERATORS:
        raise _left_out(f"{operator} is no operator, so that this line matches no number. There are {OPERATOR_WORDS}.")
    matches = _expression(pattern) if OPERATORS[operator] else _pattern(operator, pattern)
    return ExtensionLine(number, operator, pattern, command, matches)


def _left_out(message: str) -> LineError:
    return LineError(message, breaks_plan=False)


def _cut(operator: str) -> str:
    other = "Write => in its place at the beginning." if operator in ("=", "==") else "Leave it away there."
    return f"The line is cut at the second {operator} of it, wherever that stands. {other}"


def _parts(operator: str, text: str) -> tuple[str, Command]:
    if operator == "=~" and text.startswith("/"):
        pattern, priority, command = _delimited(text)
    else:
        fields = text.split(",", 2)
        if len(fields) < 2:
            raise _left_out("After the pattern there is no comma: pattern, priority and command are parted by commas.")
        if len(fields) < 3:
            raise _left_out("The command is missing: after the priority comes a comma, then for example Dial(…).")
        pattern, priority, command = fields
    if not _PRIORITY.fullmatch(priority):
        raise LineError(_about_priority(operator, pattern, priority.strip()))
    return pattern, _command(command)


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


def _about_priority(operator: str, pattern: str, priority: str) -> str:
    if operator == "=~" and bracket_slip(pattern.replace("{", "(")):
        return "A comma ends an expression that stands without slashes: write /…/ around it."
    if pattern.count("[") > pattern.count("]"):
        return "A comma ends the pattern in square brackets, too: a set is written without, as in [1-35]."
    if not priority:
        return "The priority is missing: a number between the first two commas."
    return f"The priority is a whole number; here it is “{priority[:20]}”."


def _command(text: str) -> Command:
    start, end = text.find("("), text.find(")")
    if not text.strip():
        raise LineError("The command is missing: a name and its data in brackets, such as Dial(…).")
    if start < 0:
        raise LineError("The data of a command stands in brackets, such as Dial(100@provider).")
    if end < 0:
        raise LineError("The bracket behind the command is never closed.")
    if end < start:
        raise LineError("A closing bracket stands before the opening one.")
    return Command(text[:start].strip(), text[start + 1 : end], text[end + 1 :].strip())


def _expression(pattern: str) -> Callable[[str], bool]:
    if slip := bracket_slip(pattern):
        raise _left_out(slip)
    if written_out(pattern) > MOST_ITEMS:
        raise _left_out("This regular expression is too large, with its repetitions written out.")
    try:
        compiled = regex.compile(pattern)
    except regex.error as error:
        raise _left_out(f"This regular expression cannot be read: {error}.") from error
    except (RecursionError, OverflowError) as error:
        raise _left_out("This regular expression is nested too deeply.") from error
    # other threads go on meanwhile
    return lambda dialled: compiled.search(dialled, timeout=MATCH_SECONDS, concurrent=True) is not None


def _pattern(operator: str, pattern: str) -> Callable[[str], bool]:
    if not pattern.strip():
        raise _left_out(f"The pattern is missing: it stands between {operator} and the first comma.")
    if not pattern.startswith("_"):
        return lambda dialled: dialled == pattern
    compiled = re.compile(pattern_expression(pattern, 1), re.DOTALL)
    return lambda dialled: compiled.fullmatch(dialled) is not None


def _outside_of_options(data: str) -> str:
    return re.sub(r"\[[^\]]*\]", "", data)
