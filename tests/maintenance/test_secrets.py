"""Backups without what anybody could use, and with the keys that belong to them."""

import sqlite3
import subprocess
import zipfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import inspect, select

from sipsorcery_web.database.canaries import WrongKeys
from sipsorcery_web.database.connection import Database, open_database
from sipsorcery_web.database.key_sources import KeyFile
from sipsorcery_web.database.keyring import Keyring
from sipsorcery_web.database.rotation import rotate_keys
from sipsorcery_web.kamailio.mirror import Mirror
from sipsorcery_web.kamailio.tables import SUBSCRIBER, kamailio_metadata
from sipsorcery_web.maintenance import postgresql, sqlite
from sipsorcery_web.maintenance.archive import LEFT_OUT, POSTGRESQL
from sipsorcery_web.maintenance.backup import make_backup
from sipsorcery_web.maintenance.restore import restore_backup
from sipsorcery_web.maintenance.stores import open_store
from sipsorcery_web.settings import Settings
from tests.sealed_values import keep_all

from .backups import PASSPHRASE, New, contents_of, made, nobody_is_asked


def texts_in(path: Path, folder: Path) -> bytes:
    """Return all that the members of a backup say, a dump in SQL."""
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    if POSTGRESQL in members:
        (folder / "dump").write_bytes(members[POSTGRESQL])
        restore = ["pg_restore", "--file=-", str(folder / "dump")]
        members[POSTGRESQL] = subprocess.run(restore, capture_output=True, check=True).stdout
    return b"".join(members.values())


def digests_in(database: Database) -> dict[str, list[str]]:
    """Return all HA1 that Kamailio finds, by their accounts."""
    names = [column for column in SUBSCRIBER.columns if column.name.startswith("ha1")]
    with database.read() as session:
        return {row.username: list(row[1:]) for row in session.execute(select(SUBSCRIBER.c.username, *names))}


# HA1, with which anybody signs in as an account


def test_no_ha1_is_in_a_backup_and_the_engine_makes_it_anew(installations: New, tmp_path: Path) -> None:
    before, after, backup = installations("before"), installations("after"), tmp_path / "backup"
    database, keyring = open_store(before)
    keep_all(database, keyring)
    Mirror(database, keyring, str, lambda _: None).rebuild()
    digests = digests_in(database)
    make_backup(database, keyring, backup)
    assert digests_in(database) == digests
    database.close()

    assert [len(digest) for digest in digests["alice-desk"]] == [32, 64, 32, 64]
    kept = texts_in(backup, tmp_path)
    assert b"alice@example.org" in kept
    assert [digest for digest in digests["alice-desk"] if digest.encode() in kept] == []

    after.data_dir.mkdir()
    (before.data_dir / "keys").rename(after.data_dir / "keys")
    restore_backup(after, backup, nobody_is_asked)
    restored, keyring = open_store(after)
    assert digests_in(restored) == {}
    Mirror(restored, keyring, str, lambda _: None).rebuild()
    assert digests_in(restored) == digests
    restored.close()


def test_no_ha1_of_a_deleted_account_is_in_what_sqlite_has_not_used_again(tmp_path: Path) -> None:
    settings, backup = Settings(data_dir=tmp_path / "before"), tmp_path / "backup"
    database, keyring = open_store(settings)
    with closing(sqlite3.connect(settings.data_dir / "sipsorcery-engine.db")) as engine:
        engine.execute("PRAGMA secure_delete=OFF")
        accounts = [(f"id{number}", f"bob{number}", f"{number:032}") for number in range(500)]
        engine.executemany("INSERT INTO subscriber (account_id, username, ha1_md5) VALUES (?, ?, ?)", accounts)
        engine.commit()
        engine.execute("DELETE FROM subscriber")
        engine.commit()
        engine.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert f"{400:032}".encode() in (settings.data_dir / "sipsorcery-engine.db").read_bytes()

    make_backup(database, keyring, backup)

    database.close()
    assert f"{400:032}".encode() not in texts_in(backup, tmp_path)


def test_no_other_table_of_the_engine_has_ha1() -> None:
    tables = {
        column.table.name for table in kamailio_metadata.tables.values() for column in table.c if "ha1" in column.name
    }

    assert tables == {LEFT_OUT}


# Keys that are rotated meanwhile, and keys that are others


def test_a_rotation_while_the_database_is_copied_is_in_the_keys_of_the_backup(
    installations: New, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, after, backup = installations("before"), installations("after"), tmp_path / "backup"

    def rotated_first(add: Callable[..., None]) -> Callable[..., None]:
        def add_after_a_rotation(database: Database, *arguments: Any) -> None:
            rotate_keys(database, Keyring(KeyFile(before.data_dir / "keys")))
            add(database, *arguments)

        return add_after_a_rotation

    monkeypatch.setattr(sqlite, "add_files", rotated_first(sqlite.add_files))
    monkeypatch.setattr(postgresql, "add_dump", rotated_first(postgresql.add_dump))
    contents = made(before, backup, PASSPHRASE)

    restore_backup(after, backup, lambda: PASSPHRASE)

    database, keyring = open_store(after)
    assert contents_of(database) == contents
    assert keyring.ids == Keyring(KeyFile(before.data_dir / "keys")).ids
    assert len(keyring.ids) == 2
    database.close()


def test_keys_that_only_have_the_names_of_the_right_ones_leave_an_empty_database(
    installations: New, tmp_path: Path
) -> None:
    before, after, backup = installations("before"), installations("after"), tmp_path / "backup"
    made(before, backup)
    KeyFile(after.data_dir / "keys").make()
    keys = (before.data_dir / "keys").read_text()
    other = (after.data_dir / "keys").read_text()
    (after.data_dir / "keys").write_text(f"{keys.split()[0]} {other.split()[1]}\n")

    with pytest.raises(WrongKeys, match="is not what it was"):
        restore_backup(after, backup, nobody_is_asked)

    if after.database_url:
        empty = open_database(after.store_url)
        assert inspect(empty.engine).get_table_names() == []
        empty.close()
    (after.data_dir / "keys").write_text(keys)
    assert restore_backup(after, backup, nobody_is_asked)[1]
    open_store(after)[0].close()
