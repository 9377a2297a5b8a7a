"""The search for records: the service filters where it can, the portal where it cannot."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain
from operator import attrgetter, itemgetter
from typing import Any, Generic, NamedTuple, TypeVar
from uuid import UUID

from sipsorcery_web.contract.errors import Refused
from sipsorcery_web.contract.filters import (
    Expression,
    MethodCall,
    all_of,
    any_of,
    constant,
    holds,
    prop,
)
from sipsorcery_web.contract.operations import AtLeast
from sipsorcery_web.contract.records import Record, Values, places_of, values_of, wire_fields
from sipsorcery_web.provisioning.client import Entries

from ..http.backend import current_login
from .narrowed_search import REFUSALS, NarrowedSearch

R = TypeVar("R", bound=Record)
T = TypeVar("T")

MOST_ROWS = 2000
"""How many rows are looked through for a service that refuses a filter."""
FIRST_AT_ONCE = 100
"""How many rows are asked for at first where all are wanted, since somebody waits for them."""
AT_ONCE = 1000
"""How many are asked for in each call after that."""
SHORTEST_PART = 3
"""A text that is looked for anywhere has so many characters; a shorter one is looked for at the beginning."""
MOST_FOR_ONE = 10_000
"""How many rows are looked through for one record."""
MOST_COUNTED = 10_000
"""How far a list is counted unasked, and so how many pages of it have a number, by a service of the same process."""
MOST_COUNTED_FOUND = 1000
"""The same of a search, which may have to look at many records for each that it counts."""
TOO_MANY = "This service cannot look for a single record, and this list is too long to look through."


@dataclass(frozen=True)
class Found(Generic[R]):
    """One page of what matches; `is_complete` is False when the service had more rows than were looked through.

    The number of a page is counted from the end below 0, and `total` is AtLeast where the list was not counted on.
    """

    items: Sequence[R]
    number: int
    total: int
    is_complete: bool = True


def search(entries: Entries[R], where: Expression, size: int) -> Sequence[R]:
    """The first records that match."""
    return _answered(
        entries,
        where,
        lambda: entries.page(0, size, where),
        lambda part: _looked_through(entries, where, part)[0][:size],
    )


def find_one(entries: Entries[R], where: Expression) -> R | None:
    """The record that matches. Refused where the service cannot find it and the list is too long to look through."""
    found, is_complete = _answered(
        entries,
        where,
        lambda: (entries.page(0, 1, where), True),
        lambda part: _first_looked_through(entries, where, part),
    )
    if not found and not is_complete:
        raise Refused(TOO_MANY)
    return found[0] if found else None


Ask = Callable[[], Sequence[R]]
"""A question for a portion of a list; it is answered or fails where it is called."""
Plan = Callable[[Ask[R]], Ask[R]]
"""From a question, once it is known, to one that is called when its answer is needed."""


def when_needed(ask: Ask[R]) -> Ask[R]:
    """The plan to ask for a portion when it is needed, and no sooner."""
    return ask


class Reading(NamedTuple, Generic[R, T]):
    """A way to take the portions of a list: as records, or as the plain values of these."""

    rows: Callable[[Sequence[R]], Sequence[T]]
    id: Callable[[T], UUID]


RECORDS: Reading[Any, Any] = Reading(list, attrgetter("id"))


def search_all(
    entries: Entries[R],
    where: Expression | None,
    further: Callable[[R], Expression] | None = None,
    plan: Plan[R] = when_needed,
) -> Iterator[Sequence[Values]]:
    """The values of every record that matches, in portions; one that has moved between two portions comes once.

    `further` says how to go on behind a record of a long list, so that the service need not count its way there, and
    `plan` when the next portion is asked for. Raises what the service raises, also in the middle.
    """
    reading = _values_reading(entries.record)

    def by_service() -> Iterator[Sequence[Values]]:
        return _in_portions(entries, where, _first_portion(entries, where), reading, further, plan)

    if where is None:
        return by_service()
    return _answered(entries, where, by_service, lambda part: _all_looked_through(entries, where, part, reading, plan))


def _values_reading(record: type[R]) -> Reading[R, Values]:
    return Reading(lambda portion: list(values_of(record, portion)), itemgetter(places_of(record)["id"]))


def _first_portion(entries: Entries[R], where: Expression | None) -> Sequence[R]:
    return entries.portion(0, FIRST_AT_ONCE, where)


def _in_portions(
    entries: Entries[R],
    where: Expression | None,
    portion: Sequence[R],
    reading: Reading[R, T],
    further: Callable[[R], Expression] | None = None,
    plan: Plan[R] = when_needed,
) -> Iterator[Sequence[T]]:
    seen: set[int] = set()  # a UUID's own hash is made in Python
    narrowed, offset, asked, given = where, 0, FIRST_AT_ONCE, 0
    while portion:
        rows = reading.rows(portion)
        ids = [reading.id(row).int for row in rows]
        fresh = [row for row, id in zip(rows, ids, strict=True) if id not in seen]
        given += len(fresh)
        if len(portion) < asked:
            yield fresh
            return
        behind = and_(where, further(portion[-1])) if further is not None and fresh else narrowed
        if behind == narrowed:
            offset += asked
            seen.update(ids)
        else:
            narrowed, offset, seen = behind, 0, set(ids)  # what stands before them does not come again
        asked = AT_ONCE
        ask = plan(partial(entries.portion, offset, asked, narrowed))
        yield fresh
        try:
            portion = ask()
        except REFUSALS:
            if narrowed is where:
                raise
            narrowed, offset, further = where, given, None
            portion = entries.portion(offset, asked, where)


def search_page(
    entries: Entries[R], where: Expression | None, number: int, size: int, at_most: int | None = None
) -> Found[R]:
    """The page of that number, or the last, in two calls: its rows and their count, which may stop at `at_most`.

    Below 0 pages are counted from the end: the last one is -1. The list may change between the calls: what came counts,
    and where nothing came both are asked again, once.
    """
    if where is None:
        return _page_of_service(entries, None, number, size, at_most)
    return _answered(
        entries,
        where,
        lambda: _page_of_service(entries, where, number, size, at_most),
        lambda part: _page_looked_through(entries, where, part, number, size),
    )


def text_search(text: str, *names: str) -> Expression | None:
    """Return the filter for a text in one of these properties, in any case; None for no text.

    A text that is shorter than the runs of characters in a service's index is looked for at their beginnings.
    The service puts both sides into lower case, since languages differ in what that does to letters outside ASCII.
    """
    if not text:
        return None
    wanted = MethodCall(constant(text), "ToLower")
    texts = [prop(name).lower() for name in names]
    if len(text) < SHORTEST_PART:
        return any_of(*(found.starts_with(wanted) for found in texts))
    return any_of(*(found.contains(wanted) for found in texts))


def owned_text_search(text: str, *names: str) -> Expression | None:
    """Return the same; for an administrator, who sees the records of all, the owner is searched too."""
    return text_search(text, *names, *(("Owner",) if current_login().is_administrator else ()))


def and_(*conditions: Expression | None) -> Expression | None:
    """Return the conjunction of the filters; None where nothing is asked."""
    given = [condition for condition in conditions if condition is not None]
    return all_of(*given) if given else None


def pages_of(total: int, size: int) -> int:
    """Return how many pages a list of so many records has; an empty list has one."""
    return max(1, -(-total // size))


def _answered(
    entries: Entries[R],
    where: Expression,
    by_service: Callable[[], T],
    by_portal: Callable[[Expression | None], T],
) -> T:
    """Return the records that match, with the rest of a refused filter evaluated by the portal."""
    return NarrowedSearch(entries, where).answered(by_service, by_portal)


def _page_of_service(
    entries: Entries[R], where: Expression | None, number: int, size: int, at_most: int | None
) -> Found[R]:
    found = _counted_page(entries, where, number, size, at_most)
    has_shrunk = found.number != 1 and not found.items
    return _counted_page(entries, where, number, size, at_most) if has_shrunk else found


def _counted_page(
    entries: Entries[R], where: Expression | None, number: int, size: int, at_most: int | None
) -> Found[R]:
    total = entries.count(where, at_most)
    if isinstance(total, AtLeast):
        return _page_of_many(entries, where, number, size, total)
    number = _number_within(number, pages_of(total, size))
    offset = (number - 1) * size
    items = entries.page(offset, size, where)
    return Found(items, number, max(total, offset + len(items)))


def _page_of_many(entries: Entries[R], where: Expression | None, number: int, size: int, total: AtLeast) -> Found[R]:
    """Return a page of a list that was not counted to its end; the nearest one for a number beyond either end."""
    if number < 0:
        items = entries.last((-number - 1) * size, size, where)
        return Found(items, number, total) if items else _page_of_many(entries, where, 1, size, total)
    offset = (number - 1) * size
    items = entries.page(offset, size, where)
    if not items:
        return _page_of_many(entries, where, -1, size, total)
    return Found(items, number, total if len(items) == size else offset + len(items))


def _number_within(number: int, pages: int) -> int:
    """Return the number of a page from the beginning, the nearest one for a number beyond either end."""
    return max(1, min(number if number > 0 else pages + 1 + number, pages))


def _page_looked_through(
    entries: Entries[R], where: Expression, part: Expression | None, number: int, size: int
) -> Found[R]:
    items, is_complete = _looked_through(entries, where, part)
    number = _number_within(number, pages_of(len(items), size))
    return Found(items[(number - 1) * size : number * size], number, len(items), is_complete)


def _looked_through(entries: Entries[R], where: Expression, part: Expression | None) -> tuple[Sequence[R], bool]:
    rows = entries.page(0, MOST_ROWS, part)
    return [row for row in rows if holds(where, _values(row))], len(rows) < MOST_ROWS


def _first_looked_through(entries: Entries[R], where: Expression, part: Expression | None) -> tuple[Sequence[R], bool]:
    portions = _in_portions(entries, part, _first_portion(entries, part), RECORDS)
    for number, row in enumerate(chain.from_iterable(portions)):
        if holds(where, _values(row)):
            return [row], True
        if number >= MOST_FOR_ONE:
            return [], False
    return [], True


def _all_looked_through(
    entries: Entries[R], where: Expression, part: Expression | None, reading: Reading[R, Values], plan: Plan[R]
) -> Iterator[Sequence[Values]]:
    names = [entry.element.lower() for entry in wire_fields(entries.record)]
    portions = _in_portions(entries, part, _first_portion(entries, part), reading, plan=plan)
    return ([row for row in rows if holds(where, dict(zip(names, row, strict=True)))] for rows in portions)


def _values(record: Record) -> dict[str, object]:
    return {entry.element.lower(): getattr(record, entry.attribute) for entry in wire_fields(type(record))}
