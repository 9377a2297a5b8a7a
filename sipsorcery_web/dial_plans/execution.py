"""An execution of a plan: what it began with and what it was told, so that any process can go on with it."""

import json
import secrets
from dataclasses import dataclass, field, replace
from typing import Any

from .answers import as_text, from_json, to_json
from .calls import Call, Plan
from .journal import PENDING, Entry
from .outcomes import DialResult

DIAL, SLEEP = "dial", "sleep"
"""The questions that an execution waits for."""


@dataclass
class Execution:
    """One call's way through a plan. The journal grows while it runs and is all that has to be kept in between."""

    plan: Plan
    call: Call
    started: float
    """Seconds since the epoch."""
    seed: str = field(default_factory=lambda: secrets.token_hex(16))
    """Where the script's random numbers come from."""
    entries: list[Entry] = field(default_factory=list)
    shows_lines: bool = False
    """Whether the lines that run are told, for a try."""

    def dial_ended(self, result: DialResult) -> None:
        """Record how the Dial went that the execution waits for; the next run goes on behind it."""
        self._answer_pending(DIAL, to_json(result))

    def pause_ended(self, at: float) -> None:
        """Record that the pause is over, at these seconds since the epoch."""
        self._answer_pending(SLEEP, at)

    @property
    def is_waiting(self) -> bool:
        """Return True when it waits for a Dial or a pause."""
        return bool(self.entries) and self.entries[-1].answer == PENDING

    def to_json(self) -> str:
        """All of it as text; the plan's script and what the world answered are in it."""
        return as_text(self)

    @classmethod
    def from_json(cls, text: str) -> "Execution":
        """An execution again."""
        data = json.loads(text)
        plan, call = from_json(Plan, data["plan"]), from_json(Call, data["call"])
        entries = [Entry(**each) for each in data["entries"]]
        return cls(plan, call, data["started"], data["seed"], entries, data["shows_lines"])

    def _answer_pending(self, question: str, answer: Any) -> None:
        if not self.is_waiting or self.entries[-1].question != question:
            raise ValueError(f"the execution does not wait for a {question}")
        self.entries[-1] = replace(self.entries[-1], answer=answer)
