"""The real server, as a process of its own and, for what happens between its sockets and threads, in a thread."""

import logging
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from typing import Any

import pytest
import requests
from waitress import wasyncore

from sipsorcery_web import create_app, serving
from sipsorcery_web.contract import names
from sipsorcery_web.service.operators import Operators
from sipsorcery_web.settings import Settings
from tests.conftest import HOME, PASSWORD, person

APP = Path(__file__).resolve().parent.parent / "app.py"
PATIENCE = 30.0
LINK = re.compile(r"http://\S+/setup/[\w-]{43}")
AUTHID = re.compile(r"[0-9a-f]{96}")
LOGIN = (
    f'<s:Envelope xmlns:s="{names.SOAP}"><s:Body><Login xmlns="{names.SVC}">'
    f"<username>alice</username><password>{PASSWORD}</password></Login></s:Body></s:Envelope>"
)

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX's")


@pytest.fixture(autouse=True)
def nothing_is_said_of_the_queue(monkeypatch: pytest.MonkeyPatch) -> None:
    """Silence waitress about its queue: on a busy machine a request waits for its thread, which is not worth a word."""
    monkeypatch.setattr(logging.getLogger("waitress.queue"), "disabled", True)


@pytest.fixture
def port() -> int:
    """A port that is free now."""
    with socket.create_server((HOME, 0)) as found:
        return int(found.getsockname()[1])


@dataclass
class Portal:
    """`python app.py`, run in an empty directory."""

    folder: Path
    port: int
    more: Mapping[str, str] = field(default_factory=dict)
    output: str = ""
    errors: str = ""

    def __post_init__(self) -> None:
        rest = {name: value for name, value in os.environ.items() if not name.startswith("SIPSORCERY_")}
        self.process = subprocess.Popen(
            [sys.executable, str(APP)],
            cwd=self.folder,
            env={**rest, "SIPSORCERY_PORT": str(self.port), **self.more},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    @property
    def address(self) -> str:
        return f"http://{HOME}:{self.port}"

    def until(self, words: str) -> None:
        """Read its output up to a line with these words."""
        assert self.process.stdout is not None
        while words not in self.output:
            line = self.process.stdout.readline()
            assert line, f"it ended: {self.process.communicate()}"
            self.output += line

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Its exit code; what it had to say is in `output` and `errors` then."""
        self.process.send_signal(number)
        return self.end()

    def end(self) -> int:
        output, self.errors = self.process.communicate(timeout=PATIENCE)
        self.output += output
        return self.process.returncode


@pytest.fixture
def portal(tmp_path: Path, port: int) -> Iterator[Callable[..., Portal]]:
    """Starts portals in one directory, and leaves none behind."""
    started: list[Portal] = []

    def start(**more: str) -> Portal:
        started.append(Portal(tmp_path, port, more))
        return started[-1]

    yield start
    for one in started:
        if one.process.poll() is None:
            one.process.kill()
            one.process.communicate()


def with_customer(folder: Path, username: str, *, administrator: bool = False) -> None:
    """A data directory where the portal looks for one, with somebody in it."""
    app = create_app(Settings(data_dir=folder / "instance"))
    Operators(app.extensions["service"].context).create_customer(person(username), administrator)
    app.extensions["database"].close()


def test_a_first_start_tells_the_address_and_one_set_up_link_and_serves(portal: Callable[..., Portal]) -> None:
    running = portal()
    running.until("/setup/")
    with requests.get(f"{running.address}/healthz", timeout=PATIENCE) as health:
        assert (health.status_code, health.json()) == (200, {"status": "ok"})
        assert "Server" not in health.headers
    (link,) = LINK.findall(running.output)
    assert requests.get(link, timeout=PATIENCE).status_code == 200
    assert running.stop() == 0
    assert running.output.splitlines() == [
        f"SIPSorcery Web: {running.address}",
        "There is no administrator yet. Create one within 30 minutes at",
        f"  {link}",
    ]
    assert running.errors == ""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_where_there_is_an_administrator_it_only_tells_the_address_and_stops_without_a_word(
    portal: Callable[..., Portal], tmp_path: Path, number: signal.Signals
) -> None:
    with_customer(tmp_path, "root-admin", administrator=True)
    running = portal()
    running.until("SIPSorcery Web: ")
    with requests.Session() as browser:  # it keeps its connection
        assert browser.get(f"{running.address}/login", timeout=PATIENCE).status_code == 200
        assert running.stop(number) == 0
    assert (running.output, running.errors) == (f"SIPSorcery Web: {running.address}\n", "")
    assert not list((tmp_path / "instance").glob("*-wal"))


def sign_in(browser: requests.Session, running: Portal, username: str) -> str:
    """Sign in with a browser; its token against forged requests."""
    page = browser.get(f"{running.address}/login", timeout=PATIENCE).text
    token: str
    (token,) = set(re.findall(r'name="csrf_token"[^>]*value="([^"]+)"', page))
    values = {"username": username, "password": PASSWORD, "csrf_token": token}
    assert browser.post(f"{running.address}/login", values, timeout=PATIENCE).url.endswith("/sip-accounts")
    return token


def test_nothing_that_would_let_its_reader_in_is_put_out(portal: Callable[..., Portal], tmp_path: Path) -> None:
    with_customer(tmp_path, "alice")
    running = portal()
    running.until("/setup/")
    with requests.Session() as browser:
        token = sign_in(browser, running, "alice")
        cookies = [cookie.value or "" for cookie in browser.cookies]
    soap = {"Content-Type": "text/xml", "SOAPAction": f'"{names.ACTION_PREFIX}Login"'}
    answer = requests.post(f"{running.address}/provisioning.svc", LOGIN, headers=soap, timeout=PATIENCE).text
    (authid,) = AUTHID.findall(answer)
    assert requests.get(f"{running.address}/setup/{authid}", timeout=PATIENCE).status_code == 404
    running.stop()
    said = running.output + running.errors
    assert len(LINK.findall(said)) == 1
    assert cookies
    assert not [secret for secret in (authid, PASSWORD, token, *cookies) if secret in said]


def test_a_taken_port_is_told_in_a_sentence_and_the_set_up_link_of_the_first_stays_good(
    portal: Callable[..., Portal],
) -> None:
    first = portal()
    first.until("/setup/")
    second = portal()
    assert second.end() == 1
    assert (second.output, second.errors) == (
        "",
        f"SIPSorcery Web does not start: port {second.port} of {HOME} is taken. Set SIPSORCERY_PORT to another one.\n",
    )
    assert requests.get(LINK.findall(first.output)[0], timeout=PATIENCE).status_code == 200


def test_a_database_of_a_newer_version_is_told_in_a_sentence(portal: Callable[..., Portal]) -> None:
    first = portal()
    first.until("/setup/")
    first.stop()
    with closing(sqlite3.connect(first.folder / "instance" / "sipsorcery.db")) as store:
        store.execute("UPDATE alembic_version SET version_num = '9999'")
        store.commit()
    second = portal()
    assert second.end() == 1
    assert re.fullmatch(
        "SIPSorcery Web does not start: The database .* was made by a newer version .*\n", second.errors
    )


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
