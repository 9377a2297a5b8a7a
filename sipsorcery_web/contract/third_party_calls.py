"""The port of calls that are asked for on a page or by a plan: one phone rings, then the other, and both are joined."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

RINGS_FOR, LONGEST_RING = 60.0, 180.0
"""Seconds that a phone rings unless it is said, and at most."""
LONGEST_DELAY = 300.0
OWNER_BUSY = "As many calls of yours as may be are going on already."


class CallState(StrEnum):
    """The states of a call."""

    WAITING = "waiting"
    """For the time to begin."""
    FIRST = "first"
    """The first phone is called."""
    SECOND = "second"
    """The first has answered, and the second is called."""
    TALKING = "talking"
    OVER = "over"


class CallRefused(Exception):
    """The call is not made: its account or owner has as many as may be, or there is nobody such to call."""


@dataclass(frozen=True)
class CallOrder:
    """A call that is wanted. Whose the account is has been decided before."""

    owner: str
    account: str
    """The account that calls, as `alice@sip.example.org`: all is done in its name."""
    first: str
    """SIP URI of the first party."""
    second: str
    first_name: str
    """The parties as pages name them; the first one's phone shows the second."""
    second_name: str
    first_dial: str = ""
    """The dial string that the first leg rings; empty for the account's own phones."""
    second_dial: str = ""
    """The same of the second leg; empty for a call as the account itself makes it."""
    most_of_owner: int = 0
    """Calls of this kind that the owner may have at once; 0 for any number."""
    delay: float = 0.0
    """Seconds until the first phone rings."""
    ring_first: float = RINGS_FOR
    ring_second: float = RINGS_FOR


@dataclass(frozen=True)
class CallProgress:
    """The state of a call, for whoever asked for it."""

    state: CallState
    first_name: str
    second_name: str
    is_ringing: bool = False
    """Whether the phone that is called has said so."""
    ended_by: str = ""
    """`first`, `second` or `us`, of a call that is over."""
    status: int = 0
    """The SIP status that ended it; 0 where somebody hung up."""
    phrase: str = ""


class CallMaker(Protocol):
    """Calls between two phones. Each verb raises SIPEngineUnavailable where nobody makes calls at the moment."""

    def place(self, order: CallOrder) -> str:
        """Begin a call; its id. Raises CallRefused."""

    def progress(self, call: str, owner: str) -> CallProgress | None:
        """Return how far a call of this owner's has come; None where there is none, or it was over some time ago."""

    def end(self, call: str, owner: str) -> bool:
        """End a call of this owner's; False where it is over."""
