"""Restoring a backup: into an empty data directory, and into an empty database where that is PostgreSQL's."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import make_url

from sipsorcery_web.database.canaries import WrongKeys, check_keys
from sipsorcery_web.database.connection import Database, open_database
from sipsorcery_web.database.key_sources import KeyFile
from sipsorcery_web.database.keyring import Keyring
from sipsorcery_web.database.migrate import newest_revision
from sipsorcery_web.private_files import write_private
from sipsorcery_web.settings import SettingError, Settings

from . import postgresql, sqlite
from .archive import AUDIT_HEADS, Archive, Contents, open_archive
from .backup import KIND_POSTGRESQL, KIND_SQLITE
from .errors import BackupError
from .passphrases import open_keys
from .stores import key_source

MAY_BE_THERE = {"keys", "lock", "lost+found"}
"""What a data directory that is restored into may hold: keys that were put there by hand."""


def restore_backup(settings: Settings, path: Path, ask_passphrase: Callable[[], str]) -> tuple[Contents, bool]:
    """Restore a backup; what it was of, and whether the keys that belong to it are there.

    The passphrase is asked for where the keys are in the backup and nowhere else. Raises BackupError, SettingError,
    KeyringError, StoreUnavailable and OSError, with nothing put in place.
    """
    _refuse_unless_empty(settings.data_dir)
    with open_archive(path) as archive:
        _refuse_another_kind(archive, settings)
        keys_inside = archive.keys() if _lacks_keys(settings) else None
        keys = None if keys_inside is None else open_keys(keys_inside, ask_passphrase()).decode()
        lock = settings.hold_data_dir()
        try:
            with TemporaryDirectory(prefix=".restore-", dir=settings.data_dir) as folder:
                keyring = _keyring(settings, keys, Path(folder))
                audit_heads = _audit_heads(archive, Path(folder))
                _restore(archive, settings, keyring, Path(folder))
                if audit_heads is not None:
                    audit_heads.rename(settings.audit_heads)
            if keys is not None:
                write_private(settings.data_dir / "keys", keys)
        finally:
            os.close(lock)
        return archive.contents, keyring is not None


def _refuse_unless_empty(data_dir: Path) -> None:
    there = sorted({path.name for path in data_dir.iterdir()} - MAY_BE_THERE) if data_dir.is_dir() else []
    if there:
        named = ", ".join(there[:5]) + (" and more" if len(there) > 5 else "")
        raise SettingError(
            f"SIPSORCERY_DATA_DIR={data_dir} is not empty: it has {named}. Nothing was changed. Name an empty "
            "directory, or one that has nothing but keys."
        )


def _refuse_another_kind(archive: Archive, settings: Settings) -> None:
    contents = archive.contents
    kind = KIND_SQLITE if settings.store_url.startswith(KIND_SQLITE) else KIND_POSTGRESQL
    if contents.kind != kind:
        raise BackupError(
            f"{archive.path} is a backup of {contents.kind}, but SIPSORCERY_DATABASE_URL, or its absence, names {kind}."
        )
    if contents.revision > newest_revision():
        raise BackupError(
            f"{archive.path} was made by a newer version of SIPSorcery Web: it is at revision {contents.revision}, and "
            f"this version knows them up to {newest_revision()}. Restore it with the newer version."
        )


def _lacks_keys(settings: Settings) -> bool:
    source = key_source(settings)
    return isinstance(source, KeyFile) and not source.path.exists()


def _keyring(settings: Settings, keys: str | None, folder: Path) -> Keyring | None:
    """Return the keys that are there or were in the backup; None where they are still to be put there."""
    if keys is not None:
        write_private(folder / "keys", keys)
        return Keyring(KeyFile(folder / "keys"))
    return None if _lacks_keys(settings) else Keyring(key_source(settings))


def _audit_heads(archive: Archive, folder: Path) -> Path | None:
    """Return a copy of the file with the ends of the audit's chains; None where the backup has none."""
    if not archive.has(AUDIT_HEADS):
        return None
    archive.extract(AUDIT_HEADS, folder / AUDIT_HEADS)
    return folder / AUDIT_HEADS


def _restore(archive: Archive, settings: Settings, keyring: Keyring | None, folder: Path) -> None:
    if keyring is not None and (missing := set(archive.contents.key_ids) - set(keyring.ids)):
        raise WrongKeys(f"The keys do not belong to {archive.path}: they lack {', '.join(sorted(missing))}.")
    if archive.contents.kind == KIND_POSTGRESQL:
        with _opened(open_database(settings.store_url)) as database:
            postgresql.put_in_place(archive, database, keyring, folder)
        return
    with _opened(sqlite.restored(archive, folder)) as copy:
        if keyring is not None:
            check_keys(copy, keyring)
    sqlite.put_in_place(archive, Path(str(make_url(settings.store_url).database)))


@contextmanager
def _opened(database: Database) -> Iterator[Database]:
    try:
        yield database
    finally:
        database.close()
