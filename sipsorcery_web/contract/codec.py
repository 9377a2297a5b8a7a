"""Conversion between XML elements and values, the same for both sides of the wire.

A message that is written as the contract writes it is read at once (`plain_messages`). Any other goes a longer way,
which is tolerant where nothing can be lost: children may come in any order, attributes are dropped but for `xsi:nil`,
elements of another revision are set aside (in a record they are kept), and ids and times may be in every form that .NET
reads. What is left must be valid by the WSDL's own schemas. zeep's reader is not used since it drops or bends what it
does not expect: wrong Booleans, fields behind unknown ones, another operation's body.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import cache
from threading import Lock
from typing import Any

from lxml import etree

from . import names, plain_messages
from .errors import ContractError
from .operations import Operation
from .plain_messages import NotPlain
from .records import Record, UnknownElement, WireField, wire_fields
from .schema import message_schema
from .text_lists import read_text_lists
from .wire_types import (
    BLANKS,
    DATE_TIME,
    INT,
    ListType,
    Moment,
    RecordType,
    Scalar,
    TextLists,
    WireType,
    read_moment,
    write_moment,
)

_one_at_a_time = Lock()  # a schema has one log: two messages at once would get each other's complaints
NOT_KEPT_TO = "The message does not keep to the contract."
PIECE = 100
"""How many records of a list are validated at once."""
_PREFIXES = {"a": names.APP, "c": names.CRM, "b": names.SYS, "e": names.EXTENSIONS, "i": names.XSI}


def read_arguments(operation: Operation, wrapper: etree._Element) -> dict[str, Any]:
    """The arguments of a request by their Python names; ContractError when the wrapper is not valid."""
    with suppress(NotPlain):
        return operation.arguments(plain_messages.read_arguments(operation, wrapper))
    return _arguments_by_schema(operation, wrapper)


def read_result(operation: Operation, wrapper: etree._Element) -> Any:
    """The result of a reply; None for a nil or missing one. ContractError when the wrapper is not valid."""
    if wrapper.tag != operation.tag(operation.response_element):
        raise ContractError(f"The reply to {operation.name} holds another message.")
    if operation.result is None:
        return None
    with suppress(NotPlain):
        return plain_messages.read_result(operation, wrapper)
    return _result_by_schema(operation, operation.result, wrapper)


def texts(kind: WireType, value: Any, nil: object = None) -> Any:
    """The value as text, mappings and lists by the wire's names: what a SOAP library is given to write.

    `nil` stands for a nil element; elements that the record was not given are left out.
    """
    if value is None:
        return nil
    match kind:
        case Scalar():
            return kind.write(value)
        case Moment():
            return {"DateTime": write_moment(value), "OffsetMinutes": "0"}
        case RecordType():
            return {entry.element: texts(entry.kind, getattr(value, entry.attribute), nil) for entry in _given(value)}
        case ListType():
            return {kind.record.__name__: [texts(RecordType(kind.record), item, nil) for item in value]}
        case TextLists():
            raise TypeError("No request of the contract has a dictionary.")


def restore_unknown(element: etree._Element, record: Record) -> None:
    """Put the elements that this revision does not know back where they stood in the record's element."""
    for unknown in reversed(record.unknown):
        position = next((index + 1 for index, child in enumerate(element) if child.tag == unknown.after), 0)
        # Written and read, it takes along every prefix in whose scope it stood, also those of names in its values.
        element.insert(position, etree.fromstring(etree.tostring(unknown.element, with_tail=False)))


def _arguments_by_schema(operation: Operation, wrapper: etree._Element) -> dict[str, Any]:
    _check(wrapper, {operation.tag(parameter.element): parameter.kind for parameter in operation.parameters})
    return {
        parameter.name: _read(wrapper.find(operation.tag(parameter.element)), parameter.kind)
        for parameter in operation.parameters
    }


def _result_by_schema(operation: Operation, kind: WireType, wrapper: etree._Element) -> Any:
    element = operation.tag(operation.result_element)
    if not isinstance(kind, TextLists):  # which is looked at as it is read
        _check(wrapper, {element: kind})
    return _read(wrapper.find(element), kind)


def _given(record: Record) -> Iterator[WireField]:
    return (entry for entry in wire_fields(type(record)) if record.has(entry.attribute))


def _read(element: etree._Element | None, kind: WireType) -> Any:
    if element is None or _is_nil(element):
        return kind.absent
    try:
        return _read_value(element, kind)
    except (ValueError, KeyError) as error:
        raise ContractError(f"The value of {_local(element)} cannot be read.") from error


def _read_value(element: etree._Element, kind: WireType) -> Any:
    match kind:
        case Scalar():
            return kind.read(element.text or "")
        case Moment():
            parts = {_local(child): child.text or "" for child in element}
            return read_moment(parts["DateTime"], int(parts["OffsetMinutes"]))
        case RecordType():
            return _read_record(element, kind.record)
        case ListType():
            items = element.iterchildren(f"{{{kind.record.NAMESPACE}}}{kind.record.__name__}")
            return [_read_record(item, kind.record) for item in items if not _is_nil(item)]
        case TextLists():
            return read_text_lists(element)


