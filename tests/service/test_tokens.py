from datetime import timedelta

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from sipsorcery_web.contract.errors import Refused, SessionExpired
from sipsorcery_web.contract.operations import LONGEST_SESSION_MINUTES, SESSION_MINUTES
from sipsorcery_web.hashes import hash_secret
from sipsorcery_web.service.store.models import CustomerSessionRow
from sipsorcery_web.service.tokens import Caller, caller_of, close_session, end_sessions, extend, open_session
from tests.conftest import HOME, Clock, ServiceFixture


@pytest.fixture
def alice(service_fixture: ServiceFixture) -> str:
    """The name of a customer who has never signed in."""
    service_fixture.someone("alice").logout()
    return "alice"


def opened(service_fixture: ServiceFixture, username: str) -> str:
    with service_fixture.service.context.database.write() as session:
        return open_session(session, username, HOME, service_fixture.service.context.clock())


def caller(service_fixture: ServiceFixture, token: str | None) -> Caller:
    with service_fixture.service.context.database.read() as session:
        return caller_of(session, token, service_fixture.service.context.clock())


def extended(service_fixture: ServiceFixture, token: str, minutes: int) -> CustomerSessionRow:
    with service_fixture.service.context.database.write() as session:
        extend(session, token, minutes)
        return row_of(session, token)


def row_of(session: Session, token: str) -> CustomerSessionRow:
    return session.scalars(select(CustomerSessionRow).where(CustomerSessionRow.token_hash == hash_secret(token))).one()


def test_a_token_is_96_hex_digits_and_never_the_same(service_fixture: ServiceFixture, alice: str) -> None:
    several = {opened(service_fixture, alice) for _ in range(20)}

    assert len(several) == 20
    assert all(len(token) == 96 and set(token) <= set("0123456789abcdef") for token in several)


def test_a_token_leads_to_its_customer(service_fixture: ServiceFixture, alice: str) -> None:
    assert caller(service_fixture, opened(service_fixture, alice)) == Caller("alice", None)


def test_a_session_that_a_clock_which_was_ahead_has_begun_is_none(
    service_fixture: ServiceFixture, alice: str, clock: Clock
) -> None:
    before = opened(service_fixture, alice)
    clock.pass_(days=30)
    token = opened(service_fixture, alice)
    assert caller(service_fixture, token) == Caller("alice", None)
    clock.pass_(days=-30)

    for ended in (before, token):  # the first was swept out while the clock was ahead
        with pytest.raises(SessionExpired):
            caller(service_fixture, ended)
    assert caller(service_fixture, opened(service_fixture, alice)) == Caller("alice", None)


def test_a_session_with_all_its_extensions_is_none_of_the_future(service_fixture: ServiceFixture, alice: str) -> None:
    token = opened(service_fixture, alice)
    extended(service_fixture, token, LONGEST_SESSION_MINUTES)

    assert caller(service_fixture, token) == Caller("alice", None)


def test_the_token_of_an_administrator_leads_to_one(service_fixture: ServiceFixture) -> None:
    assert service_fixture.administrator
    administrator = caller(service_fixture, opened(service_fixture, "root-admin"))

    assert (administrator.username, administrator.is_administrator) == ("root-admin", True)


def test_the_administrator_of_some_members_is_no_administrator_of_all() -> None:
    assert not Caller("alice", "members-of-alice").is_administrator
    assert not Caller("alice", None).is_administrator


@pytest.mark.parametrize("token", [None, "", " ", "0" * 96, "' or 1=1 --"])
def test_a_token_that_was_never_given_leads_to_nobody(
    service_fixture: ServiceFixture, alice: str, token: str | None
) -> None:
    opened(service_fixture, alice)

    with pytest.raises(SessionExpired):
        caller(service_fixture, token)


def test_the_stored_hash_is_no_token(service_fixture: ServiceFixture, alice: str) -> None:
    with pytest.raises(SessionExpired):
        caller(service_fixture, hash_secret(opened(service_fixture, alice)))


def test_a_token_stands_nowhere_in_the_database(service_fixture: ServiceFixture, alice: str) -> None:
    token = opened(service_fixture, alice)
    with service_fixture.service.context.database.read() as session:
        dump = "\n".join(map(str, session.execute(text("SELECT * FROM customersessions"))))

    assert token not in dump
    assert hash_secret(token) in dump


