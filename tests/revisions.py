"""The revision numbers that a block of code raises."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import text

from sipsorcery_web.database.connection import Database


def numbers(database: Database) -> Counter[str]:
    """The number of each scope, over both files where there are two."""
    is_sqlite = database.engine.dialect.name == "sqlite"
    found: Counter[str] = Counter()
    with database.read() as session:
        for table in ("revisions", "engine.revisions") if is_sqlite else ("revisions",):
            for scope, number in session.execute(text(f"SELECT scope, number FROM {table}")):
                found[scope] += number
    return found


@contextmanager
def raised(database: Database) -> Iterator[set[str]]:
    """Fill a set with the scopes whose numbers were raised until the end of the block."""
    scopes: set[str] = set()
    before = numbers(database)
    yield scopes
    scopes.update(numbers(database) - before)
