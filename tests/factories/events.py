"""Events of the monitoring console: a store in memory, and a call between alice and bob as it is traced."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from sipsorcery_web.events.event import (
    MOST_LOOKED_AT,
    Event,
    EventServer,
    EventType,
    NumberedEvent,
    Stretch,
    Wanted,
    look,
)

BEGAN = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
ALICE, BOB, SERVICE = "203.0.113.41:5060", "198.51.100.7:5070", "192.0.2.1:5060"
CALL_ID = "3c26700c57f1@203.0.113.41"
SDP = "v=0\r\no=alice 123456 1 IN IP4 203.0.113.41\r\ns=call\r\nc=IN IP4 203.0.113.41\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n"
SDP += "a=rtpmap:0 PCMU/8000\r\na=sendrecv\r\n"


@dataclass
class EventsInMemory:
    """An `EventStore` that forgets nothing and skips numbers, as the real ones may."""

    kept: list[NumberedEvent] = field(default_factory=list)
    asked: int = 0
    """How often it was read."""

    def add(self, events: Iterable[Event]) -> None:
        for each in events:
            self.kept.append(NumberedEvent(self._newest() + 2, each))

    def after(
        self, number: int, wanted: Wanted, owner: str | None, at_most: int, look_at: int = MOST_LOOKED_AT
    ) -> Stretch:
        self.asked += 1
        later = (each for each in self._of(owner) if each.number > number)
        return look(later, wanted, at_most, look_at)

    def before(
        self, number: int, wanted: Wanted, owner: str | None, at_most: int, look_at: int = MOST_LOOKED_AT
    ) -> Stretch:
        self.asked += 1
        earlier = (each for each in reversed(self._of(owner)) if each.number < number)
        found = look(earlier, wanted, at_most, look_at)
        return replace(found, events=found.events[::-1])

    def of_calls(self, call_ids: Collection[str], owner: str | None) -> Sequence[NumberedEvent]:
        return [each for each in self._of(owner) if each.event.call_id and each.event.call_id in call_ids]

    def latest_of_calls(self, call_ids: Collection[str], owner: str | None, at_most: int) -> Sequence[NumberedEvent]:
        return list(self.of_calls(call_ids, owner))[-at_most:]

    def call_ids_of_legs(self, call_ids: Collection[str], owner: str | None) -> Sequence[str]:
        found = list(call_ids)
        for call_id in found:
            for event in (each.event for each in self._of(owner) if each.event.upper_call_id):
                pair = (event.call_id, event.upper_call_id)
                found += [each for each in pair if call_id in pair and each not in found]
        return found

    def newest(self) -> int:
        self.asked += 1
        return self._newest()

    def _newest(self) -> int:
        return self.kept[-1].number if self.kept else 0

    def _of(self, owner: str | None) -> Sequence[NumberedEvent]:
        return [each for each in self.kept if owner is None or owner in each.event.owners]


def traced(text: str, after: float = 0.0, source: str = ALICE, destination: str = SERVICE, **more: object) -> Event:
    """A SIP message of the call, so many seconds after its beginning."""
    facts = {
        "time": BEGAN + timedelta(seconds=after),
        "type": EventType.FullSIPTrace,
        "server": EventServer.SIPProxy,
        "text": text,
        "owners": frozenset({"alice"}),
        "source": source,
        "destination": destination,
        "transport": "udp",
        "call_id": CALL_ID,
    }
    return Event(**(facts | more))  # type: ignore[arg-type]


def noted(kind: EventType, text: str, after: float = 0.0, **more: object) -> Event:
    """An event of the call that is no message."""
    return traced(text, after, "", "", **({"type": kind, "server": EventServer.AppServer, "transport": ""} | more))


def request(method: str = "INVITE", uri: str = "sip:bob@sip.example.org", body: str = SDP, **more: str) -> str:
    """The text of a request of alice's."""
    return _message(f"{method} {uri} SIP/2.0", method, body, more)


def response(status: str, method: str = "INVITE", body: str = "", **more: str) -> str:
    """The text of an answer to alice."""
    return _message(f"SIP/2.0 {status}", method, body, more)


def _message(first: str, method: str, body: str, more: dict[str, str]) -> str:
    branch, cseq = more.get("branch", "z9hG4bK1"), more.get("cseq", "1")
    lines = [
        first,
        f"Via: {more.get('via', f'SIP/2.0/UDP {ALICE};branch={branch};rport')}",
        'From: "Alice Adams" <sip:alice@sip.example.org>;tag=a1',
        "To: <sip:bob@sip.example.org>",
        f"Call-ID: {CALL_ID}",
        f"CSeq: {cseq} {method}",
        f"Contact: <sip:alice@{ALICE};transport=udp>",
        "Max-Forwards: 70",
        "User-Agent: Telephone 1.0",
        *(["Content-Type: application/sdp"] if body else []),
        f"Content-Length: {len(body)}",
    ]
    return "\r\n".join(lines) + f"\r\n\r\n{body}"


def refused_call() -> list[Event]:
    """Alice calls bob: she is asked for her password, her INVITE is sent twice more, and bob is busy."""
    second = request(branch="z9hG4bK2", cseq="2")
    forwarded = request(uri=f"sip:bob@{BOB}", branch="z9hG4bK3", cseq="2", via=f"SIP/2.0/UDP {SERVICE};branch=z9hG4bK3")
    busy = response("486 Busy Here", cseq="2", via=f"SIP/2.0/UDP {SERVICE};branch=z9hG4bK3")
    return [
        traced(request()),
        traced(response("407 Proxy Authentication Required"), 0.002, SERVICE, ALICE),
        traced(request("ACK", body=""), 0.010),
        traced(second, 0.020),
        traced(second, 0.520),
        traced(second, 1.520),
        noted(EventType.NewCall, "New call from alice to bob", 1.530),
        traced(response("100 trying", cseq="2", branch="z9hG4bK2"), 1.531, SERVICE, ALICE),
        traced(forwarded, 1.540, SERVICE, BOB),
        traced(response("180 Ringing", cseq="2", via=f"SIP/2.0/UDP {SERVICE};branch=z9hG4bK3"), 1.6, BOB, SERVICE),
        traced(busy, 8.6, BOB, SERVICE),
        traced(response("486 Busy Here", cseq="2", branch="z9hG4bK2"), 8.601, SERVICE, ALICE),
        traced(request("ACK", body="", branch="z9hG4bK2", cseq="2"), 8.61),
    ]
