"""The kinds of value on the wire (spec, sections 1.4 and 1.5), each with its text form and what stands for "absent"."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import Any
from uuid import UUID

BLANKS = " \t\r\n"
"""White space to XML (XML 1.0, section 2.3)."""
ZERO_ID = UUID(int=0)
NEVER = datetime.min.replace(tzinfo=UTC)
FOREVER = datetime.max.replace(tzinfo=UTC)

_DATE_TIME = re.compile(
    r"(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d):(\d\d):(\d\d)(?:\.(\d+))?)?)?)?([Zz]|[+-]\d\d:[0-5]\d)?", re.ASCII
)
_HYPHENATED = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_GUID = re.compile(rf"[0-9a-f]{{32}}|{_HYPHENATED}|\{{{_HYPHENATED}\}}|\({_HYPHENATED}\)", re.ASCII | re.IGNORECASE)
_GUID_DIGITS = (8, 4, 4, *[2] * 8)
_NUMBERS = [f"0x([0-9a-f]{{1,{digits}}})" for digits in _GUID_DIGITS]
_GUID_IN_NUMBERS = re.compile(
    rf"\{{{','.join(_NUMBERS[:3])},\{{{','.join(_NUMBERS[3:])}\}}\}}", re.ASCII | re.IGNORECASE
)


@dataclass(frozen=True)
class Scalar:
    """A value that is the text of one element; `read` raises ValueError for a text that is not of the kind."""

    type_name: str
    read: Callable[[str], Any]
    write: Callable[[Any], str]
    absent: Any
    members: tuple[Enum, ...] = ()
    """The values of an enumeration."""
    tidied: Callable[[str], str] = str
    """The text in the one form that the schema knows, where the original reads more; any other text as it is."""


@dataclass(frozen=True)
class Moment:
    """An instant, carried as `sys:DateTimeOffset`: aware and UTC in Python."""

    type_name: str = "sys:DateTimeOffset"
    absent: datetime = NEVER


@dataclass(frozen=True)
class RecordType:
    """One record of a class of `records`."""

    record: Any
    absent: None = None


@dataclass(frozen=True)
class ListType:
    """A list of records of one class."""

    record: Any
    absent: None = None


@dataclass(frozen=True)
class TextLists:
    """A dictionary from strings to lists of strings, as .NET writes one (`text_lists`)."""

    type_name: str = "arr:ArrayOfKeyValueOfstringArrayOfstringty7Ep6D1"
    absent: None = None


WireType = Scalar | Moment | RecordType | ListType | TextLists


def read_boolean(text: str) -> bool:
    """Return the Boolean of `true`, `false`, `1` or `0` (XML Schema 2, section 3.2.2)."""
    return {"true": True, "1": True, "false": False, "0": False}[text.strip()]


def read_guid(text: str) -> UUID:
    """The id of a text in a form of .NET's `Guid.ToString`: N, D, B, P or X; blanks around it do not count."""
    trimmed = text.strip()
    if _GUID.fullmatch(trimmed):
        return UUID(trimmed.strip("{}()"))
    numbers = _GUID_IN_NUMBERS.fullmatch("".join(trimmed.split()))
    if numbers is None:
        raise ValueError(f"{text!r} is not a GUID")
    return UUID("".join(number.zfill(digits) for number, digits in zip(numbers.groups(), _GUID_DIGITS, strict=True)))


def read_moment(text: str, offset_minutes: int) -> datetime:
    """The instant of an `xs:dateTime`; without a zone mark it is wall-clock time at the offset (spec, section 1.5).

    As the original reads them, a date without a time is its midnight, and a month or year its first one. It reads a
    time without a date as today's: that is no instant, and refused. Digits beyond microseconds are dropped, never
    rounded, since the largest value must not become the year 10000.
    """
    wall, zone = _wall_clock(text)
    shift = timedelta(minutes=offset_minutes) if zone is None else _zone_shift(zone)
    try:
        return wall.replace(tzinfo=UTC) - shift
    except OverflowError:
        return NEVER if shift > timedelta(0) else FOREVER


def write_moment(moment: datetime) -> str:
    """The `xs:dateTime` text in UTC, trailing zeros of the fraction dropped."""
    if moment.year == FOREVER.year and moment == FOREVER:
        return "9999-12-31T23:59:59.9999999Z"
    text = (moment if moment.tzinfo is UTC else moment.astimezone(UTC)).isoformat()[: -len("+00:00")]
    return f"{text.rstrip('0') if '.' in text else text}Z"


def enumeration(type_name: str, values: type[Enum], absent: Enum | None) -> Scalar:
    """The kind of an XSD enumeration whose members carry the names of the wire."""
    return Scalar(type_name, lambda text: values(text.strip()), lambda member: str(member.value), absent, tuple(values))


def _wall_clock(text: str) -> tuple[datetime, str | None]:
    """The parts of an `xs:dateTime`: what clocks show, and the zone mark."""
    match = _DATE_TIME.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"{text!r} is not a time")
    year, month, day, hour, minute, second, fraction, zone = match.groups()
    microsecond = int((fraction or "0")[:6].ljust(6, "0"))
    clock = (int(hour or 0), int(minute or 0), int(second or 0), microsecond)
    return datetime(int(year), int(month or 1), int(day or 1), *clock), zone  # noqa: DTZ001 (the zone is beside it)


def _tidied_date_time(text: str) -> str:
    try:
        return _wall_clock(text)[0].isoformat()
    except ValueError:
        return text


def _tidied_guid(text: str) -> str:
    try:
        return str(read_guid(text))
    except ValueError:
        return text


def _zone_shift(zone: str) -> timedelta:
    if zone in "Zz":
        return timedelta(0)
    minutes = int(zone[1:3]) * 60 + int(zone[4:6])
    return timedelta(minutes=-minutes if zone[0] == "-" else minutes)


STRING = Scalar("xs:string", str, str, None)
INT = Scalar("xs:int", int, str, 0)
BOOLEAN = Scalar("xs:boolean", read_boolean, lambda flag: "true" if flag else "false", False)
GUID = Scalar("ser:guid", read_guid, str, ZERO_ID, tidied=_tidied_guid)
DATE_TIME = Scalar("xs:dateTime", str, str, None, tidied=_tidied_date_time)
"""The first part of a moment, which cannot be read without the second."""
MOMENT = Moment()
TEXT_LISTS = TextLists()
