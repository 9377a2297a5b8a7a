"""The client of Kamailio's module evapi: it connects, proves the secret, and connects again when Kamailio was away."""

import hashlib
import hmac
import json
import logging
import secrets
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from queue import SimpleQueue
from typing import Any

from sipsorcery_web.calls.messages import CallControl, Command, Event, Hello, Reply

from .netstrings import NetstringReader, NotANetstring, netstring
from .ringing_calls import RINGING_EVENTS, RingingCalls
from .window import Window
from .wire import command_as_json, event_of

PAUSE = 0.2
"""Seconds between two attempts to connect."""
TRIES_UNTOLD = 50
"""Attempts that may fail, as they do while Kamailio starts, before the log says that calls are refused."""
CONNECTS_WITHIN, PROVES_WITHIN = 1.0, 3.0
STOPS_WITHIN = 3.0
LONGEST_COMMAND = 30_000
"""Bytes; Kamailio reads a message into 32 KB, and ends the connection at a longer one."""
READS = 65_536

log = logging.getLogger(__name__)


class NotTheEngine(Exception):
    """The program at the engine's port does not know the engine's secret."""


@dataclass
class CallChannel:
    """A connection to Kamailio that comes and goes.

    Events reach call control one after the other, from the thread that reads them; calls that follow no plan are kept
    in a thread of their own, since that may write to the database.
    """

    address: tuple[str, int]
    secret: Callable[[], str]
    control: CallControl
    ringing: RingingCalls = field(default_factory=lambda: RingingCalls(lambda _invites: None))
    _line: socket.socket | None = None
    _window: Window = field(init=False)
    """Of the line that is there, or was there last."""
    _failed: int = 0
    """Attempts to connect since the last one that was taken."""
    _sending: threading.Lock = field(default_factory=threading.Lock)
    _stopped: threading.Event = field(default_factory=threading.Event)
    _rung: "SimpleQueue[Callable[[], None] | None]" = field(default_factory=SimpleQueue)

    def __post_init__(self) -> None:
        self._threads = [
            threading.Thread(target=self._read_on, name="call-channel", daemon=True),
            threading.Thread(target=self._note_ringing, name="ringing-calls", daemon=True),
        ]

    def start(self) -> None:
        """Begin to connect."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """End the connection and its threads."""
        self._stopped.set()
        with self._sending:
            if self._line is not None:
                _shut(self._line)
        for thread in self._threads:
            if thread.is_alive():
                thread.join(STOPS_WITHIN)

    @property
    def is_connected(self) -> bool:
        """Return True while Kamailio takes commands."""
        return self._line is not None

    def send(self, command: Command) -> bool:
        """Send a command, from any thread; False where Kamailio is not there.

        In place of one that is too long for it goes a refusal, since the transaction would wait for minutes.
        """
        message = packed(command)
        if len(message) > LONGEST_COMMAND and not isinstance(command, Hello):
            log.error("A command of %d bytes is too long for the SIP engine: it is told 500.", len(message))
            message = packed(Reply(transaction=command.transaction, code=500, reason="Dial plan exception"))
        with self._sending:
            if self._line is None:
                return False
            try:
                self._window.put(message)
            except OSError:
                _shut(self._line)  # the thread that reads sees its end
                return False
        return True

    def _read_on(self) -> None:
        while not self._stopped.is_set():
            try:
                with socket.create_connection(self.address, CONNECTS_WITHIN) as line:
                    self._serve(line)
            except (OSError, NotANetstring, NotTheEngine, ValueError) as error:
                log.debug("The SIP engine cannot be asked: %s", error)
            self._failed += 1
            if self._failed == TRIES_UNTOLD:
                log.warning("Calls that follow dial plans are refused: the SIP engine lets nobody decide about them.")
            self._stopped.wait(PAUSE)
        self._rung.put(None)

    def _serve(self, line: socket.socket) -> None:
        reader = NetstringReader()
        line.settimeout(PROVES_WITHIN)
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        messages = _messages(line, reader)
        self._show_secret(line, messages)
        try:
            for data in messages:
                self._take(line, data)
        finally:
            self._gone()

    def _take(self, line: socket.socket, data: dict[str, Any]) -> None:
        kind = data.get("ev")
        if kind == "proven":
            self._proven(line)
        elif kind == "confirmed":
            self._confirmed()
        else:
            if kind in RINGING_EVENTS:
                self._rung.put(partial(self.ringing.take, data))
            if (event := _event_of(data)) is not None:
                _told(partial(self.control.heard, event))

    def _show_secret(self, line: socket.socket, messages: Iterator[dict[str, Any]]) -> None:
        """Show the secret to the program that knows it already. Raises NotTheEngine.

        While Kamailio is away, any program of this machine can have its port.
        """
        secret, nonce = self.secret(), secrets.token_hex(16)
        line.sendall(netstring(json.dumps({"nonce": nonce}).encode()))
        proof = hashlib.sha256(f"engine {nonce} {secret}".encode()).hexdigest()
        if not hmac.compare_digest(str(next(messages, {}).get("proof")).encode(), proof.encode()):
            raise NotTheEngine("Another program has the port of the SIP engine.")
        line.sendall(netstring(json.dumps({"secret": secret}).encode()))

    def _proven(self, line: socket.socket) -> None:
        line.settimeout(None)
        self._failed = 0
        with self._sending:
            self._line, self._window = line, Window(line.sendall)
        if self._stopped.is_set():
            _shut(line)
        _told(self.control.connected)

    def _confirmed(self) -> None:
        with self._sending:
            if self._line is not None:
                self._window.confirmed()

    def _gone(self) -> None:
        with self._sending:
            was_there, self._line = self._line is not None, None
        if was_there:
            log.log(logging.DEBUG if self._stopped.is_set() else logging.WARNING, "The SIP engine has gone.")
            self._rung.put(self.ringing.gone)
            _told(self.control.disconnected)

    def _note_ringing(self) -> None:
        while (noted := self._rung.get()) is not None:
            _told(noted)


def _told(tell: Callable[[], None]) -> None:
    """Tell somebody of an event; whatever one event meets, the next one comes."""
    try:
        tell()
    except Exception:
        log.exception("An event of a call could not be taken.")


def packed(command: Command) -> bytes:
    """A command as JSON in UTF-8, which has half as many bytes as its escapes."""
    return json.dumps(command_as_json(command), ensure_ascii=False).encode()


def _messages(line: socket.socket, reader: NetstringReader) -> Iterator[dict[str, Any]]:
    """Yield the objects that come, until the other side ends.

    Kamailio writes small messages and would wait 40 ms for an acknowledgement of each (Nagle's algorithm), which the
    system is asked for anew each time.
    """
    while data := line.recv(READS):
        with suppress(OSError):
            line.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
        for content in reader.feed(data):
            message = json.loads(content)
            if isinstance(message, dict):
                yield message


def _event_of(data: dict[str, Any]) -> Event | None:
    try:
        return event_of(data)
    except (KeyError, ValueError):
        log.exception("The SIP engine told something that cannot be read.")
        return None


def _shut(line: socket.socket) -> None:
    with suppress(OSError):
        line.shutdown(socket.SHUT_RDWR)
