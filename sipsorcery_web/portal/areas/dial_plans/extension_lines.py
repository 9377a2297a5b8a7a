"""Checks of a plan of extension lines: what the parser that runs them says, and what may have been meant otherwise.

The first line that matches decides, in the order of the text; the priority is read as a number and not used. Some
slips cost more than their line: all lines are read before a call, and one that cannot be leaves no plan at all.
"""

from collections.abc import Iterator, Sequence

from sipsorcery_web.dial_plans.extension_lines import NO_EXTENSION_LINE, ExtensionLine, LineError, read_line
from sipsorcery_web.dial_plans.extension_patterns import pattern_slip

from .extension_commands import command_slip
from .look_alikes import is_at_home, meant_by, misleads_everywhere, remark_on
from .warnings import ScriptWarning

EXAMPLES = {True: "Dial(${EXTEN}@provider)", False: "Switch(username,password,${EXTEN}@host)"}
"""A command, by whether the service takes dial strings."""


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
    try:
        extension = read_line(line, number)
    except LineError as error:
        like = f" One looks like {example}." if error.message == NO_EXTENSION_LINE else ""
        return ScriptWarning(number, error.message + like, True, error.breaks_plan)
    if extension is None:
        return None
    if slip := _pattern_slip(extension):
        return ScriptWarning(number, slip, True)
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


def _guess(number: int, extension: ExtensionLine) -> ScriptWarning | None:
    if extension.is_expression and not extension.pattern:
        return ScriptWarning(number, "The expression is empty, so that this line takes every call.")
    if not extension.is_expression and extension.pattern.startswith("_") and "!" in extension.pattern:
        return ScriptWarning(number, "The ! stands for itself here. A dot stands for all the rest of a number.")
    return None


def _pattern_slip(extension: ExtensionLine) -> str:
    """Return a sentence about a pattern that can be read and takes no number, or not the one that was meant."""
    pattern = extension.pattern
    if extension.is_expression:
        has_blank = pattern != pattern.rstrip() and not pattern.endswith("\\ ")
        return "The blank before the comma is part of the expression, and no number has one." if has_blank else ""
    if pattern == "_":
        return "There is nothing behind the _ of the pattern."
    if pattern != pattern.rstrip() and not pattern.rstrip().endswith("."):
        return "The blank before the comma is part of the pattern, and no number has one."
    return pattern_slip(pattern.rstrip(), 1 if pattern.startswith("_") else -1)


def _look_alikes(line: str) -> Iterator[int]:
    """The places of pasted characters that count: not in comments, nor behind the data, which nobody reads."""
    read = 0 if line.strip().startswith(";") else line.find(")") + 1 or len(line)
    for place, each in enumerate(line):
        counts = place < read and not (each.isspace() and not line[:place].strip())
        if misleads_everywhere(each) or (counts and meant_by(each) is not None and not is_at_home(line, place)):
            yield place
