"""One transaction at a time, where transactions about the same matter would get in each other's way."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session


def advisory_lock(session: Session, matter: str) -> None:
    """Wait for the other transactions about a matter. SQLite's write lock is about everything; PostgreSQL has none."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(func.hashtext(matter))))
