"""Bringing a database to the newest revision."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from .connection import Database, StoreUnavailable, telling
from .locks import advisory_lock

MIGRATIONS = Path(__file__).with_name("migrations")


def migrate(database: Database, to: str = "head") -> None:
    """Run the migrations that are missing up to a revision; processes that start together wait for each other.

    Raises StoreUnavailable, and changes nothing, when a newer version has made the database, or it refuses a migration.
    """
    with telling("cannot be brought up to date", database.engine.url), database.write() as session:
        advisory_lock(session, "migrations")
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        config.attributes["connection"] = session.connection()
        _refuse_a_newer_one(session.connection(), ScriptDirectory.from_config(config))
        command.upgrade(config, to)


def _refuse_a_newer_one(connection: Connection, scripts: ScriptDirectory) -> None:
    known = {script.revision for script in scripts.walk_revisions()}
    there = MigrationContext.configure(connection).get_current_heads()
    if unknown := sorted(set(there) - known):
        raise StoreUnavailable(
            f"The database {connection.engine.url.render_as_string(hide_password=True)} was made by a newer version of "
            f"SIPSorcery Web: it is at revision {unknown[0]}, and this version knows them up to "
            f"{scripts.get_current_head()}. Nothing in it was changed. Run the newer version, or restore the backup "
            "from before it."
        )
