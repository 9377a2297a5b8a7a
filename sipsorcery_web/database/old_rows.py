"""Deleting what is old, some rows at a time, so that whoever writes meanwhile has turns in between."""

from datetime import datetime
from time import monotonic, sleep
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import InstrumentedAttribute

from .connection import Database

AT_ONCE = 500
"""Rows in one transaction, for whose end all other writers wait with SQLite."""


def delete_older(
    database: Database, key: InstrumentedAttribute[Any], moment: InstrumentedAttribute[datetime], before: datetime
) -> int:
    """Delete the rows whose moment is not after another, the oldest first, and return how many there were."""
    total, deleted = 0, AT_ONCE
    while deleted == AT_ONCE:
        began = monotonic()
        deleted = _delete_some(database, key, moment, before)
        total += deleted
        if deleted == AT_ONCE:
            sleep(monotonic() - began)  # so that the others have as long as this had
    return total


def _delete_some(
    database: Database, key: InstrumentedAttribute[Any], moment: InstrumentedAttribute[datetime], before: datetime
) -> int:
    old = select(key).where(moment <= before).order_by(moment).limit(AT_ONCE)
    with database.write() as session:
        return len(session.scalars(delete(key.class_).where(key.in_(old)).returning(key)).all())
