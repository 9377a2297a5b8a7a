"""The collector of messages that Kamailio receives and sends: HEP over UDP, into the store of events.

Kamailio waits for nobody, so a thread does nothing but take datagrams, and another one reads them. What neither they
nor the system had room for is counted.
"""

import logging
import socket
import struct
import threading
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Protocol

from .event import Event

RECEIVE_BUFFER = 8 * 1024 * 1024
"""Bytes that are asked of the system; it gives what it allows."""
LARGEST = 65_535
MOST_BYTES = 32 * 1024 * 1024
"""Of datagrams that wait to be read."""
AT_ONCE = 500
TOGETHER_WITHIN = 0.05
"""Seconds in which datagrams are written together."""
LOOKS_EVERY = 0.2
STOPS_WITHIN = 5.0
_SO_RXQ_OVFL = 40
"""Linux tells with each datagram how many had no room before it (socket(7)); Python has no name for it."""
_SO_RCVBUFFORCE = 33
_COUNT = struct.Struct("I")

Address = tuple[str, int]

log = logging.getLogger(__name__)


class Reader(Protocol):
    """A reader of datagrams, such as `traces.Traces`."""

    def read(self, datagrams: Iterable[bytes]) -> Iterator[Event]:
        """Yield the events of datagrams, which come in their order."""


class Keeper(Protocol):
    """A keeper of events, such as `store.SqliteEvents`."""

    def add(self, events: Sequence[Event]) -> None:
        """Keep events."""

    def count_lost(self, number: int) -> None:
        """Have it told that so many are missing."""


@dataclass
class Collector:
    """The two threads, and the socket that only one sender can reach."""

    address: Address
    sender: Address
    reader: Reader
    keeper: Keeper
    most_bytes: int = MOST_BYTES
    receive_buffer: int = RECEIVE_BUFFER
    _stopped: threading.Event = field(default_factory=threading.Event)
    _all_taken: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self._waiting = _Waiting(self.most_bytes)
        self._dropped = _Dropped()
        self._taker = threading.Thread(target=self._take, name="events-taken", daemon=True)
        self._writer = threading.Thread(target=self._write, name="events-written", daemon=True)

    def start(self) -> None:
        """Begin to collect. OSError where something else has the address."""
        self._socket = _socket(self.address, self.sender, self.receive_buffer)
        self._taker.start()
        self._writer.start()

    def stop(self) -> None:
        """End, with what has come in."""
        self._stopped.set()
        self._taker.join(STOPS_WITHIN)
        self._all_taken.set()
        self._writer.join(STOPS_WITHIN)
        self._socket.close()

    def _take(self) -> None:
        while True:
            try:
                datagram, ancillary, *_ = self._socket.recvmsg(LARGEST, socket.CMSG_SPACE(_COUNT.size))
            except OSError:  # nothing came in time; or an old ICMP error is told here
                if self._stopped.is_set():
                    return
                continue
            self._dropped.system_has(ancillary)
            if not self._waiting.put(datagram):
                self._dropped.one()

    def _write(self) -> None:
        while (datagrams := self._together()) or not self._all_taken.is_set():
            if datagrams:
                self._keep(datagrams)

    def _keep(self, datagrams: Sequence[bytes]) -> None:
        self.keeper.count_lost(self._dropped.take())
        try:
            self.keeper.add(list(self.reader.read(datagrams)))
        except Exception:  # whatever one message meets, the next ones come
            self.keeper.count_lost(len(datagrams))
            log.exception("Messages could not be noted for the console.")

    def _together(self) -> list[bytes]:
        """Return what comes within a moment; nothing where nothing comes."""
        datagrams = self._waiting.take(AT_ONCE, LOOKS_EVERY)
        if 0 < len(datagrams) < AT_ONCE:
            self._stopped.wait(TOGETHER_WITHIN)
            datagrams += self._waiting.take(AT_ONCE - len(datagrams), 0)
        return datagrams


class _Waiting:
    """Datagrams that wait to be read, of so many bytes at most."""

    def __init__(self, most_bytes: int) -> None:
        self._most, self._bytes = most_bytes, 0
        self._datagrams: deque[bytes] = deque()
        self._changed = threading.Condition()

    def put(self, datagram: bytes) -> bool:
        """Add one; False where there is no room for it."""
        with self._changed:
            if self._bytes + len(datagram) > self._most:
                return False
            self._datagrams.append(datagram)
            self._bytes += len(datagram)
            self._changed.notify()
            return True

    def take(self, at_most: int, seconds: float) -> list[bytes]:
        """Take the first ones, as soon as there is one; none where none comes within so many seconds."""
        with self._changed:
            self._changed.wait_for(lambda: bool(self._datagrams), seconds)
            taken = [self._datagrams.popleft() for _ in range(min(at_most, len(self._datagrams)))]
            self._bytes -= sum(map(len, taken))
            return taken


class _Dropped:
    """A count of datagrams that were dropped and not told of; one thread adds to it, another one takes it."""

    def __init__(self) -> None:
        self._all = self._told = self._by_system = 0

    def one(self) -> None:
        self._all += 1

    def system_has(self, ancillary: Iterable[tuple[int, int, bytes]]) -> None:
        """Take what the system says: the number since the socket was made, in 32 bits."""
        for level, kind, data in ancillary:
            if (level, kind) == (socket.SOL_SOCKET, _SO_RXQ_OVFL):
                (now,) = _COUNT.unpack(data[: _COUNT.size])
                self._all += (now - self._by_system) % (1 << 32)
                self._by_system = now

    def take(self) -> int:
        """Return how many were dropped since this was asked last."""
        now = self._all
        told, self._told = now - self._told, now
        return told


def _socket(address: Address, sender: Address, buffer: int) -> socket.socket:
    own = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        own.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
        with suppress(OSError):  # beyond what the system allows everybody
            own.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, buffer)
        own.setsockopt(socket.SOL_SOCKET, _SO_RXQ_OVFL, 1)
        own.bind(address)
        own.connect(sender)  # from nobody else is anything taken
        own.settimeout(LOOKS_EVERY)
    except OSError:
        own.close()
        raise
    return own
