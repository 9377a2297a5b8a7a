"""Starts that cannot be: each says in one sentence what is in the way, and in which file, and changes nothing."""

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from sipsorcery_web.database.key_sources import KeyFile
from sipsorcery_web.maintenance.stores import open_store
from sipsorcery_web.settings import Settings
from tests.portal_process import Portal, with_customer
from tests.running import free_port


@pytest.fixture
def instance(tmp_path: Path) -> Path:
    """The data directory of a portal that has stopped."""
    with_customer(tmp_path, "alice", administrator=True)
    return tmp_path / "instance"


def told_by(portal: Portal) -> str:
    """Return what a portal says that does not start: one line, and no traceback."""
    assert portal.end() == 1
    assert portal.output == ""
    (line,) = portal.errors.splitlines()
    return line.removeprefix("SIPSorcery Web does not start: ")


def spoil(file: Path, offset: int = 0) -> bytes:
    """Write over a part of a file; what it holds now."""
    with file.open("r+b") as pages:
        pages.seek(offset)
        pages.write(b"\x7f" * 512)
    return file.read_bytes()


def test_with_other_keys_it_does_not_start_and_changes_nothing(
    instance: Path, portal_process: Callable[..., Portal]
) -> None:
    (instance / "keys").unlink()
    KeyFile(instance / "keys").make()
    before = (instance / "sipsorcery.db").read_bytes()

    told = told_by(portal_process())

    assert told.startswith(f"The keys do not belong to the data in sqlite:///{instance}/sipsorcery.db: the key file ")
    assert told.endswith(
        "Nothing was changed. Put back the keys that belong to it, or name the database that belongs to these."
    )
    assert (instance / "sipsorcery.db").read_bytes() == before


def test_without_keys_it_does_not_start_and_makes_none(instance: Path, portal_process: Callable[..., Portal]) -> None:
    (instance / "keys").rename(instance.parent / "keys")

    assert told_by(portal_process()).startswith("There is no key file instance/keys, but the data in sqlite:///")
    assert not (instance / "keys").exists()
    running = portal_process(SIPSORCERY_KEYS_FILE=str(instance.parent / "keys"))
    running.until("SIPSorcery Web: ")
    assert running.stop() == 0


def columns_in(file: Path) -> set[tuple[str, str]]:
    """The columns of each table, and the names of what else there is."""
    columns = "SELECT m.name, p.name FROM sqlite_master m LEFT JOIN pragma_table_info(m.name) p"
    with closing(sqlite3.connect(file)) as engine:
        return set(engine.execute(columns))


@pytest.mark.parametrize("offset", [0, 100], ids=["its header", "its first table"])
def test_a_damaged_database_is_named(instance: Path, portal_process: Callable[..., Portal], offset: int) -> None:
    spoiled = spoil(instance / "sipsorcery.db", offset)

    told = told_by(portal_process())

    assert told.startswith(f"The database sqlite:///{instance}/sipsorcery.db cannot be ")
    assert told.endswith(". Restore a backup into an empty data directory; this one stays as it is.")
    assert (instance / "sipsorcery.db").read_bytes() == spoiled


@pytest.mark.parametrize("offset", [0, 100], ids=["its header", "its first table"])
def test_a_damaged_file_of_the_engine_is_named_and_made_anew_once_it_is_moved_away(
    instance: Path, portal_process: Callable[..., Portal], offset: int
) -> None:
    file = instance / "sipsorcery-engine.db"
    tables = columns_in(file)
    spoil(file, offset)

    told = told_by(portal_process())
    file.rename(instance / "moved-away")
    running = portal_process()
    running.until("SIPSorcery Web: ")

    assert f"cannot be opened: {file}, which belongs to it: " in told
    assert told.endswith("The database itself is whole. Stop the SIP engine and move that file away: it is made anew.")
    assert running.stop() == 0
    assert columns_in(file) == tables


def test_one_portal_at_a_time_has_a_data_directory(instance: Path, portal_process: Callable[..., Portal]) -> None:
    first = portal_process()
    first.until("SIPSorcery Web: ")

    second = Portal(instance.parent, free_port())

    assert told_by(second) == (
        f"the portal of instance runs already (process {first.process.pid}). End that one first, or set "
        "SIPSORCERY_DATA_DIR to another directory."
    )
    assert first.stop() == 0
    again = portal_process()
    again.until("SIPSorcery Web: ")
    assert again.stop() == 0


def test_a_copy_of_the_file_beside_a_running_portal_has_its_tables(
    tmp_path: Path, portal_process: Callable[..., Portal]
) -> None:
    """No backup, but no empty file either: what the start has made is in the file itself."""
    running = portal_process()
    running.until("/setup/")
    shutil.copy2(tmp_path / "instance" / "sipsorcery.db", tmp_path / "copy.db")

    with closing(sqlite3.connect(tmp_path / "copy.db")) as copy:
        assert copy.execute("SELECT count(*) FROM sealing_keys").fetchone() == (1,)
        assert copy.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert running.stop() == 0


def test_after_a_stop_everything_is_in_the_files_though_another_process_has_them_open(
    instance: Path, portal_process: Callable[..., Portal]
) -> None:
    other, _ = open_store(Settings(data_dir=instance))
    running = portal_process()
    running.until("SIPSorcery Web: ")
    with other.write() as session:
        session.connection().exec_driver_sql("INSERT INTO setuplinks VALUES ('x', '2026-11-23 12:00:00')")
    assert running.stop() == 0

    assert (instance / "sipsorcery.db-wal").stat().st_size == 0
    other.close()
