"""The accounts that a visitor can call with from a page."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field

from sipsorcery_web.contract.filters import all_of, prop
from sipsorcery_web.contract.records import SIPAccount

from ..http.backend import current_login, service
from ..http.parts import part
from ..http.sip_engine import current_sip_engine
from ..lists.search import search
from ..live.stamps import current_revision

MOST_OFFERED = 100
MOST_KEPT = 2000


@dataclass
class CallingCustomers:
    """The customers with an account that can call, by the revision at which that was looked up; one a process."""

    _known: dict[str, tuple[str | None, bool]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def at(self, username: str, revision: str | None) -> bool | None:
        """Return what is known of a customer at a revision; None where nothing is."""
        known_at, can_call = self._known.get(username, (None, False))
        return can_call if revision is not None and known_at == revision else None

    def keep(self, username: str, revision: str | None, can_call: bool) -> None:
        """Keep it until the next revision."""
        with self._lock:
            if len(self._known) >= MOST_KEPT:
                self._known.clear()
            self._known[username] = revision, can_call


def calling_accounts(most: int = MOST_OFFERED) -> Sequence[SIPAccount]:
    """Return the visitor's own accounts that may call out."""
    mine = prop("Owner").equals(current_login().username)
    flags = ("IsIncomingOnly", "IsUserDisabled", "IsAdminDisabled")
    return search(service().sip_accounts, all_of(mine, *(prop(flag).equals(False) for flag in flags)), most)


def can_call() -> bool:
    """Return True where the visitor can have a call made: there is an engine, and an account that may call out."""
    if current_sip_engine() is None:
        return False
    username, revision, customers = current_login().username, current_revision(), part(CallingCustomers)
    if (known := customers.at(username, revision)) is not None:
        return known
    found = bool(calling_accounts(most=1))
    customers.keep(username, revision, found)
    return found
