"""The desk: where other processes of this machine ask for calls, over a socket that its owner alone can reach.

A call has one process, whose memory it lives in: what a table would keep of it beyond that process, the phones would
not know any more. So any worker of the portal asks that process itself.
"""

import asyncio
import hmac
import logging
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from sipsorcery_web.contract.sip_engine import SIPEngineUnavailable
from sipsorcery_web.contract.third_party_calls import CallOrder, CallProgress, CallRefused, CallState
from sipsorcery_web.dial_plans.service import messages

from .controller import Controller
from .transactions import Address

SOCKET_NAME = "calls.sock"
ASKS_WITHIN = 5.0
TRIES_AGAIN = 2.0
STOPS_WITHIN = 3.0
ABSENT = "Nobody makes calls at the moment."

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Desk:
    """Asks for calls, from any process; a CallMaker."""

    folder: Path
    secret: str = field(repr=False)

    def place(self, order: CallOrder) -> str:
        """Begin a call; its id. Raises CallRefused, and SIPEngineUnavailable."""
        answer = self._ask({"ask": "place", "order": asdict(order)})
        if "refused" in answer:
            raise CallRefused(str(answer["refused"]))
        return str(answer["call"])

    def progress(self, call: str, owner: str) -> CallProgress | None:
        """Return how far a call of this owner's has come; None where there is none. SIPEngineUnavailable."""
        found = self._ask({"ask": "progress", "call": call, "owner": owner})["progress"]
        return found and CallProgress(**{**found, "state": CallState(found["state"])})

    def end(self, call: str, owner: str) -> bool:
        """End a call of this owner's; False where it is over. Raises SIPEngineUnavailable."""
        return bool(self._ask({"ask": "end", "call": call, "owner": owner})["ended"])

    def _ask(self, question: Mapping[str, Any]) -> dict[str, Any]:
        try:
            with messages.connected(self.folder, ASKS_WITHIN, SOCKET_NAME) as connection:
                messages.send(connection, {**question, "secret": self.secret})
                return messages.receive(connection)
        except (OSError, ValueError) as error:
            raise SIPEngineUnavailable(ABSENT) from error


@dataclass
class CallService:
    """The controller with its desk, in a thread of its own; begun again whatever ends it."""

    desk: Desk
    proxy: Address
    at: Address
    """The host and port of the user agent, on this machine alone."""
    proxy_secret: str = field(repr=False)
    _thread: threading.Thread | None = None
    _stopped: threading.Event = field(default_factory=threading.Event)

    def start(self) -> None:
        """Begin."""
        self._thread = threading.Thread(target=self._run, name="third-party-calls", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End all calls, and go."""
        self._stopped.set()
        if self._thread is not None:
            self._thread.join(STOPS_WITHIN)

    def _run(self) -> None:
        problem = ""
        while not self._stopped.is_set():
            try:
                asyncio.run(self._serve())
            except OSError as error:  # a port that is taken, most of all: to say so once is enough
                if problem != (problem := str(error)):
                    log.error("Calls between two phones cannot be made; this is tried again: %s", error)
                self._stopped.wait(TRIES_AGAIN)
            except Exception:
                log.exception("Calls between two phones cannot be made; this is tried again.")
                self._stopped.wait(TRIES_AGAIN)

    async def _serve(self) -> None:
        controller = Controller(self.proxy, self.proxy_secret)
        await controller.open(*self.at)
        try:
            await self._attend(controller)
        finally:
            await controller.close()

    async def _attend(self, controller: Controller) -> None:
        async def attend(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            with suppress(OSError, ValueError, KeyError, TypeError, EOFError, TimeoutError):
                async with asyncio.timeout(ASKS_WITHIN):
                    question = await messages.read(reader)
                    if hmac.compare_digest(str(question.get("secret", "")).encode(), self.desk.secret.encode()):
                        writer.write(messages.packed(_answer(controller, question)))
                        await writer.drain()
            writer.close()

        self.desk.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        listener = messages.listening(self.desk.folder, SOCKET_NAME)
        async with await asyncio.start_unix_server(attend, sock=listener):
            await asyncio.to_thread(self._stopped.wait)


def _answer(controller: Controller, question: Mapping[str, Any]) -> dict[str, Any]:
    match question["ask"]:
        case "place":
            try:
                return {"call": controller.place(CallOrder(**question["order"]))}
            except CallRefused as error:
                return {"refused": str(error)}
        case "progress":
            progress = controller.progress(question["call"], question["owner"])
            return {"progress": progress and asdict(progress)}
        case _:
            return {"ended": controller.end(question["call"], question["owner"])}
