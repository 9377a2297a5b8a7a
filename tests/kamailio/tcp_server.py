"""A provider's server that takes connections, in the hands of a test."""

import socket
import threading
import time
from contextlib import suppress
from queue import Empty, SimpleQueue

from tests.conftest import HOME

from .harness import KamailioHarness
from .user_agent import UserAgent


class TCPServer(UserAgent):
    """A user agent that connections are made to; what it says goes into the one that it was last spoken to in."""

    def __init__(self, harness: KamailioHarness, username: str, transport: str = "tcp") -> None:
        self.came: list[str] = []
        """All that came, in clear."""
        self._pieces: SimpleQueue[tuple[socket.socket, bytes]] = SimpleQueue()
        super().__init__(harness, username, transport=transport)

    def secured(self, line: socket.socket) -> socket.socket:
        """Return a connection as it is read and written."""
        return line

    def _connect(self, ip: str, certificate: str) -> socket.socket:
        listener = socket.create_server((HOME, 0))
        threading.Thread(target=self._listen, args=(listener,), daemon=True).start()
        return listener

    def _listen(self, listener: socket.socket) -> None:
        with suppress(OSError):
            while True:
                line, _ = listener.accept()
                threading.Thread(target=self._serve, args=(line,), daemon=True).start()

    def _serve(self, line: socket.socket) -> None:
        with suppress(OSError), self.secured(line) as secured:
            while piece := secured.recv(65535):
                self.came.append(piece.decode())
                self._pieces.put((secured, piece))

    def sends(self, text: str) -> None:
        self._line.sendall(text.encode())

    def _read(self, deadline: float) -> bytes | None:
        try:
            self._line, piece = self._pieces.get(timeout=max(0.0, deadline - time.monotonic()))
        except Empty:
            return None
        return piece
