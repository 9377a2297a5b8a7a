"""A small load generator: some browsers at once, each with one connection that it keeps."""

import threading
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException

HOST = "127.0.0.1"
PROCESS = "X-Process"
"""The header in which a target says which process has answered."""


@dataclass
class Load:
    """Browsers that ask for one page again and again until they are stopped."""

    port: int
    path: str
    headers: Mapping[str, str]
    browsers: int
    seconds: list[float] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    processes: Counter[str] = field(default_factory=Counter)
    """How many requests each process has answered, where it says who it is."""
    _over: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)

    def start(self) -> None:
        """Begin."""
        self._threads = [threading.Thread(target=self._browse, daemon=True) for _ in range(self.browsers)]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """End after the requests under way."""
        self._over.set()
        for thread in self._threads:
            thread.join(10)

    def _browse(self) -> None:
        connection = HTTPConnection(HOST, self.port, timeout=10)
        while not self._over.is_set():
            started = time.perf_counter()
            try:
                connection.request("GET", self.path, headers=dict(self.headers))
                response = connection.getresponse()
                response.read()
            except (OSError, HTTPException) as error:
                self.wrong.append(type(error).__name__)
                return
            self.processes[response.headers.get(PROCESS, "")] += 1
            if response.status != 200:
                self.wrong.append(str(response.status))
            self.seconds.append(time.perf_counter() - started)


def percentile(seconds: list[float], share: float) -> float:
    """The time, in milliseconds, within which this share of the requests was answered."""
    return sorted(seconds)[min(int(len(seconds) * share), len(seconds) - 1)] * 1000
