"""More calls at once than their plans can be chosen for, or than the engine carries."""

import pytest

from sipsorcery_web.calls.control import MOST_CHOOSING
from sipsorcery_web.calls.engine_lag import LONGEST, REMEMBERED
from tests.calls.fake_engine import Phone
from tests.calls.fakes import House

BLUE = "sip:100@sip.blueline.example"
ANSWERS = Phone(200, 3)


@pytest.fixture
def house() -> House:
    return House()


def test_of_a_crowd_of_calls_those_that_would_wait_too_long_are_refused_at_once(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    house.chooser.most = house.chooser.customers_most = 1000
    house.dials("${dst}@blueline")
    house.engine.phones = {BLUE: ANSWERS}
    calls = [house.engine.invite() for _ in range(MOST_CHOOSING + 20)]
    house.scheduler.settle()
    house.scheduler.pass_time(5)
    assert len(house.executions()) == MOST_CHOOSING
    assert [house.engine.final(call) for call in calls[MOST_CHOOSING:]] == [(503, "Service unavailable")] * 20
    assert len([record for record in caplog.records if "Calls are refused" in record.message]) == 1

    later = house.call()
    house.scheduler.pass_time(5)
    assert house.engine.final(later) is None
    assert len(house.executions()) == MOST_CHOOSING + 1


def test_while_the_engine_is_behind_calls_are_refused_at_once_and_those_that_ring_go_on(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    house.dials("${dst}@blueline")
    house.engine.phones = {BLUE: ANSWERS}
    house.engine.lag = LONGEST + 0.5
    ringing = house.call()
    house.scheduler.pass_time(house.engine.lag)
    refused = house.call()
    assert house.engine.final(refused) == (503, "Service unavailable")
    assert "the SIP engine is 2.5 s behind" in caplog.text
    assert house.engine.final(ringing) is None

    house.engine.lag = 0
    house.scheduler.pass_time(REMEMBERED)
    assert house.engine.final(house.call()) is None
    house.scheduler.pass_time(5)
    assert [dial.state for execution in house.executions() for dial in execution.dials] == ["Answered"] * 2
