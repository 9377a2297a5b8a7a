"""Programs that run for the length of a measurement, and who of their processes there are."""

import os
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from bench.measuring.requests import HOST
from bench.processes import cpu_seconds, family, megabytes, resident

TOP = Path(__file__).resolve().parent.parent.parent
PATIENCE = 60.0
TOGETHER = ("setpriv", "--pdeathsig", "TERM")
"""In front of a command: it is sent SIGTERM when its parent has ended (prctl(2), PR_SET_PDEATHSIG)."""


class DoesNotStart(Exception):
    """A program has ended, or does not answer in time."""


@dataclass(frozen=True)
class Processes:
    """The processes of a program, by those that were started; their descendants belong to them."""

    started: Sequence[int]

    def cpu_seconds(self) -> float:
        """The processor time that they have spent."""
        return sum(cpu_seconds(pid) for pid in self.started)

    def megabytes(self, of: str = "Pss") -> float:
        """The memory that they have now; with `Pss` what they share counts once."""
        return sum(megabytes(pid, of) for pid in self.started)

    def largest(self) -> float:
        """The memory of the largest process, in megabytes."""
        return max(resident(pid) for started in self.started for pid in family(started))

    def and_(self, other: "Processes") -> "Processes":
        """Return both together."""
        return Processes([*self.started, *other.started])


def free_port() -> int:
    """A TCP port of the loopback interface that is free now."""
    with socket.create_server((HOST, 0)) as found:
        return int(found.getsockname()[1])


@contextmanager
def running(
    command: Sequence[str],
    is_ready: Callable[[], bool],
    environment: Mapping[str, str] = os.environ,
    folder: Path = TOP,
) -> Iterator[subprocess.Popen[bytes]]:
    """A program, once it is ready, ended with SIGTERM. DoesNotStart, with what it wrote, where it is not in time.

    It ends with whoever has started it, also where that is killed.
    """
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen([*TOGETHER, *command], env=dict(environment), cwd=folder, stdout=log, stderr=log)
        try:
            _wait(process, is_ready)
            yield process
        except DoesNotStart as error:
            log.seek(0)
            raise DoesNotStart(f"{error}\n{log.read()[-3000:].decode('utf-8', 'replace')}") from None
        finally:
            process.terminate()
            with suppress(subprocess.TimeoutExpired):
                process.wait(15)
            process.kill()
            process.wait()


def answering(port: int, path: str) -> Callable[[], bool]:
    """Return the question whether a page, or a way to another, is there."""
    return partial(answers, port, path)


def answers(port: int, path: str) -> bool:
    """Return True when a page, or a way to another, is there."""
    connection = HTTPConnection(HOST, port, timeout=5)
    try:
        connection.request("GET", path)
        return connection.getresponse().status < 400
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def _wait(process: subprocess.Popen[bytes], is_ready: Callable[[], bool]) -> None:
    began = time.perf_counter()
    while not is_ready():
        if process.poll() is not None:
            raise DoesNotStart(f"{process.args!r} has ended with {process.returncode}.")
        if time.perf_counter() - began > PATIENCE:
            raise DoesNotStart(f"{process.args!r} does not answer.")
        time.sleep(0.01)
