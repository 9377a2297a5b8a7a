"""The operator's limits on what a customer may store, and how much of it is there."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sipsorcery_web.contract.filters import prop
from sipsorcery_web.contract.records import Record, SIPAccount, SIPDialPlan, SIPProvider
from sipsorcery_web.portal.http.backend import current_login, service
from sipsorcery_web.portal.http.parts import find_part


@dataclass(frozen=True)
class Allowances:
    """The limits of the built-in service; another one does not tell its own."""

    most: Mapping[type[Record], int]
    """By the type of record; 0 for any number."""
    records_kept: int
    """The days for which call records are kept; 0 for ever."""
    executions_kept: int
    """The days for which it is kept what dial plans did with calls."""


@dataclass(frozen=True)
class Used:
    """A customer's records of one type, and how many there may be; 0 for any number."""

    name: str
    count: int
    most: int

    @property
    def words(self) -> str:
        """Return how many there are, and of how many."""
        return f"{self.count:,} of {self.most:,}" if self.most else f"{self.count:,}, without a limit"

    @property
    def is_full(self) -> bool:
        """Return True when no more can be added."""
        return 0 < self.most <= self.count


def allowances() -> Allowances | None:
    """Return the limits of this installation; None where another service has them."""
    return find_part(Allowances)


def used() -> Iterator[Used]:
    """Yield what the visitor has of each, where the limits are known."""
    found = allowances()
    if found is None:
        return
    own = prop("Owner").equals(current_login().username)
    kinds: tuple[tuple[str, type[Record], Any], ...] = (
        ("SIP accounts", SIPAccount, service().sip_accounts),
        ("SIP providers", SIPProvider, service().sip_providers),
        ("Dial plans", SIPDialPlan, service().dial_plans),
    )
    for name, record, records in kinds:
        yield Used(name, records.count(own), found.most[record])
