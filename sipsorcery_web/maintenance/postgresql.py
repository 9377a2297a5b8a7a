"""PostgreSQL's tables in a backup, through its own tools: pg_dump and pg_restore."""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from sqlalchemy import inspect, text
from sqlalchemy.exc import DBAPIError

from sipsorcery_web.child_environment import child_environment
from sipsorcery_web.database.canaries import SealingKeyRow, check_keys
from sipsorcery_web.database.connection import Database
from sipsorcery_web.database.keyring import Keyring
from sipsorcery_web.private_files import write_private

from .archive import LEFT_OUT, POSTGRESQL, Archive, ArchiveWriter
from .errors import BackupError

SEARCHES = "pg_trgm"


def schema_of(database: Database) -> str:
    """Return the schema that the tables are in."""
    with database.read() as session:
        return str(session.scalar(text("SELECT current_schema()")))


def has_searches(database: Database) -> bool:
    """Return True where the extension for searches is there."""
    with database.read() as session:
        return session.scalar(text("SELECT 1 FROM pg_extension WHERE extname = :name"), {"name": SEARCHES}) is not None


def add_dump(database: Database, archive: ArchiveWriter, folder: Path, schema: str) -> None:
    """Add a dump of the schema, as it was at one moment while others write to it. Raises BackupError."""
    dump = folder / POSTGRESQL
    os.close(os.open(dump, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    what = [f'--schema="{schema}"', f'--exclude-table-data="{schema}".{LEFT_OUT}']
    how = ["--format=custom", "--no-owner", "--no-privileges", f"--file={dump}"]
    _run("pg_dump", database, folder, [*how, *what])
    with dump.open("rb") as file:
        archive.add(POSTGRESQL, file)
    dump.unlink()


def read_through(archive: Archive, folder: Path) -> None:
    """Read a dump to its end, as pg_restore would to put it back. Raises BackupError."""
    archive.extract(POSTGRESQL, folder / POSTGRESQL)
    _run("pg_restore", None, folder, [f"--file={os.devnull}", str(folder / POSTGRESQL)])
    (folder / POSTGRESQL).unlink()


def put_in_place(archive: Archive, database: Database, keyring: Keyring | None, folder: Path) -> None:
    """Put the tables into a database that has none, all or nothing. Raises BackupError, and WrongKeys."""
    if (schema := schema_of(database)) != archive.contents.schema:
        raise BackupError(
            f"The backup is of the schema {archive.contents.schema}, but {database.shown} looks into {schema}."
        )
    if inspect(database.engine).get_table_names():
        raise BackupError(
            f"{database.shown} has tables already. They stay as they are: restore into an empty database."
        )
    archive.extract(POSTGRESQL, folder / POSTGRESQL)
    how = ["--exit-on-error", "--single-transaction", "--no-owner", "--no-privileges", f"--schema={schema}"]
    restore = partial(_run, "pg_restore", database, folder)
    if keyring is not None:
        _try_keys(database, keyring, lambda table: restore([*how, f"--table={table}", str(folder / POSTGRESQL)]))
    if archive.contents.searches:
        _make_searches(database)
    restore([*how, str(folder / POSTGRESQL)])


def _try_keys(database: Database, keyring: Keyring, restore_table: Callable[[str], None]) -> None:
    """Look whether keys belong to a dump: by the table that tells, which goes again whatever comes out."""
    restore_table(SealingKeyRow.__tablename__)
    try:
        check_keys(database, keyring)
    finally:
        with database.write() as session:
            session.execute(text(f"DROP TABLE {SealingKeyRow.__tablename__}"))


def _make_searches(database: Database) -> None:
    try:
        with database.write() as session:
            session.execute(text(f"CREATE EXTENSION IF NOT EXISTS {SEARCHES}"))
    except DBAPIError as error:
        raise BackupError(
            f"The backup needs PostgreSQL's extension {SEARCHES}, which cannot be made here: have an administrator run "
            f"CREATE EXTENSION {SEARCHES}."
        ) from error


def _run(program: str, database: Database | None, folder: Path, arguments: Sequence[str]) -> None:
    """Run a tool of PostgreSQL; the password is in a file, neither in its environment nor in the list of processes."""
    found = shutil.which(program)
    if found is None:
        raise BackupError(f"This needs PostgreSQL's {program}; on Debian: apt-get install postgresql-client")
    with _connection(database, folder) as (at, more):
        done = subprocess.run(  # noqa: S603 (a program of the system, with arguments of our own)
            [found, *at, *arguments], env=child_environment() | more, capture_output=True, text=True, check=False
        )
    if done.returncode != 0:
        raise BackupError(f"{program} has failed: {done.stderr.strip()[-1000:]}")


@contextmanager
def _connection(database: Database | None, folder: Path) -> Iterator[tuple[Sequence[str], dict[str, str]]]:
    """Yield the arguments and the variables by which a tool finds a database."""
    if database is None:
        yield [], {}
        return
    from sipsorcery_web.database.postgresql import conninfo_of  # its driver is installed only where it is used

    address, password = conninfo_of(database.engine)
    passwords = folder / "pgpass"
    if not password:
        yield [f"--dbname={address}"], {}
        return
    escaped = password.replace("\\", "\\\\").replace(":", "\\:")
    write_private(passwords, f"*:*:*:*:{escaped}\n")
    try:
        yield [f"--dbname={address}"], {"PGPASSFILE": str(passwords)}
    finally:
        passwords.unlink()
