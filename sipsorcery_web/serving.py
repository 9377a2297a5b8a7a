"""Running the portal on a production server: one process, one socket, a few threads.

Waitress, chosen by measurement (bench/servers.py), receives requests and sends answers without holding a thread for
them: a browser that never finishes its request keeps nobody else waiting.
"""

import errno
import logging
import re
import signal
import socket
import sys
import threading
import time
from dataclasses import dataclass
from typing import Any

from flask import Flask
from waitress import wasyncore
from waitress.channel import HTTPChannel
from waitress.server import create_server
from waitress.task import WSGITask

from . import create_app
from .commands import setup_address
from .kamailio.assembly import KamailioEngine, kamailio_of
from .kamailio.claim import Claim
from .kamailio.supervisor import Supervisor
from .portal.areas.auth.demonstration import Demonstration
from .portal.ui.text.invisible import visible
from .service.dispatch import service_of
from .service.first_run import FirstRun
from .settings import SettingError, Settings
from .starting import OBSTACLES, told

THREADS = 8
"""Requests that are worked on at once; they mostly wait for the database or for another service."""
STOPS_WITHIN = 4.0
"""Seconds that a request may go on after the server was told to stop."""
CONNECTIONS = 500
"""Browsers' connections at once: half of the files that a process may usually have open."""
IDLE_SECONDS = 60
HEAD_BYTES = 65536
CONFIDENTIAL = re.compile(r"(?<=/setup/)[\w-]+|\b[0-9A-Fa-f]{96}\b")
"""Set-up secrets, in addresses, and authids."""

log = logging.getLogger(__name__)


class DiscreetFormatter(logging.Formatter):
    """Log lines without what would let their reader in, tracebacks included, and with nothing invisible in them."""

    def format(self, record: logging.LogRecord) -> str:
        return visible(CONFIDENTIAL.sub("…", super().format(record)))


class Task(WSGITask):
    """A request; while the server stops, the last one on its connection."""

    def build_response_header(self) -> bytes:
        if not self.channel.server.accepting:
            self.set_close_on_finish()
        return super().build_response_header()


class Channel(HTTPChannel):
    """A browser's connection."""

    task_class = Task

    @property
    def is_idle(self) -> bool:
        """Return True when nothing of a request or of an answer is under way."""
        return not (self.requests or self.request or self.total_outbufs_len)


def serve(runs_kamailio: bool = False) -> None:
    """Set the store up, say where the portal is, and serve until told to stop by a signal, perhaps with Kamailio."""
    set_up_logging()
    try:
        settings = Settings.from_environment()
        claim = claim_kamailio(settings) if runs_kamailio else None
        app, server = prepare(settings)
        told_to_stop = stop_on_signals(server)
        kamailio = start_kamailio(app, runs_kamailio, claim)
    except OBSTACLES as error:
        sys.exit(told(error))
    announce(app, settings)
    try:
        run(server, told_to_stop)
    finally:
        kamailio.end()
    app.extensions["database"].close()  # SQLite then puts all into one file


def prepare(settings: Settings, demonstration: Demonstration | None = None) -> tuple[Flask, Any]:
    """The portal and its server. First the port: where the portal runs already, its set-up link must stay good."""
    listener = listen(settings)
    try:
        app = create_app(settings, demonstration=demonstration)
    except BaseException:
        listener.close()
        raise
    return app, make_server(app, settings, listener)


@dataclass
class RunningKamailio:
    """The parts of the SIP engine that run beside the server; nothing where there is none."""

    kamailio: KamailioEngine | None
    supervisor: Supervisor | None = None

    def end(self) -> None:
        """Stop all of it, and take over what the engine wrote while it ended."""
        if self.supervisor is not None:
            self.supervisor.stop()
        if self.kamailio is not None:
            self.kamailio.poller.stop()
            self.kamailio.poller.take_records_over()


def claim_kamailio(settings: Settings) -> Claim:
    """Claim Kamailio's folder and ports, before anything is started. SettingError where something else has them."""
    settings.check_engine()
    if not settings.sip.is_on:
        raise SettingError("there is no SIP engine to run. Set SIPSORCERY_SIP_HOST.")
    claim = Claim.of(settings)
    claim.make()
    return claim


