"""HTTP to a provisioning service, with a limit on the time of a whole exchange and on the size of its answer.

The usual limits are on each wait for a piece, so a service that sends a byte now and then would hold a thread for good.
urllib3 is used without requests, whose sessions send the cookies of one visitor's answer with the next one's request:
the original may set its token as a cookie, and take it from one (spec, sections 1.7 and 2).
"""

import http.client
import io
import logging
import socket
import ssl
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from contextvars import ContextVar
from dataclasses import dataclass
from email.message import Message
from functools import cache
from math import inf
from threading import Thread
from time import monotonic
from typing import Any
from urllib.parse import urlsplit

import certifi
import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import HTTPError, NewConnectionError

from sipsorcery_web.contract.errors import ContractError, OutcomeUnknown, Unavailable

POOLED_CONNECTIONS = 32
MAX_ANSWER_BYTES = 32_000_000

NO_ANSWER = "The provisioning service does not answer."
TOO_SLOW = "The provisioning service did not answer in time."
BROKEN_OFF = "The answer of the provisioning service broke off."
TOO_LARGE = "The answer of the provisioning service is too large."
REDIRECTED = "The provisioning service has moved to another address, which is not followed."

log = logging.getLogger(__name__)

_ends_at: ContextVar[float] = ContextVar("_ends_at")


@dataclass(frozen=True)
class Answer:
    """An HTTP response of any kind; `media_type` is in lower case, "" when there is none."""

    status: int
    media_type: str
    charset: str | None
    content: bytes


class HttpTransport:
    """One pool of connections; an exchange has `timeout` seconds, from the look-up of the name to the last byte."""

    def __init__(self, timeout: float) -> None:
        self._timeout = timeout
        self._pools = urllib3.PoolManager(
            num_pools=2, maxsize=POOLED_CONNECTIONS, retries=False, ssl_context=_trusted()
        )
        self._pools.pool_classes_by_scheme = {"http": _Pool, "https": _SecurePool}

    def post(self, url: str, message: bytes, headers: Mapping[str, str], seconds: float = inf) -> Answer:
        """Send a message. Unavailable when no connection was made, OutcomeUnknown when no whole answer came,
        ContractError for a redirect or too large an answer.

        It is sent once: the service may have carried out a request whose answer did not come. Whoever has less time
        than the usual gives its `seconds`; where there are none left, nothing is sent.
        """
        return self._exchange("POST", url, message, headers, min(self._timeout, seconds))

    def get(self, url: str) -> Answer:
        """Fetch a document; errors as for `post`."""
        return self._exchange("GET", url, None, {}, self._timeout)

    def _exchange(
        self, method: str, url: str, body: bytes | None, headers: Mapping[str, str], seconds: float
    ) -> Answer:
        if seconds <= 0:
            raise Unavailable(TOO_SLOW)
        ends_at = monotonic() + seconds
        before = _ends_at.set(ends_at)
        response = None
        try:
            response = self._pools.request(
                method,
                url,
                body=body,
                headers={"Accept-Encoding": "gzip", **headers},
                timeout=urllib3.Timeout(total=seconds),
                redirect=False,
                preload_content=False,
            )
            return _answer(response)
        except (HTTPError, OSError, http.client.HTTPException) as error:
            log.warning("No answer from %s: %s", urlsplit(url).hostname, error)
            if isinstance(error, NewConnectionError):
                raise Unavailable(NO_ANSWER) from error
            cut_off = NO_ANSWER if response is None else BROKEN_OFF
            raise OutcomeUnknown(TOO_SLOW if monotonic() >= ends_at else cut_off) from error
        finally:
            _ends_at.reset(before)
            if response is not None:
                response.close()  # read to its end, it has given its connection back already


@cache
def _trusted() -> ssl.SSLContext:
    """Return the certificates that the machine trusts, SSL_CERT_FILE among them.

    The usual authorities where it has none.
    """
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context


def _answer(response: urllib3.BaseHTTPResponse) -> Answer:
    if 300 <= response.status < 400:
        raise ContractError(REDIRECTED)
    media_type, charset = _content_type(response.headers.get("Content-Type"))
    return Answer(response.status, media_type, charset, _content(response))


def _content_type(header: str | None) -> tuple[str, str | None]:
    if not header:
        return "", None
    message = Message()
    message["Content-Type"] = header
    return message.get_content_type(), message.get_content_charset()


def _content(response: urllib3.BaseHTTPResponse) -> bytes:
    received = bytearray()
    while chunk := response.read1(65536, decode_content=True):
        received += chunk
        if len(received) > MAX_ANSWER_BYTES:
            raise ContractError(TOO_LARGE)
    return bytes(received)


def _seconds_left() -> float:
    """Return the seconds until the exchange of this thread has to be over; TimeoutError when it has."""
    left = _ends_at.get() - monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _in_time(connect: Callable[[], socket.socket]) -> socket.socket:
    """Connect in a thread, since a name's look-up and one address after another cannot be told when to give up."""
    connecting: Future[socket.socket] = Future()
    Thread(target=_fulfil, args=(connecting, connect), daemon=True).start()
    try:
        return connecting.result(_seconds_left())
    except TimeoutError:
        connecting.add_done_callback(_hang_up)
        raise


def _fulfil(promise: "Future[socket.socket]", connect: Callable[[], socket.socket]) -> None:
    try:
        promise.set_result(connect())
    except Exception as error:
        promise.set_exception(error)


def _hang_up(connecting: "Future[socket.socket]") -> None:
    if connecting.exception() is None:
        connecting.result().close()


class _TimedReader(io.RawIOBase):
    """A socket's bytes, each wait for them no longer than what is left of the exchange."""

    def __init__(self, sock: socket.socket, raw: io.RawIOBase) -> None:
        self._sock = sock
        self._raw = raw

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        self._sock.settimeout(_seconds_left())
        return self._raw.readinto(buffer)

    def close(self) -> None:
        self._raw.close()
        super().close()


class _TimedResponse(http.client.HTTPResponse):
    """A response that reads its status line, headers and body through a `_TimedReader`."""

    def __init__(self, sock: socket.socket, *args: Any, **options: Any) -> None:
        super().__init__(sock, *args, **options)
        self.fp = io.BufferedReader(_TimedReader(sock, self.fp.detach()))


class _TimedConnection(HTTPConnection):
    """A connection that keeps to the end of the exchange that it is used for."""

    response_class = _TimedResponse

    def _new_conn(self) -> socket.socket:
        sock = _in_time(super()._new_conn)
        sock.settimeout(_seconds_left())
        return sock

    def send(self, data: Any) -> None:
        if self.sock is not None:
            self.sock.settimeout(_seconds_left())
        super().send(data)


class _SecureTimedConnection(_TimedConnection, HTTPSConnection):
    """The same with TLS."""


class _Pool(HTTPConnectionPool):
    ConnectionCls = _TimedConnection


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _SecureTimedConnection
