"""HTTP over TLS; the rest of the transport is tested through the channel in test_soap_tolerance.py."""

import socket
import ssl
from collections.abc import Iterator
from pathlib import Path
from threading import Event, Thread
from time import monotonic
from typing import Any

import pytest

from sipsorcery_web.contract.errors import Unavailable
from sipsorcery_web.provisioning.transport import NO_ANSWER, TOO_SLOW, HttpTransport
from tests.certificates import own_certificate, trusted_by_the_operator

from .scripted import LONG

SHORT = 0.5
TIME, LATE = 2.0, 1.8
"""Seconds of a call, and those of them that something takes which must not be given to what follows."""


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return own_certificate(tmp_path_factory.mktemp("tls") / "service.pem")


class SecureService:
    """Takes connections one after another, each in its manner: it answers, drips, hangs, or is late and deaf."""

    def __init__(self, certificate: Path) -> None:
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(certificate)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"https://127.0.0.1:{self.listener.getsockname()[1]}/"
        self.manner = "answers"
        self.over = Event()
        Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        self.over.set()
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()

    def _serve(self) -> None:
        while not self.over.is_set():
            try:
                with self.listener.accept()[0] as plain:
                    self._answer(plain)
            except OSError:
                continue

    def _answer(self, plain: socket.socket) -> None:
        if self.manner == "hangs":
            self.over.wait(LONG)
            return
        if self.manner == "is late, and deaf":
            plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
            self.over.wait(LATE)
        with self.context.wrap_socket(plain, server_side=True) as secure:
            if self.manner == "is late, and deaf":
                self.over.wait(LONG)
            received = b""
            while not received.endswith(b"secret"):
                received += secure.recv(65536)
            secure.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\nContent-Type: text/xml\r\n\r\n<a")
            while self.manner == "drips" and not self.over.wait(0.02):
                secure.sendall(b"")
            secure.sendall(b"/>")


@pytest.fixture
def secure(certificate: Path) -> Iterator[SecureService]:
    service = SecureService(certificate)
    yield service
    service.close()


@pytest.fixture
def trusting(certificate: Path) -> Iterator[None]:
    """The operator has named the certificate."""
    with trusted_by_the_operator(certificate):
        yield


def test_a_certificate_that_nobody_vouches_for_is_refused(secure: SecureService) -> None:
    with pytest.raises(Unavailable, match=NO_ANSWER):
        HttpTransport(5).post(secure.url, b"secret", {})


@pytest.mark.usefixtures("trusting")
def test_a_certificate_that_the_operator_names_is_trusted(secure: SecureService) -> None:
    assert HttpTransport(5).post(secure.url, b"secret", {}).content == b"<a/>"


@pytest.mark.usefixtures("trusting")
@pytest.mark.parametrize("manner", ["hangs", "drips"])
def test_tls_ends_with_the_time_of_the_call(secure: SecureService, manner: str) -> None:
    secure.manner = manner
    begun = monotonic()

    with pytest.raises(Unavailable, match=TOO_SLOW):
        HttpTransport(SHORT).post(secure.url, b"secret", {})

    assert SHORT <= monotonic() - begun < LONG / 2


@pytest.mark.usefixtures("trusting")
def test_what_was_spent_on_the_look_up_is_not_there_for_tls(
    secure: SecureService, monkeypatch: pytest.MonkeyPatch
) -> None:
    quick = socket.getaddrinfo

    def slow(*args: Any, **options: Any) -> Any:
        Event().wait(LATE)
        return quick(*args, **options)

    monkeypatch.setattr(socket, "getaddrinfo", slow)
    secure.manner = "hangs"
    begun = monotonic()

    with pytest.raises(Unavailable, match=TOO_SLOW):
        HttpTransport(TIME).post(secure.url, b"secret", {})

    assert TIME <= monotonic() - begun < TIME + LATE


@pytest.mark.usefixtures("trusting")
def test_what_was_spent_on_tls_is_not_there_for_sending(secure: SecureService) -> None:
    secure.manner = "is late, and deaf"
    begun = monotonic()

    with pytest.raises(Unavailable, match=TOO_SLOW):
        HttpTransport(TIME).post(secure.url, b"x" * 20_000_000, {})

    assert TIME <= monotonic() - begun < TIME + LATE
