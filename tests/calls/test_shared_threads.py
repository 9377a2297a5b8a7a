"""Threads that owners share."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event, Semaphore

import pytest

from sipsorcery_web.calls.shared_threads import SharedThreads

PATIENCE = 10.0


@pytest.fixture
def threads() -> Iterator[SharedThreads]:
    with ThreadPoolExecutor(3) as pool:
        yield SharedThreads(pool, 2)


def test_an_owner_whose_work_is_held_up_holds_up_nobody_elses(threads: SharedThreads) -> None:
    is_let_go = Event()
    hers = [threads.submit("alice", lambda: is_let_go.wait(PATIENCE)) for _ in range(9)]
    assert threads.submit("bob", lambda: "his").result(PATIENCE) == "his"
    is_let_go.set()
    assert all(each.result(PATIENCE) for each in hers)


def test_an_owner_has_so_many_threads_and_no_more(threads: SharedThreads) -> None:
    begun, is_let_go = Semaphore(0), Event()

    def waits() -> bool:
        begun.release()
        return is_let_go.wait(PATIENCE)

    hers = [threads.submit("alice", waits) for _ in range(3)]
    assert begun.acquire(timeout=PATIENCE)
    assert begun.acquire(timeout=PATIENCE)
    assert threads.submit("bob", lambda: True).result(PATIENCE)
    assert not begun.acquire(blocking=False)
    is_let_go.set()
    assert all(each.result(PATIENCE) for each in hers)


def test_an_error_is_its_own_works_alone(threads: SharedThreads) -> None:
    coming = [threads.submit("alice", work) for work in (lambda: 1 // 0, lambda: 7)]
    assert isinstance(coming[0].exception(PATIENCE), ZeroDivisionError)
    assert coming[1].result(PATIENCE) == 7
