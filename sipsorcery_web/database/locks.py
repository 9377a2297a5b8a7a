"""One process at a time, where processes that start together would get in each other's way."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session


@contextmanager
def file_lock(directory: Path) -> Iterator[None]:
    """Wait until no other process is inside such a block for this directory. Raises OSError when it cannot be read."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def advisory_lock(session: Session, matter: str) -> None:
    """Wait for the other transactions about a matter. SQLite's write lock is about everything; PostgreSQL has none."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(func.hashtext(matter))))
