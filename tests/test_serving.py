"""The real server in a thread of this process, for what happens between its sockets and threads."""

import logging
import socket
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from typing import Any

import pytest
from waitress import wasyncore

from sipsorcery_web import serving
from sipsorcery_web.settings import Settings
from tests.conftest import HOME
from tests.running import free_port

PATIENCE = 30.0

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX's")


@pytest.fixture(autouse=True)
def nothing_is_said_of_the_queue(monkeypatch: pytest.MonkeyPatch) -> None:
    """Silence waitress about its queue: on a busy machine a request waits for its thread, which is not worth a word."""
    monkeypatch.setattr(logging.getLogger("waitress.queue"), "disabled", True)


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.mark.parametrize(
    ("setting", "value", "sentence"),
    [
        ("PORT", "http", "SIPSORCERY_PORT='http' is not valid: a port is a number from 1 to 65535"),
        ("HOST", "nowhere.invalid", "it cannot listen at SIPSORCERY_HOST=nowhere.invalid, SIPSORCERY_PORT="),
        ("DATA_DIR", "/dev/null/data", "/dev/null/data: Not a directory."),
        ("DATABASE_URL", "mysql://127.0.0.1/x", "A database address begins with sqlite: or postgresql:, not mysql:."),
    ],
)
def test_what_cannot_be_used_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, port: int, setting: str, value: str, sentence: str
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SIPSORCERY_PORT", str(port))
    monkeypatch.setenv(f"SIPSORCERY_{setting}", value)
    assert sentence in refusal(monkeypatch)


@pytest.mark.parametrize(
    ("package", "setting", "value"),
    [
        ("redis", "SESSION_URL", "redis://127.0.0.1"),
        ("psycopg", "DATABASE_URL", "postgresql://127.0.0.1/sipsorcery"),
    ],
)
def test_a_setting_that_needs_another_package_names_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, port: int, package: str, setting: str, value: str
) -> None:
    for module in [name for name in sys.modules if name.split(".")[0] == package or name.endswith("redis_sessions")]:
        monkeypatch.delitem(sys.modules, module)
    monkeypatch.setitem(sys.modules, package, None)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SIPSORCERY_PORT", str(port))
    monkeypatch.setenv(f"SIPSORCERY_{setting}", value)
    assert f"it needs the Python package {package}. Install it with make setup EXTRAS=1." in refusal(monkeypatch)


def refusal(monkeypatch: pytest.MonkeyPatch) -> str:
    """Return the words with which `serve` ends."""
    monkeypatch.setattr(serving, "set_up_logging", lambda: None)
    with pytest.raises(SystemExit) as ended:
        serving.serve()
    return str(ended.value.code)


def test_log_lines_show_what_is_invisible() -> None:
    record = logging.LogRecord("a", logging.ERROR, "", 0, "No action %s", ("x\u202egnp\x1b[2J",), None)
    assert serving.DiscreetFormatter("%(message)s").format(record) == "No action x[U+202E]gnp[U+001B][2J"


def test_log_lines_hide_set_up_secrets_and_authids() -> None:
    formatter = serving.DiscreetFormatter("%(message)s")
    secret, authid = "s3cret-_" * 5 + "abc", "0123456789abcdef" * 6
    try:
        raise ValueError(f"token {authid}")
    except ValueError:
        record = logging.LogRecord(
            "a", logging.ERROR, "", 0, "Exception on /setup/%s [POST]", (secret,), sys.exc_info()
        )
    line = formatter.format(record)
    assert line.startswith("Exception on /setup/… [POST]\n")
    assert line.endswith("ValueError: token …")
    assert secret not in line
    assert authid not in line


@dataclass
class Served:
    """An application behind the portal's server, in a thread of this process."""

    port: int
    server: Any
    stopping: threading.Event
    thread: threading.Thread

    def connection(self) -> HTTPConnection:
        return HTTPConnection(HOME, self.port, timeout=PATIENCE)

    def get(self, path: str = "/", headers: Mapping[str, str] | None = None) -> bytes:
        """Return the answer to one request."""
        connection = self.connection()
        connection.request("GET", path, headers=headers or {})
        with connection.getresponse() as response:
            body = response.read()
        connection.close()
        return body

    def stop(self) -> None:
        self.stopping.set()
        self.server.pull_trigger()


