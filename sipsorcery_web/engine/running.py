"""Running Kamailio beside the portal: started, started again when it ends, stopped."""

import logging
import os
import shutil
import signal
import socket
import subprocess
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic, sleep

from sipsorcery_web.settings import SettingError

from .config import EngineConfig

SHORTEST_PAUSE, LONGEST_PAUSE = 0.2, 30.0
"""Seconds until an engine that has ended is started again: longer each time, unless it had run well."""
STEADY = 60.0
"""Seconds after which an engine counts as having run well."""
STOPS_WITHIN = 5.0

log = logging.getLogger(__name__)


@dataclass
class Supervisor:
    """Kamailio as a child process: any crash of one of its processes ends all of them, so it is started again."""

    config: EngineConfig
    environment: dict[str, str]
    address: tuple[str, int]
    """Where phones reach it."""
    _stopped: threading.Event = field(default_factory=threading.Event)
    _process: subprocess.Popen[bytes] | None = None
    _thread: threading.Thread | None = None

    def start(self) -> None:
        """Check the configuration and run the engine. SettingError when it cannot be run."""
        program = find_kamailio()
        path = self.config.write()
        checked = subprocess.run(  # noqa: S603 (a program of the system, with arguments of our own)
            [program, "-c", "-f", str(path)], env=self.environment, capture_output=True, text=True, check=False
        )
        if checked.returncode != 0:
            raise SettingError(f"Kamailio does not accept its configuration:\n{checked.stderr[-2000:]}")
        _end_group_of(self._pid_file)
        _refuse_taken(*self.address)
        self._thread = threading.Thread(target=self._run, args=(program, path), name="engine", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the engine; it ends what it has under way."""
        self._stopped.set()
        if self._thread is not None:
            self._thread.join(STOPS_WITHIN + 2)

    @property
    def process_id(self) -> int | None:
        """Of the engine's main process; None while there is none."""
        return self._process.pid if self._process is not None and self._process.poll() is None else None

    def _run(self, program: str, path: Path) -> None:
        pause = SHORTEST_PAUSE
        while not self._stopped.is_set():
            began = monotonic()
            try:
                self._run_once(program, path)
            except OSError:
                log.exception("The SIP engine could not be started.")
            if self._stopped.is_set():
                return
            pause = SHORTEST_PAUSE if monotonic() - began > STEADY else min(pause * 2, LONGEST_PAUSE)
            log.error("The SIP engine has ended; a new one starts in %.1f s. Last words: %s", pause, self._last_words())
            self._stopped.wait(pause)

    def _run_once(self, program: str, path: Path) -> None:
        _end_group_of(self._pid_file)
        folder = str(self.config.folder)
        command = [program, "-DD", "-E", "-f", str(path), "-Y", folder, "-w", folder, "-P", str(self._pid_file)]
        with os.fdopen(os.open(self._log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as words:
            self._process = subprocess.Popen(  # noqa: S603 (a program of the system, with arguments of our own)
                command, env=self.environment, stdout=words, stderr=words, start_new_session=True
            )
        while self._process.poll() is None:
            if self._stopped.wait(0.2):
                _end_politely(self._process)
        _kill_group(self._process.pid)  # whatever ended the main process may have left the others

    def _last_words(self) -> str:
        return self._log.read_text(errors="replace")[-500:] if self._log.exists() else ""

    @property
    def _log(self) -> Path:
        return self.config.folder / "log"

    @property
    def _pid_file(self) -> Path:
        return self.config.folder / "pid"


def _refuse_taken(host: str, port: int) -> None:
    """SettingError where something listens at the address: Kamailio itself would share it without a word."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as trial:
            trial.bind((host, port))
    except OSError as error:
        raise SettingError(
            f"the SIP engine cannot have port {port} of {host}: {error.strerror}. Where Debian's own Kamailio has it: "
            "systemctl disable --now kamailio. Or choose others with SIPSORCERY_SIP_HOST and SIPSORCERY_SIP_PORT."
        ) from error


def _end_politely(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(STOPS_WITHIN)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _end_group_of(pid_file: Path) -> None:
    """End an engine that a portal left behind which was killed: it has the ports."""
    try:
        left = int(pid_file.read_text())
        is_ours = str(pid_file.parent).encode() in Path(f"/proc/{left}/cmdline").read_bytes()
    except (OSError, ValueError):
        return
    if is_ours:
        _kill_group(left)
        while Path(f"/proc/{left}").exists() and not _is_dead(left):
            sleep(0.05)
        pid_file.unlink(missing_ok=True)  # Kamailio does not start beside a number that looks alive


def _is_dead(process: int) -> bool:
    """Whether nothing but its entry is left of it, for a parent that does not look."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


def _kill_group(leader: int) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, signal.SIGKILL)


def find_kamailio() -> str:
    """The program; SettingError where it is not installed."""
    program = shutil.which("kamailio", path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin")
    if program is None:
        raise SettingError(
            "the SIP engine needs Kamailio. `make run-sip` installs it where it can; on Debian: apt-get install "
            "kamailio kamailio-sqlite-modules kamailio-postgres-modules kamailio-extra-modules kamailio-tls-modules"
        )
    return program
