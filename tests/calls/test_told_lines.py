"""Lines that plans log are told to their owners, each once."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from sipsorcery_web.calls.told_lines import ToldLines
from sipsorcery_web.dial_plans.call_executions import CallExecution
from sipsorcery_web.events.event import EventServer, EventType
from tests.conftest import Clock
from tests.events.wire import Console

from .kept_executions import running
from .test_keeper import WatchedStore


@pytest.fixture
def console() -> Console:
    return Console()


@pytest.fixture
def store() -> WatchedStore:
    return WatchedStore()


@pytest.fixture
def told(store: WatchedStore, console: Console, clock: Clock) -> ToldLines:
    return ToldLines(store, console, clock)


@pytest.fixture
def execution() -> CallExecution:
    return running(datetime.now(UTC))


def test_a_line_is_told_with_whose_it_is(
    told: ToldLines, console: Console, clock: Clock, execution: CallExecution
) -> None:
    told.keep([replace(execution, log=("Calling sip:x:secret@h",))])

    (event,) = console.events
    assert (event.type, event.server, event.time) == (EventType.DialPlan, EventServer.AppServer, clock.now)
    assert (set(event.owners), event.call_id) == ({execution.owner}, execution.call_id)
    assert event.text == f"{execution.execution.plan.name}: Calling sip:x:***@h"


def test_each_line_is_told_once(told: ToldLines, console: Console, execution: CallExecution) -> None:
    for log in (("a",), ("a", "b", "b"), ("a", "b", "b")):
        told.keep([replace(execution, log=log)])

    assert console.lines == ["a", "b", "b"]


def test_a_remark_behind_later_lines_is_told_once(told: ToldLines, console: Console, execution: CallExecution) -> None:
    told.keep([replace(execution, log=("a", "remark"))])
    told.keep([replace(execution, log=("a", "b", "remark"))])

    assert console.lines == ["a", "remark", "b"]


def test_what_another_process_has_told_is_not_told_again(
    told: ToldLines, store: WatchedStore, console: Console, execution: CallExecution
) -> None:
    store.keep([replace(execution, log=("a",))])

    assert [each.id for each in told.running()] == [execution.id]
    told.keep([replace(execution, log=("a", "b"), ended_at=datetime.now(UTC))])

    assert console.lines == ["b"]


def test_what_is_not_kept_is_told_when_it_is(
    told: ToldLines, store: WatchedStore, console: Console, execution: CallExecution
) -> None:
    store.is_broken = True
    with pytest.raises(ConnectionError):
        told.keep([replace(execution, log=("a",))])
    assert console.lines == []

    store.is_broken = False
    told.keep([replace(execution, log=("a",))])
    assert console.lines == ["a"]
