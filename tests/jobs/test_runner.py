import threading
from collections.abc import Callable
from datetime import timedelta

import pytest

from sipsorcery_web.database.connection import Database
from sipsorcery_web.database.keyring import Keyring
from sipsorcery_web.jobs import runner as module
from sipsorcery_web.jobs.queue import Job, JobQueue, NewJob
from sipsorcery_web.jobs.runner import Chore, GiveUp, JobRunner, TryLater
from tests.conftest import Clock
from tests.database.conftest import postgres_url
from tests.service.conftest import busy_database

__all__ = ["busy_database", "postgres_url"]


@pytest.fixture
def queue(database: Database, keyring: Keyring, clock: Clock) -> JobQueue:
    queue = JobQueue(database, keyring, clock)
    queue.add("call", [NewJob({"word": "hello"})], owner="alice")
    return queue


def runner(queue: JobQueue, work: Callable[[Job], None]) -> JobRunner:
    return JobRunner(queue, {"call": work})


def test_a_job_that_goes_well_is_over(queue: JobQueue) -> None:
    seen: list[str] = []
    alone = runner(queue, lambda job: seen.append(job.contents["word"]))

    assert [alone.run_due(), alone.run_due()] == [1, 0]
    assert seen == ["hello"]
    assert queue.waiting("call") == 0


@pytest.mark.parametrize("error", [TryLater("busy"), ValueError("a mistake")])
def test_a_job_that_fails_is_tried_again_later(
    queue: JobQueue, clock: Clock, caplog: pytest.LogCaptureFixture, error: Exception
) -> None:
    attempts: list[int] = []

    def fail(job: Job) -> None:
        attempts.append(job.attempts)
        raise error

    failing = runner(queue, fail)
    failing.run_due()
    assert failing.run_due() == 0
    clock.pass_(seconds=30)
    failing.run_due()

    assert attempts == [1, 2]
    assert f"and is tried again: {error}" in caplog.text


def test_a_handler_may_say_when_to_try_again(queue: JobQueue, clock: Clock) -> None:
    def later(job: Job) -> None:
        raise TryLater("come back", timedelta(hours=2))

    busy = runner(queue, later)
    busy.run_due()
    clock.pass_(hours=1, minutes=59)
    assert busy.run_due() == 0
    clock.pass_(minutes=1)
    assert busy.run_due() == 1


def test_a_job_that_can_never_be_done_is_given_up(queue: JobQueue, caplog: pytest.LogCaptureFixture) -> None:
    def give_up(job: Job) -> None:
        raise GiveUp("nobody has this address")

    runner(queue, give_up).run_due()

    assert queue.waiting("call") == 0
    assert "of alice cannot be done: nobody has this address" in caplog.text


def test_a_runner_that_works_does_all_that_comes_and_stops(busy_database: Database, keyring: Keyring) -> None:
    queue = JobQueue(busy_database, keyring)
    queue.add("call", [NewJob({"number": number}) for number in range(20)])
    seen: list[int] = []
    all_done = threading.Event()

    def work(job: Job) -> None:
        seen.append(job.contents["number"])
        if len(seen) == 20:
            all_done.set()

    at_work = runner(queue, work)
    at_work.start()
    assert all_done.wait(30)
    at_work.stop()

    assert sorted(seen) == list(range(20))
    assert queue.waiting("call") == 0


def test_a_slow_job_does_not_hold_up_the_others(busy_database: Database, keyring: Keyring) -> None:
    queue = JobQueue(busy_database, keyring)
    queue.add("call", [NewJob({"is_slow": number == 0}) for number in range(3)])
    others_done, quick = threading.Event(), threading.Semaphore(0)

    def work(job: Job) -> None:
        if job.contents["is_slow"]:
            assert others_done.wait(30)
        else:
            quick.release()

    at_work = runner(queue, work)
    at_work.start()
    assert quick.acquire(timeout=30)
    assert quick.acquire(timeout=30)
    others_done.set()
    at_work.stop(30)

    assert queue.waiting("call") == 0


def test_a_chore_is_done_at_once_and_then_as_often_as_it_is_said(queue: JobQueue, clock: Clock) -> None:
    done: list[str] = []
    runner = JobRunner(queue, {}, [Chore(lambda: done.append("swept"), every=timedelta(hours=1))])

    for minutes in (0, 59, 1, 1):
        clock.pass_(minutes=minutes)
        runner.do_chores()

    assert len(done) == 2


def test_a_chore_that_was_done_while_the_clock_was_ahead_does_not_wait_for_that_time(
    queue: JobQueue, clock: Clock
) -> None:
    done: list[str] = []
    runner = JobRunner(queue, {}, [Chore(lambda: done.append("swept"), every=timedelta(hours=1))])

    for days in (30, -30):
        clock.pass_(days=days)
        runner.do_chores()

    assert len(done) == 2


def test_a_chore_that_fails_is_told_and_done_the_next_time(
    queue: JobQueue, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "POLL_AFTER_AN_ERROR", 0.0)
    done = threading.Event()
    moods = iter([ValueError("no database"), None])

    def sweep() -> None:
        if error := next(moods, None):
            raise error
        done.set()

    runner = JobRunner(queue, {}, [Chore(sweep)])
    runner.start()
    assert done.wait(10)
    runner.stop()

    assert "no database" in caplog.text
