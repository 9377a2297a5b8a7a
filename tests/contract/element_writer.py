"""Messages written element by element: what the text of answers is compared with, and requests as a client sends them."""

from collections.abc import Iterable, Mapping
from typing import Any

from lxml import etree

from sipsorcery_web.contract import codec, names
from sipsorcery_web.contract.envelope import envelope_bytes
from sipsorcery_web.contract.operations import Operation
from sipsorcery_web.contract.records import Record, wire_fields
from sipsorcery_web.contract.wire_types import ListType, Moment, RecordType, Scalar, WireType, write_moment

PREFIXES = {"a": names.APP, "c": names.CRM, "b": names.SYS, "i": names.XSI}


def write_arguments(operation: Operation, arguments: Mapping[str, Any]) -> etree._Element:
    """The wrapper element of a request."""
    values = [(parameter.element, parameter.kind, arguments[parameter.name]) for parameter in operation.parameters]
    return _wrapper(operation, operation.name, values)


def write_result(operation: Operation, result: Any) -> etree._Element:
    """The wrapper element of a reply; an operation without a result has an empty one."""
    values = [] if operation.result is None else [(operation.result_element, operation.result, result)]
    return _wrapper(operation, operation.response_element, values)


def answer(operation: Operation, result: Any) -> bytes:
    """The whole message of a reply."""
    return envelope_bytes(write_result(operation, result))


def _wrapper(operation: Operation, name: str, values: Iterable[tuple[str, WireType, Any]]) -> etree._Element:
    wrapper = etree.Element(operation.tag(name), nsmap={None: operation.namespace})
    for element, kind, value in values:
        _write(wrapper, operation.tag(element), kind, value)
    return wrapper


def _write(parent: etree._Element, tag: str, kind: WireType, value: Any) -> None:
    element = etree.SubElement(parent, tag, nsmap=_prefixes(kind) if isinstance(kind, RecordType | ListType) else None)
    if value is None:
        element.set(names.NIL, "true")
        return
    match kind:
        case Scalar():
            element.text = kind.write(value)
        case Moment():
            etree.SubElement(element, f"{{{names.SYS}}}DateTime").text = write_moment(value)
            etree.SubElement(element, f"{{{names.SYS}}}OffsetMinutes").text = "0"
        case RecordType():
            _write_record(element, value)
        case ListType():
            for item in value:
                _write(element, f"{{{kind.record.NAMESPACE}}}{kind.record.__name__}", RecordType(kind.record), item)


def _prefixes(kind: RecordType | ListType) -> dict[str, str]:
    return PREFIXES | ({"e": names.EXTENSIONS} if kind.record.NAMESPACE == names.EXTENSIONS else {})


def _write_record(element: etree._Element, record: Record) -> None:
    for entry in wire_fields(type(record)):
        if record.has(entry.attribute):
            _write(element, f"{{{record.NAMESPACE}}}{entry.element}", entry.kind, getattr(record, entry.attribute))
    codec.restore_unknown(element, record)
