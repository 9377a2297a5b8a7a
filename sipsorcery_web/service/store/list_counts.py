"""Counts of the parts of lists, which SQLite keeps by triggers (migrations 0012 and 0014): whole counts, and far
places, at once.

A part is what stands from its `first` key up to that of the next one. It ends with a key, so that rows of the same key
are in one part, in whichever order they are shown.
"""

from enum import Enum
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Select,
    String,
    bindparam,
    column,
    false,
    func,
    literal,
    select,
    table,
    true,
    type_coerce,
)
from sqlalchemy.orm import Session

from sipsorcery_web.contract.operations import NO_LIMIT

NEAR = 1000
"""So many rows are passed by as soon as their part is found."""
_PARTS = table("list_counts", *map(column, ("list", "scope", "first", "amount", "left_out")))
_OF_LIST = (_PARTS.c.list == bindparam("list"), _PARTS.c.scope == bindparam("scope"))
COUNTED = {
    "sipaccounts",
    "sipregistrarbindings",
    "sipproviders",
    "sipproviderbindings",
    "sipdialplans",
    "sipdialogues",
    "cdr",
}
"""The tables whose lists are counted so."""


class Counted(Enum):
    """The rows of a part that are counted."""

    ALL = "all"
    USUAL = "all but those that are left out"

    @property
    def amount(self) -> ColumnElement[int]:
        """Return the count as SQL."""
        return _PARTS.c.amount if self is Counted.ALL else _PARTS.c.amount - _PARTS.c.left_out


class Bound(Enum):
    """The condition on a list's key at which reading begins; `condition` has the key of a part as `first`."""

    NONE = "everything"
    FROM = "from this key on"
    BEFORE = "before this key"
    BEYOND = "nothing"

    def condition(self, key: ColumnElement[Any]) -> ColumnElement[bool]:
        """Return it as SQL."""
        text, first = type_coerce(key, String), bindparam("first", type_=String)
        conditions = {Bound.FROM: text >= first, Bound.BEFORE: text < first, Bound.BEYOND: false()}
        return conditions.get(self, true())


class Start(NamedTuple):
    """The place that reading begins at, and how many rows are to be passed by then."""

    bound: Bound
    first: str | None
    offset: int


class Place(NamedTuple):
    """Rows of a list: how many stand before them, or behind them when counted from its end, and how many there are."""

    offset: int
    rows: int
    from_end: bool = False


class Part(NamedTuple):
    """The first key of a part, and how many rows stand before it."""

    first: str
    before: int


def are_kept(session: Session, name: str) -> bool:
    """Return whether this database counts the parts of this table's list."""
    return name in COUNTED and session.get_bind().dialect.name == "sqlite"


def count(session: Session, name: str, scope: str, counted: Counted) -> int:
    """Return how many rows there are in a scope: `owner:alice`, or `*` for all."""
    found = session.connection().execute(_sum(counted), _list(name, scope)).scalar_one()
    return int(found)


def part_of(session: Session, name: str, scope: str, key: str) -> Part:
    """Return the part that a key is in, or would be in."""
    values = {**_list(name, scope), "key": key}
    return Part(*session.connection().execute(_PART_OF_KEY, values).one())


def nearer(session: Session, name: str, scope: str, counted: Counted, place: Place) -> Place:
    """Return the same rows counted from the end of the list, where that is nearer: fewer parts are passed by."""
    if place.from_end or place.offset <= NEAR or place.rows == NO_LIMIT:
        return place
    total = count(session, name, scope, counted)
    there = min(place.rows, total - place.offset)
    if there <= 0 or 2 * place.offset <= total:
        return place
    return Place(total - place.offset - there, there, from_end=True)


def start(session: Session, name: str, scope: str, counted: Counted, offset: int, downwards: bool) -> Start:
    """Return the beginning of the part that an offset is in; downwards from its end."""
    if offset <= NEAR:
        return Start(Bound.NONE, None, offset)
    before, end = 0, None
    parts = session.connection().execute(_parts(counted, downwards), _list(name, scope))
    for first, amount in parts:
        if before + amount > offset:
            parts.close()
            if downwards:
                return Start(Bound.NONE if end is None else Bound.BEFORE, end, offset - before)
            return Start(Bound.FROM, first, offset - before)
        before, end = before + amount, first
    return Start(Bound.BEYOND, None, 0)


def _list(name: str, scope: str) -> dict[str, str]:
    return {"list": name, "scope": scope}


@cache
def _sum(counted: Counted) -> Select[Any]:
    return select(func.coalesce(func.sum(counted.amount), literal(0))).where(*_OF_LIST)


@cache
def _parts(counted: Counted, downwards: bool) -> Select[Any]:
    order = _PARTS.c.first.desc() if downwards else _PARTS.c.first
    return select(_PARTS.c.first, counted.amount).where(*_OF_LIST).order_by(order)


_FIRST_OF_KEY = (
    select(func.coalesce(func.max(_PARTS.c.first), literal("")))
    .where(*_OF_LIST, _PARTS.c.first <= bindparam("key", type_=String))
    .scalar_subquery()
)
_PART_OF_KEY: Select[Any] = select(
    _FIRST_OF_KEY,
    _sum(Counted.ALL).where(_PARTS.c.first < _FIRST_OF_KEY).scalar_subquery(),
)
