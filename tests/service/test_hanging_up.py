"""The calls of a customer who is suspended or deleted end with that."""

import logging
from collections.abc import Callable
from dataclasses import replace
from uuid import UUID

import pytest

from sipsorcery_web.contract.errors import Refused
from sipsorcery_web.service.context import ServiceContext
from sipsorcery_web.service.operators import Operators
from sipsorcery_web.service.store.models import SIPDialogueRow
from tests.conftest import Clock, ServiceFixture
from tests.factories.rows import leg_values
from tests.portal.fake_sip_engine import FakeControls


@pytest.fixture
def engine() -> FakeControls:
    return FakeControls()


@pytest.fixture
def operators(service_context: ServiceContext, engine: FakeControls) -> Operators:
    return Operators(replace(service_context, sip_engine=engine))


@pytest.fixture
def leg_of(service_context: ServiceContext, service_fixture: ServiceFixture, clock: Clock) -> Callable[[str], UUID]:
    """Stores a leg of a call of somebody's."""

    def store(username: str) -> UUID:
        service_fixture.someone(username)
        row = SIPDialogueRow(**leg_values(username, clock()))
        with service_context.database.write() as session:
            session.add(row)
            return row.id

    return store


def test_a_suspended_customers_calls_end_and_nobody_elses(
    operators: Operators, engine: FakeControls, leg_of: Callable[[str], UUID]
) -> None:
    hers, _his = {leg_of("alice"), leg_of("alice")}, leg_of("bobby")
    operators.suspend("alice", None)
    assert {*engine.asked} == {("hang up", leg) for leg in hers}


def test_a_deleted_customers_calls_end(
    operators: Operators, engine: FakeControls, leg_of: Callable[[str], UUID], service_fixture: ServiceFixture
) -> None:
    leg = leg_of("alice")
    operators.delete("alice")
    assert engine.asked == [("hang up", leg)]
    assert service_fixture.stranger.login("alice", "opensesame7") is None


def test_a_suspension_that_is_refused_ends_no_call(
    operators: Operators, engine: FakeControls, leg_of: Callable[[str], UUID], service_fixture: ServiceFixture
) -> None:
    assert service_fixture.administrator
    leg_of("root-admin")
    with pytest.raises(Refused):
        operators.suspend("root-admin", None)
    assert engine.asked == []


def test_a_suspension_holds_where_the_engine_is_away_and_the_log_says_that_calls_go_on(
    operators: Operators,
    engine: FakeControls,
    leg_of: Callable[[str], UUID],
    service_fixture: ServiceFixture,
    caplog: pytest.LogCaptureFixture,
) -> None:
    leg_of("alice")
    engine.is_away = True
    with caplog.at_level(logging.WARNING):
        operators.suspend("alice", None)
    assert "Calls of alice go on" in caplog.text
    with pytest.raises(Refused, match="suspended"):
        service_fixture.token_of("alice")
