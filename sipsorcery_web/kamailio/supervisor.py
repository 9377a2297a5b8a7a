"""Running Kamailio and rtpengine beside the portal: started, started again when they end, stopped."""

import logging
import os
import signal
import subprocess
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import Generic, Protocol, TypeVar

from .claim import Claim, end_leftovers
from .launch import dies_with_its_parent

SHORTEST_PAUSE, LONGEST_PAUSE = 0.2, 30.0
"""Seconds until a program that has ended is started again: longer each time, unless it had run well."""
STEADY = 60.0
"""Seconds after which a program counts as having run well."""
STOPS_WITHIN = 5.0
MOST_LOG = 10_000_000
"""Bytes of a program's log, which then begins anew: it has a line for each wrong password of a stranger."""

log = logging.getLogger(__name__)


class Launchable(Protocol):
    """A program with all that its start takes."""

    @property
    def name(self) -> str:
        """Return what the log calls it."""

    @property
    def claim(self) -> Claim:
        """Return the claim to its folder and ports."""

    @property
    def environment(self) -> dict[str, str]:
        """Return the environment of its process."""

    @property
    def log(self) -> Path:
        """Return the file for what it says."""

    def check(self) -> None:
        """Raise SettingError where it cannot be started."""

    def command(self) -> list[str]:
        """Return its command, in the foreground."""


L = TypeVar("L", bound=Launchable)


@dataclass
class Supervisor(Generic[L]):
    """A program as a child process: any crash of one of Kamailio's processes ends all of them, so it starts again."""

    launch: L
    _stopped: threading.Event = field(default_factory=threading.Event)
    _process: subprocess.Popen[bytes] | None = None
    _thread: threading.Thread | None = None

    def start(self) -> None:
        """Check that it can be run, and run it. SettingError when it cannot."""
        self.launch.check()
        self._thread = threading.Thread(target=self._run, name=self.launch.name, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the program; it ends what it has under way."""
        self._stopped.set()
        if self._thread is not None:
            self._thread.join(STOPS_WITHIN + 2)
        self.launch.claim.give_up()

    @property
    def process_id(self) -> int | None:
        """Return the id of the program's main process; None while there is none."""
        return self._process.pid if self._process is not None and self._process.poll() is None else None

    def _run(self) -> None:
        pause = SHORTEST_PAUSE
        while not self._stopped.is_set():
            began = monotonic()
            try:
                self._run_once()
            except Exception:  # whatever one start meets, the next one comes
                log.exception("The %s could not be started.", self.launch.name)
            if self._stopped.is_set():
                return
            pause = SHORTEST_PAUSE if monotonic() - began > STEADY else min(pause * 2, LONGEST_PAUSE)
            ended = "The %s has ended; a new one starts in %.1f s. Last words: %s"
            log.error(ended, self.launch.name, pause, self._last_words())
            self._stopped.wait(pause)

    def _run_once(self) -> None:
        end_leftovers(self.launch.claim.folder)
        command = dies_with_its_parent(self.launch.command())
        with os.fdopen(
            os.open(self.launch.log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND, 0o600), "wb"
        ) as words:
            self._process = subprocess.Popen(  # noqa: S603 (a program of the system, with arguments of our own)
                command, env=self.launch.environment, stdout=words, stderr=words, start_new_session=True
            )
        while self._process.poll() is None:
            if self._stopped.wait(0.2):
                _end_politely(self._process)
            elif self.launch.log.stat().st_size > MOST_LOG:
                os.truncate(self.launch.log, 0)
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
