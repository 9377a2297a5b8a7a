"""Several processes that serve together: who gets which connection, who follows the dead, how all of them end."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, RemoteDisconnected
from pathlib import Path

import pytest

from sipsorcery_web.serving.heartbeat import LOOKS_EVERY
from tests.conftest import HOME

PATIENCE = 30.0
TOP = Path(__file__).resolve().parents[2]

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="fork is POSIX's")


@dataclass
class Workers:
    """Workers and their parent, in processes of their own."""

    process: subprocess.Popen[str]
    port: int
    companion: int

    def line(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    @contextmanager
    def connection(self) -> Iterator[HTTPConnection]:
        connection = HTTPConnection(HOME, self.port, timeout=PATIENCE)
        try:
            yield connection
        finally:
            connection.close()

    def ask(self) -> int | None:
        """Return the process that answers a connection of its own; None where that one dies just now."""
        with self.connection() as connection:
            try:
                return answer(connection)
            except (ConnectionResetError, RemoteDisconnected):
                return None


def answer(connection: HTTPConnection, path: str = "/") -> int:
    connection.request("GET", path)
    return int(connection.getresponse().read())


def eventually(look: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not look():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@contextmanager
def two_workers(looks_every: float = LOOKS_EVERY) -> Iterator[Workers]:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.serving.workers_at_work", "2", str(looks_every)],
        cwd=TOP,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    port = int(process.stdout.readline())
    companion = int(process.stdout.readline().split()[1])
    yield Workers(process, port, companion)
    process.kill()
    process.communicate(timeout=PATIENCE)


@pytest.fixture
def workers() -> Iterator[Workers]:
    with two_workers() as running:
        yield running


def test_connections_go_to_the_worker_that_has_fewest(workers: Workers) -> None:
    with ExitStack() as stack:
        kept = [stack.enter_context(workers.connection()) for _ in range(8)]
        shares = Counter(answer(connection) for connection in kept)
        assert sorted(shares.values()) == [4, 4]
        fuller = next(iter(shares))
        for connection in kept:
            if answer(connection) == fuller:
                connection.close()
        eventually(lambda: workers.ask() == fuller)
        assert workers.process.pid not in shares
        assert workers.companion not in shares


def test_a_burst_of_connections_that_workers_have_no_time_for_waits_for_them(workers: Workers) -> None:
    with workers.connection() as first, workers.connection() as second, ExitStack() as stack:
        for pid in (answer(first), answer(second)):
            os.kill(pid, signal.SIGSTOP)
            stack.callback(os.kill, pid, signal.SIGCONT)
        crowd = [socket.create_connection((HOME, workers.port), 5.0) for _ in range(700)]
        for connection in crowd:
            connection.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        stack.close()
        assert all(connection.recv(12) == b"HTTP/1.1 200" for connection in crowd)
        for connection in crowd:
            connection.close()


def test_a_worker_that_died_is_followed_by_another_and_others_are_served_meanwhile(workers: Workers) -> None:
    with workers.connection() as first, workers.connection() as second:
        dead, alive = answer(first), answer(second)
        assert dead != alive
        os.kill(dead, signal.SIGKILL)
        assert answer(second) == alive
        eventually(lambda: workers.ask() not in (None, dead, alive))
        with pytest.raises((HTTPException, OSError)):
            answer(first)


def test_a_companion_that_died_is_followed_by_another(workers: Workers) -> None:
    os.kill(workers.companion, signal.SIGKILL)
    assert workers.line() not in ("", f"companion {workers.companion}")


def test_a_worker_that_is_stuck_is_ended_and_followed_by_another() -> None:
    with two_workers(looks_every=1.0) as workers, workers.connection() as first, workers.connection() as second:
        stuck, alive = answer(first), answer(second)
        os.kill(stuck, signal.SIGSTOP)
        assert answer(second) == alive
        eventually(lambda: not is_running(stuck))
        eventually(lambda: workers.ask() not in (None, alive))
        assert answer(second) == alive


def test_a_companion_that_is_stuck_is_ended_and_followed_by_another() -> None:
    with two_workers(looks_every=1.0) as workers:
        os.kill(workers.companion, signal.SIGSTOP)
        assert workers.line() not in ("", f"companion {workers.companion}")
        assert not is_running(workers.companion)


def test_a_request_under_way_is_answered_and_then_the_companion_ends(workers: Workers) -> None:
    with workers.connection() as connection:
        connection.request("GET", "/slow")
        assert workers.line() == "asked"
        workers.process.send_signal(signal.SIGTERM)
        response = connection.getresponse()
        assert response.headers["Connection"] == "close"
        worker = int(response.read())
    output, errors = workers.process.communicate(timeout=PATIENCE)
    assert (output, errors, workers.process.returncode) == ("companion ends\n", "", 0)
    assert not is_running(worker)


def test_nothing_outlives_a_parent_that_was_killed(workers: Workers) -> None:
    with workers.connection() as first, workers.connection() as second:
        children = [answer(first), answer(second), workers.companion]
        workers.process.kill()
        eventually(lambda: not any(map(is_running, children)))
        with pytest.raises(ConnectionRefusedError):
            workers.ask()
