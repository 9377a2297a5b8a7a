"""Very many rows at once: what is kept beside rows, indexes and what triggers write, is made at the end, at once.

The migrations' own statements make it, so that the tables are in the end as the migrations left them.
"""

import importlib
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from typing import Any

import psycopg
from psycopg import sql
from sqlalchemy import Engine

VERSIONS = "sipsorcery_web.database.migrations.versions"
SEARCHES = importlib.import_module(f"{VERSIONS}.0008_flat_lists")
COUNTS = importlib.import_module(f"{VERSIONS}.0012_list_counts")
USUAL = importlib.import_module(f"{VERSIONS}.0014_usual_call_records")
REVISED = importlib.import_module(f"{VERSIONS}.0009_revisions")
FAST = (
    "PRAGMA synchronous=OFF",
    "PRAGMA journal_mode=OFF",  # a store that was not filled to its end is thrown away
    "PRAGMA cache_size=-1000000",
    "PRAGMA temp_store=MEMORY",
    "PRAGMA threads=2",
    "BEGIN",
)
Columns = Sequence[str]
Rows = Iterable[Sequence[Any]]


class NotAsBefore(Exception):
    """The tables, indexes and triggers are not as the migrations made them."""


class SQLiteBulk:
    """SQLite's main file, open for as many rows as there are."""

    def __init__(self, driver: sqlite3.Connection) -> None:
        self.driver = driver

    def put(self, table: str, columns: Columns, rows: Rows) -> None:
        """Insert rows."""
        places = ", ".join("?" * len(columns))
        self.driver.executemany(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({places})", rows)


class PostgreSQLBulk:
    """A schema of PostgreSQL, open for as many rows as there are."""

    def __init__(self, driver: psycopg.Connection[Any]) -> None:
        self.driver = driver

    def put(self, table: str, columns: Columns, rows: Rows) -> None:
        """Copy rows."""
        names = sql.SQL(", ").join(map(sql.Identifier, columns))
        copied = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(table), names)
        with self.driver.cursor() as cursor, cursor.copy(copied) as copy:
            for row in rows:
                copy.write_row(row)


@contextmanager
def bulk(engine: Engine, tables: Columns) -> Iterator[SQLiteBulk | PostgreSQLBulk]:
    """A database into which rows of these tables are put; nobody else has it open."""
    if engine.dialect.name == "sqlite":
        with _sqlite(str(engine.url.database), tables) as driver:
            yield SQLiteBulk(driver)
    else:
        with _postgresql(engine, tables) as connection:
            yield PostgreSQLBulk(connection)


# SQLite


@contextmanager
def _sqlite(path: str, tables: Columns) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(path, isolation_level=None)) as driver:
        for statement in FAST:
            driver.execute(statement)
        made = _made(driver)
        put_off = {name: text for name, (kind, table, text) in made.items() if text and _waits(kind, table, tables)}
        for name in put_off:
            driver.execute(f"DROP {made[name][0]} {name}")
        yield driver
        _number_and_cut(driver, tables)
        for name, text in put_off.items():
            if name not in _made(driver):
                driver.execute(text)
        _count(driver, tables)
        driver.execute("DELETE FROM revisions")
        driver.execute(revisions())
        if _made(driver) != made:
            raise NotAsBefore(path)
        driver.execute("COMMIT")
        driver.execute("PRAGMA journal_mode=WAL")


def _waits(kind: str, table: str, tables: Columns) -> bool:
    return kind == "trigger" or (kind == "index" and table in tables)


def _number_and_cut(driver: sqlite3.Connection, tables: Columns) -> None:
    """Make the indexes of trigrams anew, from all rows."""
    for table, columns in SEARCHES.SEARCHED.items():
        if table in tables:
            driver.execute(f"DROP TABLE {table}_numbers")
            driver.execute(f"DROP TABLE {table}_trigrams")
            for statement in SEARCHES.sqlite_statements(table, columns):
                driver.execute(statement)


def _count(driver: sqlite3.Connection, tables: Columns) -> None:
    """Count the parts of the lists anew, from all rows."""
    for table, key in COUNTS.LISTS.items():
        if table in tables:
            driver.execute("DELETE FROM list_counts WHERE list = ?", (table,))
            counts = USUAL.WITH_LEFT_OUT if table == USUAL.TABLE else COUNTS.AMOUNT
            for scope, partition in (("'owner:' || owner", "PARTITION BY owner"), ("'*'", "")):
                driver.execute(COUNTS.counted(table, key, scope, partition, COUNTS.SIZE, counts))


def _made(driver: sqlite3.Connection) -> dict[str, tuple[str, str, str | None]]:
    found = driver.execute("SELECT name, type, tbl_name, sql FROM sqlite_master")
    return {name: (kind, table, text) for name, kind, table, text in found}


# PostgreSQL


@contextmanager
def _postgresql(engine: Engine, tables: Columns) -> Iterator[psycopg.Connection[Any]]:
    _, named = engine.dialect.create_connect_args(engine.url)
    with psycopg.connect(**named) as connection:
        connection.execute("SET session_replication_role = replica")  # no triggers
        connection.execute("SET maintenance_work_mem = '1GB'")
        connection.execute("SET synchronous_commit = off")
        put_off = _indexes(connection, tables)
        for name in put_off:
            connection.execute(sql.SQL("DROP INDEX {}").format(sql.Identifier(name)))
        yield connection
        for text in put_off.values():
            connection.execute(text)
        connection.execute("DELETE FROM revisions")
        connection.execute(revisions())
        connection.commit()
        connection.autocommit = True
        connection.execute("VACUUM ANALYZE")  # as autovacuum does it a minute later


def _indexes(connection: psycopg.Connection[Any], tables: Columns) -> Mapping[str, Any]:
    """Return the statements of the indexes that belong to no constraint."""
    found = connection.execute(
        "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = current_schema() AND tablename = ANY(%s) "
        "AND NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conname = indexname "
        "AND connamespace = current_schema()::regnamespace)",
        [list(tables)],
    )
    return dict(found.fetchall())


def revisions() -> str:
    """Return the statement that notes how often the triggers would have raised each scope's number."""
    scopes = ("'owner:' || owner", "'member:' || admin_member_id", "'*'")
    rows = " UNION ALL ".join(
        f"SELECT {scope} AS scope FROM {table}" for table in (*REVISED.OWNED, REVISED.BINDINGS) for scope in scopes
    )
    counted = f"SELECT scope, count(*) FROM ({rows}) AS raised WHERE scope IS NOT NULL GROUP BY scope"
    return f"INSERT INTO revisions (scope, number) {counted}"
