"""Keeps one plan service running for all processes of an installation."""

import fcntl
import json
import logging
import os
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic

SHORTEST_PAUSE, LONGEST_PAUSE = 0.05, 10.0
"""Seconds until a service that has ended is started again: longer each time, unless it had run well."""
STEADY = 30.0
STOPS_WITHIN = 3.0

log = logging.getLogger(__name__)


@dataclass
class Supervisor:
    """The plan service as a child process of the first process that needs it; another takes over when that one ends."""

    folder: Path
    secret: str = field(repr=False)
    key: bytes = field(repr=False)
    log_format: str = "text"
    _stopped: threading.Event = field(default_factory=threading.Event)
    _guard: threading.Lock = field(default_factory=threading.Lock)
    _thread: threading.Thread | None = None
    _process: subprocess.Popen[bytes] | None = None

    def ensure(self) -> None:
        """Start the service unless it is this process's already, or another's."""
        with self._guard:
            if self._thread is not None or self._stopped.is_set():
                return
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            lock = os.open(self.folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:  # another process supervises it
                os.close(lock)
                return
            self._thread = threading.Thread(target=self._keep_running, args=(lock,), name="plan service", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """End the service, if it is this process's; executions go on in the next one."""
        self._stopped.set()
        with self._guard:
            if self._process is not None:
                self._process.terminate()
            if self._thread is not None:
                self._thread.join(STOPS_WITHIN)

    @property
    def process_id(self) -> int | None:
        """The process id of the service, where it is this process's and runs."""
        return self._process.pid if self._process is not None and self._process.poll() is None else None

    def _keep_running(self, lock: int) -> None:
        pause = SHORTEST_PAUSE
        try:
            while not self._stopped.is_set():
                began = monotonic()
                self._run_once()
                pause = SHORTEST_PAUSE if monotonic() - began > STEADY else min(pause * 2, LONGEST_PAUSE)
                if not self._stopped.wait(pause):
                    log.error("The plan service has ended; a new one starts.")
        finally:
            os.close(lock)

    def _run_once(self) -> None:
        command = [sys.executable, "-I", str(Path(__file__).with_name("start.py")), "serve", str(self.folder)]
        given = json.dumps({"secret": self.secret, "key": self.key.hex(), "log": self.log_format}).encode() + b"\n"
        try:
            self._process = subprocess.Popen(  # noqa: S603 (ourselves)
                command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, env=_environment(), start_new_session=True
            )
        except OSError:
            log.exception("The plan service could not be started.")
            return
        with self._process as process:
            assert process.stdin is not None  # noqa: S101 (for mypy)
            process.stdin.write(given)
            process.stdin.flush()
            if self._stopped.is_set():
                process.terminate()
            process.wait()


def _environment() -> dict[str, str]:
    """Return an environment without this process's settings and secrets."""
    return {name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL", "TZDIR") if name in os.environ}
