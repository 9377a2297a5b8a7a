"""Rows that a crashed engine left in its tables."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import func, insert, select

from sipsorcery_web.database.connection import Database
from sipsorcery_web.kamailio.leftovers import LONGEST_CALL, sweep
from sipsorcery_web.kamailio.tables import DIALOG, DIALOG_VARS, LOCATION
from tests.factories import DOMAIN

from .harness import KamailioHarness, eventually
from .sipp import CONVERSATION

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def call(number: int, **more: Any) -> dict[str, Any]:
    texts = dict.fromkeys(column.name for column in DIALOG.columns if column.name not in ("id", "start_time"))
    usual = {
        **dict.fromkeys(texts, "x"), "hash_entry": number, "hash_id": number, "state": 4,
        "start_time": NOON - timedelta(minutes=1), "callid": f"call-{number}",
        **{name: uuid4().hex for name in ("bridge_id", "out_leg_id", "in_leg_id")},
    }  # fmt: skip
    return usual | more


def fact(number: int) -> dict[str, Any]:
    return {"hash_entry": number, "hash_id": number, "dialog_key": "invite", "dialog_value": "{}"}


def binding(ruid: str, expires: datetime) -> dict[str, Any]:
    return {"ruid": ruid, "username": "alice", "domain": DOMAIN, "expires": expires, "last_modified": NOON}


def test_calls_that_go_on_and_phones_that_are_registered_stay(database: Database) -> None:
    with database.write() as session:
        session.execute(insert(DIALOG), [call(1), call(2, state=3)])
        session.execute(insert(DIALOG_VARS), [fact(1), fact(2)])
        session.execute(insert(LOCATION), [binding("here", NOON + timedelta(minutes=1))])

    sweep(database, NOON)

    with database.read() as session:
        counts = [session.scalar(select(func.count()).select_from(table)) for table in (DIALOG, DIALOG_VARS, LOCATION)]
    assert counts == [2, 2, 1]


def test_what_cannot_go_on_goes_with_what_was_noted_of_it(database: Database) -> None:
    too_long = call(2, start_time=NOON - LONGEST_CALL - timedelta(minutes=1))
    with database.write() as session:
        session.execute(insert(DIALOG), [call(1, state=2), too_long, call(3, callid="older"), call(3, callid="newer")])
        session.execute(insert(DIALOG_VARS), [fact(number) for number in (1, 2, 3, 4)])
        session.execute(insert(LOCATION), [binding("gone", NOON - timedelta(seconds=5))])

    sweep(database, NOON)

    with database.read() as session:
        assert session.scalars(select(DIALOG.c.callid)).all() == ["newer"]
        assert session.scalars(select(DIALOG_VARS.c.hash_entry)).all() == [3]
        assert session.scalars(select(LOCATION.c.ruid)).all() == []


@pytest.mark.parametrize("harness", ["sqlite"], indirect=True)
def test_tens_of_thousands_of_leftovers_do_not_keep_the_engine_from_starting(harness: KamailioHarness) -> None:
    harness.stop_kamailio()
    with harness.kamailio.database.write() as session:
        session.execute(insert(DIALOG_VARS), [fact(number) for number in range(30_219)])
        soon = datetime.now(UTC) + timedelta(hours=1)
        session.execute(insert(LOCATION), [binding(f"phone-{number}", soon) for number in range(6_000)])

    harness.start_kamailio()

    hers, his, number = harness.pair("after-all")
    answering = his.takes(*CONVERSATION)
    hers.calls(number, *hers.talk(number, seconds=0.2)).wait()
    answering.wait()
    assert eventually(lambda: harness.records("alice"))
