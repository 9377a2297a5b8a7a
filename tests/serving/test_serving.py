"""The real server in a thread of this process, for what happens between its sockets and threads."""

import gc
import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path

import pytest
from flask import Flask

from sipsorcery_web import serving
from sipsorcery_web.serving import server
from sipsorcery_web.settings import Settings
from tests.conftest import HOME
from tests.running import free_port

from .served import PATIENCE, Served, Slow, plain, served

TOP = Path(__file__).resolve().parents[2]

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX's")


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.mark.parametrize(
    ("setting", "value", "sentence"),
    [
        ("PORT", "http", "SIPSORCERY_PORT='http' is not valid: a port is a number from 1 to 65535"),
        ("HOST", "nowhere.invalid", "it cannot listen at SIPSORCERY_HOST=nowhere.invalid, SIPSORCERY_PORT="),
        ("HOST", "0.0.0.0", "Say in SIPSORCERY_PUBLIC_URL how browsers and programs reach it."),
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
    monkeypatch.setattr(serving, "set_up_logging", lambda log_format: None)
    with pytest.raises(SystemExit) as ended:
        serving.serve()
    return str(ended.value.code)


@pytest.mark.parametrize(("given", "begins"), [({}, "20"), ({"SIPSORCERY_LOG_FORMAT": "json"}, '{"time": "20')])
def test_the_log_is_text_or_json(given: dict[str, str], begins: str) -> None:
    script = (
        "import logging, sipsorcery_web.serving as serving; from sipsorcery_web.settings import Settings; "
        "serving.set_up_logging(Settings.from_environment().log_format); logging.getLogger('a').warning('said')"
    )
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=TOP, env=given)

    assert done.stderr.startswith(begins)
    assert done.stderr.count("\n") == 1


def test_browsers_that_never_finish_their_requests_keep_nobody_waiting() -> None:
    with served(plain) as running, ExitStack() as rude:
        for _ in range(server.THREADS):
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


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (b"nonsense\r\n\r\n", b"400"),
        (b"GET / HTTP/1.1\r\nHost: localhost\r\nno colon\r\n\r\n", b"400"),
        (b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1, 2\r\n\r\n", b"400"),
        (b"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: gzip\r\n\r\n", b"501"),
        (b"GET / HTTP/1.1\r\nHost: localhost\r\nX: ".ljust(server.HEAD_BYTES, b"x"), b"431"),
    ],
)
def test_what_is_no_request_is_refused_and_the_connection_closed(request_: bytes, status: bytes) -> None:
    with served(plain) as running, socket.create_connection((HOME, running.port), PATIENCE) as browser:
        browser.sendall(request_)
        answer = b"".join(iter(lambda: browser.recv(65536), b""))
    assert answer.split()[1] == status
    assert b"\r\nConnection: close\r\n" in answer


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (b"GET /api/v1/sip-accounts?q=".ljust(server.HEAD_BYTES, b"x"), 431),
        (b"GET /api/v1/sip-accounts HTTP/1.1\r\nHost: localhost\r\nno colon\r\n\r\n", 400),
        (b"POST /api/v1/sip-accounts HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: gzip\r\n\r\n", 501),
    ],
)
def test_a_program_is_refused_in_json_before_anybody_has_its_request(request_: bytes, status: int) -> None:
    with served(plain) as running, socket.create_connection((HOME, running.port), PATIENCE) as program:
        program.sendall(request_)
        answer = b"".join(iter(lambda: program.recv(65536), b""))
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(f"HTTP/1.{head[7:8].decode()} {status} ".encode())
    assert b"Content-Type: application/problem+json\r\n" in head + b"\r\n"
    assert json.loads(body)["status"] == status


def test_a_far_too_large_request_of_a_program_is_refused_in_json() -> None:
    with served(plain, request_limit=1000) as running:
        connection = running.connection()
        connection.putrequest("POST", "/api/v1/sip-accounts")
        connection.putheader("Content-Length", "2001")
        connection.endheaders()
        with connection.getresponse() as response:
            assert (response.status, response.headers["Content-Type"]) == (413, "application/problem+json")
        connection.close()


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
    monkeypatch.setattr(server, "STOPS_WITHIN", 0.1)
    slow = Slow()
    with served(slow) as running, under_way(running, slow):
        running.thread.join(PATIENCE)
        assert not running.thread.is_alive()
    assert caplog.messages == ["Cut off after 0 seconds: 1 connections."]


def test_a_start_reads_no_module_that_only_other_installations_need(tmp_path: Path) -> None:
    script = (
        "import sys, sipsorcery_web.serving as serving; from sipsorcery_web.settings import Settings; "
        f"from pathlib import Path; serving.create_app(Settings(data_dir=Path({str(tmp_path)!r}))); "
        "print(*sys.modules)"
    )
    for _ in range(2):  # the first start makes the database
        done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=TOP)
    modules = set(done.stdout.split())
    others = {
        "zeep",
        "requests",
        "alembic",
        "mako",
        "dns",
        "psycopg",
        "redis",
        "wasmtime",
        "urllib3",
        "smtplib",
        "segno",
    }
    assert modules & (others | {"sqlalchemy.dialects.postgresql", "sipsorcery_web.kamailio"}) == set()


def test_workers_collect_what_is_in_cycles_though_a_start_does_not(monkeypatch: pytest.MonkeyPatch, app: Flask) -> None:
    seen: list[bool] = []

    class Seeing:
        def __init__(self, *_: object) -> None: ...

        def heed_signals(self) -> None: ...

        def run(self) -> None:
            seen.append(gc.isenabled())

    monkeypatch.setattr(serving, "Parent", Seeing)
    gc.disable()
    try:
        with socket.socket() as listener:
            serving.run_workers(app, Settings(), listener, (), lambda: None)
    finally:
        gc.enable()
        gc.unfreeze()

    assert seen == [True]
