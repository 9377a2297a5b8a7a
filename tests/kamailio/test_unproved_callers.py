"""Callers without proof leave few records in the list of whom they say to be, and none in anybody else's."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select

from sipsorcery_web.database.connection import Database
from sipsorcery_web.events.refusals import RefusalReason
from sipsorcery_web.kamailio.call_facts import CallFacts
from sipsorcery_web.kamailio.call_records import ELSEWHERE, WRONG_CREDENTIALS, take_over
from sipsorcery_web.kamailio.tables import CALL_RECORD
from sipsorcery_web.kamailio.unproved_callers import MOST
from sipsorcery_web.service.store.models import SIPCDRRow
from tests.factories import DOMAIN

from .harness import KamailioHarness, eventually
from .test_call_records import NOON, record, values_of
from .test_strangers import Wire

CALLED = f"sip:nobody@{DOMAIN}"
WRONG = "guessed1"


def noted(**facts: Any) -> dict[str, Any]:
    """A call as the engine writes it that somebody made in alice's name with a wrong password."""
    usual = {"callee_owner": None, "unproved": "1", "answer_code": "403", "answer_reason": WRONG_CREDENTIALS}
    return values_of(record(**(usual | facts)))


def taken_over(store: Database, *calls: dict[str, Any], after: timedelta = timedelta()) -> None:
    """Have calls recorded, which began when they are."""
    now = NOON + after
    with store.write() as session:
        session.execute(insert(CALL_RECORD), list(calls))
        take_over(session, now)


def recorded(store: Database, owner: str | None = "alice") -> list[str | None]:
    """The answers of an owner's records."""
    with store.read() as session:
        return list(session.scalars(select(SIPCDRRow.answered_reason).where(SIPCDRRow.owner == owner)))


def test_of_many_wrong_passwords_the_first_are_recorded(store: Database) -> None:
    taken_over(store, *(noted() for _ in range(MOST - 1)))
    taken_over(store, *(noted() for _ in range(MOST + 3)), after=timedelta(hours=23))

    assert recorded(store) == [WRONG_CREDENTIALS] * MOST


def test_a_day_later_there_are_some_again(store: Database) -> None:
    taken_over(store, *(noted() for _ in range(MOST)))
    later = timedelta(days=1, seconds=1)
    taken_over(store, noted(setup_time=str((NOON + later).timestamp())), after=later)

    assert len(recorded(store)) == MOST + 1


def test_each_owner_and_each_answer_has_its_own(store: Database) -> None:
    elsewhere = {"caller_owner": None, "callee_owner": "alice", "answer_reason": ELSEWHERE}
    flood = [noted(**facts) for facts in ({}, {"caller_owner": "bobby"}, elsewhere) for _ in range(MOST + 1)]

    taken_over(store, *flood)

    assert recorded(store).count(WRONG_CREDENTIALS) == recorded(store).count(ELSEWHERE) == MOST
    assert len(recorded(store, "bobby")) == MOST


def test_calls_of_nobody_leave_none(store: Database) -> None:
    taken_over(store, noted(caller_owner=None))

    assert recorded(store, None) == []


def test_a_phone_that_answers_in_the_same_words_hides_no_call(store: Database) -> None:
    answered = {"callee_owner": "bobby", "unproved": None}
    taken_over(store, *(noted(**answered) for _ in range(MOST + 1)), noted(**answered | {"caller_owner": None}))

    assert (len(recorded(store)), len(recorded(store, "bobby"))) == (MOST + 1, MOST + 2)


def test_a_flood_that_waits_does_not_use_up_the_calls_of_a_day(store: Database) -> None:
    with store.write() as session:
        session.execute(insert(CALL_RECORD), [noted(), noted(), noted(unproved=None)])

    assert CallFacts(store).legs_without_record("alice") == 1


def test_what_is_not_recorded_is_moved_out_of_the_way(store: Database) -> None:
    taken_over(store, *(noted() for _ in range(MOST + 1)))

    with store.read() as session:
        assert session.execute(select(CALL_RECORD)).all() == []


Heard = Callable[[str, str, str], str]


@pytest.fixture
def guess(harness: KamailioHarness) -> Heard:
    """Calls in the name of an account from an address with a password; what the engine answers."""

    def guess(name: str, ip: str, password: str) -> str:
        wire = Wire(harness, ip)
        with wire.socket:
            return wire.proves("INVITE", CALLED, name, password)

    return guess


@pytest.mark.usefixtures("collected")
def test_strangers_fill_no_list_and_the_owner_sees_them_and_her_own_calls(
    harness: KamailioHarness, guess: Heard
) -> None:
    account = harness.account("erika", "unproved-desk")
    strangers = [f"127.0.0.{number}" for number in range(31, 35)]

    for ip in strangers * 2:
        assert guess("unproved-desk", ip, WRONG).startswith("SIP/2.0 403 Wrong name or password")
    assert guess("unproved-desk", "127.0.0.35", account.sip_password or "").startswith("SIP/2.0 480")

    records = eventually(
        lambda: [cdr.answered_status for cdr in harness.records("erika")], lambda found: 480 in found
    )  # fmt: skip
    assert sorted(records) == [403] * MOST + [480]
    refused = eventually(
        lambda: harness.kamailio.kept_refusals().of_accounts([account.id]).get(account.id, ()),
        lambda found: sum(each.times for each in found) == len(strangers) * 2,
    )
    assert {(each.address, each.reason) for each in refused} == {(ip, RefusalReason.WRONG_PASSWORD) for ip in strangers}


@pytest.mark.parametrize("credentials", [
    "Digest", "Digest username=", 'Digest username="unproved-name"', "Basic dW5wcm92ZWQ6eA==", ", ,",
    'Digest username="unproved-name", realm="{domain}", nonce="", uri="{uri}", response=""',
    'Digest username="unproved-name", realm="{domain}", nonce="{nonce}", uri="{uri}", response="{response}"',
    'Digest username="unproved-name", realm="{domain}", nonce="{nonce}", uri="", response="{response}", qop=auth',
    'Digest username="unproved-name", realm="{domain}", nonce="{nonce}", uri="{uri}", response="{response}", algorithm=X',
])  # fmt: skip
def test_credentials_that_are_none_leave_no_record(harness: KamailioHarness, credentials: str) -> None:
    if "unproved-name" not in {account.sip_username for account in harness.client("gerda").sip_accounts.page()}:
        harness.account("gerda", "unproved-name")
    header = credentials.format(domain=DOMAIN, uri=CALLED, nonce="a" * 40, response="0" * 32)
    wire = Wire(harness, "127.0.0.37")

    with wire.socket:
        heard = wire.says("INVITE", CALLED, f"<sip:unproved-name@{DOMAIN}>", f"Proxy-Authorization: {header}\r\n")

    assert heard[8:11] in ("407", "500"), heard
    assert harness.records("gerda") == []
