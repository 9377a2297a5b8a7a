"""Backups of installations that have something in every table."""

from collections.abc import Callable, Iterator
from pathlib import Path

from sqlalchemy import MetaData, Table, inspect, text

from sipsorcery_web.database.connection import Database
from sipsorcery_web.maintenance.archive import LEFT_OUT
from sipsorcery_web.maintenance.backup import make_backup
from sipsorcery_web.maintenance.stores import open_store
from sipsorcery_web.settings import Settings
from tests.sealed_values import keep_all

PASSPHRASE = "correct horse battery"
OF_THE_INDEX = "_trigrams"
"""How the names of SQLite's virtual tables end, whose rows are in others beside them."""
New = Callable[[str], Settings]


def nobody_is_asked() -> str:
    raise AssertionError("a passphrase was asked for")


def contents_of(database: Database) -> dict[str, list[str]]:
    """Return every row of every table, by the names of the tables."""
    with database.read() as session:
        return {
            table.fullname: sorted(map(repr, session.execute(text(f"SELECT * FROM {table.fullname}"))))
            for table in tables(database)
        }


def tables(database: Database) -> Iterator[Table]:
    """Yield the tables as they are in a database, those that others refer to first; not the one that is left out."""
    for schema in (None, "engine") if database.engine.dialect.name == "sqlite" else (None,):
        named = [
            name
            for name in inspect(database.engine).get_table_names(schema)
            if name != LEFT_OUT and not name.endswith(OF_THE_INDEX)
        ]
        metadata = MetaData(schema)
        metadata.reflect(database.engine, only=named)
        yield from (table for table in metadata.sorted_tables if table.name in named)


def made(settings: Settings, path: Path, passphrase: str | None = None) -> dict[str, list[str]]:
    """Back up a new installation with something in every table that has secrets; what there was."""
    database, keyring = open_store(settings)
    try:
        keep_all(database, keyring)
        make_backup(database, keyring, path, passphrase)
        return contents_of(database)
    finally:
        database.close()
