"""Events for tests."""

from datetime import UTC, datetime
from typing import Any

from sipsorcery_web.events.event import Event, EventServer, EventType

NOON = datetime(2026, 11, 23, 12, 0, 0, 117_000, tzinfo=UTC)
INVITE = (
    "INVITE sip:0871550142@sip.example.org SIP/2.0\r\n"
    "Via: SIP/2.0/UDP 203.0.113.41:5061\r\n"
    "From: <sip:front-desk@sip.example.org>;tag=as58f4201b\r\n"
    "CSeq: 102 INVITE\r\n"
    "Content-Length: 0\r\n"
    "\r\n"
)


def event(text: str = "Calling 0871550142.", *owners: str, **more: Any) -> Event:
    """A line of a dial plan of somebody's, or nobody's; other fields as they are given."""
    facts = {"time": NOON, "type": EventType.DialPlan, "server": EventServer.AppServer}
    return Event(**(facts | more), text=text, owners=frozenset(owners))  # type: ignore[arg-type]


def trace(text: str, *owners: str, **more: Any) -> Event:
    """A SIP message from a phone to the service."""
    places = {"source": "203.0.113.41:5061", "destination": "192.0.2.5:5060", "transport": "udp"}
    kind = {"type": EventType.FullSIPTrace, "server": EventServer.SIPProxy}
    return event(text, *owners, **(kind | places | more))


def message(method: str, status: int = 0) -> str:
    """A request, or the response to one."""
    first = f"SIP/2.0 {status} Whatever" if status else f"{method} sip:bob@sip.example.org SIP/2.0"
    return f"{first}\r\nCSeq: 7 {method}\r\nContent-Length: 0\r\n\r\n"
