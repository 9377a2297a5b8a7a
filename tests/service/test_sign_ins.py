"""The note of sign-ins: what is noted of whom, and how much of it at most."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from sipsorcery_web.contract.errors import Refused, TooManyAttempts
from sipsorcery_web.contract.extensions import SignIn, SignInResult, SignInWay
from sipsorcery_web.contract.filters import prop
from sipsorcery_web.database.connection import Database
from sipsorcery_web.database.keyring import Keyring
from sipsorcery_web.service import sign_ins
from sipsorcery_web.service.context import ServiceContext
from sipsorcery_web.service.dispatch import Service
from sipsorcery_web.service.domains import keep_default_domain
from sipsorcery_web.service.operators import Operators
from sipsorcery_web.service.passwords import Passwords
from sipsorcery_web.service.sign_ins import SignInNote
from sipsorcery_web.service.store.sign_ins import SignInRow
from sipsorcery_web.settings import NewAccounts
from tests.conftest import HOME, Clock, ServiceFixture
from tests.factories import DOMAIN, PASSWORD
from tests.portal.test_budgets import transactions

ELSEWHERE = "192.0.2.7"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0"
WRONG = "closesesame8"


@pytest.fixture(autouse=True)
def users(service_fixture: ServiceFixture, clock: Clock) -> None:
    """The cast has signed in, some hours ago."""
    assert service_fixture.alice
    assert service_fixture.bob
    clock.pass_(hours=3)
    with service_fixture.service.context.database.write() as session:
        for row in session.scalars(select(SignInRow)).all():
            session.delete(row)


def noted(service_fixture: ServiceFixture, username: str = "alice") -> list[SignIn]:
    """The sign-ins of a customer, the newest first."""
    token = service_fixture.client(None, "203.0.113.250").login(username, PASSWORD, browser="to look")
    mine = prop("Device").differs("to look")
    return service_fixture.client(token).sign_ins.page(where=mine)


def tried(service_fixture: ServiceFixture, password: str = WRONG, address: str = HOME, username: str = "alice") -> None:
    service_fixture.client(None, address).login(username, password, browser=FIREFOX)


def facts(found: list[SignIn]) -> list[tuple[str | None, str | None, str | None, int]]:
    return [(each.result, each.way, each.ip_address, each.times) for each in found]


def test_a_right_password_and_a_wrong_one_are_noted_with_time_address_and_browser(
    service_fixture: ServiceFixture, clock: Clock
) -> None:
    tried(service_fixture, address=ELSEWHERE)
    failed_at = clock()
    clock.pass_(minutes=1)
    tried(service_fixture, PASSWORD)

    right, wrong = noted(service_fixture)

    assert facts([right, wrong]) == [("Right", "Page", HOME, 1), ("WrongPassword", "Page", ELSEWHERE, 1)]
    assert (right.at, wrong.at) == (clock(), failed_at)
    assert (right.device, wrong.device) == (FIREFOX, FIREFOX)


def test_failures_of_an_address_within_an_hour_are_one_with_a_count(
    service_fixture: ServiceFixture, clock: Clock
) -> None:
    for _ in range(3):
        tried(service_fixture)
        clock.pass_(minutes=16)
    tried(service_fixture, address=ELSEWHERE)
    clock.pass_(minutes=30)
    tried(service_fixture)
    assert facts(noted(service_fixture)) == [
        ("WrongPassword", "Page", HOME, 1),
        ("WrongPassword", "Page", ELSEWHERE, 1),
        ("WrongPassword", "Page", HOME, 3),
    ]


def test_who_is_locked_out_is_noted_once_whatever_is_tried_afterwards(service_fixture: ServiceFixture) -> None:
    for _ in range(5):
        tried(service_fixture)
    for _ in range(3):
        with pytest.raises(TooManyAttempts):
            tried(service_fixture)
    assert {*facts(noted(service_fixture))} == {("LockedOut", "Page", HOME, 1), ("WrongPassword", "Page", HOME, 5)}


def test_the_right_password_of_a_closed_account_is_noted_as_such(service_fixture: ServiceFixture) -> None:
    operators = Operators(service_fixture.service.context)
    operators.suspend("alice", None)
    with pytest.raises(Refused):
        tried(service_fixture, PASSWORD, ELSEWHERE)
    operators.resume("alice")
    assert facts(noted(service_fixture)) == [("Closed", "Page", ELSEWHERE, 1)]


def test_each_sign_in_by_a_page_is_noted_and_those_of_programs_are_counted(service_fixture: ServiceFixture) -> None:
    for _ in range(2):
        tried(service_fixture, PASSWORD)
        service_fixture.client(None, ELSEWHERE).login("alice", PASSWORD)
    assert sorted(facts(noted(service_fixture)), key=str) == [
        ("Right", "Page", HOME, 1),
        ("Right", "Page", HOME, 1),
        ("Right", "SOAP", ELSEWHERE, 2),
    ]


def test_a_right_password_is_no_sign_in_yet_where_a_page_asks_for_more(service_fixture: ServiceFixture) -> None:
    page = service_fixture.client(None, HOME)
    assert page.login("alice", PASSWORD, browser=FIREFOX, asks_second_factor=True)
    assert noted(service_fixture) == []


def test_what_is_taken_back_is_noted_once_less_and_then_no_more(service_fixture: ServiceFixture, clock: Clock) -> None:
    missing, noted_at = SignInResult.SECOND_STEP_MISSING, clock()
    for _ in range(2):
        note(service_fixture, HOME, missing, SignInWay.PAGE, clock)
    note(service_fixture, ELSEWHERE, missing, SignInWay.PAGE, clock)
    left = []
    for _ in range(3):
        with service_fixture.service.context.database.write() as session:
            SignInNote("alice", HOME, SignInWay.PAGE, "").take_back(session, missing, noted_at)
        left.append(sorted(each.times for each in noted(service_fixture)))
    assert left == [[1, 1], [1], [1]]


def test_nothing_is_noted_of_a_name_that_nobody_has(service_fixture: ServiceFixture) -> None:
    tried(service_fixture, username="mallory")
    with service_fixture.service.context.database.read() as session:
        assert session.scalars(select(SignInRow)).all() == []


def test_bob_and_an_administrator_see_their_own_sign_ins_alone(service_fixture: ServiceFixture) -> None:
    tried(service_fixture)
    assert noted(service_fixture, "bobby") == []
    assert service_fixture.administrator.sign_ins.count(prop("Result").equals("WrongPassword")) == 0


def note(service_fixture: ServiceFixture, address: str, result: SignInResult, way: SignInWay, clock: Clock) -> None:
    with service_fixture.service.context.database.write() as session:
        SignInNote("alice", address, way, "").add(session, result, clock())


def test_strangers_neither_fill_the_store_nor_push_out_what_succeeded(
    service_fixture: ServiceFixture, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("MOST_FAILED", "MOST_OF_PROGRAMS", "MOST_OF_PAGES"):
        monkeypatch.setattr(sign_ins, name, 3)
    for number in range(5):
        clock.pass_(minutes=1)
        address = f"198.51.100.{number}"
        note(service_fixture, address, SignInResult.RIGHT, SignInWay.PAGE, clock)
        note(service_fixture, address, SignInResult.RIGHT, SignInWay.SOAP, clock)
    for number in range(20):
        clock.pass_(minutes=1)
        note(service_fixture, f"203.0.113.{number}", SignInResult.WRONG_PASSWORD, SignInWay.PAGE, clock)
        note(service_fixture, f"203.0.113.{number}", SignInResult.LOCKED_OUT, SignInWay.SOAP, clock)

    with service_fixture.service.context.database.read() as session:
        rows = session.scalars(select(SignInRow).order_by(SignInRow.at.desc())).all()

    assert sum(row.result != "Right" for row in rows) == 3
    for way in SignInWay:
        kept = [row.ip_address for row in rows if row.result == "Right" and row.way == way]
        assert kept == [f"198.51.100.{number}" for number in (4, 3, 2)]


def test_many_addresses_of_one_ipv6_network_are_one_stranger(service_fixture: ServiceFixture) -> None:
    for number in range(4):
        tried(service_fixture, address=f"2001:db8::{number}")
    assert facts(noted(service_fixture)) == [("WrongPassword", "Page", "2001:db8::3", 4)]


def test_what_is_older_than_90_days_is_forgotten(service_fixture: ServiceFixture, clock: Clock) -> None:
    tried(service_fixture, address=ELSEWHERE)
    clock.now += timedelta(days=90) - timedelta(seconds=1)
    assert len(noted(service_fixture)) == 1
    clock.pass_(seconds=1)
    assert noted(service_fixture) == []


def test_the_sign_ins_of_a_deleted_customer_go_with_the_account(service_fixture: ServiceFixture) -> None:
    tried(service_fixture)
    service_fixture.client(service_fixture.token_of("alice")).delete_customer("alice")
    with service_fixture.service.context.database.read() as session:
        assert session.scalars(select(SignInRow).where(SignInRow.owner == "alice")).all() == []


def test_a_failure_takes_as_many_transactions_with_an_account_as_without(service_fixture: ServiceFixture) -> None:
    costs = []
    for username in ("alice", "mallory"):
        with transactions() as begun:
            tried(service_fixture, username=username, address=ELSEWHERE)
        costs.append(len(begun))
    assert costs[0] == costs[1]


@pytest.fixture
def on_any_store(busy_database: Database, keyring: Keyring, passwords: Passwords, clock: Clock) -> ServiceFixture:
    """The service over either store."""
    parts = ServiceContext(
        database=busy_database,
        keyring=keyring,
        passwords=passwords,
        clock=clock,
        new_accounts=NewAccounts("open", chosen=True),
    )
    with busy_database.write() as session:
        keep_default_domain(session, DOMAIN, keyring, clock())
    return ServiceFixture(Service(parts))


def test_every_store_counts_and_forgets_alike(
    on_any_store: ServiceFixture, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sign_ins, "MOST_FAILED", 2)
    assert on_any_store.alice
    for number in range(4):
        for _ in range(2):
            tried(on_any_store, address=f"192.0.2.{number}")
        clock.pass_(hours=1)

    failed = on_any_store.client(on_any_store.token_of("alice")).sign_ins.page(where=prop("Result").differs("Right"))

    assert [(each.ip_address, each.times) for each in failed] == [("192.0.2.3", 2), ("192.0.2.2", 2)]


def test_every_store_takes_each_result_of_each_way(on_any_store: ServiceFixture, clock: Clock) -> None:
    assert on_any_store.alice
    for result in SignInResult:
        for way in SignInWay:
            note(on_any_store, HOME, result, way, clock)

    found = {(each.result, each.way) for each in on_any_store.alice.sign_ins.page()}

    assert found == {(str(result), str(way)) for result in SignInResult for way in SignInWay}
