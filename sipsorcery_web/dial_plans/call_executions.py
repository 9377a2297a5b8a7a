"""Executions of calls that people made: what is kept of each, to go on with it and to show it later."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Literal
from uuid import UUID

from .answers import as_text, from_json
from .execution import Execution
from .legs import Leg
from .outcomes import Dialling, DialState, Ended, leg_from_json, outcome_from_json, outcome_to_json

LegState = Literal["ringing", "answered", "failed", "redirected", "followed", "rang", "cancelled"]


@dataclass(frozen=True, kw_only=True)
class RungLeg:
    """A leg of a Dial. `start` and `end` count in seconds from the Dial's beginning."""

    leg: Leg
    """Without a password."""
    state: LegState = "ringing"
    """`rang` until the time was over; `cancelled` since another leg answered, or the caller hung up."""
    start: float | None = None
    """None where it never rang, since others had answered or the time was over."""
    end: float | None = None
    """None while it rings."""
    status: int = 0
    """Of its final answer; 0 where none came."""
    reason: str = ""
    to: str = ""
    """Where a redirection leads: a SIP address."""

    def __post_init__(self) -> None:
        if self.leg.password:
            object.__setattr__(self, "leg", replace(self.leg, password=""))


@dataclass(frozen=True, kw_only=True)
class RungDial:
    """A Dial of a call; `at` is its beginning in seconds since the epoch."""

    at: float
    dialling: Dialling
    """What the plan wanted; its groups are left out, since the legs are here."""
    legs: tuple[RungLeg, ...]
    seconds: float | None = None
    """How long it took; None while it rings."""
    state: DialState | Literal["", "Answered", "CallerGone"] = ""
    """How it ended; empty while it rings."""

    def __post_init__(self) -> None:
        if self.dialling.groups:
            object.__setattr__(self, "dialling", replace(self.dialling, groups=()))

    @property
    def answered(self) -> RungLeg | None:
        """The leg that answered."""
        return next((each for each in self.legs if each.state == "answered"), None)


@dataclass(frozen=True, kw_only=True)
class UnreadableExecution:
    """An execution of a call that cannot be read: its key is missing here, or it was changed in the store."""

    plan_id: UUID
    began: datetime
    cdr_id: UUID | None = None
    """As that of an execution that can be read."""


@dataclass(frozen=True, kw_only=True)
class CallExecution:
    """An execution of a call. What is in it besides ids belongs to the plan's owner alone."""

    id: UUID
    plan_id: UUID
    call_id: str
    """The Call-ID of the caller's INVITE, which the call's record has too."""
    execution: Execution
    """With the plan's text as it ran, and the answers of the world."""
    cdr_id: UUID | None = None
    """The id of the owner's record of the call, where that is known."""
    dials: tuple[RungDial, ...] = ()
    log: tuple[str, ...] = ()
    lines: tuple[int, ...] = ()
    """The lines of the script that ran, where they were told."""
    answer: Ended | None = None
    """The final answer that the plan gave the caller; None where a leg answered, or the caller hung up."""
    ended_at: datetime | None = None
    """None while it runs."""
    notes: Mapping[str, Any] = field(default_factory=dict)
    """What call control needs to go on with it, as JSON can carry it."""

    @property
    def began(self) -> datetime:
        """Return the moment at which it began."""
        return datetime.fromtimestamp(self.execution.started, UTC)

    @property
    def owner(self) -> str:
        """Return the plan's owner."""
        return self.execution.plan.owner

    @property
    def answered(self) -> RungLeg | None:
        """The leg that the caller talked to."""
        return next((dial.answered for dial in self.dials if dial.answered), None)

    def contents(self) -> str:
        """Return all that has no column of its own, as text."""
        kept = {
            "execution": self.execution.to_json(),
            "dials": [vars(each) | {"dialling": outcome_to_json(each.dialling)} for each in self.dials],
            "log": self.log,
            "lines": self.lines,
            "answer": self.answer,
            "ended_at": self.ended_at and self.ended_at.isoformat(),
            "notes": dict(self.notes),
        }
        return as_text(kept)

    @classmethod
    def of_contents(cls, text: str, *, id: UUID, plan_id: UUID, call_id: str, cdr_id: UUID | None) -> "CallExecution":
        """An execution again, from its ids and contents."""
        data = json.loads(text)
        return cls(
            id=id,
            plan_id=plan_id,
            call_id=call_id,
            cdr_id=cdr_id,
            execution=Execution.from_json(data["execution"]),
            dials=tuple(map(_dial, data["dials"])),
            log=tuple(data["log"]),
            lines=tuple(data["lines"]),
            answer=data["answer"] and from_json(Ended, data["answer"]),
            ended_at=data["ended_at"] and datetime.fromisoformat(data["ended_at"]),
            notes=data["notes"],
        )


def _dial(data: dict[str, Any]) -> RungDial:
    legs = tuple(from_json(RungLeg, leg | {"leg": leg_from_json(leg["leg"])}) for leg in data["legs"])
    return RungDial(**(data | {"legs": legs, "dialling": outcome_from_json(data["dialling"])}))
