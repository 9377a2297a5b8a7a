"""The owners of a message: the customers with accounts on its legs, never those whom its text only names.

What counts is the request that a dialog or a registration begins with. All others belong to it by their Call-ID and a
tag, which only those know who have seen it.
"""

from collections import OrderedDict
from collections.abc import Collection, Set
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from .hep import Packet
from .messages import SIPMessage

MOST_KNOWN = 50_000
"""Dialogs and registrations that are remembered; of others that are longer silent, messages are nobody's."""
PLAN_OWNER = "x-engine-owner"
"""The header by which Kamailio tells itself whose plan a leg is of."""
UPPER_CALL = "x-engine-up"
"""The one by which it tells itself the Call-ID of what the leg was made for."""

Owners = frozenset[str]
NOBODY: Owners = frozenset()


class Accounts(Protocol):
    """The accounts and providers of the service, as the collector asks for them."""

    def owners_of(self, uris: Collection[str], called: Collection[str] = ()) -> Collection[str] | None:
        """Return the owners of those among some URIs that are an account's, or our contact at a provider.

        `called` are URIs that calls go to, where an account may stand behind a dot. None where nobody can tell at
        present.
        """


@dataclass(frozen=True)
class OwnAddresses:
    """The addresses of Kamailio itself, as packets have them."""

    outer: frozenset[str]
    inner: str
    """Where it sends legs to itself, and is controlled: nobody else can send from there."""

    def is_inner(self, packet: Packet) -> bool:
        """Return True for what Kamailio says to itself."""
        return packet.source == packet.destination == self.inner and packet.transport == "udp"

    def concerns_inner(self, packet: Packet) -> bool:
        """Return True for what is no message of a phone or a provider."""
        return self.inner in (packet.source, packet.destination)

    def sent(self, packet: Packet) -> bool:
        """Return True for what Kamailio has sent."""
        return packet.source in self.outer


@dataclass
class _Known:
    owners: Owners = NOBODY
    asked: set[str] = field(default_factory=set)
    """The URIs that were looked up."""
    is_leg: bool = False
    upper_call_id: str = ""


class _Parties(NamedTuple):
    """The URIs that a request is from, or is about; and those that it goes to."""

    uris: Set[str] = frozenset()
    called: Set[str] = frozenset()


@dataclass
class Ownership:
    """The owners of messages, which are shown to it in their order."""

    accounts: Accounts
    own: OwnAddresses
    most: int = MOST_KNOWN
    _known: OrderedDict[tuple[str, str], _Known] = field(default_factory=OrderedDict)

    def note_leg(self, message: SIPMessage) -> None:
        """Take note of a leg that Kamailio sends to itself, before anybody else hears of its Call-ID."""
        if not message.is_request or message.method != "INVITE" or self.knows(message):
            return
        if owner := message.headers.get(PLAN_OWNER):
            upper = message.headers.get(UPPER_CALL, "")
            self._remember(message, _Known(frozenset({owner}), is_leg=True, upper_call_id=upper))

    def knows(self, message: SIPMessage) -> bool:
        """Return True where the dialog or registration of a message has begun before."""
        return self._find(message) is not None

    def upper_call_id_of(self, message: SIPMessage) -> str:
        """Return the Call-ID of what a leg was made for; empty where a message is of no leg."""
        known = self._find(message)
        return known.upper_call_id if known else ""

    def owners_of(self, message: SIPMessage, packet: Packet) -> Owners:
        """Return whose a message is."""
        known = self._find(message)
        if message.is_request and not message.to_tag:
            if known is None:
                known = self._remember(message, _Known())
            self._ask(known, self._parties(message, packet, known))
        return NOBODY if known is None else known.owners

    def _parties(self, message: SIPMessage, packet: Packet, known: _Known) -> _Parties:
        """Return the URIs of those whose request it is."""
        if known.is_leg:  # whose To is Kamailio's own word, as of no other call that it passes on
            return _Parties() if known.asked else _Parties(called={message.called})
        if self.own.sent(packet):
            return _Parties() if known.asked else _Parties({message.caller, _contact_at_provider(message)})
        if message.method == "REGISTER":
            return _Parties({message.called})
        return _Parties({message.caller}, {message.uri})

    def _ask(self, known: _Known, parties: _Parties) -> None:
        uris, called = (part - known.asked - {""} for part in parties)
        owners = self.accounts.owners_of(uris, called) if uris or called else ()
        if owners is not None:
            known.asked |= uris | called
            known.owners |= frozenset(owners)

    def _find(self, message: SIPMessage) -> _Known | None:
        for tag in (message.from_tag, message.to_tag):
            key = (message.call_id, tag)
            if tag and key in self._known:
                self._known.move_to_end(key)
                return self._known[key]
        return None

    def _remember(self, message: SIPMessage, known: _Known) -> _Known:
        self._known[message.call_id, message.from_tag] = known
        if len(self._known) > self.most:
            self._known.popitem(last=False)
        return known


def _contact_at_provider(message: SIPMessage) -> str:
    """Return the URI that calls from a provider come to: registrations with it have the same as their Call-ID."""
    return f"sip:{message.call_id}" if message.method == "REGISTER" else ""
