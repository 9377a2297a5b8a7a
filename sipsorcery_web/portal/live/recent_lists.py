"""Lists that were read a moment ago, for the other windows of the same login session.

For a service that has no revisions: each list is read at most once in so many seconds for each login session. Every
process of the portal keeps its own, so that with several there are as many readings at most.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from sipsorcery_web.contract.errors import ProvisioningError

MOST_LISTS = 500
"""As many are kept; a page of a hundred rows has 100 kB."""


@dataclass(frozen=True)
class ReadList:
    """A list as it was read, and when."""

    html: str
    moment: datetime


@dataclass
class _Entry:
    """The outcome of the last reading of a list."""

    until: datetime = datetime.min.replace(tzinfo=UTC)
    found: ReadList | ProvisioningError | None = None
    turn: threading.Lock = field(default_factory=threading.Lock)


class RecentLists:
    """The lists of the last seconds, by what they depend on."""

    def __init__(self, seconds: float) -> None:
        self._good_for = timedelta(seconds=seconds)
        self._entries: dict[str, _Entry] = {}
        self._lock = threading.Lock()

    def list_of(self, key: str, moment: datetime, read: Callable[[], str]) -> ReadList:
        """Return the list with a key, read anew unless that was done a moment ago.

        Who comes while it is read waits. Raises what the service raised; another error is nobody else's.
        """
        entry = self._entry(key, moment)
        with entry.turn:
            if moment >= entry.until:
                entry.found, entry.until = _outcome(read, moment), moment + self._good_for
            if isinstance(entry.found, ReadList):
                return entry.found
            raise entry.found or KeyError(key)

    def _entry(self, key: str, moment: datetime) -> _Entry:
        with self._lock:
            entry = self._entries.pop(key, None) or _Entry()
            if len(self._entries) >= MOST_LISTS:
                self._entries = {name: old for name, old in self._entries.items() if moment < old.until}
            if len(self._entries) >= MOST_LISTS:
                del self._entries[next(iter(self._entries))]
            self._entries[key] = entry
            return entry


def _outcome(read: Callable[[], str], moment: datetime) -> ReadList | ProvisioningError:
    try:
        return ReadList(read(), moment)
    except ProvisioningError as error:
        return error
