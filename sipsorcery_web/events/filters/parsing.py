"""Reads filters: clauses `key value`, joined by the word `and`. Of two with the same key the later one counts."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from ..event import EventType
from .clauses import (
    EVENTS,
    REQUESTS,
    AddressClause,
    Clause,
    EventClause,
    FamilyClause,
    MachineEventsClause,
    OwnAddressClause,
    RegexClause,
    RequestClause,
    ServerClause,
    SubscriptionClause,
    UserClause,
)
from .errors import FilterError
from .expressions import Expression

LONGEST = 256
DEFAULT = "event *"
NOT_RECOGNISED = "Filter {} was not recognised."
INVALID_ITEM = "Invalid item in filter: {}."
WRITES_NOTHING = "{} is for files on the server, and nothing is written there. Save the lines from the page."
TOO_LONG = f"A filter has at most {LONGEST} characters."

_AND = re.compile(r"\s+and\s+")
_ITEM = re.compile(r"(\S+) (\S+)")
_BY_NAME = {each.name.casefold(): each for each in EventType}


@dataclass(frozen=True)
class Filter:
    """The tree of a filter: clauses that hold together, by their keys. Without an event clause nothing is wanted."""

    clauses: Mapping[str, Clause]

    @property
    def events(self) -> EventClause | None:
        """The clause of event types."""
        clause = self.clauses.get("event")
        return clause if isinstance(clause, EventClause) else None

    @property
    def remarks(self) -> tuple[str, ...]:
        """Sentences about clauses that mean something else than one may think."""
        return tuple(_remarks(self))


def parse(text: str) -> Filter:
    """Parse a filter; one that is blank is `event *`. FilterError where it cannot be read."""
    if len(text) > LONGEST:
        raise FilterError(TOO_LONG, LONGEST + 1)
    if not text.strip():
        return parse(DEFAULT)
    clauses: dict[str, Clause] = {}
    for item, column in _items(text):
        clause_key, clause = _clause(item, column)
        if clause_key == "server" and "event" not in clauses:
            clauses["event"] = EventClause("*", column)
        clauses[clause_key] = clause
    return Filter(clauses)


def _items(text: str) -> Iterator[tuple[str, int]]:
    """Yield what stands between the words `and`, with its columns."""
    begin, end = len(text) - len(text.lstrip()), len(text.rstrip())
    for joint in _AND.finditer(text, begin, end):
        yield text[begin : joint.start()], begin + 1
        begin = joint.end()
    yield text[begin:end], begin + 1


def _clause(item: str, column: int) -> tuple[str, Clause]:
    pair = _ITEM.fullmatch(item)
    if pair is None:
        raise FilterError(INVALID_ITEM.format(item), column)
    key, value = pair.groups()
    if key not in _KEYS:
        raise FilterError(NOT_RECOGNISED.format(key), column)
    kept_as, read = _KEYS[key]
    return kept_as, read(_Typed(key, value, column, column + pair.start(2)))


@dataclass(frozen=True)
class _Typed:
    """A clause as it is typed, with the columns where it and its value begin."""

    key: str
    value: str
    column: int
    at: int


def _server(typed: _Typed) -> Clause:
    return ServerClause(_number(typed.value, typed), typed.column)


def _request(typed: _Typed) -> Clause:
    if typed.value not in REQUESTS:
        raise FilterError(f"request takes one of {', '.join(REQUESTS)}.", typed.at)
    return RequestClause(typed.value, typed.column)


def _regex(typed: _Typed) -> Clause:
    return RegexClause(Expression.read(typed.value, typed.at), typed.column)


def _family(typed: _Typed) -> Clause:
    if typed.value not in ("console", "machine"):
        raise FilterError("basetype takes console or machine.", typed.at)
    return FamilyClause(typed.value, typed.column)


def _machine_events(typed: _Typed) -> Clause:
    return MachineEventsClause(tuple(_number(each, typed) for each in typed.value.split(",")), typed.column)


def _subscription(typed: _Typed) -> Clause:
    return SubscriptionClause(typed.key, typed.value, typed.column)


def _file(typed: _Typed) -> Clause:
    raise FilterError(WRITES_NOTHING.format(typed.key), typed.column)


def _number(text: str, typed: _Typed) -> int:
    if not (text.isascii() and text.isdigit()):
        raise FilterError(f"{typed.key} takes numbers.", typed.at)
    return int(text)


_KEYS: Mapping[str, tuple[str, Callable[[_Typed], Clause]]] = {
    "event": ("event", lambda typed: EventClause(typed.value, typed.column)),
    "user": ("user", lambda typed: UserClause(typed.value, typed.column)),
    "server": ("server", _server),
    "ipaddr": ("ipaddr", lambda typed: AddressClause(typed.value, typed.column)),
    "ipaddress": ("ipaddr", lambda typed: AddressClause(typed.value, typed.column)),
    "ipserver": ("ipserver", lambda typed: OwnAddressClause(typed.value, typed.column)),
    "request": ("request", _request),
    "regex": ("regex", _regex),
    "basetype": ("basetype", _family),
    "machineevent": ("machineevent", _machine_events),
    "dialog": ("subscription", _subscription),
    "presence": ("subscription", _subscription),
    "file": ("file", _file),
    "duration": ("duration", _file),
}
"""The keys, what their clauses are kept as, and how their values are read."""


def _remarks(parsed: Filter) -> Iterator[str]:
    if parsed.events is None:
        yield "Without an event clause nothing is shown."
    elif not parsed.events.types:
        yield _of_unknown_event(parsed.events.value)
    if isinstance(clause := parsed.clauses.get("subscription"), SubscriptionClause):
        yield f"{clause.kind} asks for a SIP event subscription, of which the console shows nothing."
    if "machineevent" in parsed.clauses:
        yield "machineevent changes nothing here: the console has no machine events."


def _of_unknown_event(value: str) -> str:
    if named := _BY_NAME.get(value.casefold()):
        return f"Nothing is shown: event takes a number, and {named.name} is event {int(named)}."
    return f"Nothing is shown: no event is called {value}. It takes {', '.join(EVENTS)}, or the number of a type."