def _read_record(element: etree._Element, record: Any) -> Any:
    known = dict(zip(_children(RecordType(record)), wire_fields(record), strict=True))
    values: dict[str, Any] = {}
    unknown: list[UnknownElement] = []
    before = ""
    for child in element:
        if entry := known.get(str(child.tag)):
            values[entry.attribute] = entry.absent if _is_nil(child) else _read(child, entry.kind)
            before = str(child.tag)
        else:
            unknown.append(UnknownElement(before, child))
    return record(**values, present=frozenset(values), unknown=tuple(unknown))


def _check(wrapper: etree._Element, children: Mapping[str, WireType]) -> None:
    """Validate what the contract knows of a message; ContractError where it is not kept to."""
    schema = message_schema(str(etree.QName(wrapper).namespace))
    tidy = _tidied(wrapper, children)
    for piece in _pieces(tidy, children):
        with _one_at_a_time:
            if not schema.validate(piece):
                raise ContractError(f"{NOT_KEPT_TO} {_first_complaint(schema)}")


def _pieces(tidy: etree._Element, children: Mapping[str, WireType]) -> Iterator[etree._Element]:
    """The message with a part of its list at a time: a schema writes down every complaint, and one is enough."""
    for element in tidy:
        if not isinstance(children[str(element.tag)], ListType):
            continue
        items = list(element)
        for start in range(0, len(items), PIECE):
            element[:] = items[start : start + PIECE]
            yield tidy
        element[:] = []
    yield tidy


def _first_complaint(schema: etree.XMLSchema) -> str:
    entry = schema.error_log.last_error
    return "" if entry is None else re.sub(r"\{https?:[^}]*\}", "", entry.message)


def _tidied(source: etree._Element, children: Mapping[str, WireType]) -> etree._Element:
    """A copy that holds the known children only, in the order of the contract.

    What can come in any number is refused here: the schema would look at all of it, attributes each against each other.
    """
    # Elements that are made in their place have no namespaces of their own: to move many of those takes quadratic time.
    tidy = etree.Element(source.tag, nsmap=_PREFIXES)
    _fill(tidy, source, children)
    return tidy


def _fill(
    tidy: etree._Element, source: etree._Element, children: Mapping[str, WireType], is_list: bool = False
) -> None:
    tidy.text = (source.text or "").strip(BLANKS) or None  # to a schema even a line break can be content
    found = _by_tag(source, children, is_list)
    for tag, kind in children.items():
        for child in found.get(tag, ()):
            copy = etree.SubElement(tidy, child.tag, _nil(child))
            if isinstance(kind, Scalar):
                copy.text = _scalar_text(child, kind)
            else:
                _fill(copy, child, _children(kind), isinstance(kind, ListType))


def _scalar_text(element: etree._Element, kind: Scalar) -> str | None:
    """The text as the schema knows it; ContractError when there are elements in it."""
    if len(element):
        raise ContractError(f"The element {element[0].tag!s} has no place in {_local(element)}.")
    text = kind.tidied(element.text or "")
    return text.strip(BLANKS) or None if _is_nil(element) else text


def _nil(source: etree._Element) -> dict[str, str]:
    """The contract's only attribute. All others are passed over: xsi:type, encodingStyle, wsu:Id, id."""
    if source.get(names.REFERENCE) is not None:
        raise ContractError(f"{_local(source)} refers to another element, which is not followed here.")
    nil = source.get(names.NIL)
    return {} if nil is None else {names.NIL: nil}


def _by_tag(source: etree._Element, children: Mapping[str, WireType], is_list: bool) -> dict[str, list[etree._Element]]:
    known = {etree.QName(tag).localname for tag in children}
    found: dict[str, list[etree._Element]] = {}
    for child in source:
        tag = str(child.tag)
        if tag in found and not is_list:
            raise ContractError(f"The element {_local(child)} stands in {_local(source)} more than once.")
        if tag in children:
            found.setdefault(tag, []).append(child)
        elif _local(child) in known:
            raise ContractError(f"The element {tag} has no place in {_local(source)}.")
    return found


@cache
def _children(kind: WireType) -> dict[str, WireType]:
    """The children that an element of a kind may have, in order."""
    match kind:
        case Scalar() | TextLists():
            return {}
        case Moment():
            return {f"{{{names.SYS}}}DateTime": DATE_TIME, f"{{{names.SYS}}}OffsetMinutes": INT}
        case RecordType():
            space = kind.record.NAMESPACE
            return {f"{{{space}}}{entry.element}": entry.kind for entry in wire_fields(kind.record)}
        case ListType():
            return {f"{{{kind.record.NAMESPACE}}}{kind.record.__name__}": RecordType(kind.record)}


def _local(element: etree._Element) -> str:
    return etree.QName(element).localname


def _is_nil(element: etree._Element) -> bool:
    return element.get(names.NIL, "").strip(BLANKS) in ("true", "1")
