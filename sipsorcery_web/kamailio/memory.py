"""The memory that Kamailio is given at its start; it ends when that is too little."""

from dataclasses import dataclass

from sqlalchemy import func, select

from sipsorcery_web.database.connection import Database

from .tables import DIALOG, DIALOG_VARS, LOCATION, SUBSCRIBER

SHARED, SHARED_FOR_ACCOUNT, SHARED_FOR_ROW = 512.0, 4 / 1024, 8 / 1024
"""Megabytes: for a burst of 450 calls a second, whose transactions have room for 30 branches; for an account's phones;
for what is loaded."""
PRIVATE, PRIVATE_FOR_ROW = 32.0, 4 / 1024
"""Megabytes of each process; with SQLite a whole table is there while it is loaded, at 2 to 3 KB a row."""


@dataclass(frozen=True)
class Memory:
    """Megabytes, shared by all of Kamailio's processes and of each one's own. What is not used is not taken."""

    shared: int
    private: int

    @property
    def options(self) -> list[str]:
        """Return the options of Kamailio's command."""
        return ["-m", str(self.shared), "-M", str(self.private)]


def memory_for(accounts: int, rows_to_load: int) -> Memory:
    """The memory for an installation of so many SIP accounts, whose largest table that is loaded has so many rows."""
    shared = SHARED + SHARED_FOR_ACCOUNT * accounts + SHARED_FOR_ROW * rows_to_load
    return Memory(round(shared), round(PRIVATE + PRIVATE_FOR_ROW * rows_to_load))


def memory_needed(database: Database) -> Memory:
    """The memory for what is in the tables now."""
    with database.read() as session:
        accounts, *loaded = (
            int(session.scalar(select(func.count()).select_from(table)) or 0)
            for table in (SUBSCRIBER, LOCATION, DIALOG, DIALOG_VARS)
        )
    return memory_for(accounts, max(loaded))
