"""Checks of a plan of extension lines, `exten OP pattern,priority,command(data)`, as the service reads them.

The operators are =, == and => for patterns and =~ for regular expressions. The first line that matches decides, in the
order of the text; the priority is read as a number and not used. Some slips cost more than their line: the service
reads all lines before a call, and one that it stumbles over leaves no plan at all.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from .extension_commands import Command, command_slip
from .look_alikes import is_at_home, meant_by, misleads_everywhere, remark_on
from .regular_expressions import bracket_slip
from .warnings import ScriptWarning

_PATTERN_CHARACTERS = re.compile(r"[0-9A-Za-z\-_.!~*'()&=+$;?/%#@:]")  # RFC 3261, 25.1: user
_LINE = re.compile(r"exten\s*([=~>]+)(.+)", re.DOTALL)
_PRIORITY = re.compile(r"\s*[-+]?[0-9]{1,9}\s*")
_MATCHERS = {"=": "pattern", "==": "pattern", "=>": "pattern", "=~": "expression"}
OPERATORS = "=, ==, => or =~"
EXAMPLES = {True: "Dial(${EXTEN}@provider)", False: "Switch(username,password,${EXTEN}@host)"}
"""A command, by whether the service takes dial strings."""


class Slip(Exception):
    """A mistake in a line; it costs the whole plan where it `breaks_plan`."""

    def __init__(self, message: str, breaks_plan: bool = False) -> None:
        super().__init__(message)
        self.message, self.breaks_plan = message, breaks_plan


@dataclass(frozen=True)
class Extension:
    """A line as the service reads it."""

    operator: str
    pattern: str
    command: Command

    @property
    def is_expression(self) -> bool:
        """Return True when the pattern is a regular expression."""
        return _MATCHERS.get(self.operator) == "expression"


def warnings(lines: Sequence[str], takes_dial_strings: bool = True) -> Iterator[ScriptWarning]:
    """Yield one remark for each line that needs one.

    `takes_dial_strings` is False where the service takes a username, a password and a destination only.
    """
    example = f"exten => _0X.,1,{EXAMPLES[takes_dial_strings]}"
    deciding: dict[tuple[bool, str], int] = {}
    for number, line in enumerate(lines, 1):
        found = _remark(number, line, example, takes_dial_strings, deciding)
        pasted = remark_on(number, line, _look_alikes(line), is_error=True)
        if pasted:
            yield ScriptWarning(number, pasted.message, True, breaks_plan=bool(found and found.breaks_plan))
        elif found:
            yield found


def _remark(
    number: int, line: str, example: str, takes_dial_strings: bool, deciding: dict[tuple[bool, str], int]
) -> ScriptWarning | None:
    text = line.strip()
    if not text or text.startswith(";"):
        return None
    try:
        extension = _read(text, example)
        _check_pattern(extension)
    except Slip as slip:
        return ScriptWarning(number, slip.message, True, slip.breaks_plan)
    message, is_error = command_slip(extension.command, takes_dial_strings)
    key = extension.is_expression, extension.pattern
    earlier = deciding.get(key) or deciding.get((False, "_."))
    deciding.setdefault(key, number)
    if message:
        return ScriptWarning(number, message, is_error)
    if earlier:
        return ScriptWarning(
            number, f"Line {earlier} decides before this one is looked at: the first line that matches does."
        )
    return _guess(number, extension)


def _guess(number: int, extension: Extension) -> ScriptWarning | None:
    if extension.is_expression and not extension.pattern:
        return ScriptWarning(number, "The expression is empty, so that this line takes every call.")
    if not extension.is_expression and extension.pattern.startswith("_") and "!" in extension.pattern:
        return ScriptWarning(number, "The ! stands for itself here. A dot stands for all the rest of a number.")
    return None


def _read(text: str, example: str) -> Extension:
    """The line in parts; Slip where the service stumbles over it or leaves it out."""
    if not text.startswith("exten"):
        if text.lower().startswith("exten"):
            raise Slip("This line is left out: exten is written in small letters.")
        raise Slip(f"This is no extension line, and is left out. One looks like {example}.")
    found = _LINE.match(text)
    if not found:
        raise Slip(f"Behind exten come {OPERATORS} and what they compare with.", breaks_plan=True)
    operator, rest = found[1], found[2]
    before, again, _ = rest.partition(operator)
    try:
        parts = _parts(operator, before)
    except Slip as slip:
        if again:
            raise Slip(_cut(operator), slip.breaks_plan) from slip
        raise
    if operator not in _MATCHERS:
        raise Slip(f"{operator} is no operator, so that this line matches no number. There are {OPERATORS}.")
    return parts


def _cut(operator: str) -> str:
    other = "Write => in its place at the beginning." if operator in ("=", "==") else "Leave it away there."
    return f"The line is cut at the second {operator} of it, wherever that stands. {other}"


def _parts(operator: str, text: str) -> Extension:
    text = text.strip()
    if operator == "=~" and text.startswith("/"):
        pattern, priority, command = _delimited(text)
    else:
        fields = text.split(",", 2)
        if len(fields) < 2:
            raise Slip("After the pattern there is no comma: pattern, priority and command are parted by commas.")
        if len(fields) < 3:
            raise Slip("The command is missing: after the priority comes a comma, then for example Dial(…).")
        pattern, priority, command = fields
    if not _is_priority(priority):
        raise Slip(_about_priority(operator, pattern, priority.strip()), breaks_plan=True)
    return Extension(operator, pattern, _command(command))


def _delimited(text: str) -> tuple[str, str, str]:
    end = text.find("/", 1)
    if end < 0:
        raise Slip("The expression that begins with / has no second / at its end.", breaks_plan=True)
    if text[end + 1 : end + 2] != ",":
        raise Slip("The comma stands directly behind the second /, and no other / in the expression.", breaks_plan=True)
    priority, comma, command = text[end + 2 :].partition(",")
    if not comma:
        raise Slip("The command is missing: after the priority comes a comma, then Dial(…).", breaks_plan=True)
    return text[1:end], priority, command


def _is_priority(text: str) -> bool:
    return bool(_PRIORITY.fullmatch(text))


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
        raise Slip("The command is missing: a name and its data in brackets, such as Dial(…).", breaks_plan=True)
    if start < 0:
        raise Slip("The data of a command stands in brackets, such as Dial(100@provider).", breaks_plan=True)
    if end < 0:
        raise Slip("The bracket behind the command is never closed.", breaks_plan=True)
    if end < start:
        raise Slip("A closing bracket stands before the opening one.", breaks_plan=True)
    return Command(text[:start].strip(), text[start + 1 : end], text[end + 1 :].strip())


def _check_pattern(extension: Extension) -> None:
    pattern = extension.pattern
    if extension.is_expression:
        if slip := bracket_slip(pattern):
            raise Slip(slip)
        if pattern != pattern.rstrip() and not pattern.endswith("\\ "):
            raise Slip("The blank before the comma is part of the expression, and no number has one.")
        return
    if not pattern.strip():
        raise Slip(f"The pattern is missing: it stands between {extension.operator} and the first comma.")
    if pattern == "_":
        raise Slip("There is nothing behind the _ of the pattern.")
    if pattern != pattern.rstrip() and not pattern.rstrip().endswith("."):
        raise Slip("The blank before the comma is part of the pattern, and no number has one.")
    _check_characters(pattern.rstrip())


def _check_characters(pattern: str) -> None:
    is_pattern, place = pattern.startswith("_"), 0
    while place < len(pattern):
        if is_pattern and pattern[place] == "[":
            place = _end_of_set(pattern, place)
        elif is_pattern and pattern[place] == "." and place + 1 < len(pattern):
            raise Slip("Behind . nothing of the pattern counts: it stands for all the rest.")
        elif not _PATTERN_CHARACTERS.match(pattern[place]):
            raise Slip(f"“{pattern[place]}” cannot stand in a number.")
        place += 1


def _end_of_set(pattern: str, place: int) -> int:
    end = pattern.find("]", place)
    if end < 0:
        raise Slip(f"The square bracket at character {place + 1} of the pattern is never closed.")
    if end == place + 1:
        raise Slip(f"The square brackets at character {place + 1} of the pattern are empty.")
    for found in re.finditer("(.)-(.)", pattern[place + 1 : end]):
        if found[1] > found[2]:
            raise Slip(f"The range {found[0]} of the pattern runs backwards.")
    return end


def _look_alikes(line: str) -> Iterator[int]:
    """The places of pasted characters that count: not in comments, nor behind the data, which nobody reads."""
    read = 0 if line.strip().startswith(";") else line.find(")") + 1 or len(line)
    for place, each in enumerate(line):
        counts = place < read and not (each.isspace() and not line[:place].strip())
        if misleads_everywhere(each) or (counts and meant_by(each) is not None and not is_at_home(line, place)):
            yield place
