"""The values of records in JSON: names in snake_case, times by RFC 3339, and what is not set as null.

A secret that is not told is left out.
"""

import json
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import Enum
from functools import cache
from typing import Any
from uuid import UUID

from sipsorcery_web.contract.records import Record, WireField, wire_fields
from sipsorcery_web.contract.wire_types import BOOLEAN, GUID, INT, NEVER, Moment, Scalar, read_moment, write_moment

INT32 = range(-(2**31), 2**31)
MOMENT = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:[0-5]\d)", re.ASCII)
"""A time as RFC 3339 writes it, with its zone."""
UUID_TEXT = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII | re.IGNORECASE)


class WrongType(ValueError):
    """A value that is not of its field's type; the message says what would be."""


def written(value: object) -> bytes:
    """Return a value as the bytes of a JSON text, with records' values in it."""
    return json.dumps(value, default=_plain, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def told(record: type[Record], values: Sequence[Any]) -> dict[str, Any]:
    """Return the values of a record's fields by their names."""
    kind: Any = record
    names, secrets = _names(kind)
    found = dict(zip(names, values, strict=True))
    for name in secrets:
        if not found[name]:  # nil, or one that the service cannot read
            del found[name]
    return found


def read(entry: WireField, value: object) -> Any:
    """Return the value of a field as it was given in JSON; WrongType where it is another one."""
    if value is None:
        if entry.nillable or isinstance(entry.kind, Moment):
            return entry.absent
        raise WrongType("It cannot be null.")
    return _read_value(entry, value)


def read_time(text: str) -> datetime:
    """Return the instant of a text as RFC 3339 writes it; WrongType for any other."""
    if not MOMENT.fullmatch(text):
        raise WrongType("It has to be a time such as 2026-12-01T09:30:00Z.")
    try:
        return read_moment(text.upper(), 0)
    except ValueError:
        raise WrongType("There is no such time.") from None


def _read_value(entry: WireField, value: object) -> Any:
    kind = entry.kind
    if kind is BOOLEAN:
        return _of(bool, value, "It has to be true or false.")
    if kind is INT:
        number = _of(int, value, "It has to be a whole number.")
        if isinstance(value, bool) or number not in INT32:
            raise WrongType("It has to be a whole number of 32 bits.")
        return number
    text = _of(str, value, "It has to be a text.")
    if isinstance(kind, Moment):
        return read_time(text)
    if kind is GUID:
        return read_id(text)
    return _member(kind, text) if isinstance(kind, Scalar) and kind.members else text


def read_id(text: str) -> UUID:
    """Return the id of a text in the form with hyphens; WrongType for any other."""
    if not UUID_TEXT.fullmatch(text):
        raise WrongType("It has to be a UUID.")
    return UUID(text)


def _of(kind: type[Any], value: object, otherwise: str) -> Any:
    if not isinstance(value, kind):
        raise WrongType(otherwise)
    return value


def _member(kind: Scalar, text: str) -> Enum:
    for member in kind.members:
        if member.value == text:
            return member
    raise WrongType(f"It has to be one of {', '.join(str(member.value) for member in kind.members)}.")


@cache
def _names(record: Any) -> tuple[Sequence[str], Sequence[str]]:
    """Return the names of a record's fields, and those of its secrets."""
    fields = wire_fields(record)
    return [entry.attribute for entry in fields], [entry.attribute for entry in fields if entry.is_secret]


def _plain(value: object) -> str | None:
    if isinstance(value, datetime):
        return None if value == NEVER else write_moment(value)
    if isinstance(value, UUID):
        return str(value)
    raise TypeError(f"{type(value)} has no form in JSON")


def dumped(values: Mapping[str, object]) -> str:
    """Return values as one text, the same for the same ones in any order."""
    return json.dumps(values, sort_keys=True, default=_plain)
