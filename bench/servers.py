"""Compares WSGI servers on the page that is looked at most: the SIP accounts of a customer who has sixty of them.

`make bench` runs it. Every server gets the same application and as many threads as the portal's own has.
"""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

from bench.load import HOST, Load, percentile
from bench.processes import cpu_seconds, family, is_running, megabytes
from bench.rude_browsers import idle, trickling
from bench.service_fixture import signed_in
from bench.target import FORWARDED
from sipsorcery_web.serving.server import STOPS_WITHIN, THREADS

TOP = Path(__file__).resolve().parent.parent
TARGET = "bench.target:create"
PAGE = "/sip-accounts"
A_ROW = b'class="cell-password"'
ROWS = 25
BROWSERS = 8
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "5"))
WARM_UP = 1.0
SECONDS = float(os.environ.get("BENCH_SECONDS", "5"))
PATIENCE = 20.0
HALF_REQUESTS = {
    "head": b"POST /login HTTP/1.1\r\nHost: localhost\r\n",
    "body": b"POST /login HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    b"Content-Length: 1000\r\n\r\nusername=",
}

COMMANDS = {
    "portal": ("python", "-m", "bench.portal_server"),
    "granian": (
        *("granian", "--interface", "wsgi", "--factory", "--no-ws", "--host", HOST, "--port", "{port}"),
        *("--blocking-threads", str(THREADS), "--workers-kill-timeout", f"{STOPS_WITHIN:.0f}", "--log-level", "error"),
        *("--workers", "{workers}", TARGET),
    ),
    "gunicorn": (
        *("gunicorn", "--worker-class", "gthread", "--threads", str(THREADS), "--bind", f"{HOST}:{{port}}"),
        *("--graceful-timeout", f"{STOPS_WITHIN:.0f}", "--log-level", "error", "--workers", "{workers}"),
        f"{TARGET}()",
    ),
}
CONTESTANTS = (("portal", 1), ("portal", 2), ("granian", 2), ("gunicorn", 2))
"""The portal's own is waitress in processes that one parent gives their connections to."""
TRICKLING, IDLE, FEW = 600, 500, 4
COLUMNS = (
    *("req/s", "p50 ms", "p99 ms", "CPU ms a request", "RSS MB", "PSS MB", "first 200 s"),
    *("busy stop s", "cut off", "exit"),
    *("8 half heads", "8 half bodies", "X_Forwarded_For", "least share"),
    *(f"s beside {TRICKLING} trickling", f"s beside {IDLE} idle"),
)


@dataclass
class Server:
    """A server that answers."""

    process: subprocess.Popen[bytes]
    port: int
    started_in: float

    def stop(self) -> tuple[float, str]:
        """SIGTERM: the seconds until all of its processes are gone, and its exit code."""
        members = family(self.process.pid)
        asked = time.perf_counter()
        self.process.terminate()
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(PATIENCE)
        while any(is_running(member) for member in members) and time.perf_counter() - asked < PATIENCE:
            time.sleep(0.005)
        took = time.perf_counter() - asked
        for member in filter(is_running, members):
            os.kill(member, signal.SIGKILL)
        return took, str(self.process.wait()) if took < PATIENCE else "killed"


@contextmanager
def running(name: str, workers: int, data_dir: Path) -> Iterator[Server]:
    """A server on the data directory."""
    with socket.create_server((HOST, 0)) as free:
        port = free.getsockname()[1]
    words = [word.format(port=port, workers=workers) for word in COMMANDS[name]]
    command = [str(Path(sys.executable).with_name(words[0])), *words[1:]]
    settings = {"SIPSORCERY_DATA_DIR": str(data_dir), "SIPSORCERY_PORT": str(port), "SIPSORCERY_TRUSTED_PROXIES": "1"}
    settings["SIPSORCERY_WORKERS"] = str(workers)
    environment = {**os.environ, **settings, "PYTHONPATH": str(TOP)}
    began = time.perf_counter()
    process = subprocess.Popen(command, env=environment, cwd=TOP, stdout=subprocess.DEVNULL)
    server = Server(process, port, 0.0)
    try:
        while not answers(port, "/healthz", 1.0):
            if process.poll() is not None or time.perf_counter() - began > PATIENCE:
                sys.exit(f"{name} does not start.")
            time.sleep(0.01)
        server.started_in = time.perf_counter() - began
        yield server
    finally:
        server.stop()


def answers(port: int, path: str, within: float) -> bool:
    """Return True when a page is there in time."""
    connection = HTTPConnection(HOST, port, timeout=within)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def check_page(server: Server, cookies: str) -> None:
    """Stop unless the page is the one that is meant."""
    connection = HTTPConnection(HOST, server.port, timeout=10)
    connection.request("GET", PAGE, headers={"Cookie": cookies})
    if connection.getresponse().read().count(A_ROW) != ROWS:
        sys.exit(f"{PAGE} does not show {ROWS} accounts.")


def load_on(server: Server, cookies: str) -> Load:
    """Browsers that look at the page of accounts."""
    return Load(server.port, PAGE, {"Cookie": cookies, "Accept-Encoding": "br"}, BROWSERS)


