"""The plan service's side of the socket: a thread for each execution, an end for each that asks too much."""

import fcntl
import hmac
import json
import logging
import os
import resource
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

from sipsorcery_web.logs.lines import FORMATS

from ..answers import AskedWorld
from ..execution import Execution
from ..outcomes import OVERLOADED, Progress, progress_to_json
from ..ruby.image import ImageError, ImageFile
from ..ruby.instance import Runtime
from ..ruby_plans import check_ruby, run_ruby
from ..ruby_run import MendedTexts
from .admission import Admission, Overloaded
from .messages import listening, receive, send
from .turns import Processor, Turn

TICK_SECONDS = 0.005
_FIRST_WORDS_WITHIN = 5.0
_ANSWER_WITHIN = 60.0
_SHORT_WAIT = 0.002
"""Seconds for an answer in which the turn is kept."""
_MOST_CONNECTIONS = 400
_BUILD_PRIORITY = 10

log = logging.getLogger(__name__)


class PlanServer:
    """Runs executions for whoever knows the secret."""

    def __init__(self, folder: Path, secret: bytes, key: bytes) -> None:
        self.image = ImageFile(folder, key)
        self._folder = folder
        self._secret = secret
        self._runtime: Runtime | None = None
        self._why_not = "Ruby is being prepared."
        self._mended = MendedTexts()
        self._admission = Admission()
        self._processor = Processor()
        self._busy = threading.Event()
        self._places = threading.BoundedSemaphore(_MOST_CONNECTIONS)

    def serve(self) -> None:
        """Listen until the process ends."""
        try:  # before it listens, so that nobody is sent away for the moment that this takes
            self._runtime = self.image.load()
        except ImageError as error:
            log.warning("%s It is built now, which takes about a minute.", error)
            threading.Thread(target=self._build, name="image", daemon=True).start()
        threading.Thread(target=self._tick, name="ticks", daemon=True).start()
        with listening(self._folder) as listener:
            while True:
                connection, _ = listener.accept()
                self._places.acquire()
                threading.Thread(target=self._attend, args=(connection,), daemon=True).start()

    def _attend(self, connection: socket.socket) -> None:
        try:
            with connection:
                connection.settimeout(_FIRST_WORDS_WITHIN)
                question = receive(connection)
                if not hmac.compare_digest(str(question.get("secret", "")).encode(), self._secret):
                    return
                connection.settimeout(_ANSWER_WITHIN)
                send(connection, self._answer(connection, question))
        except (OSError, ValueError, KeyError, TypeError):
            log.info("A connection of the plan service ended early.", exc_info=True)
        finally:
            self._places.release()

    def _answer(self, connection: socket.socket, question: dict[str, Any]) -> dict[str, Any]:
        if question["ask"] == "state":
            return {"is_ready": self._runtime is not None, "why_not": self._why_not, "running": self._admission.count}
        if self._runtime is None:
            return {"not_ready": self._why_not}
        owner = str(question["owner"])
        try:
            with (
                self._admission.place(owner) as place,
                Turn(self._processor, owner, place.become_long) as turn,
            ):
                self._busy.set()
                if question["ask"] == "check":
                    checked = check_ruby(question["script"], self._runtime, turn.tick)
                    return {"checked": asdict(checked)}
                return self._run(connection, self._runtime, question, turn)
        except Overloaded:
            return {"progress": progress_to_json(Progress(outcome=OVERLOADED, log=("There are too many executions.",)))}

    def _run(self, connection: socket.socket, runtime: Runtime, question: dict[str, Any], turn: Turn) -> dict[str, Any]:
        execution = Execution.from_json(question["execution"])
        known = len(execution.entries)

        def ask(name: str, arguments: list[Any]) -> Any:
            send(connection, {"question": name, "arguments": arguments})
            if select.select([connection], [], [], _SHORT_WAIT)[0]:
                return receive(connection)["answer"]
            with turn.away():
                return receive(connection)["answer"]

        progress = run_ruby(execution, AskedWorld(ask), runtime, self._mended, turn.tick)
        pending = execution.entries[-1] if execution.is_waiting and len(execution.entries) > known else None
        return {"progress": progress_to_json(progress), "pending": pending and asdict(pending)}

    def _build(self) -> None:
        """Build the image in another process, and load it."""
        command = [sys.executable, "-I", str(Path(__file__).with_name("start.py")), "build", str(self._folder)]
        given = json.dumps({"secret": "", "key": self.image.key.hex()}).encode() + b"\n"
        with subprocess.Popen(  # noqa: S603 (ourselves)
            command, stdin=subprocess.PIPE, stderr=subprocess.PIPE
        ) as builder:
            assert builder.stdin is not None and builder.stderr is not None  # noqa: S101, PT018 (for mypy)
            builder.stdin.write(given)  # which stays open: the builder ends when this process does
            builder.stdin.flush()
            last_words = builder.stderr.read()
        try:
            self._runtime = self.image.load()
        except ImageError as error:
            self._why_not = f"Ruby could not be prepared: {error}"
            log.error("%s %s", self._why_not, last_words.decode(errors="replace")[-500:])

    def _tick(self) -> None:
        """Let running scripts look at their limits every few milliseconds; sleep while none runs."""
        while True:
            self._busy.wait()
            while self._admission.count:
                time.sleep(TICK_SECONDS)
                if self._runtime is not None:
                    self._runtime.engine.increment_epoch()
            self._busy.clear()
            if self._admission.count:
                self._busy.set()


def _end_with_parent() -> None:
    """End when standard input ends: the process that started this one has gone."""
    sys.stdin.buffer.read()
    os._exit(0)


def build(image: ImageFile) -> None:
    """Build the image, unless another process has done so meanwhile; in a process of its own, for its memory's sake."""
    os.nice(_BUILD_PRIORITY)
    image.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    folder = os.open(image.folder, os.O_RDONLY)
    fcntl.flock(folder, fcntl.LOCK_EX)  # until this process ends
    try:
        image.load()
    except ImageError:
        image.build()


def main(what: str, folder: str) -> None:
    """Serve in a folder, or build the image in it; secret and key come as one line of JSON on standard input."""
    given = json.loads(sys.stdin.buffer.readline())
    key = bytes.fromhex(given["key"])
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    handler = logging.StreamHandler()
    handler.setFormatter(FORMATS[given.get("log", "text")]())
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
    threading.Thread(target=_end_with_parent, daemon=True).start()
    if what == "build":
        build(ImageFile(Path(folder), key))
        os._exit(0)  # a thread reads standard input
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    sys.setswitchinterval(0.001)
    PlanServer(Path(folder), given["secret"].encode(), key).serve()
