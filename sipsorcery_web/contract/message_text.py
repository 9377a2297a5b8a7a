"""Messages written as text, each type of record by a function made from the contract.

A message holds what the contract knows. Elements of another revision, which a record was read with, are put back by
`codec.restore_unknown`.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache, lru_cache
from operator import attrgetter
from typing import Any

from . import names
from .character_sets import NOT_XML
from .operations import Operation
from .records import PlainPage, Record, WireField, wire_fields
from .text_lists import ENTRY
from .wire_types import BOOLEAN, STRING, ListType, Moment, RecordType, Scalar, TextLists, WireType, write_moment

_HEAD = f"<?xml version='1.0' encoding='utf-8'?>\n<s:Envelope xmlns:s=\"{names.SOAP}\"><s:Body>"
_TAIL = "</s:Body></s:Envelope>"
PREFIXES = {names.APP: "a", names.CRM: "c", names.SYS: "b", names.XSI: "i", names.EXTENSIONS: "e"}
NIL = ' i:nil="true"'


def answer_bytes(operation: Operation, result: Any) -> bytes:
    """The whole message that answers an operation. ValueError for a text that XML cannot carry."""
    kind = operation.result
    content = "" if kind is None else _written(operation.result_element, kind, result)
    return (_HEAD + _element(operation.response_element, content, _default(operation)) + _TAIL).encode()


@cache
def around_list(operation: Operation) -> tuple[str, str]:
    """Return what stands before and behind the records of a message that answers an operation with some."""
    kind: Any = operation.result
    result = _element(operation.result_element, "\0", _spaces(kind.record))
    written = _element(operation.response_element, result, _default(operation))
    before, after = (_HEAD + written + _TAIL).split("\0")
    return before, after


def request_text(operation: Operation, arguments: Mapping[str, Any]) -> str:
    """The wrapper of a request. ValueError as above."""
    written = [_written(each.element, each.kind, arguments[each.name]) for each in operation.parameters]
    return _element(operation.name, "".join(written), _default(operation))


def _default(operation: Operation) -> str:
    return f' xmlns="{operation.namespace}"'


@cache
def _spaces(record: Any) -> str:
    """Return the declarations of a record's prefixes; the extensions' own is for their records alone."""
    spaces = PREFIXES.keys() - ({names.EXTENSIONS} - {record.NAMESPACE})
    return "".join(f' xmlns:{prefix}="{space}"' for space, prefix in PREFIXES.items() if space in spaces)


def _written(name: str, kind: WireType, value: Any) -> str:
    """The element of an argument or a result."""
    match kind:
        case Scalar() | TextLists() if value is None:
            return f'<{name} xmlns:xsi="{names.XSI}" xsi:nil="true"/>'
        case Scalar():
            return f"<{name}>{_escaped(kind.write(value))}</{name}>"
        case TextLists():
            return _element(name, _entries(value), f' xmlns:a="{names.ARRAYS}"')
        case RecordType() | ListType() if value is None:
            return _element(name, "", _spaces(kind.record) + NIL)
        case RecordType():
            return _element(name, _fields(kind.record, value), _spaces(kind.record))
        case ListType():
            return _element(name, _items(kind.record, value), _spaces(kind.record))
    raise TypeError(f"No message of the contract holds a {kind.type_name} by itself.")


def _element(name: str, content: str, attributes: str = "") -> str:
    return f"<{name}{attributes}>{content}</{name}>" if content else f"<{name}{attributes}/>"


def _items(kind: Any, records: Iterable[Record] | PlainPage) -> str:
    name = f"{PREFIXES[kind.NAMESPACE]}:{kind.__name__}"
    if isinstance(records, PlainPage):
        write = _whole(kind)
        return "".join([f"<{name}>{write(*values)}</{name}>" for values in records.values()])
    return "".join([_element(name, _fields(kind, record)) for record in records])


def _entries(lists: Mapping[str, Iterable[str]]) -> str:
    """The elements of a dictionary."""
    return "".join(_element(f"a:{ENTRY}", _entry(key, texts)) for key, texts in lists.items())


def _entry(key: str, texts: Iterable[str]) -> str:
    strings = "".join(_element("a:string", _escaped(text) or "") for text in texts)
    return _element("a:Key", _escaped(key) or "") + _element("a:Value", strings)


def _fields(kind: Any, record: Record) -> str:
    """The elements of a record: those that were given."""
    return _record_writer(kind, record.present)(record)


@lru_cache(maxsize=256)
def _record_writer(kind: Any, present: frozenset[str] | None) -> Callable[[Record], str]:
    """Return the function that writes a record of which these fields were given."""
    entries = [entry for entry in wire_fields(kind) if present is None or entry.attribute in present]
    if not entries:
        return lambda _: ""
    values_of, write = attrgetter(*(entry.attribute for entry in entries)), _compiled(kind, entries)
    return (lambda record: write(*values_of(record))) if len(entries) > 1 else lambda record: write(values_of(record))


@cache
def _whole(kind: Any) -> Callable[..., str]:
    """Return the function that writes a record from the values of all its fields."""
    return _compiled(kind, wire_fields(kind))


def _compiled(kind: Any, entries: Sequence[WireField]) -> Callable[..., str]:
    """Make a function of the fields' values, as `dataclasses` makes its own: from the names of the contract alone.

    To look at each value's kind when it is written would take several times as long.
    """
    texts = [f"v{place}" for place, entry in enumerate(entries) if entry.kind is STRING]
    together = "".join(f"{{{text}}}" for text in texts)
    known: dict[str, Any] = {"escaped": _escaped, "moment": write_moment, "yes": "true", "no": "false"}
    parts = []
    for place, entry in enumerate(entries):
        name = f"{PREFIXES[kind.NAMESPACE]}:{entry.element}"
        known |= {f"nil{place}": f"<{name}{NIL}/>", f"write{place}": getattr(entry.kind, "write", None)}
        parts.append(f"{{nil{place} if v{place} is None else f'<{name}>{_value(entry.kind, place)}</{name}>'}}")
    lines = [
        f"def write({', '.join(f'v{place}' for place in range(len(entries)))}):",
        f"    told = f'{together}'",
        "    if not told.isprintable() or '&' in told or '<' in told or '>' in told:",
        *(f"        {text} = escaped({text})" for text in texts),
        "        pass",
        f'    return f"{"".join(parts)}"',
    ]
    exec("\n".join(lines), known)  # noqa: S102
    write: Callable[..., str] = known["write"]
    return write


def _value(kind: WireType, place: int) -> str:
    """The expression for the text of a value that is not nil; of a string, once it is escaped."""
    if isinstance(kind, Moment):
        return f"<b:DateTime>{{moment(v{place})}}</b:DateTime><b:OffsetMinutes>0</b:OffsetMinutes>"
    if kind is BOOLEAN:
        return f"{{yes if v{place} else no}}"
    return f"{{v{place}}}" if kind is STRING else f"{{write{place}(v{place})}}"


def _escaped(text: str | None) -> str | None:
    """The text as content of an element. ValueError for a character that XML cannot carry."""
    if text is None:
        return None
    if not text.isprintable() and NOT_XML.search(text):
        raise ValueError("A text holds a character that XML cannot carry.")
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return text.replace("\r", "&#13;")  # bare, it would be read as the end of a line (XML 1.0, section 2.11)
