"""Lists read from the text of a message that is what `message_text` writes, in a third of the time that a tree takes.

One expression, made from the contract, takes a record with all of its fields at their places. So what is read here is
well-formed and valid, and means what it means by way of `codec`. Anything else ends the reading.
"""

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

from .character_sets import NOT_XML
from .message_text import NIL, PREFIXES, around_list
from .operations import Operation
from .plain_messages import NotPlain, Parse, parse_moment, parser_of
from .records import Record, WireField, wire_fields
from .wire_types import STRING, ListType, Scalar

_UTF_8 = ("", "utf-8", "utf8")
_ESCAPED = re.compile("&(?:amp|lt|gt|#13);")
Column = Sequence[str | None]
"""The texts of one field, and None where it is nil."""


def read_list(operation: Operation, document: bytes, charset: str | None) -> list[Any]:
    """The records that answer an operation. NotPlain, also where it is not answered by a list."""
    if not isinstance(operation.result, ListType) or (charset or "").lower() not in _UTF_8:
        raise NotPlain
    before, after = around_list(operation)
    try:
        text = document.decode()
    except UnicodeDecodeError:
        raise NotPlain from None
    if not text.startswith(before) or not text.endswith(after):
        raise NotPlain
    return list(_records(operation.result.record, text, len(before), len(text) - len(after)))


def _records(kind: Any, text: str, start: int, end: int) -> Iterator[Record]:
    entries = wire_fields(kind)
    names = [entry.attribute for entry in entries]
    every = frozenset(names)
    columns = zip(*_texts(_pattern(kind), text, start, end), strict=True)
    rows = zip(*map(_values, entries, columns), strict=True)
    return (kind.from_fields(dict(zip(names, row, strict=True)), every) for row in rows)


def _texts(pattern: re.Pattern[str], text: str, start: int, end: int) -> Iterator[Column]:
    """Yield the texts of each record's fields, one record behind the other. NotPlain where something else stands."""
    while start < end:
        found = pattern.match(text, start, end)
        if found is None:
            raise NotPlain
        yield found.groups()
        start = found.end()


def _values(entry: WireField, column: Column) -> Sequence[Any]:
    if entry.kind is STRING:
        return _strings(column)
    parse: Parse = parser_of(entry.kind) if isinstance(entry.kind, Scalar) else parse_moment
    values = {text: None if text is None else parse(text) for text in set(column)}
    return [values[text] for text in column]


def _strings(column: Column) -> Column:
    """The strings of texts, all of which are looked at together: most hold nothing that is escaped or refused."""
    together = "".join(filter(None, column))
    if not together.isprintable() and ("\r" in together or NOT_XML.search(together)):  # XML reads no bare "\r" as it is
        raise NotPlain
    return [text and _unescaped(text) for text in column] if "&" in together else column


def _unescaped(text: str) -> str:
    if text.count("&") != len(_ESCAPED.findall(text)):
        raise NotPlain
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&#13;", "\r").replace("&amp;", "&")


@cache
def _pattern(kind: Any) -> re.Pattern[str]:
    """Return the expression for a record, with a group for each field, which has matched nothing where that is nil."""
    name = f"{PREFIXES[kind.NAMESPACE]}:{kind.__name__}"
    return re.compile(f"<{name}>{''.join(_field(kind, entry) for entry in wire_fields(kind))}</{name}>")


def _field(kind: Any, entry: WireField) -> str:
    name = f"{PREFIXES[kind.NAMESPACE]}:{entry.element}"
    content = "([^<>]*+)"
    if not isinstance(entry.kind, Scalar):
        content = f"<b:DateTime>{content}</b:DateTime><b:OffsetMinutes>0</b:OffsetMinutes>"
    nil = f"|{NIL}/>" if entry.nillable else ""
    return f"<{name}(?:>{content}</{name}>{nil})"
