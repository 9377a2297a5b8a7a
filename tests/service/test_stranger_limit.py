"""The limit on what strangers ask of the service in an hour, from one address."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from sqlalchemy import func, select

from sipsorcery_web.contract.errors import Attempts, NotFound, Refused, TooManyAttempts
from sipsorcery_web.database.address_limit import AN_HOUR, AddressCountRow, AddressLimit
from sipsorcery_web.database.connection import Database
from sipsorcery_web.service.context import ServiceContext
from sipsorcery_web.service.first_run import FirstRun
from tests.conftest import HOME, Clock, ServiceFixture
from tests.factories.records import person

from .conftest import at_once

ELSEWHERE = "192.0.2.7"


def rows(database: Database) -> int:
    with database.read() as session:
        return int(session.scalar(select(func.count()).select_from(AddressCountRow)) or 0)


def tried_out(act: Callable[[], object]) -> int:
    """Do it until it is too much, and return how often that was possible."""
    for times in range(10 * AN_HOUR):
        try:
            act()
        except TooManyAttempts:
            return times
        except Refused:
            pass
    raise AssertionError("there is no limit")


def signs_up(service_fixture: ServiceFixture, address: str = HOME) -> None:
    service_fixture.client(None, address).create_customer(person("alice"))


def tries_a_code(service_fixture: ServiceFixture, address: str = HOME) -> None:
    service_fixture.client(None, address).invite_complaint("1c1f7d4e-6a0b-4c55-9d0e-2f8f0b6f7a11")


def tries_a_link(service_fixture: ServiceFixture, address: str = HOME) -> None:
    FirstRun(service_fixture.service.context).check("guess", address)


@pytest.fixture(params=[signs_up, tries_a_code, tries_a_link])
def act(request: pytest.FixtureRequest) -> Callable[..., None]:
    asked: Callable[..., None] = request.param
    return asked


def test_thirty_an_hour_are_possible_from_an_address_whatever_becomes_of_them(
    service_fixture: ServiceFixture, act: Callable[..., None], clock: Clock
) -> None:
    assert tried_out(partial(act, service_fixture)) == AN_HOUR >= 20
    clock.pass_(minutes=59)
    assert tried_out(partial(act, service_fixture)) == 0
    clock.pass_(minutes=1)
    assert tried_out(partial(act, service_fixture)) == AN_HOUR


def test_who_comes_from_elsewhere_or_asks_for_something_else_is_not_held_up(
    service_fixture: ServiceFixture, act: Callable[..., None]
) -> None:
    tried_out(partial(act, service_fixture))

    for other in (signs_up, tries_a_code, tries_a_link):
        assert tried_out(partial(other, service_fixture, ELSEWHERE)) == AN_HOUR
        assert other is act or tried_out(partial(other, service_fixture)) == AN_HOUR


def test_the_wait_is_told_and_lasts_an_hour_from_the_first(service_fixture: ServiceFixture, clock: Clock) -> None:
    signs_up(service_fixture)
    clock.pass_(minutes=50, seconds=30)
    tried_out(partial(signs_up, service_fixture))

    with pytest.raises(TooManyAttempts) as refused:
        signs_up(service_fixture)
    assert refused.value.retry_after == 570
    assert refused.value.message == (
        "Too many new accounts were asked for from this address. The next one is possible in 570 seconds."
    )


def test_neighbours_in_an_ipv6_network_are_one_address(service_fixture: ServiceFixture) -> None:
    tried_out(partial(tries_a_code, service_fixture, "2001:db8:1:2::1"))

    assert tried_out(partial(tries_a_code, service_fixture, "2001:db8:1:2::2")) == 0
    assert tried_out(partial(tries_a_code, service_fixture, "2001:db8:1:3::1")) == AN_HOUR


def test_each_address_takes_one_row_for_an_hour(
    service_fixture: ServiceFixture, database: Database, clock: Clock
) -> None:
    for _ in range(3):
        tries_a_code(service_fixture)
        tries_a_code(service_fixture, ELSEWHERE)
    assert rows(database) == 2

    clock.pass_(hours=1)
    tries_a_code(service_fixture)
    assert rows(database) == 1


@pytest.mark.parametrize("jump", [{"days": -30}, {"hours": -2}, {"minutes": -5}, {"days": 30}])
def test_a_clock_that_jumps_shuts_nobody_out(
    service_fixture: ServiceFixture, clock: Clock, jump: dict[str, float]
) -> None:
    tried_out(partial(tries_a_code, service_fixture))
    clock.pass_(**jump)

    assert tried_out(partial(tries_a_code, service_fixture)) == AN_HOUR


def test_a_right_link_is_never_too_much_and_wrong_ones_count_only_during_the_set_up(
    service_context: ServiceContext, service_fixture: ServiceFixture, database: Database
) -> None:
    first_run = FirstRun(service_context)
    secret = first_run.new_secret()
    for _ in range(2 * AN_HOUR):
        first_run.check(secret, HOME)
    assert rows(database) == 0

    assert service_fixture.administrator
    for _ in range(2 * AN_HOUR):
        with pytest.raises(NotFound):
            first_run.check("guess", HOME)
    assert rows(database) == 0


def test_of_many_at_once_only_as_many_pass_as_the_limit_allows(busy_database: Database, clock: Clock) -> None:
    def too_many(_seconds: int) -> Any:
        return TooManyAttempts(1, Attempts.SIGN_UP)

    limit = AddressLimit(busy_database, clock, too_many, most=3)

    refused = at_once(*[lambda: limit.note("SIGN_UP", HOME)] * 8)

    assert [type(error) for error in refused] == [TooManyAttempts] * 5
