"""Probes of stores: whether they take what is written is answered in time, and asked seldom."""

import threading
from collections.abc import Iterator

import pytest

from sipsorcery_web.portal.http import readiness
from sipsorcery_web.portal.http.readiness import Readiness


class Store:
    """A store that takes what is written, fails or hangs, as it is told."""

    def __init__(self) -> None:
        self.attempts = 0
        self.trouble: Exception | None = None
        self.may_answer = threading.Event()
        self.may_answer.set()

    def write(self) -> None:
        self.attempts += 1
        self.may_answer.wait()
        if self.trouble is not None:
            raise self.trouble


@pytest.fixture
def store() -> Iterator[Store]:
    store = Store()
    yield store
    store.may_answer.set()


@pytest.fixture
def ready(store: Store) -> Readiness:
    return Readiness({"store": store.write, "sessions": lambda: None})


@pytest.fixture(autouse=True)
def always_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readiness, "GOOD_FOR", 0.0)


def test_a_store_that_takes_what_is_written_is_ready(ready: Readiness) -> None:
    assert ready.now() == {"store": True, "sessions": True}


def test_one_that_fails_is_told_once_in_the_log(
    ready: Readiness, store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    store.trouble = OSError("the disk is full")

    for _ in range(3):
        assert ready.now() == {"store": False, "sessions": True}
    assert caplog.messages == ["Nothing can be written (store): the disk is full"]
    store.trouble = None
    assert ready.now() == {"store": True, "sessions": True}


def test_one_that_hangs_is_told_in_time_and_not_asked_again_meanwhile(
    ready: Readiness, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(readiness, "ANSWERS_WITHIN", 0.05)
    store.may_answer.clear()

    assert [ready.now()["store"] for _ in range(3)] == [False, False, False]
    assert store.attempts == 1


def test_many_monitors_cost_a_store_one_write(ready: Readiness, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readiness, "GOOD_FOR", 60.0)

    for _ in range(10):
        ready.now()
    assert store.attempts == 1
