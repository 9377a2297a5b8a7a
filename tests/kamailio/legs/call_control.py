"""Call control that does as a test says: it keeps what the engine tells it, and sends the test's commands."""

import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

from sipsorcery_web.calls.messages import (
    CallAsked,
    Command,
    DialFailed,
    DialLegs,
    Event,
    Hello,
    LegAsked,
    Reply,
    SendLeg,
)
from tests.kamailio.harness import KamailioHarness, eventually
from tests.kamailio.user_agent import PATIENCE

E = TypeVar("E")


class ScriptedCallControl:
    """The far end of the engine's channel, in the hands of a test."""

    def __init__(self, harness: KamailioHarness) -> None:
        self.events: SimpleQueue[Event] = SimpleQueue()
        self.passed: list[Event] = []
        self.channel = harness.kamailio.call_channel(self)

    @contextmanager
    def at_work(self) -> Iterator["ScriptedCallControl"]:
        self.channel.start()
        try:
            eventually(lambda: self.channel.is_connected)
            yield self
        finally:
            self.channel.stop()

    def connected(self) -> None:
        self.channel.send(Hello())

    def disconnected(self) -> None:
        pass

    def heard(self, event: Event) -> None:
        self.events.put(event)

    def sends(self, command: Command) -> None:
        assert self.channel.send(command)

    def hears(self, kind: type[E], seconds: float = PATIENCE, **wanted: Any) -> E:
        """The next event of a kind with these values; what else comes is passed over."""
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            try:
                event = self.events.get(timeout=left)
            except Empty:
                break
            self.passed.append(event)
            if isinstance(event, kind) and all(getattr(event, name) == value for name, value in wanted.items()):
                return event
        raise AssertionError(f"no {kind.__name__} {wanted} but {self.passed}")

    def hears_nothing(self, kind: type[E], seconds: float = 0.5) -> bool:
        try:
            self.hears(kind, seconds)
        except AssertionError:
            return True
        return False

    # what a plan does

    def dials(self, asked: CallAsked | DialFailed | LegAsked, *legs: dict[str, Any], account: str = "") -> list[str]:
        """Ring legs at once, each with these values of a SendLeg; their tokens."""
        tokens = [secrets.token_hex(16) for _ in legs]
        self.sends(DialLegs(transaction=asked.transaction, tokens=tuple(tokens), account=account))
        for _ in legs:
            leg = self.hears(LegAsked)
            self.sends(SendLeg(transaction=leg.transaction, **legs[tokens.index(leg.token)]))
        return tokens

    def replies(self, asked: CallAsked | DialFailed | LegAsked, code: int, reason: str, **more: Any) -> None:
        self.sends(Reply(transaction=asked.transaction, code=code, reason=reason, **more))
