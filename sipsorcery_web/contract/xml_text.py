"""The characters that a text can hold: what XML can carry for every channel, and one line where a field is one line."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from .character_sets import NOT_IN_A_LINE, NOT_XML
from .errors import Refused
from .records import Record, wire_fields
from .rules import Violation
from .rules.catalogue import CONTROL_CHARACTER

NOT_KEPT = frozenset({"where_expression", "password", "old_password"})
"""The arguments that are kept nowhere: filters are parsed, and passwords that were set before compared."""


def refuse_invalid_xml(values: Iterable[Any]) -> None:
    """Raise Refused when a text among the values, or in their records, cannot be carried by XML 1.0."""
    for text in _texts(values):
        if found := NOT_XML.search(text):
            raise Refused(CONTROL_CHARACTER, values={"code_point": f"U+{ord(found[0]):04X}"})


def refuse_more_lines(arguments: Mapping[str, Any]) -> None:
    """Raise Refused when an argument that is kept, or a field of a record, is one line and has a control character."""
    for name, text in _lines({name: value for name, value in arguments.items() if name not in NOT_KEPT}):
        for violation in line_violations(name, text):
            raise Refused(violation.reason, (name,), violation.values)


def line_violations(field: str, text: str) -> Iterator[Violation]:
    """Yield that a field of one line has a control character in it, if it has."""
    if found := NOT_IN_A_LINE.search(text):
        yield Violation(field, CONTROL_CHARACTER, {"code_point": f"U+{ord(found[0]):04X}"})


def without_invalid_xml(text: str) -> str:
    """The text without what XML 1.0 cannot carry."""
    return NOT_XML.sub("", text)


def in_one_line(text: str) -> str:
    """The text as a line that every operation takes."""
    return NOT_IN_A_LINE.sub("", without_invalid_xml(text))


def _texts(values: Iterable[Any]) -> Iterator[str]:
    for value in values:
        if isinstance(value, str):
            yield value
        elif isinstance(value, Record):
            yield from _texts(getattr(value, entry.attribute) for entry in wire_fields(type(value)))


def _lines(arguments: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in arguments.items():
        if isinstance(value, Record):
            fields = (entry.attribute for entry in wire_fields(type(value)) if not entry.has_lines)
            yield from _lines({field: getattr(value, field) for field in fields})
        elif isinstance(value, str):
            yield name, value
