"""The pace of registrations."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sipsorcery_web.kamailio.provider_registrations.outcomes import Kind, Outcome
from sipsorcery_web.kamailio.provider_registrations.pace import Pace, granted_seconds

NOW = datetime(2026, 11, 29, 12, 0, tzinfo=UTC)
PACE = Pace(timedelta(seconds=60))


def wait(kind: Kind, failures: int = 1, **more: Any) -> timedelta:
    return PACE.next_attempt(Outcome(kind, **more), failures, NOW) - NOW


@pytest.mark.parametrize(
    ("granted", "seconds"), [(3600, 3480), (60, 54), (600, 540), (31, 30), (1, 30), (2**31 - 1, 86400)]
)
def test_a_registration_is_renewed_before_it_runs_out(granted: int, seconds: int) -> None:
    assert wait(Kind.REGISTERED, granted=granted) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("kind", "first", "longest"),
    [
        (Kind.SILENT, timedelta(minutes=1), timedelta(minutes=5)),
        (Kind.FAILED, timedelta(minutes=1), timedelta(minutes=30)),
        (Kind.REFUSED, timedelta(minutes=10), timedelta(hours=6)),
    ],
)
def test_failures_come_less_often_each_time_up_to_a_limit(kind: Kind, first: timedelta, longest: timedelta) -> None:
    pauses = [wait(kind, failures) for failures in range(1, 40)]

    assert pauses[0] == first
    assert pauses[1] == 2 * first
    assert pauses == sorted(pauses)
    assert pauses[-1] == longest


def test_a_pause_that_is_asked_for_is_kept_and_never_shortens_another() -> None:
    assert wait(Kind.FAILED, retry_after=3600) == timedelta(hours=1)
    assert wait(Kind.REFUSED, retry_after=1) == timedelta(minutes=10)
    assert wait(Kind.FAILED, retry_after=2**31 - 1) == timedelta(days=1)


def test_an_engine_that_is_away_is_no_fault_of_the_provider() -> None:
    assert wait(Kind.NOT_TRIED, 20) == timedelta(seconds=5)


@pytest.mark.parametrize(
    ("answered", "asked", "counts"),
    [(60, 3600, 60), (3600, 3600, 3600), (None, 600, 600), (0, 600, 600), (601, 600, 600), (None, 2**31 - 1, 3600)],
)
def test_an_absurd_expiry_counts_as_ours(answered: int | None, asked: int, counts: int) -> None:
    assert granted_seconds(answered, asked) == counts


@given(
    st.sampled_from([Kind.REGISTERED, Kind.REFUSED, Kind.FAILED, Kind.SILENT]),
    st.integers(0, 10**6),
    st.integers(0, 2**31 - 1),
    st.none() | st.integers(0, 2**31 - 1),
)
def test_whatever_the_answer_the_limit_holds(kind: Kind, failures: int, granted: int, retry_after: int | None) -> None:
    outcome = Outcome(kind, granted=granted, retry_after=retry_after)

    assert timedelta(seconds=30) <= PACE.next_attempt(outcome, failures, NOW) - NOW <= timedelta(days=1)
