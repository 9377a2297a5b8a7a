"""Reads dial strings, `leg & leg | leg` (facts of dial plans, section 3), into groups of destinations with options."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from .calls import Call
from .sip_text import UnfitText, display_name, host_part, one_line, uri_parameters, user_part
from .substitutions import substitute

LONGEST_DELAY = 120
LONGEST_CALL = 86_400
LONGEST_NAME = 100
_OPTIONS = re.compile(r"\[([^\[\]]*=[^\[\]]*)\]$")  # an IPv6 address has no =
_SCHEME = re.compile(r"(?:(sips?):)?(.*)", re.IGNORECASE | re.DOTALL)
_SECONDS = re.compile(r"[0-9]{1,9}")
_TRANSFERS: dict[str, "Transfer"] = {"n": "refused", "p": "passed", "c": "blind"}
_SWITCHBOARD = ("swcd", "swdd", "swcid", "swo", "rcd")

Transfer = Literal["", "refused", "passed", "blind"]


class DialStringError(ValueError):
    """The dial string cannot be read; the message is a sentence for the plan's log."""


@dataclass(frozen=True, kw_only=True)
class Options:
    """The options in brackets behind a leg."""

    delay: int = 0
    """Seconds that the leg starts later; at once when no other leg is ringing."""
    duration: int = 0
    """Seconds from the answer after which the call is hung up; 0 for no limit."""
    from_name: str | None = None
    from_user: str | None = None
    from_host: str | None = None
    follows_redirects: bool = False
    """Whether the contact of a 3xx answer becomes a leg; otherwise a 3xx is a failure."""
    transfer: Transfer = ""
    mangles_sdp: bool = True
    """Whether the other side's SDP address may be replaced by where it sends from."""
    switchboard: tuple[tuple[str, str], ...] = ()
    """Options of the old client's switchboard, by key."""


@dataclass(frozen=True)
class Destination:
    """One leg as it is written, with its words replaced."""

    user: str
    where: str
    """A provider's name, or a host with or without a port."""
    parameters: str = ""
    options: Options = Options()
    scheme: str = "sip"


@dataclass(frozen=True)
class DialString:
    """Groups one after the other, each of destinations that ring at once; notes tell what was not understood."""

    groups: tuple[tuple[Destination, ...], ...]
    notes: tuple[str, ...] = ()


def parse(text: str, call: Call) -> DialString:
    """Read a dial string for a call. Raises DialStringError where nothing can be dialled by it."""
    notes: list[str] = []
    groups = []
    for group in _split(text, "|"):
        legs = [_destination(leg.strip(), call, notes) for leg in _split(group, "&") if leg.strip()]
        if legs:
            groups.append(tuple(leg for leg in legs if leg))
    if not groups:
        raise DialStringError("There is nothing in the dial string.")
    return DialString(tuple(filter(None, groups)), tuple(notes))


def written_legs(text: str) -> list[tuple[str, str]]:
    """The user and the place of each leg as they are written, "" for no user. Raises DialStringError."""
    legs = [leg.strip() for group in _split(text, "|") for leg in _split(group, "&") if leg.strip()]
    parts = []
    for leg in legs:
        address = _SCHEME.fullmatch(_OPTIONS.sub("", leg).strip().strip("<>")).group(2)  # type: ignore[union-attr]
        user, _, where = address.rpartition("@")
        parts.append((user, where.partition(";")[0].strip()))
    return parts


def _split(text: str, mark: str) -> Iterator[str]:
    """Yield the parts between marks that stand outside of brackets."""
    depth, start = 0, 0
    for place, character in enumerate(text):
        if character == "[":
            depth += 1
        elif character == "]":
            depth = max(0, depth - 1)
        elif character == mark and not depth:
            yield text[start:place]
            start = place + 1
    if depth:
        raise DialStringError(f"A square bracket of the dial string is never closed: {one_line(text)[:100]}")
    yield text[start:]


def _destination(leg: str, call: Call, notes: list[str]) -> Destination | None:
    found = _OPTIONS.search(leg)
    options = _options(found[1], call, notes) if found else Options()
    address = leg[: found.start()].strip() if found else leg
    try:
        return replace(address_of(address, call), options=options)
    except UnfitText as error:
        notes.append(f"{one_line(leg)[:100]} is left out: {error}")
        return None


def address_of(text: str, call: Call) -> Destination:
    """The parts of `[sip:][user@]where[;parameters]`; no user means the dialled one. Raises UnfitText."""
    scheme, rest = _SCHEME.fullmatch(text.strip().strip("<>")).groups()  # type: ignore[union-attr]
    user, at, where = rest.rpartition("@")
    host, semicolon, parameters = where.partition(";")
    return Destination(
        user_part(substitute(user, call) if at else call.user),
        _where(substitute(host, call)),
        uri_parameters(semicolon + substitute(parameters, call)),
        scheme=(scheme or "sip").lower(),
    )


def _where(text: str) -> str:
    """A provider's name, which may have blanks and letters of any script in it, or a host."""
    text = text.strip()
    if text[:1].isalnum() and len(text) <= LONGEST_NAME and all(map(_is_of_name, text)):
        return text
    return host_part(text)


def _is_of_name(character: str) -> bool:
    return character.isalnum() or character in " _-'" or unicodedata.category(character).startswith("M")


def _options(text: str, call: Call, notes: list[str]) -> Options:
    options = Options()
    for part in text.split(","):
        key, _, value = part.partition("=")
        key, value = key.strip().lower(), substitute(value.strip(), call)
        changed = _with_option(options, key, value)
        if changed is None:
            notes.append(f"The option {one_line(part)[:60]} is not known and does nothing.")
        else:
            options = changed
    return options


def _with_option(options: Options, key: str, value: str) -> Options | None:
    """The options with one more; None where the key or its value is not understood."""
    match key:
        case "dt" | "cd" if _SECONDS.fullmatch(value):
            seconds = int(value)
            if key == "dt":
                return replace(options, delay=min(seconds, LONGEST_DELAY))
            return replace(options, duration=min(seconds, LONGEST_CALL))
        case "fd":
            return replace(options, from_name=display_name(value))
        case "fu":
            return replace(options, from_user=user_part(value))
        case "fh":
            return _with_host(options, value)
        case "rm":
            return replace(options, follows_redirects=value[:1].lower() == "a")
        case "tr" if value[:1].lower() in _TRANSFERS:
            return replace(options, transfer=_TRANSFERS[value[:1].lower()])
        case "ma":
            return replace(options, mangles_sdp=value.lower() != "false")
        case _ if key in _SWITCHBOARD:
            return replace(options, switchboard=(*options.switchboard, (key, one_line(value))))
    return None


def _with_host(options: Options, value: str) -> Options | None:
    try:
        return replace(options, from_host=host_part(value))
    except UnfitText:
        return None
