"""Keys that fit their data: what a database says to other keys, and to none."""

from pathlib import Path

import pytest
from sqlalchemy import delete, select

from sipsorcery_web.database.canaries import SealingKeyRow, WrongKeys, keyring_for
from sipsorcery_web.database.connection import Database
from sipsorcery_web.database.key_sources import GivenKeys, KeyFile, KeyringError, MountedKeys, lines_of, new_line
from sipsorcery_web.database.keyring import Keyring
from sipsorcery_web.database.migrate import migrate
from tests.sealed_values import keep_all


@pytest.fixture
def source(database: Database, tmp_path: Path) -> KeyFile:
    """The keys of a database in use."""
    migrate(database)
    file = KeyFile(tmp_path / "keys")
    keep_all(database, keyring_for(database, file))
    return file


def known_to(database: Database) -> list[str]:
    with database.read() as session:
        return list(session.scalars(select(SealingKeyRow.key_id)))


def test_the_same_keys_are_known_again(database: Database, source: KeyFile) -> None:
    assert keyring_for(database, source).ids == known_to(database) == Keyring(source).ids


def test_other_keys_are_refused_and_nothing_is_changed(database: Database, source: KeyFile, tmp_path: Path) -> None:
    others = KeyFile(tmp_path / "others")
    others.make()
    known = known_to(database)

    with pytest.raises(WrongKeys) as told:
        keyring_for(database, others)

    assert str(told.value) == (
        f"The keys do not belong to the data in {database.shown}: the key file {others.path} lacks the key {known[0]}. "
        "Nothing was changed. Put back the keys that belong to it, or name the database that belongs to these."
    )
    assert known_to(database) == known


def test_a_key_of_the_same_name_is_not_the_same_key(database: Database, source: KeyFile) -> None:
    (key_id,) = source.read()
    forged = GivenKeys.of(f"{key_id} {new_line().split()[1]}")

    with pytest.raises(WrongKeys, match=f"the key {key_id} in SIPSORCERY_KEYS is not what it was"):
        keyring_for(database, forged)


def test_where_the_keys_are_missing_none_are_made(database: Database, source: KeyFile) -> None:
    source.path.rename(source.path.with_name("elsewhere"))

    with pytest.raises(
        WrongKeys, match=f"There is no key file {source.path}, but the data in .* is sealed with the key"
    ):
        keyring_for(database, source)

    assert not source.path.exists()


def test_a_database_without_canaries_is_asked_for_what_is_sealed_in_it(
    database: Database, source: KeyFile, tmp_path: Path
) -> None:
    """A version that had none made it."""
    with database.write() as session:
        session.execute(delete(SealingKeyRow))

    with pytest.raises(WrongKeys, match="Nothing was changed"):
        keyring_for(database, GivenKeys.of(new_line()))
    with pytest.raises(WrongKeys, match="There is no key file"):
        keyring_for(database, KeyFile(tmp_path / "none"))
    assert known_to(database) == []
    assert keyring_for(database, source).ids == known_to(database)


def test_two_hosts_over_one_database_have_the_same_keys_or_one_does_not_start(
    database: Database, source: KeyFile, tmp_path: Path
) -> None:
    with pytest.raises(WrongKeys):
        keyring_for(database, KeyFile(tmp_path / "of-the-second-host"))

    assert keyring_for(database, GivenKeys.of(lines_of(source.read()))).ids == known_to(database)


def test_a_new_database_takes_the_keys_that_are_there(database: Database) -> None:
    migrate(database)
    given = GivenKeys.of(f"{new_line()},{new_line()}")

    assert keyring_for(database, given).newest_id in known_to(database)


def test_a_mounted_file_that_is_missing_is_told_and_not_made(database: Database, tmp_path: Path) -> None:
    migrate(database)

    with pytest.raises(KeyringError, match="cannot be read: No such file"):
        keyring_for(database, MountedKeys(tmp_path / "mounted"))
    assert not (tmp_path / "mounted").exists()


@pytest.mark.parametrize(
    ("mode", "is_taken"), [(0o400, True), (0o444, True), (0o440, True), (0o460, False), (0o602, False)]
)
def test_a_mounted_file_may_be_read_by_whom_its_mount_lets_but_written_by_nobody_else(
    tmp_path: Path, mode: int, is_taken: bool
) -> None:
    path = tmp_path / "mounted"
    path.write_text(new_line())
    path.chmod(mode)

    if is_taken:
        assert len(Keyring(MountedKeys(path)).ids) == 1
    else:
        with pytest.raises(KeyringError, match="can be written by others"):
            Keyring(MountedKeys(path))


@pytest.mark.parametrize("between", ["\n", ",", ";", "\r\n"])
def test_keys_in_a_variable_stand_in_lines_or_between_commas(between: str) -> None:
    lines = [new_line().strip() for _ in range(2)]

    assert Keyring(GivenKeys.of(between.join(lines))).ids == [line.split()[0] for line in lines]


@pytest.mark.parametrize("text", ["first", ",", "first c2hvcnQ="])
def test_a_variable_without_keys_names_itself_and_not_what_it_holds(text: str) -> None:
    with pytest.raises(KeyringError, match="SIPSORCERY_KEYS") as told:
        GivenKeys.of(text)
    assert "c2hvcnQ" not in str(told.value)


def test_a_key_cannot_be_added_where_the_portal_does_not_write(tmp_path: Path) -> None:
    for source in (GivenKeys.of(new_line()), MountedKeys(tmp_path / "mounted")):
        with pytest.raises(KeyringError, match="flask --app app keys new"):
            source.add()


def test_a_file_in_which_keys_are_missing_is_not_taken_over_by_a_running_process(source: KeyFile) -> None:
    running = Keyring(source)
    sealed = running.seal("s3cret", "a place")
    source.path.write_text(new_line())

    assert running.seal("more", "a place").split(".")[0] == sealed.split(".")[0]
    assert running.open_text(sealed, "a place") == "s3cret"
