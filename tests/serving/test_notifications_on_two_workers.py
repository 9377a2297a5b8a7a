"""The notification service on two workers: a subscription that one has made the other one is polled for and closes."""

import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
import zeep

from sipsorcery_web.contract import names
from sipsorcery_web.events.store import NAME, SqliteEvents
from tests.events.samples import event
from tests.factories import PASSWORD
from tests.portal_process import Portal, with_customer
from tests.service.notifications.conftest import Program

CONNECTIONS = 8

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="fork is POSIX's")


@pytest.fixture
def programs(portal_process: Callable[..., Portal], tmp_path: Path) -> Iterator[list[Program]]:
    """Programs of alice's with a connection each, which two workers share; they name the same notification connection."""
    with_customer(tmp_path, "alice", administrator=True)
    running = portal_process(SIPSORCERY_WORKERS="2")
    running.until("SIPSorcery Web: ")
    wsdl = f"{running.address}{names.NOTIFICATIONS_PATH}?wsdl"
    services = [zeep.Client(wsdl).service for _ in range(CONNECTIONS)]
    token = services[0].Login("alice", PASSWORD)
    yield [Program(service, token) for service in services]
    assert running.stop() == 0
    assert [line for line in running.errors.splitlines() if "logs.sign_ins" not in line] == []


def test_whichever_worker_is_asked_each_line_is_told_once(programs: list[Program], tmp_path: Path) -> None:
    events = SqliteEvents(tmp_path / "instance" / NAME)
    programs[0].subscribe("event 53")
    told: list[str] = []
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        for number in range(20):
            events.note(event(f"line {number}", "alice", time=datetime.now(UTC)))
            told += [line for lines in pool.map(Program.lines, programs) for line in lines]
    assert [line.split(": ")[1].rstrip() for line in told] == [f"line {number}" for number in range(20)]


def test_what_one_worker_closes_the_other_one_does_not_tell(programs: list[Program], tmp_path: Path) -> None:
    opened = [program.subscribe() for program in programs[:4]]
    for program, session in zip(programs[4:], opened, strict=True):
        program.call("CloseSession", session)
    SqliteEvents(tmp_path / "instance" / NAME).note(event("too late", "alice", time=datetime.now(UTC)))
    assert [program.poll() for program in programs] == [{}] * CONNECTIONS
