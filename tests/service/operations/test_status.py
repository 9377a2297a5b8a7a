from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from sipsorcery_web.contract.errors import Refused
from sipsorcery_web.contract.records import Customer
from sipsorcery_web.provisioning.client import ProvisioningClient
from sipsorcery_web.service.context import ServiceContext
from tests.conftest import Clock, ServiceFixture


def offset_of(client: ProvisioningClient) -> int:
    return int(client._call("GetTimeZoneOffsetMinutes"))


def zone(name: str | None) -> Customer:
    return Customer(customer_username="alice", time_zone=name, present=frozenset({"customer_username", "time_zone"}))


def test_the_service_says_that_it_is_there(service_fixture: ServiceFixture) -> None:
    assert service_fixture.stranger.is_alive()


def test_the_test_exception_tells_the_time(service_fixture: ServiceFixture, clock: Clock) -> None:
    clock.pass_(seconds=1.5)

    with pytest.raises(Refused, match=r"^Test exception message 2026-11-23T12:00:01\.5000000Z\.$"):
        service_fixture.stranger._call("TestException")


@pytest.mark.parametrize(
    ("month", "minutes"),
    [(1, 0), (7, 60)],
)
def test_the_offset_follows_daylight_saving(
    service_fixture: ServiceFixture, clock: Clock, month: int, minutes: int
) -> None:
    clock.now = datetime(2027, month, 15, 12, tzinfo=UTC)
    alice = (
        service_fixture.client(service_fixture.token_of("alice")) if service_fixture.alice else service_fixture.stranger
    )

    assert offset_of(alice) == minutes


@pytest.mark.parametrize(
    ("name", "minutes"),
    [
        ("(GMT-12:00) International Date Line West", -720),
        ("(GMT-04:30) Caracas", -240),
        (None, 0),
        ("(GMT+25:00) Atlantis", 0),
        ("", 0),
    ],
)
def test_the_offset_is_that_of_the_customers_zone(
    service_fixture: ServiceFixture, name: str | None, minutes: int
) -> None:
    service_fixture.alice.update_customer(zone(name))

    assert offset_of(service_fixture.alice) == minutes


@pytest.mark.parametrize("token", [None, "", "0" * 96])
def test_without_a_session_the_offset_is_zero(service_fixture: ServiceFixture, token: str | None) -> None:
    service_fixture.alice.update_customer(zone("(GMT-12:00) International Date Line West"))

    assert offset_of(service_fixture.client(token)) == 0


def test_a_suspended_customers_offset_is_zero(service_fixture: ServiceFixture, service_context: ServiceContext) -> None:
    service_fixture.alice.update_customer(zone("(GMT-12:00) International Date Line West"))
    with service_context.database.write() as session:
        session.execute(text("UPDATE customers SET suspended = true"))

    assert offset_of(service_fixture.alice) == 0
