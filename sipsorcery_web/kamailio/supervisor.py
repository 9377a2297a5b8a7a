"""Running Kamailio beside the portal: started, started again when it ends, stopped."""

import logging
import os
import signal
import subprocess
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from time import monotonic

from .claim import end_leftovers
from .launch import Launch, dies_with_its_parent

SHORTEST_PAUSE, LONGEST_PAUSE = 0.2, 30.0
"""Seconds until a Kamailio that has ended is started again: longer each time, unless it had run well."""
STEADY = 60.0
"""Seconds after which a Kamailio counts as having run well."""
STOPS_WITHIN = 5.0

log = logging.getLogger(__name__)


@dataclass
class Supervisor:
    """Kamailio as a child process: any crash of one of its processes ends all of them, so it is started again."""

    launch: Launch
    _stopped: threading.Event = field(default_factory=threading.Event)
    _process: subprocess.Popen[bytes] | None = None
    _thread: threading.Thread | None = None

    def start(self) -> None:
        """Check the configuration and run Kamailio. SettingError when it cannot be run."""
        self.launch.check()
        self._thread = threading.Thread(target=self._run, name="engine", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End Kamailio; it ends what it has under way."""
        self._stopped.set()
        if self._thread is not None:
            self._thread.join(STOPS_WITHIN + 2)
        self.launch.claim.give_up()

    @property
    def process_id(self) -> int | None:
        """Return the id of Kamailio's main process; None while there is none."""
        return self._process.pid if self._process is not None and self._process.poll() is None else None

    def _run(self) -> None:
        pause = SHORTEST_PAUSE
        while not self._stopped.is_set():
            began = monotonic()
            try:
                self._run_once()
            except Exception:  # whatever one start meets, the next one comes
                log.exception("The SIP engine could not be started.")
            if self._stopped.is_set():
                return
            pause = SHORTEST_PAUSE if monotonic() - began > STEADY else min(pause * 2, LONGEST_PAUSE)
            log.error("The SIP engine has ended; a new one starts in %.1f s. Last words: %s", pause, self._last_words())
            self._stopped.wait(pause)

    def _run_once(self) -> None:
        end_leftovers(self.launch.config.folder)
        command = dies_with_its_parent(self.launch.command())
        with os.fdopen(os.open(self.launch.log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as words:
            self._process = subprocess.Popen(  # noqa: S603 (a program of the system, with arguments of our own)
                command, env=self.launch.environment, stdout=words, stderr=words, start_new_session=True
            )
        while self._process.poll() is None:
            if self._stopped.wait(0.2):
                _end_politely(self._process)
        _kill_group(self._process.pid)  # whatever ended the main process may have left the others

    def _last_words(self) -> str:
        return self.launch.log.read_text(errors="replace")[-500:] if self.launch.log.exists() else ""


def _end_politely(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(STOPS_WITHIN)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _kill_group(leader: int) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, signal.SIGKILL)
