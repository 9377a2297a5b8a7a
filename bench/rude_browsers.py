"""Browsers that take connections and give little: requests that trickle in, and connections that stay idle."""

import random
import selectors
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from heapq import heappop, heappush
from itertools import cycle

from bench.load import HOST

ASK = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
HALF = b"POST /login HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\nusername="
PATIENCE = 10.0
PAUSE, AT_ONCE = 0.05, 20
COMES_AGAIN_AFTER = (5.0, 25.0)
"""Seconds; slowloris.py does after 15."""
HERE = "here\n"
STRANGER = "127.0.0.9"
"""Another address than that of visitors."""


@contextmanager
def trickling(port: int, many: int) -> Iterator[None]:
    """Requests whose body comes a byte a second, so many of them from one address."""
    over = threading.Event()
    with ExitStack() as stack:
        browsers = [stack.enter_context(_connection(port)) for _ in range(many)]
        for browser in browsers:
            _send(browser, HALF)

        def trickle() -> None:
            for browser in cycle(browsers):
                _send(browser, b"x")
                if over.wait(1.0 / many):
                    return

        thread = threading.Thread(target=trickle)
        thread.start()
        yield
        over.set()
        thread.join()


@contextmanager
def idle(port: int, many: int) -> Iterator[None]:
    """Connections that have been answered once, as far as the server answers so many in time."""
    with ExitStack() as stack:
        for browser in [stack.enter_context(_connection(port)) for _ in range(many)]:
            _send(browser, ASK)
            with suppress(OSError):
                browser.recv(65536)
        yield


def _connection(port: int) -> socket.socket:
    return socket.create_connection((HOST, port), PATIENCE)


def _send(browser: socket.socket, data: bytes) -> None:
    with suppress(OSError):  # the server has closed it
        browser.sendall(data)


@contextmanager
def stranger(port: int, many: int) -> Iterator[Callable[[], int]]:
    """A stranger with many connections, in a process of its own; how many of them the server has closed until then."""
    command = [sys.executable, "-m", "bench.rude_browsers", str(port), str(many)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        if process.stdin is None or process.stdout is None or process.stdout.readline() != HERE:
            raise OSError("the stranger does not come")
        told, tells = process.stdout, process.stdin

        def closed() -> int:
            tells.write("\n")
            tells.flush()
            return int(told.readline())

        try:
            yield closed
        finally:
            process.kill()


class Rude:
    """Connections of a stranger, each made again that is closed: every other idle, or with half a request."""

    def __init__(self, port: int, many: int) -> None:
        self.closed = 0
        self._port = port
        self._to_come: list[tuple[float, bool]] = []
        self._selector = selectors.DefaultSelector()
        for number in range(many):
            self._come(number % 2 == 0)

    def live(self) -> None:
        """Go on for good: a byte more of some requests at a time, and come again wherever the server says goodbye."""
        while True:
            time.sleep(PAUSE)
            while self._to_come and self._to_come[0][0] < time.monotonic():
                self._come(heappop(self._to_come)[1])
            for key, _ in self._selector.select(0):
                self._read(key)
            trickling = [key for key in list(self._selector.get_map().values()) if not key.data]
            for key in random.sample(trickling, min(len(trickling), AT_ONCE)):
                _send(key.fileobj, b"x")  # type: ignore[arg-type]

    def _come(self, is_idle: bool) -> None:
        browser = socket.socket()
        with suppress(OSError):
            browser.bind((STRANGER, 0))
            browser.settimeout(PATIENCE)
            browser.connect((HOST, self._port))
            browser.sendall(ASK if is_idle else HALF)
        browser.setblocking(False)
        self._selector.register(browser, selectors.EVENT_READ, is_idle)

    def _read(self, key: selectors.SelectorKey) -> None:
        browser: socket.socket = key.fileobj  # type: ignore[assignment]
        with suppress(OSError):
            if browser.recv(65536):
                return
        self._selector.unregister(browser)
        browser.close()
        self.closed += 1
        heappush(self._to_come, (time.monotonic() + random.uniform(*COMES_AGAIN_AFTER), key.data))


def main(port: int, many: int) -> None:
    """Be rude until killed; each line of the standard input asks how many connections were closed."""
    rude = Rude(port, many)
    threading.Thread(target=rude.live, daemon=True).start()
    print(HERE, end="", flush=True)
    for _ in sys.stdin:
        print(rude.closed, flush=True)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
