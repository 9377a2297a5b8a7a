"""Backups, made beside writers and restored into empty installations."""

import sqlite3
import stat
import threading
import zipfile
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select, text

from sipsorcery_web.database.canaries import WrongKeys
from sipsorcery_web.database.key_sources import KeyFile
from sipsorcery_web.database.keyring import Keyring
from sipsorcery_web.database.rotation import rotate_keys
from sipsorcery_web.maintenance import passphrases
from sipsorcery_web.maintenance.archive import KEYS, MANIFEST
from sipsorcery_web.maintenance.backup import make_backup
from sipsorcery_web.maintenance.errors import BackupError
from sipsorcery_web.maintenance.restore import restore_backup
from sipsorcery_web.maintenance.stores import open_store
from sipsorcery_web.service.store.models import SetupLinkRow
from sipsorcery_web.settings import SettingError, Settings
from tests.sealed_values import keep_all

from .backups import PASSPHRASE, New, contents_of, made, nobody_is_asked


def changed(path: Path, member: str, change: Callable[[bytes], bytes]) -> None:
    """Change a member of a backup, or its manifest."""
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, body in members.items():
            archive.writestr(name, change(body) if name == member else body)


def test_everything_comes_back_with_the_keys_that_were_copied_by_hand(installations: New, tmp_path: Path) -> None:
    before, after, backup = installations("before"), installations("after"), tmp_path / "backup"
    contents = made(before, backup)
    after.data_dir.mkdir()
    (after.data_dir / "keys").write_bytes((before.data_dir / "keys").read_bytes())
    (after.data_dir / "keys").chmod(0o600)

    assert restore_backup(after, backup, nobody_is_asked)[1]

    database, _ = open_store(after)
    assert contents_of(database) == contents
    database.close()
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600
    assert sorted(path.name for path in tmp_path.iterdir()) == ["after", "backup", "before"]


def test_with_a_passphrase_the_keys_are_in_it_and_nobody_reads_them_without(installations: New, tmp_path: Path) -> None:
    before, after, backup = installations("before"), installations("after"), tmp_path / "backup"
    contents = made(before, backup, PASSPHRASE)
    key = (before.data_dir / "keys").read_text().split()[1]
    with zipfile.ZipFile(backup) as archive:
        assert key.encode() not in b"".join(archive.read(name) for name in archive.namelist())

    with pytest.raises(BackupError, match="do not open with this passphrase"):
        restore_backup(after, backup, lambda: "another horse battery")
    assert not (after.data_dir / "keys").exists()
    restore_backup(after, backup, lambda: PASSPHRASE)

    database, keyring = open_store(after)
    assert contents_of(database) == contents
    assert keyring.ids == Keyring(KeyFile(before.data_dir / "keys")).ids
    database.close()


def test_without_keys_the_portal_does_not_start_until_they_are_there(installations: New, tmp_path: Path) -> None:
    before, after, backup = installations("before"), installations("after"), tmp_path / "backup"
    made(before, backup)

    assert not restore_backup(after, backup, nobody_is_asked)[1]

    with pytest.raises(WrongKeys, match="There is no key file"):
        open_store(after)
    (before.data_dir / "keys").rename(after.data_dir / "keys")
    open_store(after)[0].close()


def test_keys_of_another_installation_are_refused_before_anything_is_put_in_place(
    installations: New, tmp_path: Path
) -> None:
    before, after, backup = installations("before"), installations("after"), tmp_path / "backup"
    made(before, backup)
    KeyFile(after.data_dir / "keys").make()

    with pytest.raises(WrongKeys):
        restore_backup(after, backup, nobody_is_asked)

    assert {path.name for path in after.data_dir.iterdir()} <= {"keys", "lock"}
    (after.data_dir / "keys").write_bytes((before.data_dir / "keys").read_bytes())
    assert restore_backup(after, backup, nobody_is_asked)[1]


