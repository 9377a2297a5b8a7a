"""A stream of Kamailio's messages to a collector of events: phones that register with wrong passwords."""

import math
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count, islice
from multiprocessing import get_context

from tests.events.wire import HER_PHONE, hep, request, response

CREDENTIALS = 'Authorization: Digest username="alice", response="5ecre7f00d5ecre7f00d5ecre7f00d00"'
CHALLENGE = 'WWW-Authenticate: Digest realm="sip.local", nonce="n"'
CALL_ID = "0000000000@203.0.113.66"
TOGETHER = 20
"""Messages that are sent at once."""

Address = tuple[str, int]


@dataclass
class EventStream:
    """A number of messages a second, each REGISTER with its answer, as Kamailio at `engine` tells of them."""

    source: Address
    """The only address that the collector hears; (host, 0) is one that is free."""
    collector: Address
    engine: str
    """Where phones reach Kamailio, as packets have it."""
    account: str
    """The URI of the account that they are refused for."""
    rate: int
    sent: int = 0
    _number: Iterator[int] = field(default_factory=count)

    def __post_init__(self) -> None:
        self._socket = socket.socket(type=socket.SOCK_DGRAM)
        self._socket.bind(self.source)
        self.source = self._socket.getsockname()

    def run(self, seconds: float) -> None:
        """Send for so long."""
        began, sent = time.monotonic(), 0
        while sent < seconds * self.rate:
            for datagram in self._attempts(TOGETHER // 2):
                self._socket.sendto(datagram, self.collector)
            sent += TOGETHER
            time.sleep(max(0.0, began + sent / self.rate - time.monotonic()))
        self.sent += sent

    @contextmanager
    def flowing(self, seconds: float) -> Iterator[None]:
        """Send in a process of its own meanwhile, which takes no time from whoever measures."""
        process = get_context("fork").Process(target=self.run, args=(seconds,), daemon=True)
        process.start()
        try:
            yield
        finally:
            process.join()
            sent = math.ceil(seconds * self.rate / TOGETHER) * TOGETHER
            self.sent += sent
            self._number = count(self.sent)

    def close(self) -> None:
        """Give the address back."""
        self._socket.close()

    def _attempts(self, number: int) -> Iterator[bytes]:
        """Yield the messages of so many attempts, made of one another: the stream shall cost the machine little."""
        now = datetime.now(UTC)
        asked = request("REGISTER", "sip:sip.local", self.account, CREDENTIALS, called=self.account, call_id=CALL_ID)
        answer = response("401 Unauthorized", asked, CHALLENGE)
        both = hep(asked, HER_PHONE, self.engine, at=now), hep(answer, self.engine, HER_PHONE, at=now)
        for each in islice(self._number, number):
            for datagram in both:
                yield datagram.replace(CALL_ID.encode(), f"{each:010}@203.0.113.66".encode())
