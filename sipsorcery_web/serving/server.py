"""The HTTP server of one process: waitress, with a fair limit on connections and a deadline for each request.

Waitress receives requests and sends answers without holding a thread for them: a browser that never finishes its
request keeps nobody else waiting.
"""

import ctypes
import logging
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from waitress import wasyncore
from waitress.adjustments import Adjustments
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser
from waitress.server import TcpWSGIServer
from waitress.task import ErrorTask, ThreadedTaskDispatcher, WSGITask

from sipsorcery_web.ip_addresses import caller_network, is_loopback
from sipsorcery_web.rest.problems import Problem
from sipsorcery_web.rest.routes import is_of_programs
from sipsorcery_web.settings import Settings

from .event_loop import EventLoop
from .heartbeat import BEATS_EVERY
from .workers import Link

THREADS = 8
"""Requests that a process works on at once; they mostly wait for the database or for another service."""
HEALTH = ("healthz", "readyz")
"""The last part of paths with a thread of their own each, for a monitor must not wait behind requests that hang."""
STOPS_WITHIN = 4.0
"""Seconds that a request may go on after the server was told to stop."""
CONNECTIONS = 500
"""Browsers' connections at once in a process: half of the files that it may usually have open."""
OF_ADDRESS = 100
"""Of these, connections of one address, or of the /64 that a customer of IPv6 has; this machine itself has no limit."""
IDLE_SECONDS = 60
"""Seconds that a connection may be idle, and that a request may take to come in whole."""
HEAD_BYTES = 65536
BEGINNING = 64
"""Bytes of a request in which it is seen whether a program asks."""
UNTAKEN_BYTES = 262_144
"""Of answers that a browser has not taken, where it has asked for more already: a thread would soon wait for it."""
M_ARENA_MAX = -8  # of glibc's malloc.h

log = logging.getLogger(__name__)


class Task(WSGITask):
    """A request; the last one on its connection while the server stops, or where answers before it were not taken."""

    def get_environment(self) -> dict[str, Any]:
        """Tell since when the request waits; the portal counts on it (`portal/http/backend.py`)."""
        environ: dict[str, Any] = super().get_environment()
        channel: Any = self.channel
        environ["sipsorcery_web.asked_at"] = channel.asked_at
        return environ

    def build_response_header(self) -> bytes:
        server: Any = self.channel.server
        if server.is_stopping or self.channel.total_outbufs_len > UNTAKEN_BYTES:
            super().set_close_on_finish()
        return super().build_response_header()

    def set_close_on_finish(self) -> None:
        """Close the connection after this answer, unless only its length is missing, and it has no body to need one.

        Such an answer, as 304, ends with its head (RFC 9112, section 6.3); waitress closes all that have no length.
        """
        request: Any = self.request
        asks_to_close = request.headers.get("CONNECTION", "").lower() == "close"
        if self.version != "1.1" or self.has_body or asks_to_close:
            super().set_close_on_finish()


class Head(HTTPRequestParser):
    """A request as it comes in. Of one that is too long or cannot be read waitress forgets what it asks for."""

    _beginning = b""

    def received(self, data: bytes) -> int:
        self._beginning = (self._beginning + data[:BEGINNING])[:BEGINNING]
        return int(super().received(data))

    @property
    def is_of_a_program(self) -> bool:
        """Return True where it asks for something below `/api`."""
        _, _, address = self._beginning.lstrip().partition(b" ")
        return is_of_programs(address.partition(b" ")[0].decode("latin-1"))


class Refusal(ErrorTask):
    """The answer to what is no request, or too long for one: a problem in JSON where it comes of a program."""

    request: Any

    def execute(self) -> None:
        if self.request.is_of_a_program:
            self.request.error = _ProblemInJson(self.request.error)
        super().execute()


class _ProblemInJson:
    """An error of waitress's as a problem (RFC 9457)."""

    def __init__(self, error: Any) -> None:
        self._error = error

    def to_response(self, _ident: str | None = None) -> tuple[str, list[tuple[str, str]], bytes]:
        told = Problem(self._error.code, f"{self._error.body}.").response()
        return told.status, [("Content-Type", told.headers["Content-Type"])], told.get_data()


class Watched(wasyncore.dispatcher):
    """A dispatcher whose server's event loop knows when it comes and goes."""

    server: Any

    def add_channel(self, map: Any = None) -> None:
        super().add_channel(map)
        self.server.events.look_again(self)

    def del_channel(self, map: Any = None) -> None:
        self.server.events.forget(self)
        super().del_channel(map)