def start_kamailio(app: Flask, runs_it: bool, claim: Claim | None = None) -> RunningKamailio:
    """Bring the engine's tables up to date and follow it, if there is one; perhaps run it, under a claim to it.

    Raises SettingError when Kamailio is to be run and cannot be.
    """
    running = RunningKamailio(kamailio_of(app))
    if running.kamailio is not None:
        running.kamailio.mirror.rebuild()
        if runs_it:
            running.supervisor = running.kamailio.supervisor(claim)
            running.supervisor.start()
        running.kamailio.poller.start()
    return running


def set_up_logging() -> None:
    """Log to standard error: warnings and errors, and what the portal itself has to say."""
    handler = logging.StreamHandler()
    handler.setFormatter(DiscreetFormatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
    logging.getLogger(__package__).setLevel(logging.INFO)
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # it warns whenever a request waits for a thread


def listen(settings: Settings) -> socket.socket:
    """The socket that browsers connect to. Raises SettingError when there cannot be one."""
    try:
        family, *_, address = min(socket.getaddrinfo(settings.host, settings.port, type=socket.SOCK_STREAM))
        return socket.create_server(address[:2], family=family)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise SettingError(
                f"port {settings.port} of {settings.host} is taken. Set SIPSORCERY_PORT to another one."
            ) from error
        raise SettingError(
            f"it cannot listen at SIPSORCERY_HOST={settings.host}, SIPSORCERY_PORT={settings.port}: {error.strerror}."
        ) from error


def make_server(app: Flask, settings: Settings, listener: socket.socket) -> Any:
    """Return a waitress server for the application."""
    server: Any = create_server(
        app,
        sockets=[listener],
        threads=THREADS,
        connection_limit=CONNECTIONS,
        channel_timeout=IDLE_SECONDS,
        max_request_header_size=HEAD_BYTES,
        max_request_body_size=2 * settings.request_limit,  # up to here the portal's own page says that it is too much
        clear_untrusted_proxy_headers=not settings.trusted_proxies,
        ident=None,
    )
    server.channel_class = Channel
    return server


def announce(app: Flask, settings: Settings) -> None:
    """Print the address and, as long as there is no administrator, a set-up link."""
    print(f"SIPSorcery Web: {settings.address}", flush=True)  # noqa: T201
    if settings.sip.is_on:
        where = f"{settings.sip.public_host}:{settings.sip.port}"
        print(f"Phones register at {where} (UDP, TCP), domain {settings.domain}", flush=True)  # noqa: T201
    service = service_of(app)
    if service is not None and (set_up := FirstRun(service.context)).is_open():
        print(  # noqa: T201
            f"There is no administrator yet. Create one within 30 minutes at\n  {setup_address(settings, set_up)}",
            flush=True,
        )


def run(server: Any, told_to_stop: threading.Event) -> None:
    """Serve until told to stop; then answer what has come in, within STOPS_WITHIN seconds."""
    while not told_to_stop.is_set():
        _look(server, 1.0)
    wasyncore.dispatcher.close(server)  # the listening socket only; the server's own close() would end all
    deadline = time.monotonic() + STOPS_WITHIN
    while server.active_channels and time.monotonic() < deadline:
        _look(server, 0.05)
        for channel in list(server.active_channels.values()):
            if channel.is_idle:
                channel.handle_close()
    if server.active_channels:
        log.warning("Cut off after %d seconds: %d connections.", STOPS_WITHIN, len(server.active_channels))


def stop_on_signals(server: Any) -> threading.Event:
    """Return the event that is set when SIGINT, SIGTERM or SIGHUP comes.

    A terminal that is closed ends the portal in order.

    Who starts it with SIGHUP ignored (nohup) wants it to outlive the terminal.
    """
    event = threading.Event()

    def stop(*_: object) -> None:
        event.set()
        server.pull_trigger()

    numbers = [signal.SIGINT, signal.SIGTERM]
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        numbers.append(signal.SIGHUP)
    for number in numbers:
        signal.signal(number, stop)
    return event


def _look(server: Any, seconds: float) -> None:
    """Wait for a socket or a thread to have something, and deal with it."""
    wasyncore.loop(timeout=seconds, use_poll=True, map=server._map, count=1)
