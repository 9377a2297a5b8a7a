"""The pace of registrations with a provider: never sooner than one limit, whatever the provider answers.

Providers ban addresses that register too often or that insist on a refused password. So tries that fail come less
often each time, and a pause that the provider asks for is kept.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from .outcomes import Kind, Outcome

SHORTEST = timedelta(seconds=30)
"""Between two attempts that come by themselves."""
LONGEST_REGISTRATION = timedelta(days=1)
"""However long one was granted, it is renewed after that."""
USUAL_EXPIRY = 3600
"""Seconds that a registration counts as lasting at most where the provider does not say."""
SHORTEST_ASKED = timedelta(seconds=10)
"""Between two attempts where somebody has changed the provider or asked for one."""
LONGEST: dict[Kind, timedelta] = {
    Kind.SILENT: timedelta(minutes=5),
    Kind.FAILED: timedelta(minutes=30),
    Kind.REFUSED: timedelta(hours=6),
}
"""The longest pause that failures lead to by themselves."""
MORE_PATIENCE = {Kind.REFUSED: 10}
"""How many times the usual pause the first one is."""
LONGEST_ASKED_FOR = timedelta(days=1)
"""The longest pause that a provider can ask for."""
KAMAILIO_AWAY = timedelta(seconds=5)
"""Until an attempt that Kamailio did not take is made again."""


@dataclass(frozen=True)
class Pace:
    """The pauses between attempts; `retry` is the setting: the first pause after a failure."""

    retry: timedelta

    @property
    def shortest(self) -> timedelta:
        """Return the limit between two attempts that come by themselves."""
        return min(self.retry, SHORTEST)

    @property
    def shortest_asked(self) -> timedelta:
        """Return the limit between two attempts that people ask for."""
        return min(self.retry, SHORTEST_ASKED)

    def next_attempt(self, outcome: Outcome, failures: int, now: datetime) -> datetime:
        """Return the time of the next attempt, after so many failures in a row (this one among them)."""
        if outcome.kind is Kind.NOT_TRIED:
            return now + KAMAILIO_AWAY
        if outcome.kind is Kind.REGISTERED:
            return now + max(self.shortest, _before_the_end(outcome.granted))
        asked_for = min(timedelta(seconds=outcome.retry_after or 0), LONGEST_ASKED_FOR)
        return now + max(self._pause(outcome.kind, failures), asked_for)

    def _pause(self, kind: Kind, failures: int) -> timedelta:
        first = self.retry * MORE_PATIENCE.get(kind, 1)
        doubled = first * (1 << min(max(failures - 1, 0), 16))
        return max(first, min(doubled, LONGEST.get(kind, doubled)))


def granted_seconds(answered: int | None, asked: int) -> int:
    """Return how long a registration counts as lasting: as answered, or by our own measure where that is absurd.

    RFC 3261, section 10.3, lets a registrar shorten what was asked for and nothing else.
    """
    return answered if answered is not None and 0 < answered <= asked else min(asked, USUAL_EXPIRY)


def _before_the_end(seconds: int) -> timedelta:
    """Return the time until a renewal, early enough for another try, should one be lost."""
    return min(timedelta(seconds=seconds - min(max(seconds // 10, 5), 120)), LONGEST_REGISTRATION)
