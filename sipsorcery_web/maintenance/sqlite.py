"""SQLite's files in a backup: the portal's, and the one beside it that Kamailio reads and writes."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from sipsorcery_web.database.connection import Database, damage_of, engine_file, open_database

from .archive import LEFT_OUT, SQLITE, SQLITE_ENGINE, Archive, ArchiveWriter, draft_of
from .errors import BackupError

COPIES = {"main": SQLITE, "engine": SQLITE_ENGINE}


def add_files(database: Database, archive: ArchiveWriter, folder: Path) -> None:
    """Add copies of both files, each as it was at one moment while others write to them."""
    with closing(database.engine.raw_connection()) as connection:
        driver: Any = connection.driver_connection
        driver.execute("BEGIN")
        for name in COPIES:  # both moments are this one, whatever the copies take
            driver.execute(f"SELECT count(*) FROM {name}.sqlite_master").fetchone()  # noqa: S608
        try:
            for name, member in COPIES.items():
                _copy(driver, name, folder / member)
        except sqlite3.DatabaseError as error:
            raise BackupError(f"The database {database.shown} cannot be copied: {error}.") from error
        finally:
            driver.execute("ROLLBACK")
    for member in COPIES.values():
        with (folder / member).open("rb") as file:
            archive.add(member, file)
        (folder / member).unlink()


def restored(archive: Archive, folder: Path) -> Database:
    """The database of a backup, restored in a folder and looked through. Raises BackupError."""
    for member in COPIES.values():
        archive.extract(member, folder / member)
        if damage := damage_of(folder / member):
            raise BackupError(f"The database in {archive.path} is damaged: {damage}")
    return open_database(f"sqlite:///{folder / SQLITE}")


def put_in_place(archive: Archive, target: Path) -> None:
    """Write both files to where the portal looks for them, whole or not at all. Raises BackupError."""
    for path in (target, engine_file(target)):
        for there in (path, path.with_name(f"{path.name}-wal")):
            if there.exists():
                raise BackupError(f"There is a database already: {there}. It stays as it is.")
    drafts = {member: draft_of(target.with_name(member)) for member in COPIES.values()}
    try:
        for member, draft in drafts.items():
            archive.extract(member, draft)
        drafts[SQLITE_ENGINE].rename(engine_file(target))
        drafts[SQLITE].rename(target)
    finally:
        for draft in drafts.values():
            draft.unlink(missing_ok=True)


def _copy(driver: Any, name: str, target: Path) -> None:
    os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    with closing(sqlite3.connect(target)) as copy:
        driver.backup(copy, name=name)
        copy.execute("PRAGMA journal_mode=DELETE")  # all of it is in one file
        if name == "engine":
            copy.execute(f"DELETE FROM {LEFT_OUT}")  # noqa: S608 (a constant)
            copy.commit()
            copy.execute("VACUUM")  # rows that were deleted stay in the file until then, of any time before