class Connection(Watched, HTTPChannel):
    """A browser's connection."""

    server: "Server"
    _fileno: int | None
    task_class = Task
    error_task_class = Refusal
    parser_class = Head
    asked_at = 0.0
    """The moment at which the request that is worked on was there (monotonic)."""
    waits_since: float
    """The moment since which the server has waited for a request, or for the rest of one (monotonic)."""

    def __init__(self, server: "Server", connection: socket.socket, address: Any, *more: Any, **named: Any) -> None:
        self.waits_since = time.monotonic()
        self.network = caller_network(address[0])
        super().__init__(server, connection, address, *more, **named)

    def add_channel(self, map: Any = None) -> None:
        super().add_channel(map)
        self.server.crowds[self.network] += 1

    @property
    def is_idle(self) -> bool:
        """Return True when nothing of a request or of an answer is under way."""
        return not (self.requests or self.request or self.total_outbufs_len)

    def received(self, data: bytes) -> bool:
        if self.request is None:
            self.waits_since = time.monotonic()
        return bool(super().received(data))

    def service(self) -> None:
        super().service()
        self.waits_since = time.monotonic()

    def del_channel(self, map: Any = None) -> None:
        if self._fileno in self.server.active_channels:
            crowds = self.server.crowds
            crowds[self.network] -= 1
            if not crowds[self.network]:
                del crowds[self.network]
        super().del_channel(map)
        self.server.one_ended()

    def is_overdue(self) -> bool:
        """Return True when its browser has taken too long, for a request or to take any of an answer."""
        if self.total_outbufs_len:
            return bool(self.last_activity < time.time() - IDLE_SECONDS)
        return not self.requests and self.waits_since < time.monotonic() - IDLE_SECONDS


class HandOver(Watched):
    """The link over which another process gives this one its connections, until it closes the link."""

    def __init__(self, link: socket.socket, server: "Server", closed: Callable[[], None]) -> None:
        self.server = server
        self._link, self._closed = link, closed
        super().__init__(link, map=server._map)
        self.connected = True

    def readable(self) -> bool:
        return bool(self.server.has_room())

    def writable(self) -> bool:
        return False

    def handle_read(self) -> None:
        if not self._take_one():
            self._closed()

    def finish(self) -> None:
        """Take what was given already, and no more."""
        with suppress(OSError):
            self._link.shutdown(socket.SHUT_RD)
        while self._take_one():
            pass
        self.close()

    def _take_one(self) -> bool:
        """Take a connection; False when the link is closed or empty."""
        try:
            word, files, *_ = socket.recv_fds(self._link, 1, 1)
        except OSError:
            return False
        for file in files:
            self.server.take(socket.socket(fileno=file))
        return bool(word)


