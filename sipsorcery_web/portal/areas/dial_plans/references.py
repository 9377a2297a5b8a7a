"""The places that a script dials, as far as they are written out: at which line, which user, which provider or host."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from sipsorcery_web.dial_plans.dial_strings import DialStringError, written_legs
from sipsorcery_web.dial_plans.extension_lines import ExtensionLine, LineError, read_line
from sipsorcery_web.portal.ui.text.lines import lines_of

from .ruby_reader import Text, read
from .scripts import EXTENSION_LINES, RUBY, type_value

COMPUTED = "…"
"""Stands for what the script puts together when it runs."""

_DIALS = re.compile(r"\b(?:Dial|dial|Callback|callback)[ \t]*\(?[ \t]*\Z")
_ASKS = re.compile(
    r"\b(?:IsAvailable|is_available|DoesSIPAccountExist|does_sip_account_exist|IsMine|is_mine|GetBindings|get_bindings)"
    r"[ \t]*\(?[ \t]*\Z"
)
_COMPARES_PLAN = re.compile(r"\b(?:DialPlanName|dial_plan_name)[ \t]*==[ \t]*\Z")
_GOES_ON = re.compile(r"[ \t]*(?:[+*%.<\[]|\\\n)")
_WORD = re.compile(r"\$\{[^}]*\}")
_LOOKS_BACK = 60


@dataclass(frozen=True)
class Reference:
    """A place that a line can dial, or an account or plan that it names. None is what only the running script knows."""

    line: int
    kind: str
    """`leg`, `switch` for one that has credentials of its own and knows hosts alone, `account` or `plan`."""
    text: str
    user: str | None = None
    where: str | None = None
    extension: ExtensionLine | None = None
    """The extension line that it stands in."""


def references(script_type: str | None, script: str) -> Iterator[Reference]:
    """Yield what a script names, from its beginning to its end."""
    readers = {RUBY: _in_ruby, EXTENSION_LINES: _in_lines}
    read_script = readers.get(type_value(script_type))
    yield from read_script(script) if read_script else ()


def _in_ruby(script: str) -> Iterator[Reference]:
    found = read(lines_of(script))
    for text in found.texts:
        if text.kind != "string" or not text.pieces:
            continue
        start, end = text.pieces[0][0] - 1, text.pieces[-1][1] + 1
        if found.text[start : start + 1] not in "\"'" or _GOES_ON.match(found.text, end):
            continue
        before = found.text[max(0, start - _LOOKS_BACK) : start]
        yield from _named(text, before, COMPUTED.join(found.text[piece[0] : piece[1]] for piece in text.pieces))


def _named(text: Text, before: str, words: str) -> Iterator[Reference]:
    if _DIALS.search(before):
        yield from _legs(text.line, words)
    elif _ASKS.search(before) and _literal(words):
        yield Reference(text.line, "account", words, user=words)
    elif _COMPARES_PLAN.search(before) and _literal(words):
        yield Reference(text.line, "plan", words)


def _in_lines(script: str) -> Iterator[Reference]:
    for number, line in enumerate(lines_of(script), 1):
        try:
            extension = read_line(line, number)
        except LineError:
            continue
        if extension and extension.command.is_call:
            data, fields = extension.command.data, extension.command.data.split(",")
            is_switch = extension.command.is_switch and len(fields) > 2
            for leg in _legs(number, fields[2] if is_switch else data, extension):
                yield replace(leg, kind="switch") if is_switch else leg


def _legs(line: int, dial_string: str, extension: ExtensionLine | None = None) -> Iterator[Reference]:
    try:
        legs = written_legs(dial_string)
    except DialStringError:
        return
    for user, where in legs:
        text = f"{user}@{where}" if user else where
        yield Reference(line, "leg", text, _literal(user), _literal(where), extension)


def _literal(text: str) -> str | None:
    """The text where it is written out whole."""
    return text.strip() if text.strip() and COMPUTED not in text and not _WORD.search(text) else None
