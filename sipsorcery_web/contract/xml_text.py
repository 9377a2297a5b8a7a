"""The characters that XML can carry: a rule for every channel, since another may read the record."""

from collections.abc import Iterable, Iterator
from typing import Any

from .character_sets import NOT_XML
from .errors import Refused
from .records import Record, wire_fields
from .rules.catalogue import CONTROL_CHARACTER


def refuse_invalid_xml(values: Iterable[Any]) -> None:
    """Raise Refused when a text among the values, or in their records, cannot be carried by XML 1.0."""
    for text in _texts(values):
        if found := NOT_XML.search(text):
            raise Refused(CONTROL_CHARACTER, values={"code_point": f"U+{ord(found[0]):04X}"})


def without_invalid_xml(text: str) -> str:
    """The text without what XML 1.0 cannot carry."""
    return NOT_XML.sub("", text)


def _texts(values: Iterable[Any]) -> Iterator[str]:
    for value in values:
        if isinstance(value, str):
            yield value
        elif isinstance(value, Record):
            yield from _texts(getattr(value, entry.attribute) for entry in wire_fields(type(value)))
