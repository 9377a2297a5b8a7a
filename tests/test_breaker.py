"""A breaker in front of a neighbour that does not answer."""

import pytest

from sipsorcery_web.breaker import Breaker


class Clock:
    """A clock that stands still until it is set."""

    seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def breaker(clock: Clock) -> Breaker:
    return Breaker(failures=3, pause=5.0, clock=clock)


def fail(breaker: Breaker, times: int) -> None:
    for _ in range(times):
        breaker.failed()


def test_some_failures_keep_nobody_back(breaker: Breaker) -> None:
    fail(breaker, 2)

    assert breaker.lets_through()


def test_after_failures_in_a_row_nobody_waits(breaker: Breaker, clock: Clock) -> None:
    fail(breaker, 3)

    clock.seconds = 4.9
    assert not breaker.lets_through()


def test_then_one_tries_at_a_time(breaker: Breaker, clock: Clock) -> None:
    fail(breaker, 3)

    clock.seconds = 5.0
    assert [breaker.lets_through() for _ in range(3)] == [True, False, False]
    breaker.failed()
    clock.seconds = 9.9
    assert not breaker.lets_through()
    clock.seconds = 10.0
    assert breaker.lets_through()


def test_one_success_opens_the_way_for_all(breaker: Breaker, clock: Clock) -> None:
    fail(breaker, 3)
    clock.seconds = 5.0
    assert breaker.lets_through()
    breaker.succeeded()

    assert [breaker.lets_through() for _ in range(3)] == [True, True, True]
    fail(breaker, 2)
    assert breaker.lets_through()