class Server(TcpWSGIServer):
    """A waitress server that closes the connection that has waited longest where there would be too many."""

    channel_class = Connection
    active_channels: dict[int, Connection]  # type: ignore[assignment]
    _map: dict[int, Any]
    is_stopping = False
    hand_over: HandOver | None = None

    def __init__(self, app: Any, settings: Settings, listener: socket.socket, listens: bool = True) -> None:
        self.events = EventLoop()
        self.note_closed: Callable[[], None] = lambda: None
        self.note_alive: Callable[[], None] = lambda: None
        self.crowds: Counter[str] = Counter()
        self._limits_addresses = not settings.trusted_proxies  # all of whose visitors come from one address
        self._tidy_at = 0.0
        self._of_health = {path: ThreadedTaskDispatcher() for path in HEALTH}
        for of_health in self._of_health.values():
            of_health.set_thread_count(1)
        super().__init__(
            app,
            map={},
            _start=listens,
            _sock=listener,
            bind_socket=False,
            sockinfo=(listener.family, listener.type, listener.proto, listener.getsockname()),
            adj=Adjustments(
                threads=THREADS,
                max_request_header_size=HEAD_BYTES,
                # up to here the portal's own page says that it is too much
                max_request_body_size=2 * settings.request_limit,
                clear_untrusted_proxy_headers=not settings.trusted_proxies,
                ident=None,
            ),
        )
        for dispatcher in (self.trigger, self):
            self.events.look_again(dispatcher)

    def add_task(self, task: Any) -> None:
        """Have a thread answer a connection's next request; those about the health of the process have their own.

        Called by waitress, in the loop or in the thread that has answered the request before it.
        """
        task.asked_at = time.monotonic()
        path = getattr(task.requests[0], "path", "")  # what is no request has none
        self._of_health.get(path.rpartition("/")[2], self.task_dispatcher).add_task(task)

    def take_from(self, link: Link, closed: Callable[[], None]) -> None:
        """Take connections from a link in place of the listening socket; `closed` is told when it ends."""
        self.stop_listening()
        self.note_closed, self.note_alive = link.note_closed, link.note_alive
        self.hand_over = HandOver(link.socket, self, closed)

    def handle_accept(self) -> None:
        try:
            accepted = self.accept()
        except OSError:
            log.warning("A connection could not be taken.", exc_info=True)
            return
        if accepted is not None:
            self.take(accepted[0])

    def take(self, connection: socket.socket) -> None:
        """Serve a browser's connection, and close another one where there are too many."""
        try:
            address = connection.getpeername()
            self.set_socket_options(connection)
        except OSError:  # the browser is gone already
            connection.close()
            self.one_ended()
            return
        if len(self.active_channels) >= CONNECTIONS:
            self._make_room()
        newest = self.channel_class(self, connection, address, self.adj, map=self._map)
        if self._limits_addresses and self.crowds[newest.network] > OF_ADDRESS and not is_loopback(address[0]):
            self._close_longest_waiting(newest.network)

    def readable(self) -> bool:
        return bool(self.accepting) and self.has_room()

    def has_room(self) -> bool:
        """Return True when another connection can be taken, perhaps in place of one that waits for its browser."""
        is_full = len(self.active_channels) >= CONNECTIONS
        return not is_full or any(not connection.requests for connection in self.active_channels.values())

    def one_ended(self) -> None:
        """Note the end of a connection: there may be room again."""
        self.note_closed()
        self.events.look_again(self.hand_over or self)

    def look(self, seconds: float) -> None:
        """Wait for a socket or a thread to have something, and deal with it."""
        self.events.run_once(seconds)
        if time.monotonic() >= self._tidy_at:
            self._tidy_at = time.monotonic() + BEATS_EVERY
            self.note_alive()
            self._tidy()

    def stop_listening(self) -> None:
        """Take no more connections; those that are there stay. The server's own close() would end all."""
        if self.hand_over is not None:
            self.hand_over.finish()
        elif self.socket is not None:
            self.events.forget(self)
            wasyncore.dispatcher.close(self)

    def close(self) -> None:
        super().close()
        for of_health in self._of_health.values():
            of_health.shutdown()
        self.events.close()

    def _waiting(self) -> list[Connection]:
        """Return the connections whose browsers it is to do something, so that no thread is at work for them."""
        return [connection for connection in self.active_channels.values() if not connection.requests]

    def _make_room(self) -> None:
        """Close the connection that has waited longest, of the address that has the most."""
        if waiting := self._waiting():
            max(waiting, key=lambda one: (self.crowds[one.network], -one.waits_since)).handle_close()

    def _close_longest_waiting(self, network: str) -> None:
        waiting = [connection for connection in self._waiting() if connection.network == network]
        min(waiting, key=lambda one: one.waits_since).handle_close()  # the newest one waits in any case

    def _tidy(self) -> None:
        for connection in list(self.active_channels.values()):
            if connection.is_overdue():
                connection.handle_close()


def share_memory_among_threads() -> None:
    """Have glibc keep its memory in two places instead of eight for each core, which takes a fifth off a process.

    Python's threads take turns, so that they hardly wait for each other there. For a process without threads yet.
    """
    with suppress(OSError, AttributeError):  # another C library
        ctypes.CDLL(None).mallopt(M_ARENA_MAX, 2)


def run(server: Server, told_to_stop: threading.Event) -> None:
    """Serve until told to stop; then answer what has come in, within STOPS_WITHIN seconds."""
    while not told_to_stop.is_set():
        server.look(BEATS_EVERY)
    server.is_stopping = True
    server.stop_listening()
    deadline = time.monotonic() + STOPS_WITHIN
    while server.active_channels and time.monotonic() < deadline:
        server.look(0.05)
        for connection in list(server.active_channels.values()):
            if connection.is_idle:
                connection.handle_close()
    if server.active_channels:
        log.warning("Cut off after %d seconds: %d connections.", STOPS_WITHIN, len(server.active_channels))
