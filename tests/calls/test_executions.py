from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import delete, func, insert, select, text, update

from sipsorcery_web.calls.executions import Executions
from sipsorcery_web.calls.models import ExecutionRow
from sipsorcery_web.database import old_rows
from sipsorcery_web.database.connection import Database
from sipsorcery_web.database.keyring import Keyring
from sipsorcery_web.dial_plans.outcomes import Ended
from sipsorcery_web.service.store.models import CustomerRow
from tests.conftest import Clock
from tests.database.conftest import postgres_url
from tests.service.conftest import busy_database

from .kept_executions import BOB, CALL_ID, PLAN, running

__all__ = ["busy_database", "postgres_url"]


@pytest.fixture
def executions(busy_database: Database, keyring: Keyring, clock: Clock) -> Executions:
    """The executions of alice and bobby, who are customers."""
    customers = [
        {"id": uuid4(), "customer_username": name, "email_address": name, "password_hash": "", "inserted": clock()}
        for name in ("alice", "bobby")
    ]
    with busy_database.write() as session:
        session.execute(insert(CustomerRow), customers)
    return Executions(busy_database, keyring, clock)


def rows_in(executions: Executions) -> int:
    with executions.database.read() as session:
        return int(session.scalar(select(func.count()).select_from(ExecutionRow)) or 0)


def test_an_execution_is_found_again_as_it_was_kept(executions: Executions, clock: Clock) -> None:
    kept = running(clock())
    executions.keep([kept])

    assert executions.of_call("alice", CALL_ID) == [kept]
    assert executions.running() == [kept]
    assert executions.of_call("alice", "another call") == []


def test_an_execution_that_is_over_is_found_at_its_call_alone(executions: Executions, clock: Clock) -> None:
    kept = running(clock())
    executions.keep([kept])
    clock.pass_(seconds=3)
    over = replace(kept, answer=Ended(code=486, reason="Busy here"), ended_at=clock(), cdr_id=uuid4(), lines=(1,))
    executions.keep([over])

    assert executions.of_call("alice", CALL_ID) == [over]
    assert executions.running() == []
    assert rows_in(executions) == 1


def test_executions_come_in_the_order_in_which_they_began(executions: Executions, clock: Clock) -> None:
    first = running(clock())
    clock.pass_(seconds=1)
    second = running(clock())
    executions.keep([second, first])

    assert executions.of_call("alice", CALL_ID) == [first, second]
    assert executions.running() == [first, second]


def test_bob_never_finds_alices_executions(executions: Executions, clock: Clock) -> None:
    executions.keep([running(clock())])

    assert executions.of_call("bobby", CALL_ID) == []
    assert executions.running_by_plan("bobby") == {}


def test_running_executions_are_counted_for_each_plan_of_their_owner(executions: Executions, clock: Clock) -> None:
    other = UUID(int=2)
    executions.keep([running(clock()), running(clock()), running(clock(), plan_id=other)])
    executions.keep([running(clock(), "bobby"), running(clock(), ended_at=clock())])

    assert executions.running_by_plan("alice") == {PLAN: 2, other: 1}


def test_a_row_that_is_given_to_bob_opens_for_nobody(executions: Executions, clock: Clock) -> None:
    executions.keep([running(clock(), cdr_id=UUID(int=7))])
    assert executions.unreadable_of_call("alice", CALL_ID) == []
    with executions.database.write() as session:
        session.execute(update(ExecutionRow).values(owner="bobby"))

    assert executions.of_call("bobby", CALL_ID) == []
    assert executions.running() == []
    (unreadable,) = executions.unreadable_of_call("bobby", CALL_ID)
    assert (unreadable.plan_id, unreadable.began, unreadable.cdr_id) == (PLAN, clock(), UUID(int=7))


def test_neither_numbers_nor_scripts_nor_answers_can_be_read_in_the_table(executions: Executions, clock: Clock) -> None:
    executions.keep([running(clock())])

    with executions.database.read() as session:
        row = str(session.execute(text("SELECT * FROM executions")).all())
    assert not [secret for secret in ("night", "sys.Dial", "blueline", "leg-secret") if secret in row]


def test_the_password_of_a_leg_is_not_kept(executions: Executions, clock: Clock) -> None:
    executions.keep([running(clock())])

    (kept,) = executions.of_call("alice", CALL_ID)
    assert kept.dials[0].legs[1].leg == replace(BOB, password="")
    assert "leg-secret" not in kept.contents()


@pytest.mark.parametrize("odd", ["", "ü" * 300, "a\x00b", "\ud800", "'; DROP TABLE executions; --"])
def test_a_caller_may_choose_any_call_id(executions: Executions, clock: Clock, odd: str) -> None:
    executions.keep([running(clock(), call_id=odd)])

    assert len(executions.of_call("alice", odd)) == 1


def test_an_owner_who_was_deleted_takes_executions_along(executions: Executions, clock: Clock) -> None:
    executions.keep([running(clock())])
    with executions.database.write() as session:
        session.execute(delete(CustomerRow).where(CustomerRow.customer_username == "alice"))

    assert executions.running() == []


def test_executions_of_others_are_kept_when_an_owner_has_gone(executions: Executions, clock: Clock) -> None:
    executions.keep([running(clock(), "nobody"), running(clock(), "bobby")])

    assert [each.owner for each in executions.running()] == ["bobby"]


def test_nothing_is_kept_where_there_is_nothing_to_keep(executions: Executions) -> None:
    executions.keep([])

    assert executions.running() == []


def test_executions_are_deleted_after_seven_days(
    executions: Executions, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(old_rows, "AT_ONCE", 2)
    executions.keep([running(clock()) for _ in range(4)])
    clock.pass_(days=1)
    executions.keep([running(clock())])

    assert executions.delete_old() == 0
    clock.pass_(days=6)
    assert executions.delete_old() == 4
    assert rows_in(executions) == 1


def test_executions_go_sooner_where_call_records_do(executions: Executions, clock: Clock) -> None:
    executions.keep([running(clock())])
    clock.pass_(days=2)

    assert replace(executions, kept_for=timedelta(days=3)).delete_old() == 0
    assert replace(executions, kept_for=timedelta(days=2)).delete_old() == 1


def test_running_executions_are_found_without_those_that_are_over(database: Database) -> None:
    with database.read() as session:
        plan = str(session.execute(text("EXPLAIN QUERY PLAN SELECT * FROM executions WHERE is_over IS 0")).all())

    assert "ix_executions_running" in plan
