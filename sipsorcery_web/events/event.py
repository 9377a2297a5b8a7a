"""An event of the monitoring console, with the type and server numbers of the original (silverlight-client.md 10.3)."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum
from typing import Protocol


class EventType(IntEnum):
    """Kinds of events; the names are those that the console shows."""

    NewCall = 1
    Registrar = 2
    NATKeepAlive = 3
    Error = 4
    NATConnection = 5
    RegisterSuccess = 6
    Redirect = 7
    ProxyForward = 8
    FullSIPTrace = 9
    OptionsBounce = 10
    Timing = 11
    SIPInvalid = 13
    Monitor = 24
    RegisterFail = 25
    RegistrarTiming = 26
    ParseSIPMessage = 27
    SIPMessageArrivalStats = 28
    HealthCheck = 29
    RegisterDuplicate = 35
    PINGResponse = 37
    ContactRegistered = 38
    ContactRegisterInProgress = 39
    ContactRegisterFailed = 40
    MediatedCall = 41
    MWI = 42
    RegistrarCache = 43
    RegistrarPersistence = 44
    RegistrarLookup = 45
    STUNPrimary = 46
    STUNSecondary = 47
    UnrecognisedMessage = 48
    ContactRemoval = 49
    DNS = 50
    BadSIPMessage = 51
    UserSpecificSIPTrace = 52
    DialPlan = 53
    BindingExpired = 54
    BindingRemoval = 55
    Switch = 57
    SIPTransaction = 58
    Warn = 59
    BindingInProgress = 60
    BindingFailed = 61
    ContactRefresh = 62
    NATKeepAliveRelay = 63
    CallDispatcher = 64
    SubscribeQueued = 65
    SubscribeAuth = 66
    SubscribeAccept = 67
    SubscribeFailed = 68
    SubscribeRenew = 69
    NotifySent = 70


class EventServer(IntEnum):
    """The part of the service where it happened."""

    SIPProxy = 1
    Registrar = 2
    NATKeepAlive = 3
    NotifierAgent = 4
    Monitor = 5
    RegisterAgent = 8
    SIPTransactionLayer = 9
    UserAgents = 10
    AppServer = 11
    Authoriser = 12
    Notifier = 13
    NotifierClient = 14


@dataclass(frozen=True, slots=True)
class Event:
    """One event. A SIP message is a FullSIPTrace whose text is the message without anything secret."""

    time: datetime
    """UTC, as precise as it was noted."""
    type: EventType
    server: EventServer
    text: str
    owners: frozenset[str] = field(default_factory=frozenset)
    """The usernames of the customers whose it is: those of the accounts on a call's legs. Nobody's without any."""
    source: str = ""
    """Where a message came from, or who did it: `192.0.2.1:5060`, `[2001:db8::1]:5060`; "" where that says nothing."""
    destination: str = ""
    transport: str = ""
    """`udp`, `tcp` or `tls`, of a SIP message."""
    call_id: str = ""
    """The Call-ID that it belongs to."""
    upper_call_id: str = ""
    """Of a message of a plan's leg: the Call-ID of the call that the leg was made for."""


@dataclass(frozen=True, slots=True)
class NumberedEvent:
    """An event as it is kept: later ones have larger numbers, some of which may be missing."""

    number: int
    event: Event


Wanted = Callable[[Event], bool]
BEYOND_ALL = 2**63 - 1
"""A number that is larger than any event's."""
MOST_LOOKED_AT = 10_000
"""Events that are looked at for one answer, however few of them are wanted: a tenth of a second's work."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """The wanted events of a stretch of the store, and the last event that was looked at for them.

    `is_all`: the store has no others beyond.
    """

    events: Sequence[NumberedEvent] = ()
    end: NumberedEvent | None = None
    is_all: bool = True
    looked_at: int = 0


def look(events: Iterable[NumberedEvent], wanted: Wanted, at_most: int, look_at: int) -> Stretch:
    """Return the first wanted ones among events, of which so many are looked at."""
    found: list[NumberedEvent] = []
    end, looked_at = None, 0
    for looked_at, end in enumerate(events, 1):
        if wanted(end.event):
            found.append(end)
        if len(found) == at_most or looked_at == look_at:
            return Stretch(found, end, False, looked_at)
    return Stretch(found, end, True, looked_at)


class EventStore(Protocol):
    """Events of the last 24 hours, as far as there is room. Every worker reads it; any part may add to it."""

    def add(self, events: Sequence[Event]) -> None:
        """Keep events, in this order."""

    def after(
        self, number: int, wanted: Wanted, owner: str | None, at_most: int, look_at: int = MOST_LOOKED_AT
    ) -> Stretch:
        """Return the first events after a number that are wanted: an owner's, or everybody's where that is None."""

    def before(
        self, number: int, wanted: Wanted, owner: str | None, at_most: int, look_at: int = MOST_LOOKED_AT
    ) -> Stretch:
        """Return the last events before a number that are wanted, oldest first."""

    def of_calls(self, call_ids: Collection[str], owner: str | None) -> Sequence[NumberedEvent]:
        """Return what is kept of some Call-IDs, oldest first."""

    def latest_of_calls(self, call_ids: Collection[str], owner: str | None, at_most: int) -> Sequence[NumberedEvent]:
        """Return the last events of some Call-IDs, oldest first."""

    def call_ids_of_legs(self, call_ids: Collection[str], owner: str | None) -> Sequence[str]:
        """Return some Call-IDs, and behind them those of the other legs of their calls that an owner has events of."""

    def newest(self) -> int:
        """Return the largest number that was ever given; 0 where there is none."""
