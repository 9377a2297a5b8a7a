from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from sipsorcery_web.database.connection import Database
from sipsorcery_web.database.keyring import Keyring
from sipsorcery_web.portal.storage.deleted_records import KEPT_AT_MOST, DeletedRecords, StoredDeletion
from tests.portal.storage.support import Clock

DESK = UUID("3f0e7c1a-9a0b-4c55-9d0e-2f8f0b6f7a11")
RECORD = "<AddSIPAccount>bl4ckbird! Grüße</AddSIPAccount>"


@pytest.fixture
def records(database: Database, tmp_path: Path, clock: Clock) -> DeletedRecords:
    return DeletedRecords(database, Keyring.load(tmp_path / "keys"), clock)


def count(database: Database) -> int:
    with database.read() as session:
        return int(session.scalar(text("SELECT count(*) FROM deleted_records")) or 0)


def test_a_record_is_found_for_ten_minutes(records: DeletedRecords, clock: Clock) -> None:
    until = records.keep("alice", DESK, RECORD)

    assert until == clock() + timedelta(minutes=10)
    assert records.find("alice", DESK) == StoredDeletion(RECORD, until)
    clock.advance(minutes=9, seconds=59)
    assert records.find("alice", DESK) == StoredDeletion(RECORD, until)
    clock.advance(seconds=1)
    assert records.find("alice", DESK) is None


def test_another_user_or_another_record_finds_nothing(records: DeletedRecords) -> None:
    records.keep("alice", DESK, RECORD)

    assert records.find("bobby", DESK) is None
    assert records.find("alice", uuid4()) is None


def test_keeping_it_again_takes_the_place_of_what_was_kept(records: DeletedRecords, database: Database) -> None:
    records.keep("alice", DESK, RECORD)
    records.keep("alice", DESK, "is back")

    assert getattr(records.find("alice", DESK), "contents", None) == "is back"
    assert count(database) == 1


def test_two_users_keep_the_same_record_apart(records: DeletedRecords) -> None:
    records.keep("alice", DESK, RECORD)
    records.keep("bobby", DESK, "bobby's")

    assert getattr(records.find("alice", DESK), "contents", None) == RECORD


def test_one_user_keeps_the_newest_twenty_and_takes_nothing_from_others(records: DeletedRecords, clock: Clock) -> None:
    records.keep("bobby", DESK, RECORD)
    ids = [uuid4() for _ in range(KEPT_AT_MOST + 2)]
    for record_id in ids:
        clock.advance(seconds=1)
        records.keep("alice", record_id, RECORD)

    found = [records.find("alice", record_id) is not None for record_id in ids]
    assert found == [False, False, *[True] * KEPT_AT_MOST]
    assert records.find("bobby", DESK) is not None


def test_what_has_expired_goes_when_something_else_is_kept(
    records: DeletedRecords, database: Database, clock: Clock
) -> None:
    records.keep("alice", DESK, RECORD)
    clock.advance(minutes=10)
    records.keep("bobby", uuid4(), RECORD)

    assert count(database) == 1


def test_neither_id_nor_password_can_be_read_where_it_lies(records: DeletedRecords, database: Database) -> None:
    records.keep("alice", DESK, RECORD)

    with database.read() as session:
        raw = repr(session.execute(text("SELECT * FROM deleted_records")).all())
    assert "bl4ckbird!" not in raw
    assert str(DESK) not in raw


@pytest.mark.parametrize("change", [f"id_hash = '{'b' * 64}'", "sealed = 'forged'"])
def test_a_row_that_was_tampered_with_gives_nothing(records: DeletedRecords, database: Database, change: str) -> None:
    records.keep("alice", DESK, RECORD)
    with database.write() as session:
        session.execute(text(f"UPDATE deleted_records SET {change}"))

    assert records.find("alice", DESK) is None
