"""The values that the original client filled in, since the original service does not (spec, quirk Q3).

A service that makes ids and times itself, as the built-in one, goes on doing so.
"""

from datetime import datetime
from typing import Any, TypeVar
from uuid import uuid4

from sipsorcery_web.contract.records import Record, wire_fields
from sipsorcery_web.contract.wire_types import NEVER, ZERO_ID

R = TypeVar("R", bound=Record)


def filled_in(record: R, now: datetime) -> R:
    """A record to be added: with an id, the times that it has fields for, and no null where a column refuses one.

    What is there already stays.
    """
    given: Any = record
    made: dict[str, Any] = {}
    if given.id == ZERO_ID:
        made["id"] = uuid4()
    for name in ("inserted", "last_update"):
        if getattr(given, name, now) == NEVER:
            made[name] = now
    return without_nulls(record.with_(**made))


def touched(record: R, now: datetime) -> R:
    """A record to be stored in place of another: with the time of this change, where it has a field for that.

    A field that was not given, and so keeps what is stored, is left alone.
    """
    names = [entry.attribute for entry in wire_fields(type(record)) if record.has(entry.attribute)]
    has_time = "last_update" in names
    return without_nulls(record.with_(last_update=now) if has_time else record)


def without_nulls(record: R) -> R:
    """The record with an empty text for each null that its column refuses.

    Passwords are left as they are: to those nil means something else.
    """
    required = [entry.attribute for entry in wire_fields(type(record)) if entry.is_required]
    names = [name for name in required if record.has(name)]
    blank = {name: "" for name in names if getattr(record, name) is None}
    return record.with_(**blank) if blank else record