def test_a_backup_made_while_others_write_is_of_one_moment(installations: New, tmp_path: Path) -> None:
    """Each writer writes two rows in one transaction, so there is never one without the other."""
    settings, after, backup = installations("before"), installations("after"), tmp_path / "backup"
    database, keyring = open_store(settings)
    over, written = threading.Event(), threading.Semaphore(0)

    def write() -> None:
        number = 0
        while not over.is_set():
            number += 1
            with database.write() as session:
                for half in ("a", "b"):
                    values = {"hash": f"{number:060}{half}", "at": "2026-11-23 12:00:00"}
                    session.execute(
                        text("INSERT INTO setuplinks (secret_hash, expires_at) VALUES (:hash, :at)"), values
                    )
            written.release()

    writer = threading.Thread(target=write)
    writer.start()
    for _ in range(20):
        written.acquire()
    make_backup(database, keyring, backup, PASSPHRASE)
    over.set()
    writer.join()
    database.close()
    restore_backup(after, backup, lambda: PASSPHRASE)

    restored, _ = open_store(after)
    with restored.read() as session:
        halves = session.scalars(select(SetupLinkRow.secret_hash)).all()
    restored.close()
    assert len(halves) >= 40
    assert {half[:-1] for half in halves if half.endswith("a")} == {half[:-1] for half in halves if half.endswith("b")}
    assert len({half[:-1] for half in halves}) == max(int(half[:-1]) for half in halves)


def test_what_was_sealed_before_a_rotation_is_read_after_a_restore(installations: New, tmp_path: Path) -> None:
    before, after, backup = installations("before"), installations("after"), tmp_path / "backup"
    made(before, backup)
    database, keyring = open_store(before)
    rotate_keys(database, keyring)
    database.close()
    after.data_dir.mkdir()
    (before.data_dir / "keys").rename(after.data_dir / "keys")

    assert restore_backup(after, backup, nobody_is_asked)[1]
    open_store(after)[0].close()


def test_a_backup_from_before_the_ends_of_the_audit_were_in_it_is_restored(tmp_path: Path) -> None:
    before, after = Settings(data_dir=tmp_path / "before"), Settings(data_dir=tmp_path / "after")
    contents = made(before, tmp_path / "backup", PASSPHRASE)
    changed(tmp_path / "backup", MANIFEST, lambda body: body.replace(b'"format": 2', b'"format": 1'))

    restore_backup(after, tmp_path / "backup", lambda: PASSPHRASE)

    database, _ = open_store(after)
    assert contents_of(database) == contents
    assert not after.audit_heads.exists()
    database.close()


# Refusals


def test_a_file_that_is_there_is_not_written_over(installations: New, tmp_path: Path) -> None:
    (tmp_path / "backup").write_text("of last month")

    with pytest.raises(BackupError, match="stays as it is"):
        made(installations("before"), tmp_path / "backup")
    assert (tmp_path / "backup").read_text() == "of last month"


def test_a_data_directory_that_is_not_empty_stays_as_it_is(installations: New, tmp_path: Path) -> None:
    before, backup = installations("before"), tmp_path / "backup"
    made(before, backup)
    (before.data_dir / "secret_key").touch()

    with pytest.raises(SettingError, match=r"SIPSORCERY_DATA_DIR=.*before is not empty: it has .*Nothing was changed"):
        restore_backup(replace(before, database_url=installations("after").database_url), backup, nobody_is_asked)


def test_a_postgresql_database_with_tables_stays_as_it_is(
    postgres_databases: Callable[[], str], tmp_path: Path
) -> None:
    before = Settings(data_dir=tmp_path / "before", database_url=postgres_databases())
    contents = made(before, tmp_path / "backup", PASSPHRASE)

    with pytest.raises(BackupError, match="has tables already"):
        restore_backup(replace(before, data_dir=tmp_path / "after"), tmp_path / "backup", lambda: PASSPHRASE)
    database, _ = open_store(before)
    assert contents_of(database) == contents
    database.close()


def test_a_sqlite_file_elsewhere_is_not_written_over(tmp_path: Path) -> None:
    made(Settings(data_dir=tmp_path / "before"), tmp_path / "backup", PASSPHRASE)
    (tmp_path / "portal.db").write_text("another")
    elsewhere = Settings(data_dir=tmp_path / "after", database_url=f"sqlite:///{tmp_path}/portal.db")

    with pytest.raises(BackupError, match="There is a database already"):
        restore_backup(elsewhere, tmp_path / "backup", lambda: PASSPHRASE)
    assert (tmp_path / "portal.db").read_text() == "another"
    assert not (tmp_path / "after" / "keys").exists()


def test_a_backup_of_the_other_kind_of_database_is_told(tmp_path: Path) -> None:
    made(Settings(data_dir=tmp_path / "before"), tmp_path / "backup", PASSPHRASE)
    other = Settings(data_dir=tmp_path / "after", database_url="postgresql://nobody@127.0.0.1:1/none")

    with pytest.raises(BackupError, match=r"is a backup of sqlite, but .* names postgresql"):
        restore_backup(other, tmp_path / "backup", nobody_is_asked)


