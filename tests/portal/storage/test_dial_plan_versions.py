from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import text

from sipsorcery_web.database.connection import Database
from sipsorcery_web.database.keyring import Keyring
from sipsorcery_web.portal.storage import dial_plan_versions
from sipsorcery_web.portal.storage.dial_plan_versions import KEPT_AT_MOST, DialPlanVersions, PlanText, Saving
from tests.portal.storage.support import Clock

PLAN = uuid4()


@pytest.fixture
def versions(database: Database, tmp_path: Path, clock: Clock) -> DialPlanVersions:
    return DialPlanVersions(database, Keyring.load(tmp_path / "keys"), clock)


def saving(script: str, note: str = "", at: datetime = datetime(2026, 3, 1, tzinfo=UTC)) -> Saving:
    return Saving(PlanText("night", "Ruby", script), "alice", at, note, 2, 1)


def scripts(versions: DialPlanVersions, owner: str = "alice") -> list[str]:
    return [version.text.script for version in versions.newest(PLAN, owner)]


def test_a_version_comes_back_as_it_was_kept(versions: DialPlanVersions) -> None:
    versions.keep(PLAN, "alice", None, saving("a\r\né", "first"))

    version = versions.version(PLAN, "alice", 1)
    assert version is not None
    assert (version.number, version.saved_by, version.note, version.added, version.removed) == (
        1,
        "alice",
        "first",
        2,
        1,
    )
    assert version.text == PlanText("night", "Ruby", "a\r\né")
    assert version.saved_at == datetime(2026, 3, 1, tzinfo=UTC)


def test_what_was_there_before_is_kept_first_unless_it_is_the_newest_version(versions: DialPlanVersions) -> None:
    versions.keep(PLAN, "alice", saving("a"), saving("b"))
    versions.keep(PLAN, "alice", saving("b"), saving("c"))
    versions.keep(PLAN, "alice", saving("elsewhere"), saving("d"))

    assert scripts(versions) == ["d", "elsewhere", "c", "b", "a"]
    assert versions.count(PLAN, "alice") == 5
    assert [version.text.script for version in versions.newest(PLAN, "alice", 2)] == ["d", "elsewhere"]


def test_another_owner_and_another_plan_have_another_past(versions: DialPlanVersions) -> None:
    versions.keep(PLAN, "alice", None, saving("a"))
    versions.keep(PLAN, "bobby", saving("b"), saving("c"))

    assert scripts(versions) == ["a"]
    assert scripts(versions, "bobby") == ["c", "b"]
    assert versions.version(PLAN, "bobby", 1) is None
    assert versions.count(uuid4(), "alice") == 0
    assert versions.version(uuid4(), "alice", 1) is None


def test_a_plan_keeps_the_last_200_versions(versions: DialPlanVersions) -> None:
    for number in range(KEPT_AT_MOST + 3):
        versions.keep(PLAN, "alice", None, saving(str(number)))

    assert len(scripts(versions)) == KEPT_AT_MOST
    assert scripts(versions)[-1] == "3"
    assert versions.version(PLAN, "alice", 3) is None


def test_an_owner_keeps_the_last_versions_of_all_plans_together(
    versions: DialPlanVersions, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dial_plan_versions, "MOST_OF_OWNER", 3)
    plans = [uuid4() for _ in range(5)]
    for plan in plans:
        versions.keep(plan, "alice", None, saving("a", at=clock()))
        versions.keep(plan, "bobby", None, saving("b", at=clock()))
        clock.advance(minutes=1)

    assert [versions.count(plan, "alice") for plan in plans] == [0, 0, 1, 1, 1]
    assert [versions.count(plan, "bobby") for plan in plans] == [0, 0, 1, 1, 1]


def test_any_number_of_versions_from_before_the_bounds_goes_at_once(
    versions: DialPlanVersions, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A statement has at most 65,535 parameters on PostgreSQL."""
    monkeypatch.setattr(dial_plan_versions, "MOST_OF_OWNER", 3)
    rows = [{"plan": str(uuid4()), "number": number, "at": "2026-01-01 00:00:00"} for number in range(33_000)]
    with database.write() as session:
        session.execute(
            text(
                "INSERT INTO dial_plan_versions (plan_id, number, owner, saved_by, saved_at, note, size, sealed) "
                "VALUES (:plan, :number, 'alice', 'alice', :at, '', 1, '')"
            ),
            rows,
        )

    versions.keep(PLAN, "alice", None, saving("a"))

    with database.read() as session:
        assert session.scalar(text("SELECT count(*) FROM dial_plan_versions")) == 3
    assert scripts(versions) == ["a"]


def test_an_owners_versions_take_no_more_room_than_they_may(
    versions: DialPlanVersions, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dial_plan_versions, "LONGEST_OF_OWNER", 30_000)
    for letter in "abcd":
        versions.keep(PLAN, "alice", None, saving(letter * 10_000, at=clock()))
        clock.advance(minutes=1)

    assert [script[0] for script in scripts(versions)] == ["d", "c"]


def test_a_moment_of_a_clock_that_is_ahead_is_taken_as_now(versions: DialPlanVersions, clock: Clock) -> None:
    versions.keep(PLAN, "alice", saving("a", at=datetime(9999, 12, 31, 23, tzinfo=UTC)), saving("b", at=clock.now))

    assert [version.saved_at for version in versions.newest(PLAN, "alice")] == [clock.now, clock.now]


def test_names_and_scripts_cannot_be_read_where_they_lie(versions: DialPlanVersions, database: Database) -> None:
    versions.keep(PLAN, "alice", None, saving("sys.Log 'secret'"))

    with database.read() as session:
        raw = repr(session.execute(text("SELECT * FROM dial_plan_versions")).all())
    assert "secret" not in raw
    assert "night" not in raw


@pytest.mark.parametrize("change", ["number = 2", "owner = 'bobby'", "sealed = 'forged'"])
def test_a_row_that_was_tampered_with_shows_no_text_and_that_it_cannot_be_read(
    versions: DialPlanVersions, database: Database, change: str
) -> None:
    versions.keep(PLAN, "alice", None, saving("secret", "first"))
    with database.write() as session:
        session.execute(text(f"UPDATE dial_plan_versions SET {change}"))

    (version,) = [*versions.newest(PLAN, "alice"), *versions.newest(PLAN, "bobby")]

    assert version.is_unreadable
    assert (version.text.script, version.saved_by, version.note) == ("", "alice", "first")


def test_a_version_that_cannot_be_read_keeps_none_from_being_read_and_none_from_being_kept(
    versions: DialPlanVersions, database: Database
) -> None:
    for script in ("a", "b"):
        versions.keep(PLAN, "alice", None, saving(script))
    with database.write() as session:
        session.execute(text("UPDATE dial_plan_versions SET sealed = 'forged' WHERE number = 2"))

    versions.keep(PLAN, "alice", saving("b"), saving("c"))

    assert scripts(versions) == ["c", "b", "", "a"]
    assert [version.is_unreadable for version in versions.newest(PLAN, "alice")] == [False, False, True, False]
