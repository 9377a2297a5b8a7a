"""Asks the plan service: from any process, with a world that answers what its plans ask."""

import hashlib
import hmac
import select
import socket
from pathlib import Path
from time import monotonic, sleep
from typing import Any

from ..answers import answer, from_json
from ..execution import Execution
from ..journal import Entry
from ..line_plans import run_extension_lines
from ..outcomes import Checked, Progress, progress_from_json
from ..world import World
from .messages import connected, receive, send
from .supervisor import Supervisor

MOST_ATTEMPTS = 5
STARTS_WITHIN = 10.0
ANSWERS_WITHIN = 330.0
CHECKS_WITHIN = 5.0
LOOKS_AFTER = 8.0
"""Seconds without a word of the service after which it is asked whether it still is there."""
SAYS_SO_WITHIN = 4.0
HANGS = "The plan service hangs: it has not said a word for a while."
TOO_LONG = "The plan service has too much to do: this plan did not come to its end in time."
_FIRST_LOOK, _LONGEST_LOOK = 0.01, 0.2


class PlanServiceUnavailable(Exception):
    """No plan can run now; the message is a sentence for people."""


class PlanServiceNotReady(PlanServiceUnavailable):
    """Ruby is being prepared, which takes about a minute once."""


class PlanServiceTooSlow(PlanServiceUnavailable):
    """The service works, but has so much to do that nobody can wait for this plan."""


class WorldFailed(Exception):
    """The world raised an error where a plan asked it; the error is the cause. It may have done what it was asked."""


class PlanService:
    """The plan service of one installation. Safe to use from many threads and processes."""

    def __init__(self, folder: Path, key: bytes, log_format: str = "text") -> None:
        """`folder` is this installation's own; `key` is secret and never leaves it."""
        self._secret = hmac.new(key, b"plan service: socket", hashlib.sha256).hexdigest()
        image_key = hmac.new(key, b"plan service: image of Ruby", hashlib.sha256).digest()
        self._folder = folder
        self.supervisor = Supervisor(folder, self._secret, image_key, log_format)

    def run(self, execution: Execution, world: World, patience: float = ANSWERS_WITHIN) -> Progress:
        """Run an execution from its beginning to its end, or to what it waits for; its journal grows.

        A service that ends meanwhile is asked again, and what the world has answered is not asked again. Nobody waits
        for one that hangs, nor longer than `patience`, in seconds, for one that works.
        Raises PlanServiceUnavailable, and WorldFailed where the world does.
        """
        if not execution.plan.is_ruby:
            return run_extension_lines(execution, world)
        deadline = monotonic() + patience
        for _ in range(MOST_ATTEMPTS):
            try:
                return self._converse(execution, world, deadline)
            except (OSError, ValueError):
                continue
        raise PlanServiceUnavailable("The plan service ended again and again while this plan ran.")

    def check(self, script: str, owner: str) -> Checked:
        """Return the remark of Ruby about a script. Raises PlanServiceUnavailable."""
        for _ in range(MOST_ATTEMPTS):
            try:
                return self._check(script, owner)
            except (OSError, ValueError):
                continue
        raise PlanServiceUnavailable("The plan service ended again and again while it read this plan.")

    def check_now(self, script: str, owner: str, starts: bool) -> Checked:
        """Return the remark of Ruby without waiting for a service that does not run, which is started if it `starts`.

        Raises PlanServiceUnavailable.
        """
        try:
            self._open().close()
        except OSError as error:
            if starts:
                self.supervisor.ensure()
            raise PlanServiceUnavailable("The plan service does not run.") from error
        return self.check(script, owner)

    def is_ready(self) -> bool:
        """Return True when Ruby is prepared, which begins with the first question. Raises PlanServiceUnavailable."""
        with self._ask({"ask": "state"}) as connection:
            return bool(receive(connection)["is_ready"])

    def stop(self) -> None:
        """End the service where it is this process's."""
        self.supervisor.stop()

    def _converse(self, execution: Execution, world: World, deadline: float) -> Progress:
        question = {"ask": "run", "owner": execution.plan.owner, "execution": execution.to_json()}
        with self._ask(question) as connection:
            while "progress" not in (message := _ready(self._heard(connection, deadline))):
                name, arguments = message["question"], message["arguments"]
                given = _answered(world, name, arguments)
                execution.entries.append(Entry.of(name, arguments, given))
                send(connection, {"answer": given})
        if message.get("pending"):
            execution.entries.append(Entry(**message["pending"]))
        return progress_from_json(message["progress"])

    def _heard(self, connection: socket.socket, deadline: float) -> dict[str, Any]:
        """Return the next message of the service. Raises PlanServiceUnavailable where it hangs, or takes too long."""
        while not select.select([connection], [], [], min(LOOKS_AFTER, max(0.0, deadline - monotonic())))[0]:
            if monotonic() >= deadline:
                raise PlanServiceTooSlow(TOO_LONG)
            if self._hangs():
                raise PlanServiceUnavailable(HANGS)
        return receive(connection)

    def _hangs(self) -> bool:
        try:
            with connected(self._folder, SAYS_SO_WITHIN) as connection:
                send(connection, {"ask": "state", "secret": self._secret})
                receive(connection)
        except (TimeoutError, BlockingIOError):  # the second where as many wait as may
            return True
        except (OSError, ValueError):  # it has ended, which the connection of the execution tells too
            return False
        return False

    def _check(self, script: str, owner: str) -> Checked:
        with self._ask({"ask": "check", "owner": owner, "script": script}) as connection:
            connection.settimeout(CHECKS_WITHIN)
            try:
                message = _ready(receive(connection))
            except TimeoutError as error:
                raise PlanServiceUnavailable("The plan service has too much to do.") from error
        if "checked" not in message:
            raise PlanServiceUnavailable("The plan service has too much to do.")
        return from_json(Checked, message["checked"])

    def _ask(self, question: dict[str, Any]) -> socket.socket:
        connection = self._connect()
        try:
            send(connection, question | {"secret": self._secret})
        except BaseException:
            connection.close()
            raise
        return connection

    def _connect(self) -> socket.socket:
        deadline, look = monotonic() + STARTS_WITHIN, _FIRST_LOOK
        while True:
            try:
                return self._open()
            except OSError as error:
                if monotonic() > deadline:
                    raise PlanServiceUnavailable("The plan service does not start.") from error
            self.supervisor.ensure()
            sleep(look)
            look = min(look * 2, _LONGEST_LOOK)

    def _open(self) -> socket.socket:
        return connected(self._folder, ANSWERS_WITHIN)


def _ready(message: dict[str, Any]) -> dict[str, Any]:
    if "not_ready" in message:
        raise PlanServiceNotReady(message["not_ready"])
    return message


def _answered(world: World, question: str, arguments: list[Any]) -> Any:
    try:
        return answer(world, question, arguments)
    except Exception as error:  # an OSError of the world's is none of the socket's, which would be tried again
        raise WorldFailed(f"{question} failed: {type(error).__name__}") from error
