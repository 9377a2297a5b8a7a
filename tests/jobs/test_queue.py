from datetime import timedelta

import pytest
from sqlalchemy import select, text, update

from sipsorcery_web.database.connection import Database
from sipsorcery_web.database.keyring import Keyring
from sipsorcery_web.jobs import queue as queue_module
from sipsorcery_web.jobs.models import JobRow
from sipsorcery_web.jobs.queue import DAY, KEEPS_TRYING, LEASE, JobQueue, NewJob, QueueFull, pause_after
from tests.conftest import Clock
from tests.database.conftest import postgres_url
from tests.service.conftest import at_once, busy_database

__all__ = ["busy_database", "postgres_url"]

MAIL = ["mail"]


@pytest.fixture
def queue(database: Database, keyring: Keyring, clock: Clock) -> JobQueue:
    return JobQueue(database, keyring, clock)


def add(queue: JobQueue, *words: str, **more: object) -> int:
    return queue.add("mail", [NewJob({"word": word}) for word in words], **more)  # type: ignore[arg-type]


def words_of(queue: JobQueue, at_most: int = 10) -> list[str]:
    return [job.contents["word"] for job in queue.take(MAIL, at_most)]


def test_a_job_is_taken_once_with_its_contents(queue: JobQueue) -> None:
    add(queue, "hello", owner="alice")

    (job,) = queue.take(MAIL)

    assert (job.kind, job.owner, job.contents, job.attempts) == ("mail", "alice", {"word": "hello"}, 1)
    assert queue.take(MAIL) == []


def test_jobs_of_a_kind_that_nobody_does_wait(queue: JobQueue) -> None:
    add(queue, "hello")

    assert queue.take(["webhook"]) == []
    assert queue.waiting("mail") == 1


def test_a_job_survives_the_process_that_added_it(
    queue: JobQueue, database: Database, keyring: Keyring, clock: Clock
) -> None:
    add(queue, "hello")

    assert words_of(JobQueue(database, keyring, clock)) == ["hello"]


def test_a_job_whose_process_was_killed_is_due_again_after_its_lease(queue: JobQueue, clock: Clock) -> None:
    add(queue, "hello")
    queue.take(MAIL)

    clock.now += LEASE - timedelta(seconds=1)
    assert queue.take(MAIL) == []
    clock.pass_(seconds=1)
    assert [job.attempts for job in queue.take(MAIL)] == [2]


def test_a_job_that_was_leased_while_the_clock_was_ahead_does_not_wait_for_that_time(
    queue: JobQueue, clock: Clock
) -> None:
    add(queue, "hello")
    clock.pass_(days=30)
    queue.take(MAIL)

    clock.pass_(days=-30)

    assert [job.attempts for job in queue.take(MAIL)] == [2]


def test_a_job_that_was_added_while_the_clock_was_ahead_is_tried_now_and_for_a_day(
    queue: JobQueue, clock: Clock
) -> None:
    clock.pass_(days=30)
    add(queue, "hello")
    clock.pass_(days=-30)

    (job,) = queue.take(MAIL)

    assert job.added_at == clock.now
    clock.now += KEEPS_TRYING
    assert queue.put_back(job) is False


def test_a_machine_whose_clock_is_some_minutes_behind_takes_nobody_s_lease(queue: JobQueue, clock: Clock) -> None:
    add(queue, "hello")
    clock.pass_(minutes=9)
    queue.take(MAIL)

    clock.pass_(minutes=-9)

    assert queue.take(MAIL) == []


def test_an_attempt_whose_lease_has_ended_does_not_speak_for_the_next(queue: JobQueue, clock: Clock) -> None:
    add(queue, "hello")
    (late,) = queue.take(MAIL)
    clock.now += LEASE
    (current,) = queue.take(MAIL)

    assert queue.done(late) is False
    assert queue.waiting("mail") == 1
    assert queue.done(current) is True
    assert queue.waiting("mail") == 0


def test_what_failed_waits_longer_each_time_and_a_day_at_most(queue: JobQueue, clock: Clock) -> None:
    add(queue, "hello")
    began, waited = clock.now, []
    while jobs := queue.take(MAIL):
        before = clock.now
        if not queue.put_back(jobs[0]):
            break
        with queue._database.read() as session:
            clock.now = session.scalars(select(JobRow.due_at)).one()
        waited.append(clock.now - before)

    assert waited[:3] == [timedelta(seconds=30), timedelta(minutes=1), timedelta(minutes=2)]
    assert waited == sorted(waited)
    assert max(waited) == timedelta(hours=1)
    assert KEEPS_TRYING - timedelta(hours=1) <= clock.now - began <= KEEPS_TRYING
    assert queue.waiting("mail") == 0


