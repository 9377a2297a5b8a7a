"""Making a backup beside a running portal: of the database as it is at one moment, of the ends of the audit's chains,
and perhaps of the keys.
"""

from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from sipsorcery_web.clock import utc_now
from sipsorcery_web.database.canaries import check_keys
from sipsorcery_web.database.connection import Database
from sipsorcery_web.database.key_sources import lines_of
from sipsorcery_web.database.keyring import Keyring
from sipsorcery_web.database.migrate import newest_revision
from sipsorcery_web.version import __version__

from . import postgresql, sqlite
from .archive import AUDIT_HEADS, KEYS, ArchiveWriter, Contents, draft_of, new_archive, open_archive
from .errors import BackupError
from .passphrases import check_passphrase, seal_keys

KIND_SQLITE, KIND_POSTGRESQL = "sqlite", "postgresql"


def make_backup(
    database: Database,
    keyring: Keyring,
    path: Path,
    passphrase: str | None = None,
    audit_heads: Path | None = None,
) -> Contents:
    """Write a backup to a new file, and restore it once to see that it is whole; with a passphrase the keys are in it.

    `audit_heads` is the file with the ends of the audit's chains. Raises BackupError, and OSError where there is no
    room.
    """
    if path.exists():
        raise BackupError(f"There is a file {path} already. It stays as it is: name another one.")
    if passphrase is not None:
        check_passphrase(passphrase)
    draft = draft_of(path)
    try:
        with TemporaryDirectory(prefix=".backup-", dir=path.parent) as folder:
            with new_archive(draft) as archive:
                if audit_heads is not None:  # before the database, so that they know no more than that
                    _add_audit_heads(archive, audit_heads)
                contents = _add_database(database, archive, Path(folder))
                keyring = Keyring(keyring.source)  # after the database: whoever rotates writes a new key there first
                if passphrase is not None:
                    _add_keys(archive, keyring, passphrase, Path(folder))
                contents = replace(contents, key_ids=list(keyring.ids))
                archive.finish(contents)
            _restore_once(keyring, draft, Path(folder))
        draft.rename(path)
    finally:
        draft.unlink(missing_ok=True)
    return contents


def _add_database(database: Database, archive: ArchiveWriter, folder: Path) -> Contents:
    is_sqlite = database.engine.dialect.name == KIND_SQLITE
    made_at = utc_now().isoformat(timespec="seconds")
    schema = "" if is_sqlite else postgresql.schema_of(database)
    if is_sqlite:
        sqlite.add_files(database, archive, folder)
    else:
        postgresql.add_dump(database, archive, folder, schema)
    return Contents(
        made_at=made_at,
        made_by=__version__,
        kind=KIND_SQLITE if is_sqlite else KIND_POSTGRESQL,
        revision=newest_revision(),
        key_ids=[],
        schema=schema,
        searches=not is_sqlite and postgresql.has_searches(database),
    )


def _add_audit_heads(archive: ArchiveWriter, audit_heads: Path) -> None:
    with suppress(FileNotFoundError), audit_heads.open("rb") as file:
        archive.add(AUDIT_HEADS, file)


def _add_keys(archive: ArchiveWriter, keyring: Keyring, passphrase: str, folder: Path) -> None:
    draft = folder / KEYS
    draft.write_bytes(seal_keys(lines_of(keyring.source.read()).encode(), passphrase))
    with draft.open("rb") as file:
        archive.add(KEYS, file)


def _restore_once(keyring: Keyring, draft: Path, folder: Path) -> None:
    with open_archive(draft) as archive:
        if archive.contents.kind == KIND_POSTGRESQL:
            postgresql.read_through(archive, folder)
            return
        copy = sqlite.restored(archive, folder)
    try:
        check_keys(copy, keyring)
    finally:
        copy.close()
