"""Pruning of tables whose rows expire: one user must not fill the disk."""

from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import InstrumentedAttribute, Session


def prune(session: Session, key: InstrumentedAttribute[str], username: str, now: datetime, at_most: int) -> None:
    """Delete what has expired, and a user's oldest rows, so that one more makes `at_most`; `key` tells them apart."""
    table: Any = key.class_
    session.execute(delete(table).where(table.expires_at <= now))
    newest = select(key).where(table.username == username).order_by(table.expires_at.desc())
    surplus = session.scalars(newest.offset(at_most - 1)).all()
    if surplus:
        session.execute(delete(table).where(table.username == username, key.in_(surplus)))
