"""Records of the DNS, remembered for as long as their name server allows."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from threading import Lock
from time import monotonic
from typing import Any

import dns.exception
import dns.resolver

WITHOUT_RECORDS = 60.0
"""Seconds for which a name that has none, or whose name server is silent, is not asked for again."""
LONGEST = 3600.0
"""Seconds after which a name is asked for again, whatever its name server allows."""
MOST_REMEMBERED = 4_096
LONG_ENOUGH = 3.0
"""Seconds after which a name server counts as silent."""

Ask = Callable[[str, str, float], Sequence[Any]]
"""Returns the records of a name, of this kind, within so many seconds; none where there are none, or no answer came."""


@dataclass(frozen=True)
class Answer:
    """Records as dnspython has them, and the seconds for which they may be remembered."""

    records: Sequence[Any] = ()
    seconds: float = 0.0


def answer_of(name: str, kind: str, seconds: float) -> Answer:
    """Return what the name server says of a name, within so many seconds."""
    try:
        answer: Any = dns.resolver.resolve(name, kind, lifetime=seconds)
    except dns.exception.DNSException:
        return Answer(seconds=WITHOUT_RECORDS if seconds >= LONG_ENOUGH else 0.0)
    return Answer(list(answer), min(answer.chaining_result.minimum_ttl, LONGEST))


def records_of(name: str, kind: str, seconds: float) -> Sequence[Any]:
    """Return the records of a name as its name server has them now (`Ask`)."""
    return answer_of(name, kind, seconds).records


@dataclass
class KnownRecords:
    """The records of the names that were asked for last: nobody waits for them again before their time is over."""

    look_up: Callable[[str, str, float], Answer] = answer_of
    clock: Callable[[], float] = monotonic
    _known: dict[tuple[str, str], tuple[Sequence[Any], float]] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def records_of(self, name: str, kind: str, seconds: float) -> Sequence[Any]:
        """Return the records of a name, looked up or as they were shortly before (`Ask`)."""
        key = (name.lower(), kind)
        records, until = self._known.get(key, ((), 0.0))
        if self.clock() < until:
            return records
        answer = self.look_up(*key, seconds)
        if answer.seconds > 0:
            self._remember(key, answer)
        return answer.records

    def _remember(self, key: tuple[str, str], answer: Answer) -> None:
        with self._lock:
            self._known.pop(key, None)
            self._known[key] = (answer.records, self.clock() + answer.seconds)
            if len(self._known) > MOST_REMEMBERED:
                del self._known[next(iter(self._known))]
