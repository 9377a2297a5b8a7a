"""Finding records: the service filters where it can, the portal where it cannot."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar
from uuid import UUID

from flask import session

from sipsorcery_web.contract.errors import Refused
from sipsorcery_web.contract.filters import Expression, all_of, holds, plain_part
from sipsorcery_web.contract.records import Record, wire_fields
from sipsorcery_web.provisioning.client import Entries

R = TypeVar("R", bound=Record)
T = TypeVar("T")

MOST_ROWS = 2000
"""How many rows are looked through for a service that refuses a filter."""
AT_ONCE = 500
"""How many rows are asked for in one call where all are wanted."""
KEY = "asks_plainly"


@dataclass(frozen=True)
class Found(Generic[R]):
    """One page of what matches; `is_complete` is False when the service had more rows than were looked through."""

    items: Sequence[R]
    number: int
    total: int
    is_complete: bool = True


def find(entries: Entries[R], where: Expression, size: int) -> Sequence[R]:
    """The first records that match."""
    return _asked(
        lambda: entries.page(0, size, where),
        lambda: _looked_through(entries, where)[0][:size],
    )


def find_all(
    entries: Entries[R], where: Expression | None, further: Callable[[R], Expression] | None = None
) -> Iterator[R]:
    """Every record that matches, asked for in portions; one that has moved between two portions comes once.

    `further` says how to go on behind a record of a long list, so that the service need not count its way there.
    Raises what the service raises, also in the middle.
    """
    if where is None:
        return _in_portions(entries, None, entries.page(0, AT_ONCE), further)
    return _asked(
        lambda: _in_portions(entries, where, entries.page(0, AT_ONCE, where), further),
        lambda: _all_looked_through(entries, where),
    )


def _in_portions(
    entries: Entries[R],
    where: Expression | None,
    portion: Sequence[R],
    further: Callable[[R], Expression] | None = None,
) -> Iterator[R]:
    seen: set[UUID] = set()
    narrowed, offset = where, 0
    while portion:
        fresh = [row for row in portion if row.id not in seen]  # type: ignore[attr-defined]
        seen.update(row.id for row in fresh)  # type: ignore[attr-defined]
        yield from fresh
        if len(portion) < AT_ONCE:
            return
        if further is not None and fresh:
            narrowed, offset = both(where, further(portion[-1])), 0
        else:
            offset += AT_ONCE
        try:
            portion = entries.page(offset, AT_ONCE, narrowed)
        except Refused:
            if narrowed is where:
                raise
            narrowed, offset, further = where, len(seen), None
            portion = entries.page(offset, AT_ONCE, where)


def find_page(entries: Entries[R], where: Expression | None, number: int, size: int) -> Found[R]:
    """The page of that number, or the last, in two calls: its rows and their count.

    The list may change between the calls: what came counts, and where nothing came both are asked again, once.
    """
    if where is None:
        return _page_of_service(entries, None, number, size)
    return _asked(
        lambda: _page_of_service(entries, where, number, size),
        lambda: _page_looked_through(entries, where, number, size),
    )


def both(*conditions: Expression | None) -> Expression | None:
    """What fulfils all of these; None where nothing is asked."""
    given = [condition for condition in conditions if condition is not None]
    return all_of(*given) if given else None


def pages_of(total: int, size: int) -> int:
    """How many pages a list of so many records has; an empty list has one."""
    return max(1, -(-total // size))


def _asked(richly: Callable[[], T], plainly: Callable[[], T]) -> T:
    """Not every service knows the whole language (spec, section 6.4); after one refusal the session asks plainly."""
    if not session.get(KEY):
        try:
            return richly()
        except Refused:
            session[KEY] = True
    return plainly()


def _page_of_service(entries: Entries[R], where: Expression | None, number: int, size: int) -> Found[R]:
    found = _counted_page(entries, where, number, size)
    has_shrunk = found.number > 1 and not found.items
    return _counted_page(entries, where, number, size) if has_shrunk else found


def _counted_page(entries: Entries[R], where: Expression | None, number: int, size: int) -> Found[R]:
    total = entries.count(where)
    number = min(number, pages_of(total, size))
    offset = (number - 1) * size
    items = entries.page(offset, size, where)
    return Found(items, number, max(total, offset + len(items)))


def _page_looked_through(entries: Entries[R], where: Expression, number: int, size: int) -> Found[R]:
    items, is_complete = _looked_through(entries, where)
    number = min(number, pages_of(len(items), size))
    return Found(items[(number - 1) * size : number * size], number, len(items), is_complete)


def _looked_through(entries: Entries[R], where: Expression) -> tuple[Sequence[R], bool]:
    rows = entries.page(0, MOST_ROWS, plain_part(where))
    return [row for row in rows if holds(where, _values(row))], len(rows) < MOST_ROWS


def _all_looked_through(entries: Entries[R], where: Expression) -> Iterator[R]:
    rows = _in_portions(entries, plain_part(where), entries.page(0, AT_ONCE, plain_part(where)))
    return (row for row in rows if holds(where, _values(row)))


def _values(record: Record) -> dict[str, object]:
    return {entry.element.lower(): getattr(record, entry.attribute) for entry in wire_fields(type(record))}
