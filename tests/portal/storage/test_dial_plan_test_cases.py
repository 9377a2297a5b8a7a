"""Test cases of dial plans: found by their plan and owner alone, sealed, at most a hundred, gone with the plan."""

from dataclasses import replace
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from sipsorcery_web.database.connection import Database
from sipsorcery_web.database.keyring import Keyring
from sipsorcery_web.portal.storage.dial_plan_test_cases import (
    MOST,
    CaseCount,
    DialPlanTestCases,
    PlanTestCase,
    TooManyCases,
)
from tests.portal.storage.support import Clock

PLAN = uuid4()


@pytest.fixture
def cases(database: Database, tmp_path: Path, clock: Clock) -> DialPlanTestCases:
    return DialPlanTestCases(database, Keyring.load(tmp_path / "keys"), clock)


def case(name: str = "at night", result: str = "The caller gets 480.") -> PlanTestCase:
    call = {"number": "0301", "direction": "out"}
    return PlanTestCase(name=name, call=call, answers={"1@blueline": "busy"}, expected=[result], last=[result])


def names(cases: DialPlanTestCases, owner: str = "alice") -> list[str]:
    return [each.name for each in cases.of_plan(PLAN, owner)]


def test_a_case_comes_back_as_it_was_kept(cases: DialPlanTestCases) -> None:
    kept = case()
    cases.add(PLAN, "alice", kept)
    assert cases.of_plan(PLAN, "alice") == [kept]


def test_cases_of_another_plan_or_owner_are_not_found(cases: DialPlanTestCases) -> None:
    kept = case()
    cases.add(PLAN, "alice", kept)
    assert cases.of_plan(PLAN, "bobby") == []
    assert cases.of_plan(uuid4(), "alice") == []
    assert not cases.remove(PLAN, "bobby", kept.id)
    cases.update(PLAN, "bobby", [replace(kept, name="mine")])
    assert names(cases) == ["at night"]
    assert cases.counts({PLAN: "bobby"}) == {}


def test_a_case_that_fails_is_counted(cases: DialPlanTestCases) -> None:
    first, second = case("one"), case("two")
    for each in (first, second):
        cases.add(PLAN, "alice", each)
    cases.update(PLAN, "alice", [replace(first, last=["The caller gets 404."])])
    assert cases.counts({PLAN: "alice", uuid4(): "alice"}) == {PLAN: CaseCount(2, 1)}
    assert cases.counts({}) == {}


def test_a_case_can_be_removed(cases: DialPlanTestCases) -> None:
    kept = case()
    cases.add(PLAN, "alice", kept)
    assert cases.remove(PLAN, "alice", kept.id)
    assert not cases.remove(PLAN, "alice", kept.id)
    assert names(cases) == []


def test_a_plan_has_a_hundred_cases_at_most(cases: DialPlanTestCases) -> None:
    for number in range(MOST):
        cases.add(PLAN, "alice", case(str(number)))
    with pytest.raises(TooManyCases):
        cases.add(PLAN, "alice", case("one more"))
    cases.add(uuid4(), "alice", case("of another plan"))


def test_cases_go_with_their_plan_unless_its_deletion_is_undone(cases: DialPlanTestCases, clock: Clock) -> None:
    cases.add(PLAN, "alice", case())
    cases.end(PLAN, "alice")
    cases.keep(PLAN, "alice")
    clock.advance(minutes=20)
    assert names(cases) == ["at night"]
    cases.end(PLAN, "alice")
    clock.advance(minutes=20)
    assert names(cases) == []
    assert cases.counts({PLAN: "alice"}) == {}
    cases.keep(PLAN, "alice")
    assert names(cases) == [], "it is too late"


def test_what_has_ended_is_deleted(cases: DialPlanTestCases, database: Database, clock: Clock) -> None:
    cases.add(PLAN, "alice", case())
    cases.end(PLAN, "alice")
    clock.advance(minutes=20)
    cases.add(uuid4(), "alice", case())
    with database.read() as session:
        assert session.scalar(text("SELECT count(*) FROM dial_plan_test_cases")) == 1


def test_what_it_holds_cannot_be_read_where_it_lies(cases: DialPlanTestCases, database: Database) -> None:
    cases.add(PLAN, "alice", case())
    with database.read() as session:
        raw = repr(session.execute(text("SELECT * FROM dial_plan_test_cases")).all())
    assert "0301" not in raw
    assert "blueline" not in raw


@pytest.mark.parametrize("change", ["owner = 'bobby'", "sealed = 'x'", f"plan_id = '{UUID(int=7)}'"])
def test_a_case_that_was_moved_or_changed_is_one_that_cannot_be_read(
    cases: DialPlanTestCases, database: Database, change: str
) -> None:
    kept = case()
    cases.add(PLAN, "alice", kept)
    assert cases.unreadable(PLAN, "alice") == []
    with database.write() as session:
        session.execute(text(f"UPDATE dial_plan_test_cases SET {change}"))
        row = session.execute(text("SELECT plan_id, owner FROM dial_plan_test_cases")).one()
    assert cases.of_plan(UUID(row.plan_id), row.owner) == []
    assert cases.unreadable(UUID(row.plan_id), row.owner) == [kept.id]
    assert cases.remove(UUID(row.plan_id), row.owner, kept.id)
