"""Rotation of keys over a store with a value in every sealed column."""

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import String, Text, select, text, update

from sipsorcery_web.clock import utc_now
from sipsorcery_web.database import rotation as rotating
from sipsorcery_web.database.base import Base
from sipsorcery_web.database.canaries import SealingKeyRow, keyring_for
from sipsorcery_web.database.connection import Database
from sipsorcery_web.database.key_sources import GivenKeys, KeyFile, lines_of
from sipsorcery_web.database.keyring import Keyring
from sipsorcery_web.database.migrate import migrate
from sipsorcery_web.database.rotation import rotate_keys
from sipsorcery_web.database.sealed import sealed_columns
from sipsorcery_web.service.store.models import SIPAccountRow
from tests.factories import SIP_PASSWORD
from tests.factories.rows import sip_account_values
from tests.sealed_values import OWNER, Reader, keep_all

PACKAGE = Path(__file__).parent.parent.parent / "sipsorcery_web"
SEALED = {f"{each.table.name}.{each.column.name}" for each in sealed_columns(Base.metadata)}


class Interrupted(Exception):
    pass


@pytest.fixture
def source(tmp_path: Path) -> KeyFile:
    return KeyFile(tmp_path / "keys")


@pytest.fixture
def own_keyring(database: Database, source: KeyFile) -> Keyring:
    """The keys of an installation that has just been made."""
    migrate(database)
    return keyring_for(database, source)


def with_newest_alone(keyring: Keyring) -> Keyring:
    """The keys without those from before the last rotation."""
    return Keyring(GivenKeys({keyring.newest_id: keyring.source.read()[keyring.newest_id]}))


def read_all(readers: Mapping[str, Reader], database: Database, keyring: Keyring) -> dict[str, Any]:
    return {name: read(database, keyring) for name, read in readers.items()}


def texts_in(database: Database) -> Iterator[tuple[str, str]]:
    """Every text in every table of the store, with its column."""
    with database.read() as session:
        for table in Base.metadata.sorted_tables:
            for column in table.columns:
                if isinstance(column.type, (Text, String)):
                    for value in session.scalars(select(column).where(column.is_not(None))):
                        yield f"{table.name}.{column.name}", value


# The list of sealed columns, which a later table must not be missing from


def test_every_column_that_is_called_sealed_says_what_its_values_are_sealed_for() -> None:
    called = {
        f"{table.name}.{column.name}"
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if column.name.startswith("sealed")
    }
    assert called == SEALED


def test_the_tests_keep_a_value_in_every_sealed_column(database: Database, own_keyring: Keyring) -> None:
    readers = keep_all(database, own_keyring)

    assert set(readers) == SEALED
    sealed = {column for column, value in texts_in(database) if value.startswith(f"{own_keyring.newest_id}.")}
    assert sealed == SEALED | {"sealing_keys.canary"}


def test_nobody_seals_for_a_place_that_is_not_declared() -> None:
    declared = {"place_of", "session_context", "_context", "_place"}
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "seal":
                place = node.args[1]
                if isinstance(place, ast.Name) and place.id == "context":  # made by place_of a line above
                    assert "context = place_of(" in path.read_text()
                    continue
                assert isinstance(place, ast.Call)
                assert isinstance(place.func, ast.Name)
                assert place.func.id in declared, f"{path}:{node.lineno} seals for a place that no rotation knows"


# Rotation


def test_after_a_rotation_the_newest_key_opens_everything(
    database: Database, own_keyring: Keyring, source: KeyFile
) -> None:
    readers = keep_all(database, own_keyring)
    expected = read_all(readers, database, own_keyring) | {"jobs.sealed": [{"to": "bob"}]}
    with database.write() as session:  # it was taken to be read
        session.execute(text("UPDATE jobs SET due_at = added_at, lease = NULL"))
    before = own_keyring.newest_id

    rotation = rotate_keys(database, own_keyring)

    assert (rotation.sealed, rotation.unreadable, rotation.is_resumed) == (len(SEALED), {}, False)
    assert [column for column, value in texts_in(database) if value.startswith(f"{before}.")] == ["sealing_keys.canary"]
    newest = with_newest_alone(own_keyring)
    found = {name: read(database, newest) for name, read in readers.items() if name != "dialplanvalues.sealed"}
    assert found == {name: value for name, value in expected.items() if name != "dialplanvalues.sealed"}
    assert readers["dialplanvalues.sealed"](database, Keyring(source)) == ["mode"]
    assert source.path.read_text().splitlines()[0].startswith(before)


def test_a_running_process_seals_with_the_new_key_from_then_on(
    database: Database, own_keyring: Keyring, source: KeyFile
) -> None:
    running = Keyring(source)
    rotation = rotate_keys(database, own_keyring)

    assert running.seal("s3cret", "a place").startswith(f"{rotation.key_id}.")


