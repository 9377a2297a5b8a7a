"""Checks of a script for slips. Nothing is ever executed, and no remark keeps a plan from being saved."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from flask import Flask

from sipsorcery_web.dial_plans.outcomes import Checked
from sipsorcery_web.portal.http.parts import add_part, part
from sipsorcery_web.portal.ui.text.lines import lines_of

from . import extension_lines, ruby
from .scripts import EXTENSION_LINES, MOST_CHARACTERS, RUBY, type_value
from .warnings import ScriptWarning

MOST_REMARKS = 20
_LONE_RETURN = re.compile("\r(?!\n)")


@dataclass(frozen=True)
class ExtensionLines:
    """Extension lines as the service that runs the plans reads them: the built-in one takes dial strings in Dial."""

    take_dial_strings: bool


def init_app(app: Flask, lines: ExtensionLines) -> None:
    """Tell pages what the service that runs the plans takes."""
    add_part(app, lines)
    app.add_template_global(lines_take_dial_strings)


def lines_take_dial_strings() -> bool:
    """Return True when the service that runs the plans takes dial strings in extension lines."""
    return part(ExtensionLines).take_dial_strings


def script_warnings(
    script_type: str, script: str, takes_dial_strings: bool = True, checked: Checked | None = None
) -> Sequence[ScriptWarning]:
    """Return the warnings of a script, by line; nothing for types that this portal cannot read.

    `takes_dial_strings` tells what the service that runs the plan takes in extension lines, and `checked` what Ruby
    itself has said where it was asked. A script that is too long to be saved is not looked through: some checks take
    time with the square of the length.
    """
    if len(script) > MOST_CHARACTERS:
        return ()
    lines, found = lines_of(script), list[ScriptWarning]()
    kind = type_value(script_type)
    if kind == RUBY:
        found = list(ruby.warnings(lines, checked))
    elif kind == EXTENSION_LINES:
        found = list(extension_lines.warnings(lines, takes_dial_strings))
    if kind in (RUBY, EXTENSION_LINES) and not takes_dial_strings:
        found += _line_ends(script)
    return sorted(found)[:MOST_REMARKS]


def _line_ends(script: str) -> Iterator[ScriptWarning]:
    """A carriage return alone ends a line in an editor and for the built-in service, and no line for another one."""
    if found := _LONE_RETURN.search(script):
        line = len(lines_of(script[: found.start() + 1]))
        message = "This line ends with U+000D (carriage return) alone, so that the next one is read as part of it."
        yield ScriptWarning(line, message, is_error=True)
