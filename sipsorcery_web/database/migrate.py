"""Bringing a database to the newest revision.

Alembic, and what it brings along, is imported only where a database is not there yet: it takes a tenth of a second.
"""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, inspect, text

from .connection import Database, StoreUnavailable, kamailio_file, open_database, take_time, telling
from .locks import advisory_lock

if TYPE_CHECKING:
    from alembic.script import ScriptDirectory

MIGRATIONS = Path(__file__).with_name("migrations")


def migrate(database: Database, to: str = "head") -> None:
    """Run the migrations that are missing up to a revision; processes that start together wait for each other.

    Raises StoreUnavailable, and changes nothing, when a newer version has made the database, or it refuses a migration.
    """
    with telling("cannot be brought up to date", database.engine.url):
        _make_engine_file_anew(database)
    with telling("cannot be brought up to date", database.engine.url), database.write() as session:
        take_time(session)
        advisory_lock(session, "migrations")
        if to == "head" and _revision_of(session.connection()) == newest_revision():
            return
        _upgrade(session.connection(), to)


def _make_engine_file_anew(database: Database) -> None:
    """Give SQLite's file of the engine its tables where it is empty and the portal's is not: it was moved away."""
    file = kamailio_file(database.engine.url)
    if file is None:
        return
    with database.read() as session:
        revision = _revision_of(session.connection())
        has_tables = session.scalar(text("SELECT 1 FROM engine.sqlite_master LIMIT 1"))
    if revision is None or has_tables or revision > newest_revision():
        return
    pattern = open_database("sqlite:///:memory:")
    migrate(pattern, revision)
    with closing(pattern.engine.raw_connection()) as source, closing(sqlite3.connect(file)) as empty:
        driver: Any = source.driver_connection
        driver.backup(empty, name="engine")
    pattern.close()


def is_up_to_date(database: Database) -> bool:
    """Return True where a database is at the newest revision that this version knows. Raises StoreUnavailable."""
    with telling("cannot be read", database.engine.url), database.read() as session:
        return _revision_of(session.connection()) == newest_revision()


def newest_revision() -> str:
    """Return the revision that this version knows last: the number that its file begins with."""
    return max(file.name for file in MIGRATIONS.glob("versions/[0-9]*.py")).partition("_")[0]


def _revision_of(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return found


def _upgrade(connection: Connection, to: str) -> None:
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    _refuse_a_newer_one(connection, ScriptDirectory.from_config(config))
    command.upgrade(config, to)


def _refuse_a_newer_one(connection: Connection, scripts: "ScriptDirectory") -> None:
    from alembic.migration import MigrationContext

    known = {script.revision for script in scripts.walk_revisions()}
    there = MigrationContext.configure(connection).get_current_heads()
    if unknown := sorted(set(there) - known):
        raise StoreUnavailable(
            f"The database {connection.engine.url.render_as_string(hide_password=True)} was made by a newer version of "
            f"SIPSorcery Web: it is at revision {unknown[0]}, and this version knows them up to "
            f"{scripts.get_current_head()}. Nothing in it was changed. Run the newer version, or restore the backup "
            "from before it."
        )