def test_a_session_lasts_for_an_hour_and_no_longer(service_fixture: ServiceFixture, alice: str, clock: Clock) -> None:
    token = opened(service_fixture, alice)

    clock.pass_(minutes=59, seconds=59)
    assert caller(service_fixture, token)
    clock.pass_(seconds=1)
    with pytest.raises(SessionExpired):
        caller(service_fixture, token)


def test_use_does_not_lengthen_a_session(service_fixture: ServiceFixture, alice: str, clock: Clock) -> None:
    token = opened(service_fixture, alice)
    for _ in range(6):
        assert caller(service_fixture, token)
        clock.pass_(minutes=10)

    with pytest.raises(SessionExpired):
        caller(service_fixture, token)


def test_a_session_is_extended_from_its_beginning(service_fixture: ServiceFixture, alice: str, clock: Clock) -> None:
    token, began = opened(service_fixture, alice), clock.now
    clock.pass_(minutes=50)

    assert extended(service_fixture, token, 60).ends_at == began + timedelta(minutes=120)


def test_no_session_lasts_longer_than_600_minutes(service_fixture: ServiceFixture, alice: str, clock: Clock) -> None:
    token, began = opened(service_fixture, alice), clock.now

    assert extended(service_fixture, token, 500).ends_at == began + timedelta(minutes=560)
    assert extended(service_fixture, token, 60).ends_at == began + timedelta(minutes=600)
    with pytest.raises(Refused, match="cannot be extended beyind 600 minutes"):
        extended(service_fixture, token, 1)


def test_the_largest_number_of_the_wire_extends_to_600_minutes(
    service_fixture: ServiceFixture, alice: str, clock: Clock
) -> None:
    assert extended(service_fixture, opened(service_fixture, alice), 2**31 - 1).ends_at == clock.now + timedelta(
        minutes=600
    )


@pytest.mark.parametrize("minutes", [0, -1, -(2**31)])
def test_a_session_is_never_shortened(service_fixture: ServiceFixture, alice: str, clock: Clock, minutes: int) -> None:
    token = opened(service_fixture, alice)

    with pytest.raises(Refused, match="one minute at the least"):
        extended(service_fixture, token, minutes)
    clock.pass_(minutes=59)
    assert caller(service_fixture, token)


def test_an_unknown_session_cannot_be_extended(service_fixture: ServiceFixture) -> None:
    with pytest.raises(SessionExpired):
        extended(service_fixture, "0" * 96, 60)


def test_closing_a_session_leaves_the_others_of_its_customer(service_fixture: ServiceFixture, alice: str) -> None:
    here, there = opened(service_fixture, alice), opened(service_fixture, alice)
    with service_fixture.service.context.database.write() as session:
        close_session(session, here)
        close_session(session, None)
        close_session(session, "0" * 96)

    with pytest.raises(SessionExpired):
        caller(service_fixture, here)
    assert caller(service_fixture, there)


def test_all_sessions_of_a_customer_end_but_for_one(service_fixture: ServiceFixture, alice: str) -> None:
    assert service_fixture.bob
    here, there, bobs = opened(service_fixture, alice), opened(service_fixture, alice), opened(service_fixture, "bobby")
    with service_fixture.service.context.database.write() as session:
        end_sessions(session, "alice", but=here)

    assert caller(service_fixture, here)
    assert caller(service_fixture, bobs)
    with pytest.raises(SessionExpired):
        caller(service_fixture, there)


def test_all_sessions_of_a_customer_end(service_fixture: ServiceFixture, alice: str) -> None:
    token = opened(service_fixture, alice)
    with service_fixture.service.context.database.write() as session:
        end_sessions(session, "alice")

    with pytest.raises(SessionExpired):
        caller(service_fixture, token)


def test_the_session_of_a_suspended_customer_leads_to_nobody(service_fixture: ServiceFixture, alice: str) -> None:
    token = opened(service_fixture, alice)
    with service_fixture.service.context.database.write() as session:
        session.execute(text("UPDATE customers SET suspended = true"))

    with pytest.raises(SessionExpired):
        caller(service_fixture, token)


def test_sessions_that_ended_long_ago_are_swept_out(service_fixture: ServiceFixture, alice: str, clock: Clock) -> None:
    opened(service_fixture, alice)
    clock.pass_(hours=25, seconds=1)
    opened(service_fixture, alice)

    with service_fixture.service.context.database.read() as session:
        assert session.scalar(select(func.count()).select_from(CustomerSessionRow)) == 1


def test_the_length_of_a_token_is_that_of_the_original() -> None:
    assert (SESSION_MINUTES, LONGEST_SESSION_MINUTES) == (60, 600)
