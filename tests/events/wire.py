"""Events, messages and datagrams as the tests make them."""

import ipaddress
import struct
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sipsorcery_web.events.event import Event, EventServer, EventType

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
ENGINE, INNER = "192.0.2.1:5060", "127.0.0.1:5069"
HER_PHONE, HIS_PHONE, STRANGER = "198.51.100.7:5060", "198.51.100.8:5060", "203.0.113.66:5060"


@dataclass
class Console:
    """A sink that a test reads."""

    events: list[Event] = field(default_factory=list)

    def note(self, *events: Event) -> None:
        self.events += events

    def forget(self, owner: str) -> None:
        self.events = [event for event in self.events if owner not in event.owners]

    @property
    def lines(self) -> list[str]:
        return [event.text.partition(": ")[2] for event in self.events]


def event(text: str = "a line", *owners: str, **more: Any) -> Event:
    usual: dict[str, Any] = {"time": NOON, "type": EventType.FullSIPTrace, "server": EventServer.SIPProxy}
    return Event(**usual | {"text": text, "owners": frozenset(owners)} | more)


def everything(_event: Event) -> bool:
    return True


def message(start: str, *headers: str, body: str = "") -> bytes:
    """A SIP message."""
    return "\r\n".join([start, *headers, f"Content-Length: {len(body)}", "", body]).encode()


def request(
    method: str,
    uri: str,
    caller: str,
    *more: str,
    called: str = "",
    call_id: str = "one@198.51.100.7",
    tag: str = "a1",
    to_tag: str = "",
    cseq: int = 1,
) -> bytes:
    to = f"<{called or uri}>" + (f";tag={to_tag}" if to_tag else "")
    headers = [f"From: <{caller}>;tag={tag}", f"To: {to}", f"Call-ID: {call_id}", f"CSeq: {cseq} {method}"]
    return message(f"{method} {uri} SIP/2.0", *headers, *more)


def response(status: str, asked: bytes, *more: str, to_tag: str = "") -> bytes:
    """An answer to a request."""
    kept = [line for line in asked.decode().split("\r\n") if line.startswith(("From:", "To:", "Call-ID:", "CSeq:"))]
    headers = [f"{line};tag={to_tag}" if to_tag and line.startswith("To:") else line for line in kept]
    return message(f"SIP/2.0 {status}", *headers, *more)


def hep(payload: bytes, source: str = HER_PHONE, destination: str = ENGINE, **more: Any) -> bytes:
    """A datagram as Kamailio's siptrace sends it."""
    chunks = hep_chunks(payload, source, destination, **more)
    return datagram(*chunks)


def hep_chunks(
    payload: bytes, source: str, destination: str, protocol: int = 17, at: datetime = NOON
) -> list[tuple[int, bytes]]:  # fmt: skip
    (from_address, from_port), (to_address, to_port) = _place(source), _place(destination)
    is_v4 = from_address.version == 4
    seconds = int(at.timestamp())
    return [
        (1, bytes([2 if is_v4 else 10])),
        (2, bytes([protocol])),
        (3 if is_v4 else 5, from_address.packed),
        (4 if is_v4 else 6, to_address.packed),
        (7, struct.pack("!H", from_port)),
        (8, struct.pack("!H", to_port)),
        (9, struct.pack("!I", seconds)),
        (10, struct.pack("!I", at.microsecond)),
        (11, bytes([1])),
        (12, struct.pack("!I", 1)),
        (15, payload),
    ]


def datagram(*chunks: tuple[int, bytes]) -> bytes:
    body = b"".join(struct.pack("!HHH", 0, kind, 6 + len(value)) + value for kind, value in chunks)
    return b"HEP3" + struct.pack("!H", 6 + len(body)) + body


def _place(text: str) -> tuple[ipaddress.IPv4Address | ipaddress.IPv6Address, int]:
    address, _, port = text.rpartition(":")
    return ipaddress.ip_address(address.strip("[]")), int(port)