@contextmanager
def served(application: Any, **settings: Any) -> Iterator[Served]:
    listener = serving.listen(Settings(port=0))
    server = serving.make_server(application, Settings(**settings), listener)
    port, stopping = listener.getsockname()[1], threading.Event()
    thread = threading.Thread(target=serving.run, args=(server, stopping))
    thread.start()
    running = Served(port, server, stopping, thread)
    try:
        yield running
    finally:
        running.stop()
        thread.join(PATIENCE)
        wasyncore.close_all(server._map)
        server.task_dispatcher.shutdown(timeout=PATIENCE)


def plain(environ: Mapping[str, Any], start_response: Any) -> list[bytes]:
    """Answers with the address that a proxy would have put in."""
    environ["wsgi.input"].read()
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", "15")])
    return [environ.get("HTTP_X_FORWARDED_FOR", "nobody").ljust(15).encode()]


def test_browsers_that_never_finish_their_requests_keep_nobody_waiting() -> None:
    with served(plain) as running, ExitStack() as rude:
        for _ in range(serving.THREADS):
            browser = rude.enter_context(socket.create_connection((HOME, running.port)))
            browser.sendall(b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nhalf")
        assert running.get() == b"nobody         "


@pytest.mark.parametrize(("proxies", "believed"), [(0, b"nobody         "), (1, b"192.0.2.1      ")])
def test_only_a_proxy_tells_where_a_request_came_from(proxies: int, believed: bytes) -> None:
    headers = {"X-Forwarded-For": "192.0.2.1", "X_Forwarded_For": "203.0.113.6"}
    with served(plain, trusted_proxies=proxies) as running:
        assert running.get(headers=headers) == believed


def test_a_request_far_above_the_limit_is_refused_before_it_is_received() -> None:
    with served(plain, request_limit=1000) as running:
        connection = running.connection()
        connection.putrequest("POST", "/")
        connection.putheader("Content-Length", "2001")
        connection.endheaders()
        with connection.getresponse() as response:
            assert response.status == 413
        connection.close()


@dataclass
class Slow:
    """An application that answers when it is told to."""

    asked: threading.Event = field(default_factory=threading.Event)
    may_answer: threading.Event = field(default_factory=threading.Event)

    def __call__(self, environ: Mapping[str, Any], start_response: Any) -> list[bytes]:
        self.asked.set()
        self.may_answer.wait(PATIENCE)
        return plain(environ, start_response)


@contextmanager
def under_way(running: Served, slow: Slow) -> Iterator[HTTPConnection]:
    """A request that the application has begun to work on, while the server stops."""
    connection = running.connection()
    connection.request("GET", "/")
    assert slow.asked.wait(PATIENCE)
    running.stop()
    try:
        yield connection
    finally:
        slow.may_answer.set()
        connection.close()


def closed(running: Served) -> bool:
    """Wait for the server to stop listening, and return True when it has."""
    while running.server.accepting:
        running.thread.join(0.01)
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((HOME, running.port))
    return True


def test_a_request_under_way_is_answered_before_the_server_ends() -> None:
    slow = Slow()
    with served(slow) as running, under_way(running, slow) as connection:
        assert closed(running)
        slow.may_answer.set()
        response: HTTPResponse = connection.getresponse()
        assert (response.status, response.headers["Connection"]) == (200, "close")
        assert response.read() == b"nobody         "
        response.close()
        running.thread.join(PATIENCE)
        assert not running.thread.is_alive()


def test_a_response_without_an_end_does_not_keep_the_server(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(serving, "STOPS_WITHIN", 0.1)
    slow = Slow()
    with served(slow) as running, under_way(running, slow):
        running.thread.join(PATIENCE)
        assert not running.thread.is_alive()
    assert caplog.messages == ["Cut off after 0 seconds: 1 connections."]
