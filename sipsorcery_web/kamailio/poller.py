"""The thread of the portal that follows Kamailio: records of calls, and registrations with providers."""

import logging
import multiprocessing
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from multiprocessing.synchronize import Semaphore
from time import sleep

from sipsorcery_web.database.connection import Database
from sipsorcery_web.database.locks import advisory_lock
from sipsorcery_web.events.sink import EventSink

from .account_networks import AccountNetworks
from .call_records import AT_ONCE, take_over
from .programs import Programs
from .provider_registrations import ProviderAddresses, RegistrationAgent
from .provider_registrations.server_addresses import ServerAddresses
from .rpc import KamailioError, Rpc
from .stranger_connections import StrangerConnections
from .tables import CALL_RECORD

PAUSE = 1.0
"""Seconds between two looks."""
STOPS_WITHIN = 5.0
BREATH = 0.05
"""Seconds between two transactions of one look, for Kamailio to write in."""

log = logging.getLogger(__name__)


@dataclass
class Poller:
    """A poller of Kamailio's tables, again and again until it is stopped; `poke` makes it look at once."""

    database: Database
    rpc: Rpc
    registrations: RegistrationAgent
    clock: Callable[[], datetime]
    events: EventSink | None = None
    """Is told of calls that are over."""
    programs: Programs | None = None
    _woken: Semaphore = field(default_factory=lambda: multiprocessing.get_context("fork").Semaphore(0))
    """A semaphore, since another process may wake it, and one that is killed meanwhile must leave no lock behind."""
    _stopped: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.account_networks = AccountNetworks(self.database, self.clock)
        self.stranger_connections = StrangerConnections(self.rpc)
        servers = ServerAddresses(self.registrations.resolver, self.clock)
        self.provider_addresses = ProviderAddresses(self.database, self.rpc, self.clock, servers)
        self._thread = threading.Thread(target=self._run, name="engine-watch", daemon=True)

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def wake(self) -> None:
        """Look at once, without waiting for the next turn; also from a process that was forked."""
        self._woken.release()

    def stop(self) -> None:
        """End the thread, with the look that it is at."""
        self._stopped.set()
        self._woken.release()
        if self._thread.is_alive():
            self._thread.join(STOPS_WITHIN)
        self.registrations.stop(STOPS_WITHIN)

    def poll(self) -> None:
        """One look; for the thread, and for whoever cannot wait for it."""
        self.take_records_over()
        for look in (self.provider_addresses.look, self.stranger_connections.look):
            try:
                look()
            except KamailioError as error:
                log.debug("The SIP engine does not do what it is asked to: %s", error)
        self.registrations.look(self.clock())
        self.account_networks.look()
        if self.programs is not None:
            self.programs.look()

    def take_records_over(self) -> None:
        """Take over the records of calls that Kamailio has written."""
        taken = AT_ONCE
        while taken == AT_ONCE:
            with self.database.read() as session:
                if session.execute(CALL_RECORD.select().limit(1)).first() is None:
                    return
            with self.database.write() as session:
                advisory_lock(session, "call records")
                taken = take_over(session, self.clock(), self.events, self.programs)
            if taken == AT_ONCE:
                sleep(BREATH)

    def _run(self) -> None:
        while not self._stopped.is_set():
            try:
                self.poll()
            except Exception:  # whatever one look meets, the next one comes
                log.exception("The SIP engine could not be followed.")
            if self._woken.acquire(timeout=PAUSE):
                while self._woken.acquire(block=False):
                    pass
