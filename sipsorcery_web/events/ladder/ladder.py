"""The ladder of a call: who sent what to whom, and when. A message that was sent again stands once."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from sipsorcery_web.events.event import Event, EventType
from sipsorcery_web.events.messages import SIPMessage, user_in

CHALLENGES = frozenset({401, 407})
"""Answers that ask for a password: every call of a phone begins with one."""
A_GAP = timedelta(seconds=2)
"""From here on the time in which nothing happened is a row of its own."""
INVITATIONS = ("INVITE", "REGISTER", "SUBSCRIBE", "OPTIONS")
LONGEST_LABEL = 200
UNKNOWN = "unknown address"

Names = Callable[[str], str]
"""The name of whoever is at an address; empty where that is not known."""


def nobody(_address: str) -> str:
    """Return no name, where none is known."""
    return ""


@dataclass(frozen=True)
class Party:
    """A column: a name, and the addresses that messages of it come from or go to."""

    name: str
    addresses: Sequence[str]

    @property
    def place(self) -> str:
        """Return the address under the name; empty where the name is the address."""
        others = [address for address in self.addresses if address != self.name]
        return others[0] if others else ""


@dataclass(frozen=True)
class Message:
    """An arrow: a message from one column to another. `repeats` are the moments at which it was sent again."""

    number: int
    event: Event
    sip: SIPMessage
    source: int
    destination: int
    offset: timedelta
    repeats: Sequence[timedelta] = ()

    @property
    def label(self) -> str:
        """Return the method with the address, or the status with its phrase."""
        if self.sip.status:
            return f"{self.sip.status} {self.sip.reason}".strip()[:LONGEST_LABEL]
        if self.sip.is_request:
            return f"{self.sip.method} {short_uri(self.sip.uri)}".strip()[:LONGEST_LABEL]
        return self.sip.start[:60] or "no text"

    @property
    def answers(self) -> str:
        """Return the method that a response answers; empty for a request."""
        return self.sip.method if self.sip.status else ""

    @property
    def times(self) -> int:
        """Return how often it was sent."""
        return 1 + len(self.repeats)

    @property
    def is_failure(self) -> bool:
        """Return True for an answer that ends what was asked for, and does not only ask for a password."""
        return self.sip.status >= 400 and self.sip.status not in CHALLENGES

    @property
    def has_sdp(self) -> bool:
        """Return True when it carries a session description."""
        return bool(self.sip.sdp)


@dataclass(frozen=True)
class Note:
    """Another event of the call, across all columns."""

    event: Event
    offset: timedelta

    @property
    def label(self) -> str:
        """Return the name of the event, and its first line."""
        first = self.event.text.strip().partition("\n")[0].strip()
        return f"{self.event.type.name}: {first}" if first else self.event.type.name


@dataclass(frozen=True)
class Gap:
    """The time in which nothing happened."""

    length: timedelta


Row = Message | Note | Gap


@dataclass(frozen=True)
class Ladder:
    """All of it, in order of time."""

    parties: Sequence[Party] = ()
    rows: Sequence[Row] = ()
    began: datetime | None = None

    @property
    def messages(self) -> list[Message]:
        """Return the messages."""
        return [row for row in self.rows if isinstance(row, Message)]

    @property
    def failures(self) -> list[Message]:
        """Return the answers that ended something."""
        return [message for message in self.messages if message.is_failure]

    @property
    def kind(self) -> str:
        """Return what the messages are of: a registration where there are no others, else a call."""
        return "registration" if {message.sip.method for message in self.messages} == {"REGISTER"} else "call"

    def name_at(self, column: int) -> str:
        """Return the name of a party, with its address where another one has the same."""
        party = self.parties[column]
        is_alone = [each.name for each in self.parties].count(party.name) == 1
        return party.name if is_alone or not party.place else f"{party.name} at {party.place}"


def short_uri(uri: str) -> str:
    """Return an address without scheme, parameters and headers."""
    scheme, colon, rest = uri.partition(":")
    bare = rest if colon and scheme.lower() in ("sip", "sips", "tel") else uri
    return bare.partition("?")[0].partition(";")[0]


def is_message(event: Event) -> bool:
    """Return True for the event of a SIP message."""
    return event.type in (EventType.FullSIPTrace, EventType.UserSpecificSIPTrace)


def ladder_of(events: Iterable[Event], name_of: Names = nobody) -> Ladder:
    """Return the ladder of events, which may come in any order."""
    ordered = sorted(events, key=lambda event: event.time)
    if not ordered:
        return Ladder()
    columns = _Columns(name_of, _users(ordered))
    rows: list[Message | Note] = []
    known: dict[object, int] = {}
    began, number = ordered[0].time, 0
    for event in ordered:
        offset = event.time - began
        if not is_message(event):
            rows.append(Note(event, offset))
            continue
        key = _same(event)
        if (at := known.get(key)) is not None:
            rows[at] = _again(rows[at], offset)
            continue
        number += 1
        known[key] = len(rows)
        ends = (columns.of(event.source), columns.of(event.destination))
        rows.append(Message(number, event, SIPMessage.of_text(event.text), *ends, offset))
    return Ladder(columns.parties, _with_gaps(rows), began)


@dataclass
class _Columns:
    """The columns as they are met: one for each name that is given, else one for each address."""

    name_of: Names
    users: Mapping[str, str]
    found: dict[str, list[str]] = field(default_factory=dict)

    def of(self, address: str) -> int:
        shown = address or UNKNOWN
        key = self.name_of(shown) or shown
        addresses = self.found.setdefault(key, [])
        if shown not in addresses:
            addresses.append(shown)
        return list(self.found).index(key)

    @property
    def parties(self) -> list[Party]:
        return [Party(self.users.get(key, key), addresses) for key, addresses in self.found.items()]


def _users(events: Iterable[Event]) -> dict[str, str]:
    """Return the user who first calls from each address, or is called there; of what forwards calls, nobody's."""
    callers: dict[str, str] = {}
    called: dict[str, str] = {}
    for event in filter(is_message, events):
        sip = SIPMessage.of_text(event.text)
        if sip.is_request and sip.method in INVITATIONS:
            callers.setdefault(event.source, user_in(sip.caller))
            called.setdefault(event.destination, user_in(sip.called))
    forwarding = callers.keys() & called.keys()
    return {address: user for address, user in (called | callers).items() if user and address not in forwarding}


def _same(event: Event) -> object:
    """Return what a message shares with those that send it again."""
    sip = SIPMessage.of_text(event.text)
    return event.source, event.destination, sip.branch, sip.cseq, event.text


def _again(row: Message | Note, offset: timedelta) -> Message | Note:
    return replace(row, repeats=(*row.repeats, offset)) if isinstance(row, Message) else row


def _with_gaps(rows: Sequence[Message | Note]) -> list[Row]:
    shown: list[Row] = []
    for before, row in zip((None, *rows), rows, strict=False):
        if before is not None and row.offset - _last(before) >= A_GAP:
            shown.append(Gap(row.offset - _last(before)))
        shown.append(row)
    return shown


def _last(row: Message | Note) -> timedelta:
    return row.repeats[-1] if isinstance(row, Message) and row.repeats else row.offset
