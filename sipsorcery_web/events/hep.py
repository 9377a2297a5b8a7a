"""Messages as Kamailio's siptrace sends them on: HEP version 3, a list of chunks."""

import ipaddress
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

_MAGIC = b"HEP3"
_HEAD = struct.Struct("!4sH")
_CHUNK = struct.Struct("!HHH")
_GENERIC = 0
"""The vendor of all chunks that are read here."""
_PROTOCOL, _SOURCE_PORT, _DESTINATION_PORT, _SECONDS, _MICROSECONDS, _KIND, _PAYLOAD = 2, 7, 8, 9, 10, 11, 15
_SOURCE, _DESTINATION = (3, 5), (4, 6)
"""Of IPv4 and of IPv6."""
_NUMBERS = {_PROTOCOL: 1, _SOURCE_PORT: 2, _DESTINATION_PORT: 2, _SECONDS: 4, _MICROSECONDS: 4, _KIND: 1}
"""The chunks that are numbers, with their sizes."""
_TRANSPORTS = {6: "tcp", 17: "udp", 22: "tls"}
"""By the protocol's number; TLS has none of its own, and Kamailio writes that of another."""
_SIP = 1
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class HepError(ValueError):
    """The datagram is no SIP message in HEP; the text says why."""


@dataclass(frozen=True, slots=True)
class Packet:
    """A message as it went over the network."""

    time: datetime
    transport: str
    source: str
    """With the port, as `192.0.2.1:5060` or `[2001:db8::1]:5060`."""
    destination: str
    payload: bytes


def parse(datagram: bytes) -> Packet:
    """Return the packet of a datagram. HepError for anything else."""
    chunks = dict(_chunks(datagram))
    numbers = {kind: _number(chunks, kind) for kind in _NUMBERS}
    if numbers[_KIND] != _SIP:
        raise HepError(f"not SIP but type {numbers[_KIND]}")
    if _PAYLOAD not in chunks:
        raise HepError("without a message")
    return Packet(
        time=_EPOCH + timedelta(seconds=numbers[_SECONDS], microseconds=numbers[_MICROSECONDS]),
        transport=_TRANSPORTS.get(numbers[_PROTOCOL], "tcp"),
        source=_place(chunks, _SOURCE, numbers[_SOURCE_PORT]),
        destination=_place(chunks, _DESTINATION, numbers[_DESTINATION_PORT]),
        payload=chunks[_PAYLOAD],
    )


def _chunks(datagram: bytes) -> Iterator[tuple[int, bytes]]:
    if len(datagram) < _HEAD.size or not datagram.startswith(_MAGIC):
        raise HepError("not HEP version 3")
    _, end = _HEAD.unpack_from(datagram)
    if end != len(datagram):
        raise HepError(f"{len(datagram)} bytes in place of {end}")
    place = _HEAD.size
    while place < end:
        if end - place < _CHUNK.size:
            raise HepError("a chunk without a head")
        vendor, kind, length = _CHUNK.unpack_from(datagram, place)
        if length < _CHUNK.size or place + length > end:
            raise HepError(f"a chunk of {length} bytes")
        if vendor == _GENERIC:
            yield kind, datagram[place + _CHUNK.size : place + length]
        place += length


def _number(chunks: dict[int, bytes], kind: int) -> int:
    value = chunks.get(kind, b"")
    if len(value) != _NUMBERS[kind]:
        raise HepError(f"chunk {kind} of {len(value)} bytes")
    return int.from_bytes(value, "big")


def _place(chunks: dict[int, bytes], kinds: tuple[int, int], port: int) -> str:
    v4, v6 = (chunks.get(kind) for kind in kinds)
    try:
        if v4 is not None:
            return f"{ipaddress.IPv4Address(v4)}:{port}"
        return f"[{ipaddress.IPv6Address(v6 or b'')}]:{port}"
    except ipaddress.AddressValueError as error:
        raise HepError(f"no address: {error}") from error
