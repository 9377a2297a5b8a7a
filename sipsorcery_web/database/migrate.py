"""Bringing a database to the newest revision."""

from pathlib import Path

from alembic import command
from alembic.config import Config

from .engine import Database
from .locks import take_turns

MIGRATIONS = Path(__file__).with_name("migrations")


def migrate(database: Database) -> None:
    """Run the migrations that are missing; processes that start together wait for each other."""
    with database.write() as session:
        take_turns(session, "migrations")
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        config.attributes["connection"] = session.connection()
        command.upgrade(config, "head")