@pytest.mark.parametrize(
    ("member", "change", "sentence"),
    [
        ("main.db", lambda body: body[:5000] + b"\xff" * 500 + body[5500:], "its main.db is not what was written"),
        ("main.db", lambda body: body[:-1], "its main.db is not what was written"),
        ("main.db", lambda body: body + b"more", "its main.db is not what was written"),
        (MANIFEST, lambda body: body.replace(b'"revision": "', b'"revision": "9'), "made by a newer version"),
        (MANIFEST, lambda body: body.replace(b'"format": 2', b'"format": 3'), "made by a newer version"),
        (MANIFEST, lambda body: body.replace(b'"main.db"', b'"../main.db"'), "is no backup of SIPSorcery Web"),
        (MANIFEST, lambda body: body[:40], "is no backup of SIPSorcery Web"),
        (MANIFEST, lambda body: b"[]", "is no backup of SIPSorcery Web"),
        (KEYS, lambda body: b"{}", "do not open with this passphrase"),
        (KEYS, lambda body: b"[1]", "do not open with this passphrase"),
    ],
)
def test_a_backup_that_was_changed_is_told_and_nothing_is_put_in_place(
    tmp_path: Path, member: str, change: Callable[[bytes], bytes], sentence: str
) -> None:
    made(Settings(data_dir=tmp_path / "before"), tmp_path / "backup", PASSPHRASE)
    changed(tmp_path / "backup", member, change)
    after = Settings(data_dir=tmp_path / "after")

    with pytest.raises(BackupError, match=sentence):
        restore_backup(after, tmp_path / "backup", lambda: PASSPHRASE)
    left = {path.name for path in after.data_dir.iterdir()} if after.data_dir.exists() else set()
    assert left <= {"lock"}


@pytest.mark.parametrize("body", [b"", b"nothing of the kind", b"PK\x03\x04 cut short"])
def test_a_file_of_something_else_is_no_backup(tmp_path: Path, body: bytes) -> None:
    (tmp_path / "backup").write_bytes(body)

    with pytest.raises(BackupError, match="is no backup of SIPSorcery Web"):
        restore_backup(Settings(data_dir=tmp_path / "after"), tmp_path / "backup", nobody_is_asked)
    with pytest.raises(BackupError, match="There is no file"):
        restore_backup(Settings(data_dir=tmp_path / "after"), tmp_path / "none", nobody_is_asked)


def test_a_member_that_the_manifest_does_not_know_is_not_taken(tmp_path: Path) -> None:
    made(Settings(data_dir=tmp_path / "before"), tmp_path / "backup", PASSPHRASE)
    with zipfile.ZipFile(tmp_path / "backup", "a") as archive:
        archive.writestr("../outside", b"hostile")

    with pytest.raises(BackupError, match="its members are others"):
        restore_backup(Settings(data_dir=tmp_path / "after"), tmp_path / "backup", lambda: PASSPHRASE)
    assert not (tmp_path / "outside").exists()


@pytest.mark.parametrize(("name", "table"), [("sipsorcery.db", "jobs"), ("sipsorcery-engine.db", "acc_cdrs")])
def test_a_damaged_database_is_not_taken_for_a_backup(tmp_path: Path, name: str, table: str) -> None:
    settings = Settings(data_dir=tmp_path / "before")
    database, keyring = open_store(settings)
    keep_all(database, keyring)
    database.close()
    file = settings.data_dir / name
    with closing(sqlite3.connect(file)) as store:
        (root,) = store.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", (table,)).fetchone()
        (size,) = store.execute("PRAGMA page_size").fetchone()
    with file.open("r+b") as pages:
        pages.seek((root - 1) * size)
        pages.write(b"\x0d" + b"\xff" * 200)
    database, keyring = open_store(settings)

    with pytest.raises(BackupError, match=r"is damaged|cannot be copied"):
        make_backup(database, keyring, tmp_path / "backup")
    database.close()
    assert not (tmp_path / "backup").exists()


def test_a_short_passphrase_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BackupError, match="at least 12 characters"):
        made(Settings(data_dir=tmp_path / "before"), tmp_path / "backup", "short")
    assert not (tmp_path / "backup").exists()


def test_a_passphrase_costs_what_it_should() -> None:
    assert (2**17, passphrases.BLOCK, passphrases.PARALLEL) == (2**17, 8, 1)
