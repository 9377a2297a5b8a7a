"""The search for records: the service filters where it can, the portal where it cannot."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar
from uuid import UUID

from sipsorcery_web.contract.errors import BadFilter, InternalFault, ProvisioningError, Refused
from sipsorcery_web.contract.filters import (
    And,
    Expression,
    MethodCall,
    all_of,
    any_of,
    constant,
    holds,
    plain_part,
    prop,
)
from sipsorcery_web.contract.records import Record, wire_fields
from sipsorcery_web.provisioning.client import Entries

from ..http.backend import current_login
from .refused_filters import refused_filters

R = TypeVar("R", bound=Record)
T = TypeVar("T")

MOST_ROWS = 2000
"""How many rows are looked through for a service that refuses a filter."""
AT_ONCE = 500
"""How many rows are asked for in one call where all are wanted."""
MOST_FOR_ONE = 10_000
"""How many rows are looked through for one record."""
TOO_MANY = "This service cannot look for a single record, and this list is too long to look through."
REFUSALS = (Refused, InternalFault)
"""What a service may say of a filter; one that hides its texts says the same of everything."""


@dataclass(frozen=True)
class Found(Generic[R]):
    """One page of what matches; `is_complete` is False when the service had more rows than were looked through."""

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


def search_all(
    entries: Entries[R], where: Expression | None, further: Callable[[R], Expression] | None = None
) -> Iterator[R]:
    """Every record that matches, asked for in portions; one that has moved between two portions comes once.

    `further` says how to go on behind a record of a long list, so that the service need not count its way there.
    Raises what the service raises, also in the middle.
    """
    if where is None:
        return _in_portions(entries, None, entries.page(0, AT_ONCE), further)
    return _answered(
        entries,
        where,
        lambda: _in_portions(entries, where, entries.page(0, AT_ONCE, where), further),
        lambda part: _all_looked_through(entries, where, part),
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
            narrowed, offset = and_(where, further(portion[-1])), 0
        else:
            offset += AT_ONCE
        try:
            portion = entries.page(offset, AT_ONCE, narrowed)
        except REFUSALS:
            if narrowed is where:
                raise
            narrowed, offset, further = where, len(seen), None
            portion = entries.page(offset, AT_ONCE, where)


def search_page(entries: Entries[R], where: Expression | None, number: int, size: int) -> Found[R]:
    """The page of that number, or the last, in two calls: its rows and their count.

    The list may change between the calls: what came counts, and where nothing came both are asked again, once.
    """
    if where is None:
        return _page_of_service(entries, None, number, size)
    return _answered(
        entries,
        where,
        lambda: _page_of_service(entries, where, number, size),
        lambda part: _page_looked_through(entries, where, part, number, size),
    )


def text_search(text: str, *names: str) -> Expression | None:
    """Return the filter for a text in one of these properties, in any case; None for no text.

    The service puts both sides into lower case, since languages differ in what that does to letters outside ASCII.
    """
    if not text:
        return None
    wanted = MethodCall(constant(text), "ToLower")
    return any_of(*(prop(name).lower().contains(wanted) for name in names))


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
    return Search(entries, where).answered(by_service, by_portal)


@dataclass
class Search(Generic[R]):
    """One search in a list. What the service refuses on the way is remembered when there was an answer in the end:

    a service that refuses everything, for whatever reason, has not refused the filter.
    """

    entries: Entries[R]
    where: Expression
    _refused: list[tuple[Expression, str]] = field(default_factory=list)
    """What was refused, and the user that this counts for: "" for everybody."""

    def answered(self, by_service: Callable[[], T], by_portal: Callable[[Expression | None], T]) -> T:
        """Return the records found by the service.

        Else by the portal among those of the part that the service takes.
        """
        if not self._is_refused(self.where):
            try:
                return by_service()
            except REFUSALS as refusal:
                self._refuse(self.where, refusal)
        found = self._narrowed(by_portal)
        for part, whose in self._refused:
            refused_filters().note(self.entries.name, part, whose)
        return found

    def _narrowed(self, by_portal: Callable[[Expression | None], T]) -> T:
        while (part := self._part_taken()) is not None:
            try:
                return by_portal(part)
            except REFUSALS as refusal:
                self._refuse(part, refusal)
        return by_portal(None)

    def _part_taken(self) -> Expression | None:
        """The plain part without what was refused."""
        plain = plain_part(self.where)
        operands = plain.operands if isinstance(plain, And) else (plain,) if plain else ()
        part = and_(*(operand for operand in operands if not self._is_refused(operand)))
        return None if part is None or self._is_refused(part) else part

    def _refuse(self, part: Expression, refusal: ProvisioningError) -> None:
        """Note it; of a plain filter with several conditions, find out which ones the service does not take."""
        self._refused.append((part, "" if isinstance(refusal, BadFilter) else current_login().username))
        if isinstance(part, And) and plain_part(part) == part:
            for operand in part.operands:
                self._try(operand)

    def _try(self, operand: Expression) -> None:
        try:
            self.entries.count(operand)
        except REFUSALS as refusal:
            self._refuse(operand, refusal)

    def _is_refused(self, part: Expression) -> bool:
        is_new = any(part == refused for refused, _ in self._refused)
        return is_new or refused_filters().has(self.entries.name, part, current_login().username)


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


def _page_looked_through(
    entries: Entries[R], where: Expression, part: Expression | None, number: int, size: int
) -> Found[R]:
    items, is_complete = _looked_through(entries, where, part)
    number = min(number, pages_of(len(items), size))
    return Found(items[(number - 1) * size : number * size], number, len(items), is_complete)


def _looked_through(entries: Entries[R], where: Expression, part: Expression | None) -> tuple[Sequence[R], bool]:
    rows = entries.page(0, MOST_ROWS, part)
    return [row for row in rows if holds(where, _values(row))], len(rows) < MOST_ROWS


def _first_looked_through(entries: Entries[R], where: Expression, part: Expression | None) -> tuple[Sequence[R], bool]:
    for number, row in enumerate(_in_portions(entries, part, entries.page(0, AT_ONCE, part))):
        if holds(where, _values(row)):
            return [row], True
        if number >= MOST_FOR_ONE:
            return [], False
    return [], True


def _all_looked_through(entries: Entries[R], where: Expression, part: Expression | None) -> Iterator[R]:
    rows = _in_portions(entries, part, entries.page(0, AT_ONCE, part))
    return (row for row in rows if holds(where, _values(row)))


def _values(record: Record) -> dict[str, object]:
    return {entry.element.lower(): getattr(record, entry.attribute) for entry in wire_fields(type(record))}