@pytest.mark.parametrize("accounts", [1, 7])
def test_a_rotation_that_was_interrupted_goes_on_with_its_key(
    database: Database, own_keyring: Keyring, source: KeyFile, monkeypatch: pytest.MonkeyPatch, accounts: int
) -> None:
    readers = keep_all(database, own_keyring)
    monkeypatch.setattr(rotating, "BATCH", 3)
    with database.write() as session:
        for number in range(accounts):
            row = SIPAccountRow(**sip_account_values(OWNER, f"phone{number}", utc_now()))
            row.sealed_sip_password = own_keyring.seal(SIP_PASSWORD, f"sipaccounts.sip_password:{row.id}")
            session.add(row)
    batches, batch = [0], rotating._batch

    def until_interrupted(*arguments: Any) -> Any:
        batches[0] += 1
        if batches[0] > 4:
            raise Interrupted
        return batch(*arguments)

    monkeypatch.setattr(rotating, "_batch", until_interrupted)
    with pytest.raises(Interrupted):
        rotate_keys(database, own_keyring)
    monkeypatch.setattr(rotating, "_batch", batch)
    again = keyring_for(database, source)
    rotation = rotate_keys(database, again)

    assert (rotation.is_resumed, len(again.ids), rotation.key_id) == (True, 2, own_keyring.newest_id)
    assert 0 < rotation.sealed < len(SEALED) + accounts
    assert readers["sipaccounts.sealed_ha1_md5"] is not None
    older = f"{own_keyring.ids[0]}."
    assert [column for column, value in texts_in(database) if value.startswith(older)] == ["sealing_keys.canary"]
    assert not rotate_keys(database, again).is_resumed


def test_a_key_that_was_added_by_hand_is_rotated_to(database: Database, own_keyring: Keyring, source: KeyFile) -> None:
    keep_all(database, own_keyring)
    source.add()
    given = GivenKeys.of(lines_of(source.read()).replace("\n", ","))
    keyring = keyring_for(database, given)

    rotation = rotate_keys(database, keyring)

    assert (rotation.key_id, rotation.is_resumed, rotation.sealed) == (keyring.newest_id, True, len(SEALED))
    assert len(keyring.ids) == 2


def test_a_value_that_cannot_be_read_stays_as_it_is_and_is_told(database: Database, own_keyring: Keyring) -> None:
    keep_all(database, own_keyring)
    with database.write() as session:
        session.execute(text("UPDATE sipproviders SET sealed_provider_password = 'gone.AAAA'"))

    rotation = rotate_keys(database, own_keyring)

    assert rotation.unreadable == {"sipproviders.sealed_provider_password": 1}
    with database.read() as session:
        assert session.scalar(text("SELECT sealed_provider_password FROM sipproviders")) == "gone.AAAA"


def test_what_somebody_changes_meanwhile_is_not_written_over(
    database: Database, own_keyring: Keyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    readers, anew = keep_all(database, own_keyring), rotating._sealed_anew
    table: Any = SIPAccountRow.__table__
    older = own_keyring.newest_id
    once: list[str] = []

    def changed_meanwhile(keyring: Keyring, sealed: Any, rows: Any, rotation: Any) -> Any:
        made = list(anew(keyring, sealed, rows, rotation))
        if sealed.column is table.c.sealed_sip_password and not once:
            once.append("by a process that has not looked at the keys again")
            with database.write() as session:
                (account_id,) = session.scalars(select(table.c.id))
                typed = keyring.seal_with(older, "an0therone", f"sipaccounts.sip_password:{account_id}")
                session.execute(update(table).values(sealed_sip_password=typed))
        return made

    monkeypatch.setattr(rotating, "_sealed_anew", changed_meanwhile)
    rotate_keys(database, own_keyring)

    assert readers["sipaccounts.sealed_sip_password"](database, with_newest_alone(own_keyring)) == "an0therone"


def test_a_rotation_has_not_come_to_its_end_while_others_seal_with_an_older_key(
    database: Database, own_keyring: Keyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    readers, anew = keep_all(database, own_keyring), rotating._sealed_anew
    table: Any = SIPAccountRow.__table__
    older = own_keyring.newest_id

    def changed_meanwhile(keyring: Keyring, sealed: Any, rows: Any, rotation: Any) -> Any:
        made = list(anew(keyring, sealed, rows, rotation))
        if sealed.column is table.c.sealed_sip_password:
            with database.write() as session:
                (account_id,) = session.scalars(select(table.c.id))
                typed = keyring.seal_with(older, "an0therone", f"sipaccounts.sip_password:{account_id}")
                session.execute(update(table).values(sealed_sip_password=typed))
        return made

    monkeypatch.setattr(rotating, "_sealed_anew", changed_meanwhile)
    rotation = rotate_keys(database, own_keyring)
    monkeypatch.setattr(rotating, "_sealed_anew", anew)

    assert (rotation.is_complete, rotation.left) == (False, 1)
    again = rotate_keys(database, own_keyring)
    assert (again.is_resumed, again.is_complete, again.sealed, again.left) == (True, True, 1, 0)
    assert readers["sipaccounts.sealed_sip_password"](database, with_newest_alone(own_keyring)) == "an0therone"


def test_what_cannot_be_read_is_left_and_does_not_keep_the_next_key_away(
    database: Database, own_keyring: Keyring
) -> None:
    keep_all(database, own_keyring)
    with database.write() as session:
        session.execute(text("UPDATE sipproviders SET sealed_provider_password = 'gone.AAAA'"))

    rotation = rotate_keys(database, own_keyring)

    assert (rotation.is_complete, rotation.left) == (True, 1)
    assert not rotate_keys(database, own_keyring).is_resumed


def test_a_database_knows_all_its_keys(database: Database, own_keyring: Keyring) -> None:
    rotate_keys(database, own_keyring)
    rotate_keys(database, own_keyring)

    with database.read() as session:
        rows = {row.key_id: row.is_everywhere for row in session.scalars(select(SealingKeyRow))}
    assert rows == dict.fromkeys(own_keyring.ids, True)
