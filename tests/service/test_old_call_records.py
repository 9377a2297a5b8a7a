"""Call records that are kept for some days."""

from datetime import timedelta

import pytest
from sqlalchemy import func, insert, select, text

from sipsorcery_web.database import old_rows
from sipsorcery_web.database.connection import Database
from sipsorcery_web.service.old_call_records import OldCallRecords
from sipsorcery_web.service.store.models import SIPCDRRow
from tests.conftest import Clock
from tests.factories.rows import cdr_values


@pytest.fixture
def records(busy_database: Database, clock: Clock) -> OldCallRecords:
    """Five records, a day apart, the newest of now; every other one of nobody."""
    rows = [
        cdr_values(None if day % 2 else "alice", clock()) | {"created": clock() - timedelta(days=day)}
        for day in range(5)
    ]
    with busy_database.write() as session:
        session.execute(insert(SIPCDRRow), rows)
    return OldCallRecords(busy_database, clock, timedelta(days=2))


def ages(records: OldCallRecords) -> list[int]:
    with records.database.read() as session:
        return sorted((records.clock() - created).days for created in session.scalars(select(SIPCDRRow.created)))


def test_those_that_are_too_old_go_and_no_others(records: OldCallRecords) -> None:
    assert records.delete() == 3
    assert ages(records) == [0, 1]
    assert records.delete() == 0


def test_they_go_some_at_a_time(records: OldCallRecords, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(old_rows, "AT_ONCE", 2)

    assert records.delete() == 3
    assert ages(records) == [0, 1]


def test_the_counts_of_lists_follow(records: OldCallRecords) -> None:
    if records.database.engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL keeps no counts")
    records.delete()

    with records.database.read() as session:
        counted = session.scalar(text("SELECT sum(amount) FROM list_counts WHERE list = 'cdr' AND scope = '*'"))
        assert counted == session.scalar(select(func.count()).select_from(SIPCDRRow)) == 2
