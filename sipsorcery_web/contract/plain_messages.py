"""Messages that are written as the contract writes them, read with one look at each element.

What is read here is valid by the schemas of the WSDL and means what it means by way of them (`codec`): every child is
one of the contract's and at its place, there is no attribute but `xsi:nil`, and values have their usual form. The first
element that is written otherwise ends the reading, so whatever a message holds, this is a walk as long as the message.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple, TypeVar
from uuid import UUID

from lxml import etree

from . import names
from .operations import Operation
from .records import wire_fields
from .wire_types import BLANKS, BOOLEAN, GUID, INT, STRING, ListType, Moment, RecordType, Scalar, WireType, read_moment

T = TypeVar("T")
Parse = Callable[[str], Any]
Read = Callable[[etree._Element], Any]

_GUID = re.compile("[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_INT = re.compile("-?[0-9]{1,10}")
_INT_RANGE = range(-(2**31), 2**31)
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,7})?Z?")
_OFFSET = re.compile("-?[0-9]{1,3}")
_MOMENT = [f"{{{names.SYS}}}DateTime", f"{{{names.SYS}}}OffsetMinutes"]


class NotPlain(Exception):
    """A message is written otherwise, be it wrong or not."""


class Child(NamedTuple):
    """A child that an element may have: its place among the others and the key of its value.

    The text of a scalar is parsed; any other element is read.
    """

    place: int
    key: str
    nillable: bool
    parse: Parse | None
    read: Read


Children = Mapping[Any, Child]
"""The children of an element by their tags."""


def read_arguments(operation: Operation, wrapper: etree._Element) -> dict[str, Any]:
    """The arguments that the wrapper of a request has, by their Python names. NotPlain."""
    return _values(wrapper, _parameters(operation))


def read_result(operation: Operation, wrapper: etree._Element) -> Any:
    """The result in the wrapper of a reply; where there is none, what stands for it. NotPlain."""
    kind = operation.result
    return _values(wrapper, _result(operation)).get("result", kind and kind.absent)


@cache
def _parameters(operation: Operation) -> Children:
    return _children(
        (operation.tag(each.element), each.name, each.kind, each.nillable) for each in operation.parameters
    )


@cache
def _result(operation: Operation) -> Children:
    kind = operation.result
    return _children(
        [] if kind is None else [(operation.tag(operation.result_element), "result", kind, kind.absent is None)]
    )


@cache
def _fields(record: Any) -> Children:
    return _children(
        (f"{{{record.NAMESPACE}}}{entry.element}", entry.attribute, entry.kind, entry.nillable)
        for entry in wire_fields(record)
    )


def _children(kinds: Iterable[tuple[str, str, WireType, bool]]) -> Children:
    """Return the children for the tag, key and kind of each, and whether it may be nil."""
    return {
        tag: Child(place, key, nillable, parser_of(kind) if isinstance(kind, Scalar) else None, _reader(kind))
        for place, (tag, key, kind, nillable) in enumerate(kinds)
    }


def _values(element: etree._Element, known: Children) -> dict[str, Any]:
    """The values of the children that are there, by their keys."""
    _refuse_text(element)
    values: dict[str, Any] = {}
    last = -1
    for child in element:
        place, key, nillable, parse, read = known.get(child.tag, _NONE)
        if place <= last:
            raise NotPlain
        last = place
        if child.keys():
            _refuse_all_but_nil(child, nillable)
            values[key] = None
        elif parse is None:
            values[key] = read(child)
        elif len(child):
            raise NotPlain
        else:
            values[key] = parse(child.text or "")
    return values


def _refuse_all_but_nil(element: etree._Element, nillable: bool) -> None:
    """Raise NotPlain unless the one attribute of an element says that it is nil, which it may be and is.

    lxml looks for the values of an element's attributes among all of them: that of many would take quadratic time.
    """
    is_nil = nillable and element.keys() == [names.NIL] and element.get(names.NIL) == "true"
    if not is_nil or len(element) or element.text:
        raise NotPlain


def _refuse_text(element: etree._Element) -> None:
    """Raise NotPlain where there is text before the children of an element, as the schemas would refuse it."""
    if element.text and element.text.strip(BLANKS):
        raise NotPlain


def parser_of(kind: Scalar) -> Parse:
    """Return what reads the text of a scalar. It raises NotPlain."""
    return _PARSERS.get(kind) or _among({str(member.value): member for member in kind.members})


def _among(values: Mapping[str, T]) -> Callable[[str], T]:
    def parse(text: str) -> T:
        if text not in values:
            raise NotPlain
        return values[text]

    return parse


def _int(text: str) -> int:
    if not _INT.fullmatch(text) or (number := int(text)) not in _INT_RANGE:
        raise NotPlain
    return number


def _guid(text: str) -> UUID:
    if not _GUID.fullmatch(text):
        raise NotPlain
    return UUID(text)


_PARSERS: dict[Scalar, Parse] = {
    STRING: str,
    INT: _int,
    GUID: _guid,
    BOOLEAN: _among({"true": True, "false": False, "1": True, "0": False}),
}


def _reader(kind: WireType) -> Read:
    match kind:
        case RecordType():
            return _record_reader(kind.record)
        case ListType():
            return _list_reader(kind.record)
        case Moment():
            return _read_moment
    return _unknown


def _record_reader(record: Any) -> Read:
    known = _fields(record)
    every = frozenset(child.key for child in known.values())

    def read(element: etree._Element) -> Any:
        values = _values(element, known)
        return record.from_fields(values, every if len(values) == len(every) else frozenset(values))

    return read


def _list_reader(record: Any) -> Read:
    tag, read_record = f"{{{record.NAMESPACE}}}{record.__name__}", _record_reader(record)

    def read(element: etree._Element) -> Any:
        _refuse_text(element)
        items = list(element)
        if any(item.tag != tag or item.keys() for item in items):
            raise NotPlain
        return [read_record(item) for item in items]

    return read


def _read_moment(element: etree._Element) -> datetime:
    _refuse_text(element)
    parts = list(element)
    if [part.tag for part in parts] != _MOMENT or any(len(part) or part.keys() for part in parts):
        raise NotPlain
    return parse_moment(*(part.text or "" for part in parts))


def parse_moment(time: str, offset: str = "0") -> datetime:
    """The instant of a text with or without a zone, which is then at the offset in minutes. NotPlain."""
    if not _TIME.fullmatch(time) or not _OFFSET.fullmatch(offset):
        raise NotPlain
    try:
        return datetime.fromisoformat(time) if time.endswith("Z") else read_moment(time, int(offset))
    except ValueError:
        raise NotPlain from None


def _unknown(_: etree._Element) -> Any:
    raise NotPlain


_NONE = Child(-1, "", False, None, _unknown)
"""The child that no element has."""
