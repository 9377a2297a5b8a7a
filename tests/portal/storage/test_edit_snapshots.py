from pathlib import Path

import pytest
from sqlalchemy import text

from sipsorcery_web.database.connection import Database
from sipsorcery_web.database.keyring import Keyring
from sipsorcery_web.portal.storage.edit_snapshots import MOST_PER_USER, EditSnapshots
from tests.portal.storage.support import Clock

DIGEST, OTHER = "a" * 64, "b" * 64
SHOWN = '{"network_id": "5th-floor Grüße"}'


@pytest.fixture
def records(database: Database, tmp_path: Path, clock: Clock) -> EditSnapshots:
    return EditSnapshots(database, Keyring.load(tmp_path / "keys"), clock)


def count(database: Database) -> int:
    with database.read() as session:
        return int(session.scalar(text("SELECT count(*) FROM opened_records")) or 0)


def test_what_a_form_showed_is_found_by_its_digest(records: EditSnapshots) -> None:
    records.keep("alice", DIGEST, SHOWN)

    assert records.find("alice", DIGEST) == SHOWN
    assert records.find("alice", DIGEST) == SHOWN


def test_another_user_or_another_digest_finds_nothing(records: EditSnapshots) -> None:
    records.keep("alice", DIGEST, SHOWN)

    assert [records.find(*asked) for asked in (("bobby", DIGEST), ("alice", OTHER), ("alice", ""))] == [None] * 3


def test_after_twelve_hours_there_is_nothing(records: EditSnapshots, clock: Clock) -> None:
    records.keep("alice", DIGEST, SHOWN)

    clock.advance(hours=11, minutes=59)
    assert records.find("alice", DIGEST) == SHOWN
    clock.advance(minutes=1)
    assert records.find("alice", DIGEST) is None


def test_opening_the_same_again_keeps_one_row_and_renews_it_in_time(
    records: EditSnapshots, database: Database, clock: Clock
) -> None:
    records.keep("alice", DIGEST, SHOWN)
    clock.advance(hours=2)
    records.keep("alice", DIGEST, SHOWN)
    clock.advance(hours=11)

    assert records.find("alice", DIGEST) == SHOWN
    assert count(database) == 1


def test_one_user_keeps_the_newest_fifty_and_takes_nothing_from_others(
    records: EditSnapshots, database: Database, clock: Clock
) -> None:
    records.keep("bobby", DIGEST, SHOWN)
    digests = [f"{number:064x}" for number in range(MOST_PER_USER + 2)]
    for digest in digests:
        clock.advance(seconds=1)
        records.keep("alice", digest, SHOWN)

    found = [records.find("alice", digest) is not None for digest in digests]
    assert found == [False, False, *[True] * MOST_PER_USER]
    assert records.find("bobby", DIGEST) == SHOWN


def test_what_has_expired_goes_when_something_else_is_kept(
    records: EditSnapshots, database: Database, clock: Clock
) -> None:
    records.keep("alice", DIGEST, SHOWN)
    clock.advance(hours=12)
    records.keep("bobby", OTHER, SHOWN)

    assert count(database) == 1


def test_nothing_of_it_can_be_read_where_it_lies(records: EditSnapshots, database: Database) -> None:
    records.keep("alice", DIGEST, SHOWN)

    with database.read() as session:
        assert "5th-floor" not in repr(session.execute(text("SELECT * FROM opened_records")).all())


@pytest.mark.parametrize("change", ["username = 'bobby'", f"digest = '{OTHER}'", "sealed = 'forged'"])
def test_a_row_that_was_tampered_with_gives_nothing(records: EditSnapshots, database: Database, change: str) -> None:
    records.keep("alice", DIGEST, SHOWN)
    with database.write() as session:
        session.execute(text(f"UPDATE opened_records SET {change}"))

    asked = [("alice", DIGEST), ("bobby", DIGEST), ("alice", OTHER)]
    assert [records.find(*each) for each in asked] == [None] * 3