def test_pauses_stay_within_an_hour_after_any_number_of_attempts() -> None:
    assert pause_after(1000) == timedelta(hours=1)


def test_a_pause_that_a_server_asked_for_is_kept(queue: JobQueue, clock: Clock) -> None:
    add(queue, "hello")
    queue.put_back(queue.take(MAIL)[0], timedelta(minutes=7))

    clock.pass_(minutes=6)
    assert queue.take(MAIL) == []
    clock.pass_(minutes=1)
    assert words_of(queue) == ["hello"]


def test_the_longest_due_is_taken_first(queue: JobQueue, clock: Clock) -> None:
    for word in ("first", "second", "third"):
        add(queue, word)
        clock.pass_(seconds=1)

    assert words_of(queue, 2) == ["first", "second"]


def test_a_job_with_the_key_of_another_is_the_same_for_a_day(queue: JobQueue, clock: Clock) -> None:
    named = [NewJob({"word": "hello"}, key="call 1")]

    assert [queue.add("mail", named), queue.add("mail", named)] == [1, 0]
    queue.done(queue.take(MAIL)[0])
    assert queue.add("mail", named) == 0
    clock.now += DAY
    assert queue.add("mail", named) == 1


def test_the_contents_of_what_is_over_are_gone(queue: JobQueue) -> None:
    add(queue, "hello", "you")
    done, given_up = queue.take(MAIL, 2)
    queue.done(done)
    queue.give_up(given_up)

    with queue._database.read() as session:
        assert session.scalars(select(JobRow.sealed)).all() == ["", ""]


def test_contents_are_sealed_for_their_row(queue: JobQueue, caplog: pytest.LogCaptureFixture) -> None:
    add(queue, "a secret", owner="alice")
    with queue._database.write() as session:
        assert "a secret" not in str(session.execute(text("SELECT * FROM jobs")).all())
        session.execute(update(JobRow).values(owner="bob"))

    assert queue.take(MAIL) == []
    assert "cannot be read" in caplog.text
    assert queue.waiting("mail") == 0


def test_an_owner_has_so_many_a_day(queue: JobQueue, clock: Clock) -> None:
    for _ in range(3):
        add(queue, "hello", owner="alice", a_day=3)
        queue.done(queue.take(MAIL)[0])

    with pytest.raises(QueueFull):
        add(queue, "hello", owner="alice", a_day=3)
    assert add(queue, "hello", owner="bob", a_day=3) == 1
    clock.now += DAY
    assert add(queue, "hello", owner="alice", a_day=3) == 1


def test_what_an_owner_had_while_the_clock_was_ahead_is_not_of_today(queue: JobQueue, clock: Clock) -> None:
    clock.pass_(days=30)
    add(queue, "hello", owner="alice", a_day=1)
    queue.done(queue.take(MAIL)[0])
    clock.pass_(days=-30)

    assert add(queue, "hello", owner="alice", a_day=1) == 1


def test_of_jobs_that_are_too_many_together_none_is_kept(queue: JobQueue) -> None:
    with pytest.raises(QueueFull):
        add(queue, "1", "2", "3", owner="alice", a_day=2)

    assert queue.waiting("mail") == 0


def test_the_queue_is_bounded_for_one_owner_and_for_all(queue: JobQueue, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue_module, "MOST_OF_OWNER", 2)
    monkeypatch.setattr(queue_module, "MOST_WAITING", 3)
    add(queue, "1", "2", owner="alice")

    with pytest.raises(QueueFull):
        add(queue, "3", owner="alice")
    add(queue, "3", owner="bob")
    with pytest.raises(QueueFull):
        add(queue, "4", owner="carol")


def test_two_installations_on_one_database_never_have_the_same_job(busy_database: Database, keyring: Keyring) -> None:
    queues = [JobQueue(busy_database, keyring), JobQueue(busy_database, keyring)]
    add(queues[0], *map(str, range(40)))
    taken: list[str] = []

    def take_all(queue: JobQueue) -> None:
        while words := words_of(queue, 3):
            taken.extend(words)

    errors = at_once(*(lambda queue=queue: take_all(queue) for queue in queues * 2))

    assert errors == []
    assert sorted(map(int, taken)) == list(range(40))


def test_a_limit_holds_against_additions_at_the_same_time(busy_database: Database, keyring: Keyring) -> None:
    queue = JobQueue(busy_database, keyring)

    errors = at_once(*([lambda: add(queue, "hello", owner="alice", a_day=3)] * 8))

    assert [type(error) for error in errors] == [QueueFull] * 5
    assert queue.waiting("mail") == 3
