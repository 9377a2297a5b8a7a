"""Constants of the language: from text to value and back."""

from datetime import UTC, datetime
from math import isinf
from uuid import UUID

from ..character_sets import NOT_XML
from ..wire_types import read_guid
from .errors import FilterError

INT32 = range(-(2**31), 2**31)
INT64 = range(-(2**63), 2**63)

WHITE_SPACE = "\t\n\v\f\r \x85\xa0\u1680" + "".join(map(chr, range(0x2000, 0x200B))) + "\u2028\u2029\u202f\u205f\u3000"
"""What String.Trim takes off: Char.IsWhiteSpace."""


def refuse_unsendable(text: str) -> None:
    """Raise FilterError for a text that XML cannot carry: neither a request nor a fault with it could be sent."""
    if found := NOT_XML.search(text):
        raise FilterError(f"Syntax error 'U+{ord(found[0]):04X}'")


def to_integer(text: str) -> int:
    """Raise FilterError outside the 64 bits that every store has."""
    digits = text.removeprefix("-")
    # int() is quadratic and refuses thousands of digits; no number of 64 bits has more than 19 after its zeros.
    if not digits.isdecimal() or len(digits.lstrip("0")) > 19 or int(text) not in INT64:
        raise FilterError(f"Invalid integer literal '{text}'")
    return int(text)


def to_real(text: str) -> float:
    """Raise FilterError for a number beyond double precision."""
    value = float(text.rstrip("fF"))
    if isinf(value):
        raise FilterError(f"Invalid real literal '{text}'")
    return value


def to_guid(text: str) -> UUID:
    """Raise FilterError for a text in none of .NET's forms of a GUID."""
    try:
        return read_guid(text)
    except ValueError:
        raise FilterError(f"Invalid Guid literal '{text}'") from None


def to_time(text: str) -> datetime:
    """Read ISO 8601, as UTC where it names no zone; raise FilterError for anything else."""
    try:
        return in_utc(datetime.fromisoformat(text))
    except (ValueError, OverflowError):
        raise FilterError(f"Invalid DateTime literal '{text}'") from None


def in_utc(moment: datetime) -> datetime:
    """The same instant in UTC; a time without zone is UTC already."""
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def quoted(text: str, quote: str = '"') -> str:
    """A literal of the text: a quote within is doubled, the language has no other escape."""
    return quote + text.replace(quote, quote * 2) + quote


def unquoted(literal: str) -> str:
    """The text of a literal."""
    quote = literal[0]
    return literal[1:-1].replace(quote * 2, quote)


def time_text(moment: datetime) -> str:
    """The instant in ISO 8601 with the zone mark of UTC."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
