"""Things that answer on a socket of this machine for the length of a test."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from flask import Flask

from sipsorcery_web import serving
from sipsorcery_web.settings import Settings

HOST = "127.0.0.1"


def free_port() -> int:
    """A TCP port of the loopback interface that is free now."""
    with socket.create_server((HOST, 0)) as found:
        return int(found.getsockname()[1])


@contextmanager
def portal_at_work(app: Flask, settings: Settings) -> Iterator[str]:
    """The address of an application on the server that the portal runs on."""
    listener = socket.create_server((HOST, 0))
    server = serving.make_server(app, settings, listener)
    told_to_stop = threading.Event()
    thread = threading.Thread(target=serving.run, args=(server, told_to_stop), daemon=True)
    thread.start()
    try:
        yield f"http://{HOST}:{listener.getsockname()[1]}"
    finally:
        told_to_stop.set()
        server.pull_trigger()
        thread.join()
        server.trigger.close()


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
