"""The thread of call control and those beside it."""

from collections.abc import Iterator
from queue import SimpleQueue
from threading import Event

import pytest

from sipsorcery_web.calls.scheduling import THREADS, ThreadScheduler

PATIENCE = 10.0


@pytest.fixture
def scheduler() -> Iterator[ThreadScheduler]:
    scheduler = ThreadScheduler()
    scheduler.start()
    yield scheduler
    scheduler.stop()


def test_plans_and_other_owners_go_on_while_an_owners_servers_are_silent(scheduler: ThreadScheduler) -> None:
    is_let_go = Event()
    done: SimpleQueue[object] = SimpleQueue()
    for _ in range(2 * THREADS):
        scheduler.beside_for("alice", lambda: is_let_go.wait(PATIENCE), lambda _: None, done.put)
    try:
        scheduler.beside(lambda: "a plan", done.put, done.put)
        assert done.get(timeout=PATIENCE / 2) == "a plan"
        scheduler.beside_for("bob", lambda: "bob's way", done.put, done.put)
        assert done.get(timeout=PATIENCE / 2) == "bob's way"
    finally:
        is_let_go.set()
