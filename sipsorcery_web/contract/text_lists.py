"""The dictionary of lists of strings that a poll is answered with (spec, section 13.1)."""

from lxml import etree

from . import names
from .errors import ContractError

ENTRY = "KeyValueOfstringArrayOfstringty7Ep6D1"


def read_text_lists(element: etree._Element) -> dict[str, list[str]]:
    """Return the lists in a result, by their keys; nil strings are left out. ContractError for anything else in it."""
    return dict(_entry(child) for child in _children(element, ENTRY))


def _entry(element: etree._Element) -> tuple[str, list[str]]:
    key, value = (element.find(_tag(name)) for name in ("Key", "Value"))
    if key is None or value is None or len(element) != 2:
        raise ContractError("An entry of a dictionary has a key and a value.")
    strings = [child for child in _children(value, "string") if child.get(names.NIL) not in ("true", "1")]
    if any(len(each) for each in (key, *strings)):
        raise ContractError("A string of a dictionary holds elements.")
    return key.text or "", [each.text or "" for each in strings]


def _children(element: etree._Element, name: str) -> list[etree._Element]:
    """Return the children, which all have this name."""
    if any(child.tag != _tag(name) for child in element):
        raise ContractError(f"A dictionary of texts holds something else than {name}.")
    return list(element)


def _tag(name: str) -> str:
    return f"{{{names.ARRAYS}}}{name}"
