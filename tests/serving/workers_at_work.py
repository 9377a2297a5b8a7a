"""Workers that say who they are, as a process of their own: `python -m tests.serving.workers_at_work WORKERS SECONDS`.

SECONDS are between two looks of the parent for signs of life. It prints its port, then a line for each thing that its
companion does.
"""

import logging
import os
import socket
import sys
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

from sipsorcery_web.serving import BACKLOG
from sipsorcery_web.serving.server import STOPS_WITHIN, Server, run
from sipsorcery_web.serving.workers import Link, Parent
from sipsorcery_web.settings import Settings


def say(*words: object) -> None:
    """Tell the test."""
    print(*words, flush=True)  # noqa: T201


def who(environ: Mapping[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
    """Answer with the number of the process; under /slow half a second later."""
    if environ["PATH_INFO"] == "/slow":
        say("asked")
        time.sleep(0.5)
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [str(os.getpid()).encode()]


def main(workers: int, looks_every: float) -> None:
    """Serve until told to stop."""
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    listener = socket.create_server(("127.0.0.1", 0), backlog=BACKLOG)

    def serve(link: Link) -> None:
        server, told_to_stop = Server(who, Settings(), listener, listens=False), threading.Event()
        server.take_from(link, told_to_stop.set)
        run(server, told_to_stop)

    def accompany(link: Link) -> None:
        link.note_alive()
        say("companion", os.getpid())
        link.wait_for_end()
        say("companion ends")

    parent = Parent(listener, serve, workers, STOPS_WITHIN, [("companion", accompany, 5.0)], looks_every)
    parent.heed_signals()
    say(listener.getsockname()[1])
    parent.run()


if __name__ == "__main__":
    main(int(sys.argv[1]), float(sys.argv[2]))
