"""The thread that keeps executions: what nobody waits for goes with what somebody waits for."""

import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest

from sipsorcery_web.calls import keeper as keeper_module
from sipsorcery_web.calls import unkept as unkept_module
from sipsorcery_web.calls.keeper import Keeper
from sipsorcery_web.dial_plans.call_executions import CallExecution

from .fakes import FakeStore
from .kept_executions import running

PATIENCE = 5.0


class WatchedStore(FakeStore):
    """A store that tells when it was written to, and what came in each transaction."""

    def __init__(self) -> None:
        super().__init__()
        self.transactions: list[int] = []
        self.is_written = threading.Event()
        self.is_broken = False
        self.refused: set[UUID] = set()
        self.tries = 0

    def keep(self, executions: Sequence[CallExecution]) -> None:
        self.tries += 1
        if self.is_broken or any(each.id in self.refused for each in executions):
            raise ConnectionError("The database is away.")
        super().keep(executions)
        self.transactions.append(len(executions))
        self.is_written.set()


def an_execution() -> CallExecution:
    return running(datetime.now(UTC))


@pytest.fixture
def store() -> WatchedStore:
    return WatchedStore()


@pytest.fixture
def keeper(store: WatchedStore) -> Iterator[Keeper]:
    keeper = Keeper(store, store)
    keeper.start()
    yield keeper
    keeper.stop()


def test_what_nobody_waits_for_is_written_with_what_somebody_waits_for(
    monkeypatch: pytest.MonkeyPatch, keeper: Keeper, store: WatchedStore
) -> None:
    monkeypatch.setattr(keeper_module, "LINGERS", 60.0)
    told = threading.Event()
    keeper.keep(an_execution())
    keeper.keep(an_execution())
    keeper.keep(an_execution(), told.set)
    assert told.wait(PATIENCE)
    assert store.transactions == [3]


def test_calls_that_come_one_upon_the_other_share_a_transaction(
    monkeypatch: pytest.MonkeyPatch, keeper: Keeper, store: WatchedStore
) -> None:
    monkeypatch.setattr(keeper_module, "PACE", 1.0)
    told = [threading.Event() for _ in range(4)]
    keeper.keep(an_execution(), told[0].set)
    assert told[0].wait(PATIENCE)
    for each in told[1:]:
        keeper.keep(an_execution(), each.set)
    assert all(each.wait(PATIENCE) for each in told)
    assert store.transactions == [1, 3]


def test_what_nobody_waits_for_is_written_soon_all_the_same(keeper: Keeper, store: WatchedStore) -> None:
    keeper.keep(an_execution())
    assert store.is_written.wait(PATIENCE)


def test_what_is_left_is_written_at_the_end(
    monkeypatch: pytest.MonkeyPatch, keeper: Keeper, store: WatchedStore
) -> None:
    monkeypatch.setattr(keeper_module, "LINGERS", 60.0)
    keeper.keep(an_execution())
    keeper.stop()
    assert store.transactions == [1]


@pytest.fixture
def idle_keeper(monkeypatch: pytest.MonkeyPatch, store: WatchedStore) -> Keeper:
    """A keeper whose thread's work a test does itself, without pauses."""
    monkeypatch.setattr(unkept_module, "LONGEST_PAUSE", 0.0)
    return Keeper(store, store)


def test_the_last_state_of_each_execution_outlasts_a_store_that_is_away(
    monkeypatch: pytest.MonkeyPatch, keeper: Keeper, store: WatchedStore
) -> None:
    monkeypatch.setattr(unkept_module, "LONGEST_PAUSE", 0.01)
    store.is_broken, told = True, threading.Event()
    execution = an_execution()
    keeper.keep(execution, told.set)
    assert told.wait(PATIENCE)
    assert not store.is_written.is_set()
    store.is_broken = False
    assert store.is_written.wait(PATIENCE)
    assert [each.id for each in store.all()] == [execution.id]


def test_a_later_state_is_not_overwritten_by_one_that_could_not_be_kept(
    idle_keeper: Keeper, store: WatchedStore
) -> None:
    execution = an_execution()
    store.is_broken = True
    idle_keeper.keep(execution)
    idle_keeper.write()
    idle_keeper.keep(replace(execution, log=("Later.",)))
    store.is_broken = False
    idle_keeper.write()
    idle_keeper.write_again()
    assert store.transactions == [1]
    assert [each.log for each in store.all()] == [("Later.",)]


def test_an_execution_that_is_never_taken_costs_no_other_its_place_and_is_given_up(
    idle_keeper: Keeper, store: WatchedStore, caplog: pytest.LogCaptureFixture
) -> None:
    executions = [an_execution() for _ in range(4)]
    store.refused = {executions[1].id}
    for execution in executions:
        idle_keeper.keep(execution)
    idle_keeper.write()
    assert store.all() == []
    for _ in range(unkept_module.MOST_TRIES + 1):
        idle_keeper.write_again()
    assert {each.id for each in store.all()} == {each.id for each in executions} - store.refused
    assert "1 executions that could not be kept are lost." in caplog.text
    tries = store.tries
    idle_keeper.write_again()
    assert store.tries == tries


def test_of_more_than_can_be_remembered_the_oldest_are_lost(
    monkeypatch: pytest.MonkeyPatch, idle_keeper: Keeper, store: WatchedStore
) -> None:
    monkeypatch.setattr(unkept_module, "MOST_UNKEPT", 2)
    executions = [an_execution() for _ in range(3)]
    store.is_broken = True
    for execution in executions:
        idle_keeper.keep(execution)
        idle_keeper.write()
    store.is_broken = False
    idle_keeper.write_again()
    assert [each.id for each in store.all()] == [each.id for each in executions[1:]]


def test_what_somebody_waits_for_goes_before_what_could_not_be_kept(idle_keeper: Keeper, store: WatchedStore) -> None:
    store.is_broken = True
    for _ in range(3):
        idle_keeper.keep(an_execution())
    idle_keeper.write()
    store.is_broken = False
    idle_keeper.keep(an_execution(), lambda: None)
    idle_keeper.write_again()
    assert store.transactions == [1]
    idle_keeper.write()
    idle_keeper.write_again()
    assert store.transactions == [1, 1, 1, 1]


def test_a_store_that_is_away_is_asked_less_and_less_often(store: WatchedStore) -> None:
    keeper = Keeper(store, store)
    store.is_broken = True
    keeper.keep(an_execution())
    keeper.write()
    keeper.write_again()
    assert store.tries == 1


def test_what_could_not_be_kept_is_tried_once_more_at_the_end(keeper: Keeper, store: WatchedStore) -> None:
    store.is_broken, told = True, threading.Event()
    keeper.keep(an_execution(), told.set)
    assert told.wait(PATIENCE)
    store.is_broken = False
    keeper.stop()
    assert store.transactions == [1]
