"""Sound as a phone sends and hears it: packets of RTP (RFC 3550), counted."""

import re
import socket
import struct
import time
from collections.abc import Iterator
from contextlib import contextmanager

from .namespaces import Machine

PATIENCE = 5.0
PACE = 0.002
"""Seconds between two packets: a tenth of a telephone's. rtpengine leaves what is beyond 50 at once for later."""
SILENT = 0.4
"""Seconds after which nothing more is coming."""


class Sound:
    """A phone's socket for RTP on a machine; what it offers names the machine's address."""

    def __init__(self, machine: Machine, address: str, port: int = 0) -> None:
        with machine.at_work():
            self.socket = socket.socket(type=socket.SOCK_DGRAM)
            self.socket.bind((address, port))
        self.address, self.port = self.socket.getsockname()
        self.sent = 0

    def offer(self, stated: str = "", more: str = "") -> str:
        """Return the SDP of this phone, or one that states another address."""
        stated = stated or self.address
        return (
            f"v=0\r\no=- 1 1 IN IP4 {stated}\r\ns=-\r\nc=IN IP4 {stated}\r\nt=0 0\r\n"
            f"m=audio {self.port} RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\n{more}"
        )

    def says(self, to: tuple[str, int], packets: int = 1) -> None:
        """Send so many packets, one after the other."""
        for _ in range(packets):
            self.sent += 1
            head = struct.pack("!BBHII", 0x80, 0, self.sent, self.sent * 160, self.port)
            self.socket.sendto(head + bytes(160), to)
            time.sleep(PACE)

    def hears(self, packets: int) -> set[tuple[str, int]]:
        """Wait for so many packets; return where they came from."""
        sources = set()
        self.socket.settimeout(PATIENCE)
        for _ in range(packets):
            sources.add(self.socket.recvfrom(2048)[1])
        return sources

    def hears_nothing(self) -> bool:
        """Return True when nothing has come, and nothing comes for a moment."""
        self.socket.settimeout(SILENT)
        try:
            self.socket.recvfrom(2048)
        except TimeoutError:
            return True
        return False


@contextmanager
def sound(machine: Machine, address: str, port: int = 0) -> Iterator[Sound]:
    phone = Sound(machine, address, port)
    try:
        yield phone
    finally:
        phone.socket.close()


def place(sdp: str) -> tuple[str, int]:
    """Return where a body says that sound is to be sent."""
    address, port = re.search(r"c=IN IP4 (\S+)", sdp), re.search(r"m=audio (\d+)", sdp)
    assert address, sdp
    assert port, sdp
    return address[1], int(port[1])
