"""Reads that each call asks for: compiled once, and run by the driver itself.

SQLAlchemy takes ten times as long as the database for a connection, a transaction and a statement, and speaks to
PostgreSQL four times. What is asked here is one SELECT, which is a transaction by itself.
"""

import threading
from collections import deque, namedtuple
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import Dialect, Engine, PoolProxiedConnection, Select
from sqlalchemy.exc import DBAPIError

if TYPE_CHECKING:
    from .connection import Database

MOST_CONNECTIONS = 8
"""They stay open, and leave some of the pool's 15 to others."""


@dataclass
class DriverReads:
    """The connections that such reads have of an engine, each for one of them at a time."""

    engine: Engine
    _kept: "deque[PoolProxiedConnection]" = field(default_factory=deque)
    _room: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(MOST_CONNECTIONS))

    def rows(self, text: str, parameters: Any) -> Sequence[Any]:
        """The rows of a SELECT, as the driver gives them. Raises SQLAlchemy's errors.

        The server may have ended a connection since it was used, and others with it: a new one is asked again.
        """
        with self._room:
            try:
                return self._ask(self._kept.pop(), text, parameters)
            except IndexError:
                pass
            except Exception:
                self.close()
            try:
                return self._ask(self._new(), text, parameters)
            except self.engine.dialect.loaded_dbapi.Error as error:
                raise DBAPIError.instance(
                    text, None, error, self.engine.dialect.loaded_dbapi.Error, dialect=self.engine.dialect
                ) from error

    def close(self) -> None:
        """Close those that nobody reads with; another thread may do the same."""
        with suppress(IndexError):
            while True:
                self._kept.pop().invalidate()

    def _new(self) -> PoolProxiedConnection:
        connection = self.engine.raw_connection()
        if self.engine.dialect.name == "postgresql":
            connection.driver_connection.autocommit = True  # type: ignore[union-attr]
        return connection

    def _ask(self, connection: PoolProxiedConnection, text: str, parameters: Any) -> Sequence[Any]:
        driver: Any = connection.driver_connection
        try:
            found: Sequence[Any] = driver.execute(text, parameters).fetchall()
        except BaseException:
            connection.invalidate()
            raise
        self._kept.append(connection)
        return found


class PreparedRead:
    """A SELECT whose parameters are texts."""

    def __init__(self, query: Select[*tuple[Any, ...]]) -> None:
        self._query = query
        self._compiled: dict[str, _Compiled] = {}

    def all(self, database: "Database", **asked: str) -> Sequence[Any]:
        """The rows, with their columns by name. Raises SQLAlchemy's errors."""
        compiled = self._for(database.engine.dialect)
        return [compiled.row(each) for each in database.driver_rows(compiled.text, compiled.parameters(asked))]

    def first(self, database: "Database", **asked: str) -> Any:
        """The first row; None where there is none."""
        return next(iter(self.all(database, **asked)), None)

    def _for(self, dialect: Dialect) -> "_Compiled":
        if dialect.name not in self._compiled:
            self._compiled[dialect.name] = _Compiled(self._query, dialect)
        return self._compiled[dialect.name]


class _Compiled:
    """A statement in the words of one database, and what makes values of its rows."""

    def __init__(self, query: Select[*tuple[Any, ...]], dialect: Dialect) -> None:
        compiled = query.compile(dialect=dialect)
        columns = query.selected_columns
        self.text = str(compiled)
        self._usual: dict[str, Any] = dict(compiled.params)
        self._places: Sequence[str] | None = compiled.positiontup
        self._row: Any = namedtuple("_row", columns.keys())  # type: ignore[misc]
        kinds = [column.type.dialect_impl(dialect) for column in columns]
        self._readers = [kind.result_processor(dialect, None) or _as_it_is for kind in kinds]

    def parameters(self, asked: dict[str, str]) -> Any:
        """Return them as the driver takes them."""
        named = self._usual | asked
        return named if self._places is None else [named[name] for name in self._places]

    def row(self, values: Sequence[Any]) -> Any:
        return self._row._make([read(value) for read, value in zip(self._readers, values, strict=True)])


def _as_it_is(value: Any) -> Any:
    return value
