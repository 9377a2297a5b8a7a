"""The bound on the number of an owner's records."""

from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from sipsorcery_web.contract.errors import Refused
from sipsorcery_web.database.locks import advisory_lock


def refuse_one_too_many(
    session: Session, row: Any, owner: str | None, limit: int, refusal: Refused, *counted: ColumnElement[bool]
) -> None:
    """Raise the refusal where an owner has as many rows as the limit; two who add at once are counted in turn.

    With conditions only those rows are counted that fulfil them.
    """
    advisory_lock(session, f"number of {row.__tablename__} of {owner}")
    if session.scalars(select(func.count()).select_from(row).where(row.owner == owner, *counted)).one() >= limit:
        raise refusal