def times_of(load: Load, seconds: float) -> list[float]:
    """Return how long each request took, in seconds."""
    load.start()
    time.sleep(seconds)
    load.stop()
    if load.wrong:
        sys.exit(f"Wrong answers under load: {load.wrong[:5]}")
    return load.seconds


def speed(server: Server, cookies: str) -> tuple[float, ...]:
    """Requests a second, percentiles, processor time, memory."""
    pid = server.process.pid
    times_of(load_on(server, cookies), WARM_UP)
    cpu_before = cpu_seconds(pid)
    times = times_of(load_on(server, cookies), SECONDS)
    cpu = (cpu_seconds(pid) - cpu_before) / len(times) * 1000
    percentiles = [percentile(times, 0.5), percentile(times, 0.99)]
    return (len(times) / SECONDS, *percentiles, cpu, megabytes(pid, "Rss"), megabytes(pid, "Pss"))


def stop_while_busy(server: Server, cookies: str) -> tuple[float, int, str]:
    """Seconds, requests that got no answer or half of one, exit code."""
    load = load_on(server, cookies)
    load.start()
    time.sleep(WARM_UP)
    took, code = server.stop()
    load.stop()
    return took, len([word for word in load.wrong if word != "ConnectionRefusedError"]), code


def forged(server: Server) -> str:
    """Return True when a browser's X_Forwarded_For passes for the proxy's X-Forwarded-For."""
    connection = HTTPConnection(HOST, server.port, timeout=PATIENCE)
    connection.request("GET", FORWARDED, headers={"X-Forwarded-For": "192.0.2.1", "X_Forwarded_For": "203.0.113.6"})
    came_from = connection.getresponse().read()
    connection.close()
    return "dropped" if came_from == b"192.0.2.1" else "believed"


def beside(server: Server, half: bytes) -> str:
    """Return True when others are served while as many browsers as there are threads never finish their request."""
    browsers = [socket.create_connection((HOST, server.port)) for _ in range(THREADS)]
    for browser in browsers:
        browser.sendall(half)
    time.sleep(0.3)
    served = answers(server.port, "/healthz", 3.0)
    for browser in browsers:
        browser.close()
    return "served" if served else "starved"


def least_share(server: Server, cookies: str) -> str:
    """Return how much the process that did least did of what the other did, over a few connections, at the worst."""
    shares = []
    for _ in range(ROUNDS):
        load = Load(server.port, PAGE, {"Cookie": cookies}, FEW)
        times_of(load, SECONDS / ROUNDS)
        did = sorted(load.processes.values())
        shares.append(did[0] / did[-1] if len(did) > 1 else 0.0)
    return f"{min(shares):.2f}"


def seconds_beside(server: Server, rude: AbstractContextManager[None]) -> str:
    """Return the seconds until somebody else is answered beside rude browsers."""
    with rude:
        began = time.perf_counter()
        served = answers(server.port, "/healthz", PATIENCE)
        return f"{time.perf_counter() - began:.2f}" if served else f"> {PATIENCE:.0f}"


def measured(name: str, workers: int, data_dir: Path, cookies: str) -> tuple[float, ...]:
    """One round."""
    with running(name, workers, data_dir) as server:
        check_page(server, cookies)
        return (*speed(server, cookies), server.started_in)


def best(rounds: list[tuple[float, ...]]) -> list[float]:
    """The best of each figure: what else the machine does can only make it worse."""
    speeds, *others = zip(*rounds, strict=True)
    return [max(speeds), *map(min, others)]


def row(name: str, workers: int, rounds: list[tuple[float, ...]], data_dir: Path, cookies: str) -> list[str]:
    """A line of the table."""
    with running(name, workers, data_dir) as server:
        busy, cut, busy_code = stop_while_busy(server, cookies)
    with running(name, workers, data_dir) as server:
        answers_to_rude = [*(beside(server, half) for half in HALF_REQUESTS.values()), forged(server)]
        share = least_share(server, cookies) if workers > 1 else ""
        answers_to_rude += [share, seconds_beside(server, idle(server.port, IDLE))]
    with running(name, workers, data_dir) as server:
        answers_to_rude.insert(-1, seconds_beside(server, trickling(server.port, TRICKLING)))
    speed, *others = best(rounds)
    figures = [f"{speed:.0f}", *(f"{figure:.1f}" for figure in others)]
    return [f"{name}, {workers} × {THREADS}", *figures, f"{busy:.1f}", str(cut), busy_code, *answers_to_rude]


def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as folder:
        data_dir = Path(folder)
        cookies = signed_in(data_dir)
        rounds: dict[tuple[str, int], list[tuple[float, ...]]] = {contestant: [] for contestant in CONTESTANTS}
        for number in range(ROUNDS):  # in turns, so that a slow minute of the machine is everybody's
            for contestant in CONTESTANTS:
                rounds[contestant].append(measured(*contestant, data_dir, cookies))
                print(f"round {number + 1}: {contestant}", file=sys.stderr)
        lines = [row(*contestant, rounds[contestant], data_dir, cookies) for contestant in CONTESTANTS]
    print("| server, processes × threads |", " | ".join(COLUMNS), "|")
    print("|---" * (len(COLUMNS) + 1) + "|")
    for line in lines:
        print("|", " | ".join(line), "|")


if __name__ == "__main__":
    main()
