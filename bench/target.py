"""What is measured: the portal; beside it a response without an end, and one that tells where a request is from."""

import time
from collections.abc import Iterator
from typing import Any

from sipsorcery_web import create_app

STREAM = "/stream-without-end"
FORWARDED = "/forwarded-for"


def create() -> Any:
    """The WSGI application that every server is given."""
    portal = create_app()

    def application(environ: dict[str, Any], start_response: Any) -> Any:
        if environ["PATH_INFO"] == STREAM:
            start_response("200 OK", [("Content-Type", "text/event-stream")])
            return _events()
        if environ["PATH_INFO"] == FORWARDED:
            start_response("200 OK", [("Content-Type", "text/plain")])
            return [environ.get("HTTP_X_FORWARDED_FOR", "").encode()]
        return portal(environ, start_response)

    return application


def _events() -> Iterator[bytes]:
    while True:
        yield b": still here\n\n"
        time.sleep(0.2)
