"""Call records as a reader sees them: who, what came of it, for how long, on which day."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from functools import cached_property
from itertools import groupby

from sipsorcery_web.contract.records import SIPCDRAsset
from sipsorcery_web.portal.diagnosis import Diagnosis, describe_hangup, diagnose_call
from sipsorcery_web.portal.ui import formats
from sipsorcery_web.portal.ui.sip_parties import Party, party_at, party_of, provider_in

NO_PHONE = (408, 480)
"""Final answers that a call gets whose account has no phone, or one that is out of reach."""


@dataclass(frozen=True)
class CDRRow:
    """A call record with its words."""

    cdr: SIPCDRAsset

    @cached_property
    def caller(self) -> Party:
        """Return the caller: the header where there is one, since it has name and host."""
        named = party_of(self.cdr.from_header)
        return Party(self.cdr.from_name or named.name, self.cdr.from_user or named.user, named.host)

    @cached_property
    def destination(self) -> Party:
        """Return the called party."""
        found = party_at(self.cdr.dst_uri)
        return found if found.address else Party("", self.cdr.dst or "", self.cdr.dst_host or "")

    @property
    def provider(self) -> str:
        """Return the provider that an incoming call came through; empty where it came through none."""
        return provider_of(self.cdr.call_direction, self.cdr.dst_uri)

    @property
    def dialled_number(self) -> str:
        """Return what the caller dialled at the provider, where that is not the account's name; else empty."""
        dialled = self.cdr.dst or ""
        return dialled if self.provider and dialled != self.destination.user else ""

    @cached_property
    def diagnosis(self) -> Diagnosis:
        """Return the diagnosis of the call."""
        return diagnose_call(self.cdr.answered_status, self.cdr.answered_reason)

    @property
    def answer(self) -> str:
        """The final answer as the other side gave it, "486 Busy Here"; empty where none came."""
        words = (str(self.cdr.answered_status or ""), self.cdr.answered_reason or "")
        return " ".join(word for word in words if word)

    @property
    def is_answered(self) -> bool:
        """Return whether somebody took the call; the time of a refusal is no time of an answer."""
        return is_taken(self.cdr.answered_status)

    @property
    def hangup(self) -> str:
        """Return who hung up, or why; empty where that is not known."""
        return describe_hangup(self.cdr.hungup_reason)

    @property
    def came_in(self) -> bool:
        """Return True when the call came in to the service, and was not made by it."""
        return _came_in(self.cdr.call_direction)

    @property
    def silent_account(self) -> str:
        """The SIP account whose phone could not be rung; empty where the call went elsewhere, or did ring."""
        return self.destination.user if self.came_in and self.cdr.answered_status in NO_PHONE else ""

    @property
    def duration(self) -> str:
        """Return how long the parties talked."""
        return length(self.cdr.duration)


@dataclass(frozen=True)
class Day:
    """The records of this page that begin on one day of the visitor's zone; `moment` is the first one's."""

    moment: datetime
    rows: Sequence[CDRRow]


def days_of(cdrs: Iterable[SIPCDRAsset], zone: tzinfo) -> list[Day]:
    """The records day by day, in the order that they came in."""
    days = groupby(cdrs, key=lambda cdr: formats.date(cdr.created, zone))
    grouped = [[CDRRow(cdr) for cdr in cdrs] for _, cdrs in days]
    return [Day(rows[0].cdr.created, rows) for rows in grouped]


def provider_of(direction: str | None, uri: str | None) -> str:
    """Return the provider that a call to a URI came through; empty where it came through none, or did not come in."""
    return provider_in(uri) if _came_in(direction) else ""


def is_taken(status: int) -> bool:
    """Return True for the final answer of a call that somebody took."""
    return 200 <= status < 300


def _came_in(direction: str | None) -> bool:
    return (direction or "").lower() == "in"


def length(seconds: int) -> str:
    """A length of time to the second: "0:48", "55:19", "2:05:09"."""
    minutes, over = divmod(max(0, seconds), 60)
    hours, minutes_over = divmod(minutes, 60)
    return f"{hours}:{minutes_over:02}:{over:02}" if hours else f"{minutes}:{over:02}"
