"""One SIP engine and one media relay for a data directory: a lock on a folder, and an end to what was left running."""

import fcntl
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from pathlib import Path
from time import monotonic, sleep

from sipsorcery_web.private_files import AlreadyHeld, hold
from sipsorcery_web.settings import SettingError, Settings

from .ports import check_ports

KEPT_FROM = 64
"""The least number of a file that Kamailio inherits and keeps: it closes those below 32, in the foreground too."""
DIES_WITHIN = 5.0
"""Seconds that a killed process may take until it has given its ports back."""


@dataclass
class Claim:
    """A program's folder and ports, which one process at a time may have. It is given up when that process ends."""

    folder: Path
    check_ports: Callable[[], None]
    """Raises SettingError for ports that cannot be had."""
    program: str = "SIP engine"
    _lock: int | None = None

    @classmethod
    def of(cls, settings: Settings) -> "Claim":
        """The claim to Kamailio of these settings, not made yet."""
        return cls(kamailio_folder(settings), partial(check_ports, settings.sip))

    def make(self) -> None:
        """Claim the folder and the ports. SettingError where another process has them, or anything the ports."""
        if self._lock is not None:
            return
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._lock = self._locked()
        try:
            end_leftovers(self.folder)
            self.check_ports()
        except BaseException:
            self.give_up()
            raise

    def give_up(self) -> None:
        """Let another process have them."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def hand_on(self) -> None:
        """Let the program that this process becomes (exec) keep the claim, with all processes that it makes."""
        if self._lock is not None:
            fcntl.fcntl(self._lock, fcntl.F_DUPFD, KEPT_FROM)

    @property
    def pid_file(self) -> Path:
        """Return the file in which the program writes the number of its main process."""
        return self.folder / "pid"

    def _locked(self) -> int:
        try:
            return hold(self.folder / "lock", f"the {self.program} of {self.folder.parent}")
        except AlreadyHeld as error:
            raise SettingError(str(error)) from error


def kamailio_folder(settings: Settings) -> Path:
    """Return the folder of Kamailio's configuration, its log and its lock."""
    return settings.data_dir.absolute() / "engine"


def end_leftovers(folder: Path) -> None:
    """Kill the program that runs in this folder without a supervisor, for the process with the claim to it."""
    left = list(_processes_in(folder))
    for process in left:
        with suppress(ProcessLookupError, PermissionError):
            os.kill(process, signal.SIGKILL)
    deadline = monotonic() + DIES_WITHIN
    while not all(is_dead(process) for process in left) and monotonic() < deadline:
        sleep(0.02)
    if left:
        (folder / "pid").unlink(missing_ok=True)  # Kamailio does not start beside a number that looks alive


def is_dead(process: int) -> bool:
    """Return True when nothing but its entry is left of a process, for a parent that does not look.

    As long as one of its threads is there, so are its sockets, whatever the first thread's state says.
    """
    entry = Path(f"/proc/{process}")
    try:
        state = (entry / "stat").read_text().rpartition(")")[2].split()[0]
        return state == "Z" and len(list((entry / "task").iterdir())) == 1
    except OSError:
        return True


def _processes_in(folder: Path) -> Iterator[int]:
    """The processes whose runtime directory (Kamailio's option -Y) or file of the process id is in this folder."""
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            words = (entry / "cmdline").read_bytes().split(b"\0")
            in_folder = (b"-Y", os.fsencode(folder)) in pairwise(words)
            if in_folder or b"--pidfile=" + os.fsencode(folder / "pid") in words:
                yield int(entry.name)
