"""The outcomes of an execution: a Dial or a pause that it waits for, or its end."""

from dataclasses import dataclass
from typing import Any, Literal

from .answers import from_json
from .dial_strings import Options
from .legs import Leg, Sender

DialState = Literal["Failed", "TimedOut", "Redirect", "Error", "AlreadyAnswered"]


@dataclass(frozen=True, kw_only=True)
class Dialling:
    """Legs are to ring; the execution goes on with a DialResult, or is over when one of them answers."""

    groups: tuple[tuple[Leg, ...], ...]
    ring_seconds: int
    answered_seconds: int = 0
    """Seconds from the answer after which the call is hung up; 0 for no limit."""
    sender: Sender | None = None
    """What the script set for the From header."""
    headers: tuple[tuple[str, str], ...] = ()
    content_type: str = ""
    body: str = ""


@dataclass(frozen=True, kw_only=True)
class Pausing:
    """The script sleeps; the execution goes on after these seconds."""

    seconds: float


@dataclass(frozen=True, kw_only=True)
class Ended:
    """The caller gets this final answer."""

    code: int
    reason: str
    headers: tuple[tuple[str, str], ...] = ()


Outcome = Dialling | Pausing | Ended
NO_ANSWER = Ended(code=480, reason="Temporarily unavailable")
NOT_FOUND = Ended(code=404, reason="Not found")
EMPTY = Ended(code=500, reason="Dial plan script was empty")
EXCEPTION = Ended(code=500, reason="Dial plan exception")
OVERLOADED = Ended(code=500, reason="Dial plan script engine was overloaded")
SYNTAX_ERROR = Ended(code=500, reason="Dial plan syntax error")
_KINDS: dict[str, type[Any]] = {"dialling": Dialling, "pausing": Pausing, "ended": Ended}


@dataclass(frozen=True, kw_only=True)
class DialResult:
    """The result of a Dial that was not answered."""

    state: DialState
    at: float
    """Seconds since the epoch, when it was over."""
    status: int = 0
    """Of the last leg that failed."""
    reason: str = ""
    redirect_uri: str = ""
    redirect_response: int = 0


@dataclass(frozen=True, kw_only=True)
class Progress:
    """One run of an execution."""

    outcome: Outcome
    log: tuple[str, ...] = ()
    """All lines from the beginning, those of earlier runs too."""
    lines: tuple[int, ...] = ()
    """The lines of the script that ran, in the order in which they first did; for a try only."""
    steps: int = 0
    processor_seconds: float = 0.0
    wants_trace: bool = False
    """Whether the script asked for its log by mail."""


@dataclass(frozen=True, kw_only=True)
class Checked:
    """The remarks of Ruby about a script that does not run."""

    is_mended: bool
    """Whether it is old syntax that is rewritten before it runs."""
    line: int | None = None
    """Where Ruby stumbles; None where it takes the script."""
    message: str = ""
    advice: str = ""
    """What to write instead, where that is known."""


def outcome_to_json(outcome: Outcome) -> dict[str, Any]:
    """An outcome for `as_text`."""
    kind = next(name for name, cls in _KINDS.items() if isinstance(outcome, cls))
    return {"kind": kind} | vars(outcome)


def outcome_from_json(data: dict[str, Any]) -> Outcome:
    """An outcome again."""
    kind = _KINDS[data["kind"]]
    values = dict(data)
    if kind is Dialling:
        values["groups"] = [[leg_from_json(leg) for leg in group] for group in data["groups"]]
        values["sender"] = data["sender"] and from_json(Sender, data["sender"])
    outcome: Outcome = from_json(kind, values)
    return outcome


def progress_to_json(progress: Progress) -> dict[str, Any]:
    """A run's result for `as_text`."""
    return vars(progress) | {"outcome": outcome_to_json(progress.outcome)}


def progress_from_json(data: dict[str, Any]) -> Progress:
    """A run's result again."""
    return from_json(Progress, data | {"outcome": outcome_from_json(data["outcome"])})


def leg_from_json(data: dict[str, Any]) -> Leg:
    """A leg again."""
    options, sender = from_json(Options, data["options"]), from_json(Sender, data["sender"])
    return from_json(Leg, data | {"options": options, "sender": sender})
