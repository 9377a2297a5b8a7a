"""One SIP engine for a data directory: a lock on its folder, and an end to what an earlier one left running."""

import fcntl
import os
import signal
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from time import monotonic, sleep

from sipsorcery_web.settings import SettingError, Settings, SipSettings

from .ports import check_ports

KEPT_FROM = 64
"""The least number of a file that Kamailio inherits and keeps: it closes those below 32, in the foreground too."""
DIES_WITHIN = 5.0
"""Seconds that a killed process may take until it has given its ports back."""


@dataclass
class Claim:
    """Kamailio's folder and ports, which one process at a time may have. It is given up when that process ends."""

    folder: Path
    sip: SipSettings
    _lock: int | None = None

    @classmethod
    def of(cls, settings: Settings) -> "Claim":
        """The claim to Kamailio of these settings, not made yet."""
        return cls(kamailio_folder(settings), settings.sip)

    def make(self) -> None:
        """Claim the folder and the ports. SettingError where another engine has them, or anything the ports."""
        if self._lock is not None:
            return
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._lock = self._locked()
        try:
            end_leftovers(self.folder)
            check_ports(self.sip)
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

    def _locked(self) -> int:
        lock = os.open(self.folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            holder = os.read(lock, 20).decode("ascii", "replace")
            os.close(lock)
            raise SettingError(
                f"the SIP engine of {self.folder.parent} runs already (process {holder}). "
                "End that one first, or set SIPSORCERY_DATA_DIR to another directory."
            ) from error
        os.truncate(lock, 0)
        os.write(lock, str(os.getpid()).encode())
        return lock


def kamailio_folder(settings: Settings) -> Path:
    """Return the folder of Kamailio's configuration, its log and its lock."""
    return settings.data_dir.absolute() / "engine"


def end_leftovers(folder: Path) -> None:
    """Kill the Kamailio that runs in this folder without a supervisor, for the process with the claim to it."""
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
    """Return True when nothing but its entry is left of a process, for a parent that does not look."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


def _processes_in(folder: Path) -> Iterator[int]:
    """The processes that were started with this folder as Kamailio's runtime directory (its option -Y)."""
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            words = (entry / "cmdline").read_bytes().split(b"\0")
            if (b"-Y", os.fsencode(folder)) in pairwise(words):
                yield int(entry.name)
