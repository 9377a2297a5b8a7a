"""Providers with odd habits: a socket that answers each REGISTER as a test says, and keeps what came."""

import re
import socket
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from tests.conftest import HOME
from tests.running import free_port

Headers = Iterable[str]
COPIED = ("via", "from", "to", "call-id", "cseq")


@dataclass(frozen=True)
class Received:
    """A REGISTER as it came."""

    text: str
    at: float = field(default_factory=time.monotonic)

    def header(self, name: str) -> str:
        found = re.search(rf"^{re.escape(name)}[ \t]*:[ \t]*(.*?)\r$", self.text, re.IGNORECASE | re.MULTILINE)
        return found[1] if found else ""

    @property
    def contact(self) -> str:
        return self.header("Contact")

    def answer(self, status: str, *headers: str) -> bytes:
        """An answer to it."""
        kept = [line for line in self.text.split("\r\n") if line.partition(":")[0].strip().lower() in COPIED]
        return "\r\n".join([f"SIP/2.0 {status}", *kept, *headers, "Content-Length: 0", "", ""]).encode()


Habit = Callable[[Received], Iterable[bytes]]


def says(status: str, *headers: str) -> Habit:
    """Answer everything in the same way; `{contact}` stands for the contact that was sent."""
    return lambda request: [request.answer(status, *(text.format(contact=request.contact) for text in headers))]


def challenges(*headers: str, then: Habit, status: str = "401 Unauthorized") -> Habit:
    """Ask for a password, and answer whoever sends one."""

    def habit(request: Received) -> Iterable[bytes]:
        return then(request) if request.header("Authorization") else [request.answer(status, *headers)]

    return habit


def is_silent(_: Received) -> Iterable[bytes]:
    """Never answer."""
    return ()


class OddProvider:
    """A provider on this machine that behaves as its habit says; what is repeated for want of an answer counts once."""

    def __init__(self, habit: Habit) -> None:
        self.habit, self.password = habit, "sw0rdfish"
        self.port = free_port()
        self.requests: list[Received] = []
        self._socket = socket.socket(type=socket.SOCK_DGRAM)
        self._socket.bind((HOME, self.port))
        threading.Thread(target=self._run, daemon=True).start()

    @property
    def server(self) -> str:
        return f"sip:{HOME}:{self.port}"

    @property
    def credentials(self) -> list[str]:
        """The credentials that were sent; empty for a REGISTER without."""
        return [request.header("Authorization") for request in self.requests]

    def stop(self) -> None:
        self._socket.close()

    def _run(self) -> None:
        while True:
            try:
                data, sender = self._socket.recvfrom(65536)
            except OSError:
                return
            request = Received(data.decode("utf-8", "replace"))
            seen = {known.header("Via") for known in self.requests}
            if request.header("Via") not in seen:
                self.requests.append(request)
            for answer in self.habit(request):
                try:
                    self._socket.sendto(answer, sender)
                except OSError:
                    return
