"""Files that are written while they are sent: how fast their rows come, and what they take of the server's memory."""

import threading
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection

from bench.peers.running import Processes

from .requests import BROWSER, HOST, Request, WrongAnswer

PIECE = 65536
LOOKS_EVERY = 0.05


@dataclass(frozen=True)
class Download:
    """A file that has come: seconds, also of the server's processors, and megabytes that its memory was larger."""

    rows: int
    seconds: float
    first_byte: float
    grown: float
    cpu_seconds: float

    @property
    def rows_per_second(self) -> float:
        """Return how many rows came in a second."""
        return self.rows / self.seconds


def download(request: Request, port: int, processes: Processes) -> Download:
    """Get a file; its head is no row. WrongAnswer where it is none, or does not end."""
    with _watched(processes) as sizes:
        connection = HTTPConnection(HOST, port, timeout=120)
        spent, began = processes.cpu_seconds(), time.perf_counter()
        connection.request("GET", request.path, headers={**BROWSER, **request.headers})
        response = connection.getresponse()
        first = response.read(1)
        first_byte = time.perf_counter() - began
        if response.status != 200:
            raise WrongAnswer(f"{request.path}: {response.status}")
        pieces = [first]
        while piece := response.read(PIECE):
            pieces.append(piece)
        seconds, spent = time.perf_counter() - began, processes.cpu_seconds() - spent
        connection.close()
    text = b"".join(pieces)
    if response.getheader("Content-Encoding") == "gzip":
        text = zlib.decompress(text, wbits=zlib.MAX_WBITS | 16)
    return Download(text.count(b"\r\n") - 1, seconds, first_byte, max(sizes) - sizes[0], spent)


@contextmanager
def _watched(processes: Processes) -> Iterator[list[float]]:
    """The memory of processes, again and again, the first before anything was done."""
    sizes, is_over = [processes.megabytes()], threading.Event()

    def look() -> None:
        while not is_over.wait(LOOKS_EVERY):
            sizes.append(processes.megabytes())

    thread = threading.Thread(target=look, daemon=True)
    thread.start()
    try:
        yield sizes
    finally:
        is_over.set()
        thread.join()
