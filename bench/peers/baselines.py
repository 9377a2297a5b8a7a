"""The least that a page costs: one that Flask gives from memory, and answers of bare WSGI, on waitress with 8 threads.

`python -m bench.peers.baselines PORT PAGE BYTES` serves them; the files have the contents.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

from flask import Flask
from waitress import serve

from bench import cases
from bench.measuring.requests import HOST, Expected, Request, Script, Step

from .peer import Peer
from .running import Processes, answering, free_port, running

NAME = "Flask and WSGI, waitress 1×8"
PAGE, BARE, SAME_BYTES = "/page", "/bare", "/bytes"


@contextmanager
def baselines(folder: Path, page: bytes, same_bytes: bytes) -> Iterator[Peer]:
    """The baselines: a page as it is, and the bytes of an answer to compare with."""
    port = free_port()
    contents = {folder / "page": page, folder / "bytes": same_bytes}
    for path, text in contents.items():
        path.write_bytes(text)
    command = [sys.executable, "-m", "bench.peers.baselines", str(port), *map(str, contents)]
    with running(command, answering(port, BARE)) as process:
        made = {
            cases.PAGE_FROM_MEMORY: partial(_scripts, PAGE),
            cases.BARE: partial(_scripts, BARE),
            cases.SAME_BYTES: partial(_scripts, SAME_BYTES),
        }
        versions = f"Flask {version('Flask')}, waitress {version('waitress')}"
        yield Peer(NAME, port, Processes([process.pid]), made, version=versions)


def _scripts(path: str, count: int) -> list[Script]:
    return [Script([Step(Request(path), Expected())])] * count


def application(page: bytes, same_bytes: bytes) -> Any:
    """The WSGI application: Flask, and what is answered in front of it."""
    app = Flask(__name__)
    app.add_url_rule(PAGE, view_func=lambda: page.decode(), endpoint="page")
    bare = {BARE: b"ok", SAME_BYTES: same_bytes}

    def answer(environ: dict[str, Any], start_response: Any) -> Any:
        body = bare.get(environ["PATH_INFO"])
        if body is None:
            return app(environ, start_response)
        start_response("200 OK", [("Content-Type", "text/xml"), ("Content-Length", str(len(body)))])
        return [body]

    return answer


if __name__ == "__main__":
    port, page, same_bytes = sys.argv[1:]
    serve(application(Path(page).read_bytes(), Path(same_bytes).read_bytes()), host=HOST, port=int(port), threads=8)
