"""The messages of a ladder as a capture file: classic pcap with nanoseconds, Ethernet, IP and UDP around each.

Written here: dpkt and scapy are readers first, and what is written is three fixed headers. Messages that came over TCP
or TLS stand in UDP too, since a connection whose beginning and acknowledgements are missing is reported as broken.
"""

import ipaddress
import re
import struct
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta

from sipsorcery_web.events.event import Event
from sipsorcery_web.events.messages import head_and_body

from .ladder import is_message
from .sockets import SIP_PORT, Socket, read_socket

CONTENT_TYPE = "application/vnd.tcpdump.pcap"
_FILE_HEADER = struct.pack("<IHHiIII", 0xA1B23C4D, 2, 4, 0, 0, 262_144, 1)
_ETHERNET = bytes.fromhex("020000000001020000000002")  # locally administered: nobody's cards
_IPV4, _IPV6 = b"\x08\x00", b"\x86\xdd"
_UDP = 17
_LONGEST = 65_535 - 40 - 8
_NOWHERE = ipaddress.IPv4Address("0.0.0.0")  # noqa: S104 (an address in a file)
_HIDDEN_CREDENTIALS = re.compile(
    r"^((?:Proxy-)?Authorization[ \t]*:[ \t]*)\*\*\*(?=\r?$)", re.IGNORECASE | re.MULTILINE
)
_HIDDEN_LINE = re.compile(r"^\*\*\*(?=\r?$)", re.MULTILINE)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def capture_of(events: Iterable[Event]) -> bytes:
    """Return the messages among events as a capture file, in order of time."""
    messages = sorted(filter(is_message, events), key=lambda event: event.time)
    return _FILE_HEADER + b"".join(part for event in messages for part in _record(event))


def _record(event: Event) -> Iterator[bytes]:
    frame = _frame(event)
    since = event.time - _EPOCH
    seconds, rest = divmod(since, timedelta(seconds=1))
    yield struct.pack("<IIII", seconds & 0xFFFFFFFF, rest.microseconds * 1000, len(frame), len(frame))
    yield frame


def _frame(event: Event) -> bytes:
    source, destination = _ends(event)
    payload = datagram_of(event.text)[:_LONGEST]
    if source.address.version == 4:
        return _ETHERNET + _IPV4 + _ipv4(source, destination, _udp(source, destination, payload))
    return _ETHERNET + _IPV6 + _ipv6(source, destination, _udp(source, destination, payload))


def _ends(event: Event) -> tuple[Socket, Socket]:
    """Return both ends in one family; what is no address is 0.0.0.0."""
    source = read_socket(event.source) or Socket(_NOWHERE, SIP_PORT)
    destination = read_socket(event.destination) or Socket(_NOWHERE, SIP_PORT)
    if source.address.version == destination.address.version:
        return source, destination
    return _as_v6(source), _as_v6(destination)


def _as_v6(socket: Socket) -> Socket:
    if isinstance(socket.address, ipaddress.IPv6Address):
        return socket
    return Socket(ipaddress.IPv6Address(f"::ffff:{socket.address}"), socket.port)


def datagram_of(text: str) -> bytes:
    """Return a message as it goes over the wire. What was taken from its body is counted by no Content-Length.

    What hides a secret is put so that it is read: credentials have a scheme (RFC 7235), and each line is a field.
    """
    head, body = head_and_body(text)
    wire_body = re.sub(r"\r?\n", "\r\n", body).encode("utf-8", "replace")
    wire_head = re.sub(r"\r?\n", "\r\n", head.strip("\r\n"))
    wire_head = _HIDDEN_CREDENTIALS.sub(r"\g<1>Digest ***", wire_head)
    wire_head = _HIDDEN_LINE.sub("X-Hidden: ***", wire_head)
    length = rf"\g<1>: {len(wire_body)}"
    wire_head = re.sub(r"(?im)^(Content-Length|l)[ \t]*:[^\r\n]*", length, wire_head)
    return wire_head.encode("utf-8", "replace") + b"\r\n\r\n" + wire_body


def _udp(source: Socket, destination: Socket, payload: bytes) -> bytes:
    length = 8 + len(payload)
    ends = source.address.packed + destination.address.packed
    form = "!BBH" if source.address.version == 4 else "!IxxxB"
    facts = (0, _UDP, length) if source.address.version == 4 else (length, _UDP)
    head = struct.pack("!HHH", source.port, destination.port, length)
    checksum = checksum_of(ends + struct.pack(form, *facts) + head + b"\0\0" + payload) or 0xFFFF
    return head + struct.pack("!H", checksum) + payload


def _ipv4(source: Socket, destination: Socket, payload: bytes) -> bytes:
    begins = struct.pack("!BBHHHBB", 0x45, 0, 20 + len(payload), 0, 0x4000, 64, _UDP)
    ends = source.address.packed + destination.address.packed
    return begins + struct.pack("!H", checksum_of(begins + b"\0\0" + ends)) + ends + payload


def _ipv6(source: Socket, destination: Socket, payload: bytes) -> bytes:
    begins = struct.pack("!IHBB", 0x60000000, len(payload), _UDP, 64)
    return begins + source.address.packed + destination.address.packed + payload


def checksum_of(data: bytes) -> int:
    """Return the Internet checksum (RFC 1071)."""
    even = data + b"\0" * (len(data) % 2)
    total: int = sum(struct.unpack(f"!{len(even) // 2}H", even))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF
