"""Things that answer on a socket of this machine for the length of a test."""

import os
import random
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from itertools import cycle
from pathlib import Path
from typing import Any

from flask import Flask

from sipsorcery_web.serving.server import Server, run
from sipsorcery_web.settings import Settings

HOST = "127.0.0.1"
PORTS_OF_A_PROCESS = 1000


def free_port() -> int:
    """A port of the loopback interface that is free for UDP and TCP, and that is given again last of all.

    Each process of the tests has a thousand of its own, below those that a system gives to whoever asks for any.
    """
    for _ in range(PORTS_OF_A_PROCESS):
        port = next(PORTS)
        with suppress(OSError), socket.create_server((HOST, port)), socket.socket(type=socket.SOCK_DGRAM) as datagrams:
            datagrams.bind((HOST, port))
            return port
    raise OSError("no port is free")


def _ports() -> Iterator[int]:
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % 12
    first = 20_000 + PORTS_OF_A_PROCESS * worker
    mine = list(range(first, first + PORTS_OF_A_PROCESS))
    random.SystemRandom().shuffle(mine)  # two runs beside each other seldom meet
    return cycle(mine)


PORTS = _ports()


@contextmanager
def portal_at_work(app: Flask, settings: Settings) -> Iterator[str]:
    """The address of an application on the server that the portal runs on."""
    listener = socket.create_server((HOST, 0))
    server = Server(app, settings, listener)
    told_to_stop = threading.Event()
    thread = threading.Thread(target=run, args=(server, told_to_stop), daemon=True)
    thread.start()
    try:
        yield f"http://{HOST}:{listener.getsockname()[1]}"
    finally:
        told_to_stop.set()
        server.pull_trigger()
        thread.join()
        server.close()


@contextmanager
def folder_at_work(folder: Path) -> Iterator[int]:
    """The port of a site that has nothing but the files of a folder."""
    with ThreadingHTTPServer((HOST, 0), partial(_Silent, directory=str(folder))) as site:
        thread = threading.Thread(target=site.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield site.server_port
        finally:
            site.shutdown()
            thread.join()


class _Silent(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """Write nothing."""
