"""The store of a house under test: its state to go back to, and all that it holds as text."""

import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy import Engine, MetaData, NullPool, create_engine, inspect, select, text

from sipsorcery_web.settings import Settings


def snapshot_of(settings: Settings) -> "Snapshot | PostgresSnapshot":
    """Return the store as it is now."""
    return PostgresSnapshot(settings.store_url) if settings.database_url else Snapshot(database_file(settings))


def database_file(settings: Settings) -> Path:
    """The file of a store in SQLite."""
    return settings.data_dir / "sipsorcery.db"


class PostgresSnapshot:
    """The rows of a schema in PostgreSQL, to go back to. Triggers rest meanwhile, since what they keep is restored."""

    def __init__(self, url: str) -> None:
        self._engine = create_engine(url, poolclass=NullPool)
        with self._engine.connect() as connection:
            names = [name for name in inspect(connection).get_table_names() if name != "alembic_version"]
            self._tables = MetaData()
            self._tables.reflect(connection, only=names)
            self._rows = {
                table: [dict(row) for row in connection.execute(select(table)).mappings()]
                for table in self._tables.tables.values()
            }

    def restore(self) -> None:
        names = ", ".join(f'"{table.name}"' for table in self._rows)
        with self._engine.begin() as connection:
            connection.execute(text("SET LOCAL session_replication_role = replica"))
            connection.execute(text(f"TRUNCATE {names}"))
            for table, rows in self._rows.items():
                if rows:
                    connection.execute(table.insert(), rows)


class Snapshot:
    """A database file as it was, to go back to."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._copy = sqlite3.connect(":memory:")
        with closing(sqlite3.connect(path)) as source:
            source.backup(self._copy)

    def restore(self) -> None:
        with closing(sqlite3.connect(self._path)) as target:
            self._copy.backup(target)


def dump(path: Path, *leaving_out: str) -> str:
    """The rows of a database file as text, without some of its tables."""
    with closing(sqlite3.connect(path)) as connection:
        tables = connection.execute(
            # A virtual table's rows stand in the tables beneath it.
            "SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%' ORDER BY name"
        )
        shown = [name for (name,) in tables if name not in leaving_out]
        return "\n".join(f"{name}: {row}" for name in shown for row in connection.execute(f'SELECT * FROM "{name}"'))


def dump_of_postgres(engine: Engine) -> str:
    """The rows of a schema in PostgreSQL as text."""
    with engine.connect() as connection:
        names = sorted(inspect(connection).get_table_names())
        found = [(name, connection.execute(text(f'SELECT * FROM "{name}"')).all()) for name in names]
        return "\n".join(f"{name}: {row}" for name, rows in found for row in sorted(map(str, rows)))
