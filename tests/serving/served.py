"""An application behind the portal's server, in a thread of this process."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from typing import Any

from waitress import wasyncore

from sipsorcery_web import serving
from sipsorcery_web.serving.server import Server, run
from sipsorcery_web.settings import Settings
from tests.conftest import HOME

PATIENCE = 30.0


@dataclass
class Served:
    """An application behind the portal's server, in a thread of this process."""

    port: int
    server: Any
    stopping: threading.Event
    thread: threading.Thread

    def connection(self) -> HTTPConnection:
        return HTTPConnection(HOME, self.port, timeout=PATIENCE)

    def get(self, path: str = "/", headers: Mapping[str, str] | None = None) -> bytes:
        """Return the answer to one request."""
        connection = self.connection()
        connection.request("GET", path, headers=headers or {})
        with connection.getresponse() as response:
            body = response.read()
        connection.close()
        return body

    def stop(self) -> None:
        self.stopping.set()
        self.server.pull_trigger()


@contextmanager
def served(application: Any, **settings: Any) -> Iterator[Served]:
    listener = serving.listen(Settings(port=0))
    running_server = Server(application, Settings(**settings), listener)
    port, stopping = listener.getsockname()[1], threading.Event()
    thread = threading.Thread(target=run, args=(running_server, stopping))
    thread.start()
    running = Served(port, running_server, stopping, thread)
    try:
        yield running
    finally:
        running.stop()
        thread.join(PATIENCE)
        running_server.task_dispatcher.shutdown()  # first: a thread that is done tells the loop, whose pipe closes next
        wasyncore.close_all(running_server._map)
        running_server.close()


def plain(environ: Mapping[str, Any], start_response: Any) -> list[bytes]:
    """Answers with the address that a proxy would have put in."""
    environ["wsgi.input"].read()
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", "15")])
    return [environ.get("HTTP_X_FORWARDED_FOR", "nobody").ljust(15).encode()]


@dataclass
class Slow:
    """An application that answers when it is told to."""

    asked: threading.Event = field(default_factory=threading.Event)
    may_answer: threading.Event = field(default_factory=threading.Event)

    def __call__(self, environ: Mapping[str, Any], start_response: Any) -> list[bytes]:
        self.asked.set()
        self.may_answer.wait(PATIENCE)
        return plain(environ, start_response)
