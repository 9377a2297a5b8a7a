"""HTTP connections of urllib3 that keep to one limit on the time of a whole exchange.

The usual limits are on each wait for a piece, so a service that sends a byte now and then would hold a thread for good.
"""

import http.client
import io
import math
import socket
import ssl
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from contextvars import ContextVar
from email.message import Message
from functools import cache, partial
from time import monotonic
from typing import Any, TypeVar

import certifi
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from sipsorcery_web.in_thread import begun

T = TypeVar("T")

_ends_at: ContextVar[float] = ContextVar("_ends_at", default=math.inf)


@contextmanager
def over_within(seconds: float) -> Iterator[None]:
    """Let what this thread exchanges in the block be over within these seconds, or fail.

    A block within another one ends with that at the latest.
    """
    before = _ends_at.set(min(monotonic() + seconds, _ends_at.get()))
    try:
        yield
    finally:
        _ends_at.reset(before)


def seconds_left() -> float:
    """Return the seconds that the exchange of this thread may still take, infinity at most; TimeoutError when none."""
    left = _ends_at.get() - monotonic()
    if left <= 0:
        raise TimeoutError
    return left


@cache
def trusted() -> ssl.SSLContext:
    """Return the certificates that the machine trusts, SSL_CERT_FILE among them.

    The usual authorities where it has none.
    """
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context


def content_type(header: str | None) -> tuple[str, str | None]:
    """Return the media type, in lower case, and the charset of a Content-Type; "" and None where there are none."""
    if not header:
        return "", None
    message = Message()
    message["Content-Type"] = header
    return message.get_content_type(), message.get_content_charset()


def in_time(work: Callable[[], T], undo: Callable[[T], object] | None = None) -> T:
    """Return what `work` does in a thread, since a name's look-up cannot be told when to give up.

    What comes too late is undone. Raises TimeoutError.
    """
    coming = begun(work)
    try:
        return coming.result(seconds_left())
    except TimeoutError:
        if undo is not None:
            coming.add_done_callback(partial(_undo, undo))
        raise


def _undo(undo: Callable[[T], object], late: "Future[T]") -> None:
    if late.exception() is None:
        undo(late.result())


class _TimedReader(io.RawIOBase):
    """A socket's bytes, each wait for them no longer than what is left of the exchange."""

    def __init__(self, sock: socket.socket, raw: io.RawIOBase) -> None:
        self._sock = sock
        self._raw = raw

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        self._sock.settimeout(seconds_left())
        return self._raw.readinto(buffer)

    def close(self) -> None:
        self._raw.close()
        super().close()


class _TimedResponse(http.client.HTTPResponse):
    """A response that reads its status line, headers and body through a `_TimedReader`."""

    def __init__(self, sock: socket.socket, *args: Any, **options: Any) -> None:
        super().__init__(sock, *args, **options)
        self.fp = io.BufferedReader(_TimedReader(sock, self.fp.detach()))


class TimedConnection(HTTPConnection):
    """A connection that keeps to the end of the exchange that it is used for."""

    response_class = _TimedResponse

    def _new_conn(self) -> socket.socket:
        sock = in_time(super()._new_conn, socket.socket.close)
        sock.settimeout(seconds_left())
        return sock

    def send(self, data: Any) -> None:
        if self.sock is not None:
            self.sock.settimeout(seconds_left())
        super().send(data)


class SecureTimedConnection(TimedConnection, HTTPSConnection):
    """The same with TLS."""


class TimedPool(HTTPConnectionPool):
    """Such connections to one server."""

    ConnectionCls = TimedConnection


class SecureTimedPool(HTTPSConnectionPool):
    """The same with TLS."""

    ConnectionCls = SecureTimedConnection
