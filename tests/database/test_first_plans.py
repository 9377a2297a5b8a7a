"""The first plan of customers of an earlier version: one that calls can follow takes the place of one untouched."""

from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from sqlalchemy import insert, select

from sipsorcery_web.database.connection import Database
from sipsorcery_web.database.migrate import migrate
from sipsorcery_web.service.operations.sign_up import DEFAULT_SCRIPT
from sipsorcery_web.service.store.models import SIPDialPlanRow
from tests.factories.old_stores import insert_customer

from .conftest import postgres_url

__all__ = ["postgres_url"]

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
HELLO = 'sys.Log("hello world")\n'


@pytest.fixture
def store(database: Database) -> Database:
    """A store of the revision before, with alice."""
    migrate(database, "0012")
    with database.write() as session:
        insert_customer(session, UUID(int=2), "alice", NOW)
    return database


def add(database: Database, name: str, script: str) -> UUID:
    plan_id = uuid4()
    moments = {"inserted": NOW, "last_update": NOW}
    values = {"id": plan_id, "owner": "alice", "dial_plan_name": name, "dial_plan_script": script} | moments
    with database.write() as session:
        session.execute(insert(SIPDialPlanRow).values(**values))
    return plan_id


def plan_of(database: Database, plan_id: UUID) -> tuple[str | None, str]:
    with database.read() as session:
        row = session.scalars(select(SIPDialPlanRow).where(SIPDialPlanRow.id == plan_id)).one()
        return row.dial_plan_script, row.script_type_description


def test_an_untouched_first_plan_dials_accounts_now(store: Database) -> None:
    plan_id = add(store, "default", HELLO)
    migrate(store)

    assert plan_of(store, plan_id) == (DEFAULT_SCRIPT, "Asterisk")


@pytest.mark.parametrize(("name", "script"), [("default", HELLO + "# mine\n"), ("hello", HELLO)])
def test_a_plan_of_the_customers_own_stays(store: Database, name: str, script: str) -> None:
    plan_id = add(store, name, script)
    migrate(store)

    assert plan_of(store, plan_id) == (script, "Ruby")
