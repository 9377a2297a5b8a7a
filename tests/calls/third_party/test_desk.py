"""The process that makes calls between two phones, where its port is another program's."""

import logging
import socket
import threading
from pathlib import Path

import pytest

from sipsorcery_web.calls.third_party import desk
from sipsorcery_web.calls.third_party.desk import CallService, Desk
from tests.conftest import HOME


def test_a_port_that_is_taken_is_told_once_in_a_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(desk, "TRIES_AGAIN", 0.01)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind((HOME, 0))
        service = CallService(Desk(tmp_path, "secret"), (HOME, 9), taken.getsockname(), "secret")
        tried = _count_attempts(service, monkeypatch)
        with caplog.at_level(logging.ERROR):
            service.start()
            tried.wait(10)
            service.stop()

    (record,) = caplog.records
    assert "Address already in use" in record.getMessage()
    assert record.exc_info is None


def _count_attempts(service: CallService, monkeypatch: pytest.MonkeyPatch) -> threading.Barrier:
    """Return a barrier that opens when the port has been tried twice."""
    barrier, attempts, serve = threading.Barrier(2), iter(range(1, 1000)), service._serve

    async def counted() -> None:
        if next(attempts) == 3:
            barrier.wait(10)
        await serve()

    monkeypatch.setattr(service, "_serve", counted)
    return barrier
