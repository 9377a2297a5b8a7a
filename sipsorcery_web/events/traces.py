"""Events out of the messages that Kamailio has received and sent."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from .event import Event, EventServer, EventType
from .hep import HepError, Packet, parse
from .messages import SIPMessage
from .ownership import Accounts, OwnAddresses, Owners, Ownership
from .redaction import redacted, shown
from .refusals import AttemptKind, CallAttempts, Refusal, RefusalTaker, address_of_socket, ignored
from .registrations import Registration, Registrations

KEEP_ALIVE = "sip:keep-alive@"
"""The beginning of From in requests that only keep the way to a phone open."""

Traced = tuple[SIPMessage, Packet]


@dataclass
class Traces:
    """A reader of messages, which are shown to it in their order."""

    accounts: Accounts
    own: OwnAddresses
    refused: RefusalTaker = ignored
    """Takes the refusals of phones that say to be an account."""
    _registrations: Registrations = field(default_factory=Registrations)
    _attempts: CallAttempts = field(default_factory=CallAttempts)

    def __post_init__(self) -> None:
        self._ownership = Ownership(self.accounts, self.own)

    def read(self, datagrams: Iterable[bytes]) -> Iterator[Event]:
        """Yield the events of datagrams."""
        for message, packet in _in_order(list(_messages(datagrams))):
            yield from self._events(message, packet)

    def _events(self, message: SIPMessage, packet: Packet) -> Iterator[Event]:
        if self.own.is_inner(packet):
            self._ownership.note_leg(message)
        if self.own.concerns_inner(packet) or message.caller.startswith(KEEP_ALIVE):
            return
        is_call = message.is_request and message.method == "INVITE" and not message.to_tag
        is_new = is_call and not self.own.sent(packet) and not self._ownership.knows(message)
        owners = self._ownership.owners_of(message, packet)
        trace = _event(EventType.FullSIPTrace, EventServer.SIPProxy, redacted(packet.payload), owners, message, packet)
        yield replace(trace, upper_call_id=self._ownership.upper_call_id_of(message))
        if is_new:
            text = f"A call from {shown(message.caller)} to {shown(message.uri)}."
            yield _event(EventType.NewCall, EventServer.SIPProxy, text, owners, message, packet)
        if message.method == "REGISTER":
            yield from self._registered(message, packet, owners)
        elif message.method == "INVITE":
            yield from self._called(message, packet)

    def _registered(self, message: SIPMessage, packet: Packet, owners: Owners) -> Iterator[Event]:
        """Yield what becomes of a phone's registration; those with providers are told of by the agent that asks."""
        sent = self.own.sent(packet)
        if message.is_request and not sent:
            self._registrations.asked(message)
        elif not message.is_request and sent:
            outcome = self._registrations.answered(message, packet.destination, bool(owners))
            if outcome is not None:
                if owners:
                    self._note_refused(outcome, message, packet)
                yield _event(outcome.kind, EventServer.Registrar, outcome.text, owners, message, packet)

    def _note_refused(self, outcome: Registration, message: SIPMessage, packet: Packet) -> None:
        if outcome.refused_for is None:
            return
        kind, address = AttemptKind.REGISTRATION, address_of_socket(packet.destination)
        said = outcome.account, outcome.refused_for, address, outcome.agent, message.call_id, outcome.detail
        self.refused(Refusal(packet.time, kind, *said))

    def _called(self, message: SIPMessage, packet: Packet) -> Iterator[Event]:
        """Yield the refusal of a caller, told to the owner of the account that it says to be."""
        sent = self.own.sent(packet)
        if message.is_request:
            if not sent and not message.to_tag:
                self._attempts.asked(message)
            return
        refused = self._attempts.answered(message) if sent else None
        if refused is None:
            return
        account, agent, reason = refused
        owners = frozenset(self.accounts.owners_of({account}) or ())
        address = address_of_socket(packet.destination)
        text = f"A call of {shown(account)} at {packet.destination} ({agent}) was refused: {shown(message.reason)}."
        if owners:
            self.refused(Refusal(packet.time, AttemptKind.CALL, account, reason, address, agent, message.call_id))
        yield _event(EventType.Warn, EventServer.Authoriser, text, owners, message, packet)


def _messages(datagrams: Iterable[bytes]) -> Iterator[Traced]:
    for datagram in datagrams:
        try:
            packet = parse(datagram)
        except HepError:
            continue
        message = SIPMessage.read(packet.payload)
        if message is not None:
            yield message, packet


def _in_order(traced: Sequence[Traced]) -> list[Traced]:
    """Put responses behind their requests: Kamailio may tell of a response before the request that it has sent.

    It takes the time of what it sends when that is sent, and of what it receives before; so such a request was sent no
    later than the response came.
    """
    asked: dict[tuple[str, str, str], int] = {}
    for place, (message, _) in enumerate(traced):
        if message.is_request:
            asked.setdefault(_transaction(message), place)
    places = [
        place if message.is_request else max(place, asked.get(_transaction(message), 0))
        for place, (message, _) in enumerate(traced)
    ]
    times = [packet.time for _, packet in traced]
    for message, packet in traced:
        request = None if message.is_request else asked.get(_transaction(message))
        if request is not None:
            times[request] = min(times[request], packet.time)
    order = sorted(range(len(traced)), key=lambda place: (places[place], not traced[place][0].is_request))
    return [(traced[place][0], replace(traced[place][1], time=times[place])) for place in order]


def _transaction(message: SIPMessage) -> tuple[str, str, str]:
    return message.branch, message.call_id, message.cseq


def _event(
    kind: EventType, server: EventServer, text: str, owners: Owners, message: SIPMessage, packet: Packet
) -> Event:  # fmt: skip
    places = packet.source, packet.destination, packet.transport
    return Event(packet.time, kind, server, text, owners, *places, call_id=message.call_id)
