"""The clauses of a filter: each tells of an event whether it is wanted."""

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

from ..event import Event, EventType
from .expressions import Expression, Patience

TRACES = frozenset({EventType.FullSIPTrace, EventType.UserSpecificSIPTrace})
SYSTEM = frozenset(
    {EventType.Monitor, EventType.ParseSIPMessage, EventType.SIPMessageArrivalStats, EventType.HealthCheck}
)
TROUBLE = frozenset({EventType.Error, EventType.BadSIPMessage, EventType.Warn})
EVENTS = {
    "*": frozenset(EventType) - TRACES,
    "full": frozenset({EventType.FullSIPTrace}),
    "system": SYSTEM,
    "trouble": TROUBLE,
}
REQUESTS = {
    "invite": frozenset({"ACK", "BYE", "CANCEL", "INVITE", "REFER"}),
    "register": frozenset({"REGISTER"}),
    "notify": frozenset({"NOTIFY", "SUBSCRIBE"}),
}
ANYBODY = "*"

_CSEQ = re.compile(r"^cseq[ \t]*:[ \t]*[0-9]+[ \t]+([A-Za-z]+)", re.IGNORECASE | re.MULTILINE)
_END_OF_HEAD = re.compile(r"\r?\n\r?\n")


class Clause(Protocol):
    """A clause of a filter. `column` is where it begins, from 1 on."""

    @property
    def column(self) -> int:
        """The column of its key."""

    def wants(self, event: Event, patience: Patience) -> bool:
        """Return True when the clause lets an event through."""

    def __str__(self) -> str:
        """The clause as it is written."""


@dataclass(frozen=True)
class EventClause:
    """`event`: a group of types, or one by its number. A word that is neither matches nothing."""

    value: str
    column: int

    @cached_property
    def types(self) -> frozenset[EventType]:
        """The types that it lets through."""
        if (group := EVENTS.get(self.value)) is not None:
            return group
        return frozenset(each for each in EventType if str(int(each)) == self.value)

    def wants(self, event: Event, patience: Patience) -> bool:
        return event.type in self.types

    def __str__(self) -> str:
        return f"event {self.value}"


@dataclass(frozen=True)
class UserClause:
    """`user`: an owner of the event, case ignored; `*` is anybody, and nobody."""

    value: str
    column: int

    def wants(self, event: Event, patience: Patience) -> bool:
        return self.value == ANYBODY or self.value.casefold() in {owner.casefold() for owner in event.owners}

    def __str__(self) -> str:
        return f"user {self.value}"


@dataclass(frozen=True)
class ServerClause:
    """`server`: the part of the service where it happened, by its number."""

    value: int
    column: int

    def wants(self, event: Event, patience: Patience) -> bool:
        return event.server == self.value

    def __str__(self) -> str:
        return f"server {self.value}"


@dataclass(frozen=True)
class AddressClause:
    """`ipaddr`, `ipaddress`: contained in the address that it came from or went to."""

    value: str
    column: int

    def wants(self, event: Event, patience: Patience) -> bool:
        wanted = self.value.lower()
        return wanted in event.source.lower() or wanted in event.destination.lower()

    def __str__(self) -> str:
        return f"ipaddr {self.value}"


@dataclass(frozen=True)
class OwnAddressClause:
    """`ipserver`: the beginning of the service's own address. An event that names none matches.

    Of a message one of its two addresses is the service's; an event with one address names where somebody else is.
    """

    value: str
    column: int

    def wants(self, event: Event, patience: Patience) -> bool:
        if not (event.source and event.destination):
            return True
        wanted = self.value.lower()
        return event.source.lower().startswith(wanted) or event.destination.lower().startswith(wanted)

    def __str__(self) -> str:
        return f"ipserver {self.value}"


@dataclass(frozen=True)
class RequestClause:
    """`request`: narrows full traces to some methods, with the responses to them; other events pass."""

    value: str
    column: int

    def wants(self, event: Event, patience: Patience) -> bool:
        return event.type not in TRACES or method_of(event.text) in REQUESTS[self.value]

    def __str__(self) -> str:
        return f"request {self.value}"


@dataclass(frozen=True)
class RegexClause:
    """`regex`: found in the text, case-sensitive."""

    expression: Expression
    column: int

    def wants(self, event: Event, patience: Patience) -> bool:
        return self.expression.is_in(event.text, patience)

    def __str__(self) -> str:
        return f"regex {self.expression.source}"


@dataclass(frozen=True)
class FamilyClause:
    """`basetype`: console or machine. The subject of a subscription counts in its place, so it lets all through."""

    value: str
    column: int

    def wants(self, event: Event, patience: Patience) -> bool:
        return True

    def __str__(self) -> str:
        return f"basetype {self.value}"


@dataclass(frozen=True)
class MachineEventsClause:
    """`machineevent`: numbers of machine events, which are none of the console's; it lets these through."""

    numbers: tuple[int, ...]
    column: int

    def wants(self, event: Event, patience: Patience) -> bool:
        return True

    def __str__(self) -> str:
        return f"machineevent {','.join(map(str, self.numbers))}"


@dataclass(frozen=True)
class SubscriptionClause:
    """`dialog`, `presence`: events of a SIP event subscription, none of which the console has."""

    kind: str
    uri: str
    column: int

    def wants(self, event: Event, patience: Patience) -> bool:
        return False

    def __str__(self) -> str:
        return f"{self.kind} {self.uri}"


def method_of(message: str) -> str:
    """Return the method of a request, or of the request that a response answers; "" where there is none to read."""
    found = _CSEQ.search(_END_OF_HEAD.split(message, maxsplit=1)[0])
    return found[1].upper() if found else ""
