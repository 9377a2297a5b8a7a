"""A failure that many requests meet is said once a minute."""

import logging
import os
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from sipsorcery_web.logs.repetition import MOST_FAILURES, PAUSE, OnceAMinute


class StoreAway(Exception):
    """The store does not answer."""


class Kept(logging.Handler):
    """A log that a test reads."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        assert not record.exc_info
        self.lines.append(record.getMessage())


@dataclass
class Minutes:
    """Time that passes when a test says so."""

    due: list[Callable[[], None]] = field(default_factory=list)

    def __call__(self, seconds: float, work: Callable[[], None]) -> None:
        assert seconds == PAUSE
        self.due.append(work)

    def one_passes(self) -> None:
        works, self.due = self.due, []
        for work in works:
            work()


@dataclass
class Log:
    """A logger whose lines about a failing store are seldom."""

    kept: Kept
    minutes: Minutes
    logger: logging.Logger

    @property
    def lines(self) -> list[str]:
        return self.kept.lines


@pytest.fixture
def log() -> Log:
    kept, minutes = Kept(), Minutes()
    logger = logging.Logger("store")  # noqa: LOG001 (of this test alone)
    logger.addHandler(OnceAMinute(kept, lambda error: isinstance(error, StoreAway), minutes))
    return Log(kept, minutes, logger)


def fail(log: Log, what: str = "GetCustomer failed in the store", why: str = "disk full") -> None:
    """Say that an operation has failed, as the dispatcher does."""
    try:
        try:
            raise StoreAway(why)
        except StoreAway as error:
            raise RuntimeError("no answer") from error
    except RuntimeError:
        log.logger.exception(what)


def test_the_first_line_comes_at_once_with_the_reason_and_without_a_traceback(log: Log) -> None:
    fail(log)

    assert log.lines == ["GetCustomer failed in the store: disk full"]


def test_hundreds_of_lines_a_minute_are_one_and_their_number(log: Log) -> None:
    for _ in range(200):
        fail(log)
        log.logger.error("A session could not be read: %s", StoreAway("disk full"))
    assert len(log.lines) == 1
    log.minutes.one_passes()

    assert log.lines[1:] == [
        "Left out in the last minute: 399 lines about the same failure. "
        "The first was: GetCustomer failed in the store: disk full"
    ]
    fail(log)
    log.minutes.one_passes()
    assert "Left out in the last minute: 1 lines" in log.lines[2]


def test_after_a_quiet_minute_the_next_failure_is_said_at_once(log: Log) -> None:
    fail(log)
    log.minutes.one_passes()
    assert len(log.lines) == 1
    fail(log)

    assert len(log.lines) == 2
    log.minutes.one_passes()
    assert len(log.lines) == 2


def test_another_reason_has_a_line_of_its_own(log: Log) -> None:
    fail(log)
    fail(log, why="database is locked")

    assert len(log.lines) == 2


def test_reasons_without_end_do_not_fill_the_log(log: Log) -> None:
    for number in range(10 * MOST_FAILURES):
        fail(log, why=f"row {number}")

    assert len(log.lines) == MOST_FAILURES + 1


def test_the_reason_is_in_the_line_once(log: Log) -> None:
    log.logger.error("A session could not be read: %s", StoreAway("disk full"))

    assert log.lines == ["A session could not be read: disk full"]


def test_all_other_lines_come_as_ever(log: Log) -> None:
    for _ in range(3):
        log.logger.warning("%s is not %s", "This", "seldom")

    assert log.lines == ["This is not seldom"] * 3


def test_a_process_that_is_forked_says_its_own_lines(log: Log) -> None:
    fail(log)
    pid = os.fork()
    if not pid:
        fail(log)
        os._exit(len(log.lines))

    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 2
