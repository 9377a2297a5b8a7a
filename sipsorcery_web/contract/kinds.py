"""The kinds of value on the wire (spec, sections 1.4 and 1.5), each with its text form and what stands for "absent"."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import Any
from uuid import UUID

ZERO_ID = UUID(int=0)
NEVER = datetime.min.replace(tzinfo=UTC)
FOREVER = datetime.max.replace(tzinfo=UTC)

_DATE_TIME = re.compile(r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d+))?(Z|[+-]\d\d:\d\d)?")


@dataclass(frozen=True)
class Scalar:
    """A value that is the text of one element; `read` raises ValueError for a text that is not of the kind."""

    type_name: str
    read: Callable[[str], Any]
    write: Callable[[Any], str]
    absent: Any
    members: tuple[Enum, ...] = ()
    """The values of an enumeration."""


@dataclass(frozen=True)
class Moment:
    """An instant, carried as `sys:DateTimeOffset`: aware and UTC in Python."""

    type_name: str = "sys:DateTimeOffset"
    absent: datetime = NEVER


@dataclass(frozen=True)
class RecordKind:
    """One record of a class of `records`."""

    record: Any
    absent: None = None


@dataclass(frozen=True)
class ListKind:
    """A list of records of one class."""

    record: Any
    absent: None = None


Kind = Scalar | Moment | RecordKind | ListKind


def read_boolean(text: str) -> bool:
    """`true`, `false`, `1` or `0` (XML Schema 2, section 3.2.2)."""
    return {"true": True, "1": True, "false": False, "0": False}[text.strip()]


def read_moment(text: str, offset_minutes: int) -> datetime:
    """The instant of an `xs:dateTime`; without a zone mark it is wall-clock time at the offset (spec, section 1.5).

    Digits beyond microseconds are dropped, never rounded, since the largest value must not become the year 10000.
    """
    match = _DATE_TIME.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"{text!r} is not a time")
    year, month, day, hour, minute, second = map(int, match.group(1, 2, 3, 4, 5, 6))
    microsecond = int((match[7] or "0")[:6].ljust(6, "0"))
    wall, zone = datetime(year, month, day, hour, minute, second, microsecond, UTC), match[8]
    shift = timedelta(minutes=offset_minutes) if zone is None else _zone_shift(zone)
    try:
        return wall - shift
    except OverflowError:
        return NEVER if shift > timedelta(0) else FOREVER


def write_moment(moment: datetime) -> str:
    """The `xs:dateTime` text in UTC, trailing zeros of the fraction dropped."""
    if moment == FOREVER:
        return "9999-12-31T23:59:59.9999999Z"
    utc = moment.astimezone(UTC)
    fraction = f".{utc.microsecond:06d}".rstrip("0").rstrip(".")
    return f"{utc.year:04d}-{utc:%m-%dT%H:%M:%S}{fraction}Z"


def enumeration(type_name: str, values: type[Enum], absent: Enum | None) -> Scalar:
    """The kind of an XSD enumeration whose members carry the names of the wire."""
    return Scalar(type_name, lambda text: values(text.strip()), lambda member: str(member.value), absent, tuple(values))


def _zone_shift(zone: str) -> timedelta:
    if zone == "Z":
        return timedelta(0)
    minutes = int(zone[1:3]) * 60 + int(zone[4:6])
    return timedelta(minutes=-minutes if zone[0] == "-" else minutes)


STRING = Scalar("xs:string", str, str, None)
INT = Scalar("xs:int", int, str, 0)
BOOLEAN = Scalar("xs:boolean", read_boolean, lambda flag: "true" if flag else "false", False)
GUID = Scalar("ser:guid", UUID, str, ZERO_ID)
MOMENT = Moment()
