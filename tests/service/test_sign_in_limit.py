from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from functools import partial

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from sipsorcery_web.contract.errors import Busy, TooManyAttempts
from sipsorcery_web.database import sign_in_limit
from sipsorcery_web.database.connection import Database
from sipsorcery_web.database.sign_in_limit import Attempt, FailedSignInRow, Place, SignInLimit
from sipsorcery_web.ip_addresses import caller_network
from tests.conftest import HOME, Clock

from .conftest import at_once

ELSEWHERE = "192.0.2.7"


class Door:
    """The counter of sign-ins."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self.database = database
        self.clock = clock

    def try_(self, account: str = "alice", address: str = HOME, browser: str = "") -> AbstractContextManager[Attempt]:
        limit = SignInLimit(self.database, self.clock, TooManyAttempts, Busy)
        return limit.attempt(account, Place.of(caller_network(address), browser))

    def fail(self, times: int = 1, account: str = "alice", address: str = HOME, browser: str = "") -> None:
        for _ in range(times):
            with self.try_(account, address, browser):
                pass

    def fail_from_everywhere(self, times: int) -> None:
        """Fail for alice, each time from another address."""
        for number in range(times):
            self.fail(address=f"198.51.{number // 250}.{number % 250}")

    def succeed(self, account: str = "alice", address: str = HOME) -> None:
        with self.try_(account, address) as attempt:
            attempt.has_succeeded = True

    def is_shut(self, account: str = "alice", address: str = HOME, browser: str = "") -> bool:
        """Return True when one more sign-in is refused; it counts when it is not."""
        try:
            self.fail(1, account, address, browser)
        except TooManyAttempts:
            return True
        return False

    def wait(self, account: str = "alice", address: str = HOME) -> int:
        with pytest.raises(TooManyAttempts) as refused:
            self.fail(1, account, address)
        return refused.value.retry_after


class HeldUp(Database):
    """A database whose next writing waits for others to do something."""

    def __init__(self, database: Database, others: Callable[[], None]) -> None:
        super().__init__(database.engine)
        self._others = [others]

    @contextmanager
    def write(self) -> Iterator[Session]:
        while self._others:
            self._others.pop()()
        with super().write() as session:
            yield session


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


def test_the_fifty_first_failure_for_an_account_is_refused_whatever_the_address(throttle: Door) -> None:
    throttle.fail_from_everywhere(50)

    assert throttle.is_shut(address=ELSEWHERE)
    assert not throttle.is_shut(account="bobby", address=ELSEWHERE)


def test_a_browser_that_has_signed_the_account_in_before_is_shut_out_by_nobody_else(throttle: Door) -> None:
    throttle.fail_from_everywhere(50)
    for place in range(20):
        throttle.fail(account=f"guess-{place}")
    assert throttle.is_shut()

    throttle.fail(4, browser="hers")
    with throttle.try_(browser="hers") as attempt:
        attempt.has_succeeded = True
    throttle.fail(5, browser="hers")
    assert throttle.is_shut(browser="hers")
    assert not throttle.is_shut(browser="another of hers")


def test_all_browsers_of_an_account_have_fifty_together(throttle: Door) -> None:
    throttle.fail_from_everywhere(50)
    for number in range(50):
        throttle.fail(browser=f"number {number}")

    assert throttle.is_shut(browser="yet another")
    assert not throttle.is_shut(account="bobby", browser="his")


def test_what_fails_in_a_known_browser_shuts_out_nobody_at_the_address(throttle: Door) -> None:
    for number in range(20):
        throttle.fail(account=f"person-{number}", browser=f"of person {number}")

    assert not throttle.is_shut()


def test_failures_that_a_clock_which_was_ahead_has_noted_shut_nobody_out(throttle: Door, clock: Clock) -> None:
    clock.pass_(days=30)
    throttle.fail(5)
    clock.pass_(days=-30)
    assert not throttle.is_shut()

    clock.pass_(days=30)
    assert not throttle.is_shut()


def test_after_a_clock_that_was_behind_nobody_waits_longer_than_usual(throttle: Door, clock: Clock) -> None:
    throttle.fail(5)
    clock.pass_(days=-30)
    assert not throttle.is_shut()
    throttle.fail(4)
    assert throttle.wait() <= 900
    clock.pass_(days=30)

    assert not throttle.is_shut()


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


def test_success_forgets_what_failed_for_the_account_from_there(throttle: Door) -> None:
    throttle.fail(4)
    throttle.fail(5, address=ELSEWHERE)
    throttle.fail(5, account="bobby")

    throttle.succeed()

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
    refused = at_once(*[Door(busy_database, clock).fail] * 8)

    assert [type(error) for error in refused] == [TooManyAttempts] * 3


def test_of_many_browsers_that_guess_at_once_only_as_many_are_looked_at(busy_database: Database, clock: Clock) -> None:
    throttle = Door(busy_database, clock)
    for number in range(47):
        throttle.fail(browser=f"number {number}")

    refused = at_once(*[partial(throttle.fail, browser=f"late {number}") for number in range(8)])

    assert [type(error) for error in refused] == [TooManyAttempts] * 5


def test_right_sign_ins_at_once_shut_nobody_out(busy_database: Database, clock: Clock) -> None:
    throttle = Door(busy_database, clock)

    assert at_once(*[throttle.succeed] * 12) == []
    assert at_once(*[partial(throttle.succeed, f"person-{number}") for number in range(24)]) == []
    throttle.fail(5)
    assert throttle.is_shut()


def test_one_that_waits_for_those_under_way_is_told_after_a_while(
    throttle: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sign_in_limit, "WAITS_FOR_OTHERS", 0.0)
    with ExitStack() as under_way:
        for _ in range(5):
            under_way.enter_context(throttle.try_())
        with pytest.raises(Busy):
            throttle.fail()

    assert throttle.is_shut()


def test_those_that_began_while_it_waited_for_the_store_count_as_well(
    throttle: Door, database: Database, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sign_in_limit, "WAITS_FOR_OTHERS", 0.0)
    with ExitStack() as under_way:

        def others_begin() -> None:
            clock.pass_(seconds=1)
            for _ in range(5):
                under_way.enter_context(throttle.try_())

        with pytest.raises(Busy):
            Door(HeldUp(database, others_begin), clock).fail()


def test_those_count_that_another_machine_has_noted_whose_clock_is_ahead(
    throttle: Door, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sign_in_limit, "WAITS_FOR_OTHERS", 0.0)
    with ExitStack() as under_way:
        for _ in range(5):
            under_way.enter_context(throttle.try_())
        clock.pass_(seconds=-1)
        with pytest.raises(Busy):
            throttle.fail()


def test_one_whose_process_died_counts_as_failed_after_a_while(throttle: Door, clock: Clock) -> None:
    with ExitStack() as under_way:
        for _ in range(5):
            under_way.enter_context(throttle.try_())
        clock.pass_(seconds=30)

        assert throttle.is_shut()


def test_success_forgets_no_attempt_that_is_still_under_way(throttle: Door) -> None:
    with ExitStack() as under_way:
        for _ in range(4):
            under_way.enter_context(throttle.try_())
        throttle.succeed()
    throttle.fail()

    assert throttle.is_shut()


def test_an_attempt_that_an_error_ended_is_none(throttle: Door) -> None:
    for _ in range(6):
        with pytest.raises(Busy), throttle.try_():
            raise Busy()

    assert not throttle.is_shut()
