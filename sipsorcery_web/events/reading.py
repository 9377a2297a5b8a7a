"""Events as a filter in force reads them, in pieces. Of who reads nothing is kept: there is a cursor alone."""

from collections.abc import Sequence
from dataclasses import dataclass

from .event import BEYOND_ALL, MOST_LOOKED_AT, EventStore, NumberedEvent, Wanted
from .filters.scope import ScopedFilter


@dataclass(frozen=True)
class Reading:
    """Some events, oldest first, and the cursor behind them. `is_all`: there are no more.

    `earliest` is the first event that was looked at, where there may be others before it.
    """

    events: Sequence[NumberedEvent]
    cursor: int
    is_all: bool = True
    looked_at: int = 0
    earliest: NumberedEvent | None = None


def read_last(store: EventStore, asked: ScopedFilter, at_most: int, before: int = BEYOND_ALL) -> Reading:
    """Return the last events before a number, as far back as may be looked. FilterError where that takes too long."""
    newest = store.newest()
    if asked.shows_nothing:
        return Reading((), newest)
    found = store.before(before, asked.wanted(), asked.owner, at_most)
    cursor = max([newest, *(each.number for each in found.events)])
    return Reading(found.events, cursor, True, found.looked_at, None if found.is_all else found.end)


def read_after(
    store: EventStore,
    asked: ScopedFilter,
    number: int,
    at_most: int,
    wanted: Wanted | None = None,
    look_at: int = MOST_LOOKED_AT,
) -> Reading:
    """Return the first events behind a cursor, as far as may be looked. FilterError where that takes too long.

    Whoever reads several pieces for one answer gives the filter's `wanted`, whose patience is then for all of them.
    """
    newest = store.newest()  # before the events, since some may come in between
    if newest <= number or asked.shows_nothing:
        return Reading((), max(newest, number))
    found = store.after(number, wanted or asked.wanted(), asked.owner, at_most, look_at)
    end = found.end.number if found.end else number
    return Reading(found.events, max(newest, end) if found.is_all else end, found.is_all, found.looked_at)
