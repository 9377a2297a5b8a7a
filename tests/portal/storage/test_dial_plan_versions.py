from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import text

from sipsorcery_web.database.connection import Database
from sipsorcery_web.database.keyring import Keyring
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
def test_a_row_that_was_tampered_with_gives_nothing(
    versions: DialPlanVersions, database: Database, change: str
) -> None:
    versions.keep(PLAN, "alice", None, saving("a"))
    with database.write() as session:
        session.execute(text(f"UPDATE dial_plan_versions SET {change}"))

    assert [*versions.newest(PLAN, "alice"), *versions.newest(PLAN, "bobby")] == []
    assert versions.version(PLAN, "alice", 1) is versions.version(PLAN, "bobby", 1) is None
    assert versions.version(PLAN, "alice", 2) is None
