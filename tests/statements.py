"""The SQL statements that something costs."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from sqlalchemy import Engine, event

from sipsorcery_web.database.prepared_reads import DriverReads


@contextmanager
def counted_statements() -> Iterator[list[str]]:
    """The SQL statements of every database while this lasts, those among them that are given to the driver itself."""
    statements: list[str] = []
    rows = DriverReads.rows

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        statements.append(statement)

    def noted_rows(reads: DriverReads, text: str, parameters: Any) -> Sequence[Any]:
        statements.append(text)
        return rows(reads, text, parameters)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        with patch.object(DriverReads, "rows", noted_rows):
            yield statements
    finally:
        event.remove(Engine, "before_cursor_execute", note)
