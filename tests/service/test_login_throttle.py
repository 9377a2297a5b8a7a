import pytest
from sqlalchemy import func, select, text

from sipsorcery_web.contract.errors import TooManyAttempts
from sipsorcery_web.database.connection import Database
from sipsorcery_web.service.login_throttle import begin_attempt, forget_failures
from sipsorcery_web.service.store.models import FailedSignInRow
from tests.conftest import HOME, Clock

from .conftest import at_once

ELSEWHERE = "192.0.2.7"


class Door:
    """The counter of sign-ins."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self.database = database
        self.clock = clock

    def fail(self, times: int = 1, account: str = "alice", address: str = HOME) -> None:
        for _ in range(times):
            begin_attempt(self.database, account, address, self.clock())

    def is_shut(self, account: str = "alice", address: str = HOME) -> bool:
        """Return True when one more sign-in is refused; it counts when it is not."""
        try:
            self.fail(1, account, address)
        except TooManyAttempts:
            return True
        return False

    def wait(self, account: str = "alice", address: str = HOME) -> int:
        with pytest.raises(TooManyAttempts) as refused:
            self.fail(1, account, address)
        return refused.value.retry_after


@pytest.fixture
def throttle(database: Database, clock: Clock) -> Door:
    return Door(database, clock)


def test_the_sixth_failure_for_an_account_from_an_address_is_refused(throttle: Door) -> None:
    throttle.fail(5)

    assert throttle.is_shut()


def test_an_account_is_still_reached_from_another_address(throttle: Door) -> None:
    throttle.fail(5)

    assert not throttle.is_shut(address=ELSEWHERE)


def test_another_account_is_still_reached_from_the_address(throttle: Door) -> None:
    throttle.fail(5)

    assert not throttle.is_shut(account="bobby")


def test_the_twenty_first_failure_from_an_address_is_refused_whatever_the_account(throttle: Door) -> None:
    for place in range(20):
        throttle.fail(account=f"guess-{place}")

    assert throttle.is_shut(account="alice")
    assert not throttle.is_shut(account="alice", address=ELSEWHERE)


def test_it_opens_again_after_fifteen_minutes(throttle: Door, clock: Clock) -> None:
    throttle.fail(5)

    clock.pass_(minutes=14, seconds=59)
    assert throttle.is_shut()
    clock.pass_(seconds=1)
    assert not throttle.is_shut()


def test_failures_leave_one_by_one(throttle: Door, clock: Clock) -> None:
    throttle.fail(1)
    clock.pass_(minutes=10)
    throttle.fail(4)
    clock.pass_(minutes=5)

    assert not throttle.is_shut()
    assert throttle.is_shut()


def test_the_wait_is_told_to_the_second(throttle: Door, clock: Clock) -> None:
    throttle.fail(5)
    clock.pass_(minutes=4, seconds=30)

    assert throttle.wait() == 630


def test_the_wait_is_one_second_at_the_least(throttle: Door, clock: Clock) -> None:
    throttle.fail(5)
    clock.pass_(minutes=14, seconds=59.9)

    assert throttle.wait() == 1


def test_a_refused_attempt_does_not_count(throttle: Door, clock: Clock) -> None:
    throttle.fail(5)
    clock.pass_(minutes=10)
    for _ in range(30):
        assert throttle.is_shut()
    clock.pass_(minutes=5)

    assert not throttle.is_shut()


def test_success_forgets_what_failed_for_the_account_from_there(throttle: Door, database: Database) -> None:
    throttle.fail(4)
    throttle.fail(5, address=ELSEWHERE)
    throttle.fail(5, account="bobby")

    forget_failures(database, "alice", HOME)

    assert not throttle.is_shut()
    assert throttle.is_shut(address=ELSEWHERE)
    assert throttle.is_shut(account="bobby")


@pytest.mark.parametrize("spelling", ["ALICE", " alice ", "Alice\n"])
def test_another_spelling_of_a_name_is_the_same_account(throttle: Door, spelling: str) -> None:
    throttle.fail(5)

    assert throttle.is_shut(account=spelling)


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("::ffff:192.0.2.7", "192.0.2.7", True),
        ("192.0.2.7", "192.0.2.8", False),
        ("no address", "no address", True),
        ("x" * 45 + "y", "x" * 45 + "z", True),
    ],
)
def test_an_ipv6_caller_counts_by_the_network_that_is_theirs(
    throttle: Door, first: str, second: str, same: bool
) -> None:
    throttle.fail(5, address=first)

    assert throttle.is_shut(address=second) is same


def test_what_is_over_is_swept_out(throttle: Door, clock: Clock, database: Database) -> None:
    throttle.fail(3)
    clock.pass_(minutes=15)
    throttle.fail(1, account="bobby", address=ELSEWHERE)

    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(FailedSignInRow)) == 1


def test_a_name_that_was_typed_is_not_stored_in_clear(throttle: Door, database: Database) -> None:
    throttle.fail(1, account="opensesame7")

    with database.read() as session:
        assert "opensesame7" not in str(session.execute(text("SELECT * FROM failedsignins")).all())


def test_of_many_guesses_at_once_only_as_many_are_looked_at_as_the_limit_allows(
    busy_database: Database, clock: Clock
) -> None:
    refused = at_once(*[lambda: begin_attempt(busy_database, "alice", HOME, clock())] * 8)

    assert [type(error) for error in refused] == [TooManyAttempts] * 3
