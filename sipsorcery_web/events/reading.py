"""Events as a filter in force reads them, in pieces. Of who reads nothing is kept: there is a cursor alone."""

from collections.abc import Sequence
from dataclasses import dataclass

from .event import EventStore, NumberedEvent, Wanted
from .filters.scope import ScopedFilter


@dataclass(frozen=True)
class Reading:
    """Some events, oldest first, and the cursor behind them. `is_all`: there are no more."""

    events: Sequence[NumberedEvent]
    cursor: int
    is_all: bool = True


def read_last(store: EventStore, asked: ScopedFilter, at_most: int) -> Reading:
    """Return the last events. FilterError where to look for them takes too long."""
    newest = store.newest()
    events = () if asked.shows_nothing else store.last(asked.wanted(), asked.owner, at_most)
    return Reading(events, max([newest, *(each.number for each in events)]))


def read_after(
    store: EventStore, asked: ScopedFilter, number: int, at_most: int, wanted: Wanted | None = None
) -> Reading:  # fmt: skip
    """Return the first events behind a cursor. FilterError where to look for them takes too long.

    Whoever reads several pieces for one answer gives the filter's `wanted`, whose patience is then for all of them.
    """
    newest = store.newest()  # before the events, since some may come in between
    if newest <= number or asked.shows_nothing:
        return Reading((), max(newest, number))
    events = store.after(number, wanted or asked.wanted(), asked.owner, at_most)
    last = events[-1].number if events else number
    is_all = len(events) < at_most
    return Reading(events, max(newest, last) if is_all else last, is_all)
