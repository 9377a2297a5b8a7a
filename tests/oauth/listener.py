"""A program's own listener on the loopback interface, where browsers come back to (RFC 8252, section 7.3)."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from tests.conftest import HOME

WORDS = "Back in the program."


class Listener(HTTPServer):
    """A server that remembers where a browser came back to."""

    came_back = ""


class Callback(BaseHTTPRequestHandler):
    """The answers of a listener."""

    def do_GET(self) -> None:
        if isinstance(self.server, Listener) and "favicon" not in self.path:
            self.server.came_back = self.path
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(WORDS.encode())

    def log_message(self, *_args: object) -> None:
        """Say nothing."""


class SixthListener(Listener):
    """The same over IPv6."""

    address_family = socket.AF_INET6


@contextmanager
def listening(kind: type[Listener] = Listener, host: str = HOME) -> Iterator[Listener]:
    """Listen at a port that is free."""
    with kind((host, 0), Callback) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def listener() -> Iterator[Listener]:
    """A listener over IPv4."""
    with listening() as server:
        yield server
