"""The thread of the portal that follows Kamailio: records of calls, and registrations with providers."""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from time import sleep

from sipsorcery_web.database.connection import Database
from sipsorcery_web.database.locks import advisory_lock

from .call_records import AT_ONCE, take_over
from .provider_registrations import RegistrationAgent
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
    _woken: threading.Event = field(default_factory=threading.Event)
    _stopped: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.stranger_connections = StrangerConnections(self.rpc)
        self._thread = threading.Thread(target=self._run, name="engine-watch", daemon=True)

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def wake(self) -> None:
        """Look at once, without waiting for the next turn."""
        self._woken.set()

    def stop(self) -> None:
        """End the thread, with the look that it is at."""
        self._stopped.set()
        self._woken.set()
        if self._thread.is_alive():
            self._thread.join(STOPS_WITHIN)
        self.registrations.stop(STOPS_WITHIN)

    def poll(self) -> None:
        """One look; for the thread, and for whoever cannot wait for it."""
        self.take_records_over()
        try:
            self.stranger_connections.look()
        except KamailioError:
            log.debug("The SIP engine does not answer.")
        self.registrations.look(self.clock())

    def take_records_over(self) -> None:
        """Take over the records of calls that Kamailio has written."""
        taken = AT_ONCE
        while taken == AT_ONCE:
            with self.database.read() as session:
                if session.execute(CALL_RECORD.select().limit(1)).first() is None:
                    return
            with self.database.write() as session:
                advisory_lock(session, "call records")
                taken = take_over(session, self.clock())
            if taken == AT_ONCE:
                sleep(BREATH)

    def _run(self) -> None:
        while not self._stopped.is_set():
            try:
                self.poll()
            except Exception:  # whatever one look meets, the next one comes
                log.exception("The SIP engine could not be followed.")
            self._woken.wait(PAUSE)
            self._woken.clear()
