from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select, text

from sipsorcery_web.database.connection import Database
from sipsorcery_web.service import invites
from sipsorcery_web.service.store.models import InviteCodeRow
from tests.conftest import Clock

from .conftest import at_once

NOW = Clock().now
NOBODYS = "6c62292e-236b-46ea-bdf8-225010869881"


@pytest.fixture
def code(database: Database, clock: Clock) -> str:
    with database.write() as session:
        return invites.make_code(session, clock())


def complaint(database: Database, code: str | None, now: datetime = NOW) -> str | None:
    with database.read() as session:
        broken = invites.broken_rule(session, code, now)
    return broken.sentence if broken else None


def spent(database: Database, clock: Clock, code: str | None) -> bool:
    with database.write() as session:
        return invites.spend(session, code, "alice", clock())


def test_a_code_is_a_guid_of_its_own(database: Database, clock: Clock) -> None:
    with database.write() as session:
        codes = {invites.make_code(session, clock()) for _ in range(5)}

    assert len(codes) == 5
    assert all(UUID(code).version == 4 for code in codes)


def test_a_new_code_can_be_used(database: Database, code: str) -> None:
    assert complaint(database, code) is None


def test_a_code_may_be_typed_in_upper_case_in_braces_and_with_blanks(database: Database, code: str) -> None:
    assert complaint(database, f" {code.upper()} ") is None
    assert complaint(database, f"{{{code}}}") is None


@pytest.mark.parametrize("missing", [None, "", "   "])
def test_a_missing_code_is_told_without_a_full_stop(database: Database, missing: str | None) -> None:
    assert complaint(database, missing) == "No invite code was specified"


@pytest.mark.parametrize("unknown", [NOBODYS, "please", "' or ''='"])
def test_an_unknown_code_is_told(database: Database, code: str, unknown: str) -> None:
    assert complaint(database, unknown) == "The invite code was not recognised."


def test_a_code_is_good_until_its_end(database: Database, clock: Clock) -> None:
    with database.write() as session:
        code = invites.make_code(session, clock(), ends=clock() + timedelta(days=1))

    assert complaint(database, code, NOW + timedelta(hours=23)) is None
    assert complaint(database, code, NOW + timedelta(days=1)) == "The invite code has ended."


def test_a_code_is_good_for_one_customer(database: Database, code: str, clock: Clock) -> None:
    assert spent(database, clock, code)
    assert not spent(database, clock, code)
    assert complaint(database, code) == "The invite code has already been used."


@pytest.mark.parametrize("unknown", [None, "", NOBODYS])
def test_an_unknown_code_cannot_be_spent(database: Database, clock: Clock, unknown: str | None) -> None:
    assert not spent(database, clock, unknown)


def test_who_used_a_code_and_when_is_kept(database: Database, code: str, clock: Clock) -> None:
    spent(database, clock, code)

    with database.read() as session:
        row = session.scalars(select(InviteCodeRow)).one()
    assert (row.used_by, row.used_at) == ("alice", clock.now)


def test_a_code_cannot_be_read_from_the_store(database: Database, code: str) -> None:
    with database.read() as session:
        dump = str(session.execute(text("SELECT * FROM invitecodes")).all())

    assert code not in dump
    assert code.replace("-", "") not in dump


def test_of_many_who_use_a_code_at_once_one_succeeds(busy_database: Database, clock: Clock) -> None:
    with busy_database.write() as session:
        code = invites.make_code(session, clock())
    outcomes: list[bool] = []

    assert at_once(*[lambda: outcomes.append(spent(busy_database, clock, code))] * 4) == []
    assert sorted(outcomes) == [False, False, False, True]
