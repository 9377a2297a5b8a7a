"""Answers of the lists that programs ask for again and again, as they were written, while nothing of them has changed.

The revision of what the caller sees is asked for each time, which is the token's proof too: one that is not good any
more is given nothing. Kept are lists of which every change raises the revision, for the token that has asked, and for a
minute: a server that takes PostgreSQL's place may lack the last changes, and give their numbers to others. They hold
what the token may read, passwords too, in the memory of a process that has the keys of all; nothing of it is written.
"""

from collections.abc import Callable, Sized
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from .contract.records import SIPAccount, SIPProvider
from .last_used import LastUsed

MOST_BYTES = 8 * 2**20
LASTS = timedelta(minutes=1)
TOLD_BY_REVISION = (SIPAccount, SIPProvider)
"""Records of which no column changes without a trigger that raises the revision (revision 0009 of the migrations)."""

A = TypeVar("A", bound=Sized)


@dataclass(frozen=True)
class _Kept(Generic[A]):
    """An answer, the token that it is for, and the revision and the moment that it was read at."""

    token: str = field(repr=False)
    revision: str
    read_at: datetime
    answer: A = field(repr=False)


class KeptAnswers(Generic[A]):
    """The answers that were asked for last, as many as there is room for. Each process keeps its own."""

    def __init__(self, revision_now: Callable[[str], str | None], clock: Callable[[], datetime]) -> None:
        """Take what tells a token's revision; None where an answer has to be made in any case."""
        self._revision_now = revision_now
        self._clock = clock
        self._answers = LastUsed[_Kept[A]](MOST_BYTES)

    def find(self, name: bytes) -> A | None:
        """Return what answers a request of this name now; None where that has to be made."""
        now = self._clock()
        kept = self._answers.find(name, now)
        if kept is None or abs(now - kept.read_at) > LASTS:  # also after a clock that was put back
            return None
        return kept.answer if self._revision_now(kept.token) == kept.revision else None

    def made(self, name: bytes, token: str, make: Callable[[str | None], A]) -> A:
        """Return the answer that is made, which is told the revision, and keep it where there is one."""
        revision, now = self._revision_now(token), self._clock()
        answer = make(revision)  # read after the revision, so that a change in between is seen the next time
        if revision is not None:
            self._answers.keep(name, _Kept(token, revision, now, answer), len(answer), now)
        return answer
