"""Commands on their way to Kamailio: never more of them unread than it reads at once.

Its module evapi reads 32,767 bytes at most, keeps the part of a netstring that they end with, and throws it away where
they end within its length; then it finds no beginning any more, and loses what follows. So it is asked now and then to
say that it has read until there, and what does not fit waits for that.
"""

import json
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from .netstrings import netstring

MOST_UNREAD = 24_000
ASKED_EVERY = 8_000
"""Bytes after which Kamailio is asked to confirm."""
_QUESTION = netstring(json.dumps({"do": "confirm"}).encode())


@dataclass
class Window:
    """Sends netstrings in order. It belongs to whoever holds the lock of the connection."""

    send: Callable[[bytes], None]
    _waiting: deque[bytes] = field(default_factory=deque)
    _asked: deque[int] = field(default_factory=deque)
    """The bytes that each question stands behind, and its own."""
    _since: int = 0
    """Bytes behind the last question."""

    def put(self, content: bytes) -> None:
        """Send a content, now or when Kamailio has read what was sent before."""
        self._waiting.append(netstring(content))
        self._send_what_fits()

    def confirmed(self) -> None:
        """Note that Kamailio has read as far as the oldest question."""
        if self._asked:
            self._asked.popleft()
        self._send_what_fits()

    def _send_what_fits(self) -> None:
        while self._waiting and self._fits(len(self._waiting[0])):
            text = self._waiting.popleft()
            self._since += len(text)
            self.send(text)
            if self._since >= ASKED_EVERY:
                self._ask()
        if self._waiting and not self._asked:
            self._ask()

    def _fits(self, length: int) -> bool:
        unread = sum(self._asked) + self._since
        return not unread or unread + length <= MOST_UNREAD

    def _ask(self) -> None:
        self._asked.append(self._since + len(_QUESTION))
        self._since = 0
        self.send(_QUESTION)
