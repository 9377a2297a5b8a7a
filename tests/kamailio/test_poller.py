"""The poller of Kamailio's tables, which any process of the portal may wake."""

import multiprocessing
import sys
import threading
from datetime import UTC, datetime
from typing import Any
from unittest.mock import Mock

import pytest

from sipsorcery_web.kamailio import poller as module
from sipsorcery_web.kamailio.poller import Poller
from sipsorcery_web.kamailio.rpc import KamailioRefusal

PATIENCE = 30.0

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="fork is POSIX's")


class Looking(Poller):
    """Tells when it looks."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.looks: Any = threading.Semaphore(0)

    def poll(self) -> None:
        self.looks.release()


class WithoutRecords(Poller):
    """Finds no records of calls."""

    def take_records_over(self) -> None:
        pass


def test_what_is_refused_to_one_look_keeps_no_other_from_being_taken() -> None:
    poller: Any = WithoutRecords(Mock(), Mock(), Mock(), lambda: datetime.now(UTC))
    poller.provider_addresses = Mock(look=Mock(side_effect=KamailioRefusal(500, "Internal error")))
    poller.stranger_connections, poller.account_networks = Mock(), Mock()

    poller.poll()

    poller.stranger_connections.look.assert_called_once_with()
    poller.registrations.look.assert_called_once()


def test_another_process_wakes_it_before_its_next_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PAUSE", 2 * PATIENCE)
    poller = Looking(Mock(), Mock(), Mock(), lambda: datetime.now(UTC))
    poller.start()
    assert poller.looks.acquire(timeout=PATIENCE)

    worker = multiprocessing.get_context("fork").Process(target=poller.wake)
    worker.start()

    assert poller.looks.acquire(timeout=PATIENCE)
    worker.join()
    poller.stop()
