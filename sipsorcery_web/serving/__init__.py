"""Running the portal: a process that accepts connections, and some that serve them, with what runs beside them once."""

import errno
import gc
import logging
import signal
import socket
import sys
import threading
from collections.abc import Callable, Sequence

from flask import Flask

from .. import create_app
from ..commands.set_up import setup_address
from ..database.connection import IN_MEMORY, Database, StoreUnavailable, is_of_the_store, telling
from ..logs.lines import FORMATS
from ..logs.repetition import OnceAMinute
from ..portal.areas.auth.demonstration import Demonstration
from ..portal.storage.errors import StorageUnavailable
from ..service.dispatch import service_of
from ..service.first_run import FirstRun
from ..settings import SettingError, Settings
from ..starting import OBSTACLES, told
from .companions import Companion, claim_kamailio, follow_kamailio, run_jobs, run_webhooks
from .server import STOPS_WITHIN, Server, run, share_memory_among_threads
from .workers import Link, Parent, Work

BACKLOG = 1024
KILLS_AFTER = STOPS_WITHIN + 2.0
OBJECTS_BETWEEN_COLLECTIONS = 10_000
"""Rows of a file live shortly and are in no circles: with Python's 700, a twelfth of a file's time went there."""

log = logging.getLogger(__name__)


def serve(runs_kamailio: bool = False) -> None:
    """Set the store up, say where the portal is, and serve until told to stop by a signal, perhaps with Kamailio."""
    try:
        settings = Settings.from_environment()
        set_up_logging(settings.log_format)
        Settings.wipe_secrets()
        claim = claim_kamailio(settings) if runs_kamailio else None
        app, listener = prepare(settings)
        companions = [*follow_kamailio(app, runs_kamailio, claim), *run_jobs(app), *run_webhooks(app)]
    except OBSTACLES as error:
        sys.exit(told(error))
    run_workers(app, settings, listener, companions, lambda: announce(app, settings))


def prepare(settings: Settings, demonstration: Demonstration | None = None) -> tuple[Flask, socket.socket]:
    """The portal and its socket. First the socket: where the portal runs already, its set-up link must stay good."""
    listener = listen(settings)
    try:
        settings.check_public_url()
        settings.hold_data_dir()
        app = create_app(settings, demonstration=demonstration)
        _refuse_a_store_in_memory(app.extensions["database"])
    except BaseException:
        listener.close()
        raise
    return app, listener


def run_workers(
    app: Flask,
    settings: Settings,
    listener: socket.socket,
    companions: Sequence[Companion],
    tell: Callable[[], None],
) -> None:
    """Serve with as many processes as are set, until told to stop by a signal; `tell` says that it begins."""
    database: Database = app.extensions["database"]
    beside = [(one.name, _beside(one, database), one.ends_within) for one in companions]
    parent = Parent(listener, _serving(app, settings, listener), settings.workers, KILLS_AFTER, beside)
    parent.heed_signals()
    database.checkpoint()
    try:
        with telling("cannot be written", database.engine.url):
            tell()
    except StoreUnavailable as error:
        sys.exit(told(error))
    database.close()  # a connection must not be in two processes
    gc.freeze()  # what is there now stays: to look through it again would only copy the pages that processes share
    gc.set_threshold(OBJECTS_BETWEEN_COLLECTIONS)
    gc.enable()
    parent.run()
    try:
        with telling("is left as it is at the stop", database.engine.url), database.write():
            pass
    except StoreUnavailable as error:
        log.warning("%s", error)
    database.checkpoint()
    database.close()  # the last one to do so: SQLite then puts all into one file


def _serving(app: Flask, settings: Settings, listener: socket.socket) -> Work:
    def work(link: Link) -> None:
        share_memory_among_threads()
        told_to_stop = threading.Event()
        server = Server(app, settings, listener, listens=False)
        server.take_from(link, told_to_stop.set)

        def stop(*_: object) -> None:
            told_to_stop.set()
            server.pull_trigger()

        signal.signal(signal.SIGTERM, stop)
        try:
            run(server, told_to_stop)
        finally:
            app.extensions["plan_service"].stop()  # where it is this worker's; another one starts the next
            app.extensions["database"].close()

    return work


def _beside(companion: Companion, database: Database) -> Work:
    def work(link: Link) -> None:
        end = companion.start()
        link.wait_for_end()
        end()
        database.close()

    return work


def _refuse_a_store_in_memory(database: Database) -> None:
    url = database.engine.url
    if url.get_backend_name() == "sqlite" and url.database in IN_MEMORY:
        raise SettingError("the portal's processes share a store in a file. Name one in SIPSORCERY_DATABASE_URL.")


def is_failure_of_the_store(error: BaseException) -> bool:
    """Return True for an error that comes of a store that is away, full, locked or broken."""
    return isinstance(error, StorageUnavailable) or is_of_the_store(error)


def set_up_logging(log_format: str = "text") -> None:
    """Log to standard error: warnings and errors, and what the portal itself has to say."""
    handler = logging.StreamHandler()
    handler.setFormatter(FORMATS[log_format]())
    logging.basicConfig(level=logging.WARNING, handlers=[OnceAMinute(handler, is_failure_of_the_store)])
    logging.getLogger(__name__.partition(".")[0]).setLevel(logging.INFO)
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # it warns whenever a request waits for a thread


def listen(settings: Settings) -> socket.socket:
    """The socket that browsers connect to. Raises SettingError when there cannot be one."""
    try:
        family, *_, address = min(socket.getaddrinfo(settings.host, settings.port, type=socket.SOCK_STREAM))
        return socket.create_server(address[:2], family=family, backlog=BACKLOG)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise SettingError(
                f"port {settings.port} of {settings.host} is taken. Set SIPSORCERY_PORT to another one."
            ) from error
        raise SettingError(
            f"it cannot listen at SIPSORCERY_HOST={settings.host}, SIPSORCERY_PORT={settings.port}: {error.strerror}."
        ) from error


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
