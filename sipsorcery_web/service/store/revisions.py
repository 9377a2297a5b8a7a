"""The numbers that triggers raise with each change of what is shown (revision 0009 of the migrations)."""

from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Label,
    ScalarSelect,
    String,
    TableClause,
    case,
    column,
    func,
    select,
    table,
)
from sqlalchemy import update as update_rows
from sqlalchemy.orm import Session

from sipsorcery_web.contract.records import TOP_LEVEL

from .models import CustomerRow, RevisionRow

LOST_AT_MOST = 10_000
"""Raises of the last half second before a power failure, which the engine's file may not have on the disk."""

_NUMBERS: Any = RevisionRow.__table__
_NUMBERS_OF_ENGINES_FILE = table("revisions", column("scope", String), column("number", BigInteger), schema="engine")


def numbers_seen(is_sqlite: bool) -> list[Label[int]]:
    """Return subqueries for the numbers of what the customer of a row sees: one, or with SQLite one for each file."""
    return [_sum_of(numbers).label(f"number_{place}") for place, numbers in enumerate(_tables(is_sqlite))]


def skip_lost_numbers(session: Session) -> None:
    """Raise the engine's numbers beyond all that readers may have seen before a power failure."""
    numbers = _tables(session.get_bind().dialect.name == "sqlite")[-1]
    session.execute(update_rows(numbers).values(number=numbers.c.number + LOST_AT_MOST))


def _tables(is_sqlite: bool) -> list[TableClause]:
    return [_NUMBERS, _NUMBERS_OF_ENGINES_FILE] if is_sqlite else [_NUMBERS]


def _sum_of(numbers: TableClause) -> ScalarSelect[int]:
    """Return the sum over the scopes of section 3: `*` for who sees all, else the owner's and the AdminId's."""
    own: ColumnElement[str] = case(
        (CustomerRow.admin_id == TOP_LEVEL, TOP_LEVEL), else_="owner:" + CustomerRow.customer_username
    )
    scopes = numbers.c.scope.in_([own, "member:" + CustomerRow.admin_id])
    return select(func.sum(numbers.c.number)).where(scopes).scalar_subquery()
