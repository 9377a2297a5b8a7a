"""Connections at the real server: who gives way, and who is kept waiting by whom."""

import re
import socket
import sys
import time
from collections import deque
from collections.abc import Mapping
from contextlib import ExitStack, closing, suppress
from typing import Any

import pytest

from sipsorcery_web.portal.http.backend import ASKED_AT
from sipsorcery_web.serving import server
from tests.conftest import HOME

from .served import PATIENCE, Served, Slow, plain, served

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX's")


def idle_connections(running: Served, stack: ExitStack, many: int, home: str = HOME) -> list[socket.socket]:
    """Browsers that have been answered, and keep their connections."""
    found = []
    for _ in range(many):
        browser = stack.enter_context(socket.create_connection((HOME, running.port), PATIENCE, (home, 0)))
        assert is_served(browser)
        found.append(browser)
    return found


def is_served(browser: socket.socket) -> bool:
    """Ask for a page on a connection, and return True when it has come."""
    browser.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
    answer = part = browser.recv(4096)
    while part and not answer.endswith(b"nobody         "):
        answer += (part := browser.recv(4096))
    return answer.startswith(b"HTTP/1.1 200 OK")


def is_closed(browser: socket.socket) -> bool:
    """Wait for the server to close a connection, and return True when it has."""
    browser.settimeout(PATIENCE)
    return browser.recv(1) == b""


def test_at_the_limit_the_connection_that_has_been_idle_longest_gives_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "CONNECTIONS", 3)
    with served(plain) as running, ExitStack() as stack:
        oldest, *_, newest = idle_connections(running, stack, 3)
        assert running.get() == b"nobody         "
        assert is_closed(oldest)
        assert is_served(newest)


def test_the_address_that_has_the_most_connections_loses_one_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "CONNECTIONS", 4)
    with served(plain) as running, ExitStack() as stack:
        (alone,) = idle_connections(running, stack, 1, "127.0.0.2")
        first_of_many, *_ = idle_connections(running, stack, 3)
        assert running.get() == b"nobody         "
        assert is_closed(first_of_many)
        assert is_served(alone)


def test_an_address_has_so_many_connections_of_which_the_longest_idle_gives_way(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(server, "OF_ADDRESS", 3)
    monkeypatch.setattr(server, "is_loopback", lambda _address: False)
    with served(plain) as running, ExitStack() as stack:
        (alone,) = idle_connections(running, stack, 1, "127.0.0.2")
        oldest, *others = idle_connections(running, stack, 3)
        (newest,) = idle_connections(running, stack, 1)
        assert is_closed(oldest)
        assert all(is_served(browser) for browser in (alone, *others, newest))


@pytest.mark.parametrize("status", ["204 No Content", "304 Not Modified"])
def test_a_connection_is_kept_after_an_answer_without_a_body(status: str) -> None:
    def unchanged(_environ: Mapping[str, Any], start_response: Any) -> list[bytes]:
        start_response(status, [])
        return []

    with served(unchanged) as running, closing(running.connection()) as browser:
        browser.auto_open = 0
        browser.connect()
        for _ in range(3):
            browser.request("GET", "/")
            with browser.getresponse() as answer:
                assert (answer.read(), answer.getheader("Connection")) == (b"", None)


@pytest.mark.parametrize("version", [10, 11])
def test_it_is_closed_for_a_browser_that_asks_for_that_or_knows_no_other_way(version: int) -> None:
    def unchanged(_environ: Mapping[str, Any], start_response: Any) -> list[bytes]:
        start_response("304 Not Modified", [])
        return []

    with served(unchanged) as running, closing(running.connection()) as browser:
        browser._http_vsn, browser._http_vsn_str = version, f"HTTP/{version / 10}"  # type: ignore[attr-defined]
        browser.request("GET", "/", headers={"Connection": "close"} if version == 11 else {})
        assert browser.getresponse().getheader("Connection") == "close"


@pytest.mark.parametrize("settings", [{}, {"trusted_proxies": 1}], ids=["this machine", "a proxy"])
def test_this_machine_and_a_proxy_have_as_many_connections_as_there_are(
    monkeypatch: pytest.MonkeyPatch, settings: dict[str, int]
) -> None:
    monkeypatch.setattr(server, "OF_ADDRESS", 3)
    if settings:
        monkeypatch.setattr(server, "is_loopback", lambda _address: False)
    with served(plain, **settings) as running, ExitStack() as stack:
        assert all(is_served(browser) for browser in idle_connections(running, stack, 6))


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/portal/healthz"])
def test_a_monitor_is_answered_while_all_threads_are_held_up(path: str) -> None:
    slow = Slow()

    def application(environ: Mapping[str, Any], start_response: Any) -> list[bytes]:
        return (plain if environ["PATH_INFO"].endswith("z") else slow)(environ, start_response)

    with served(application) as running, ExitStack() as held_up:
        held_up.callback(slow.may_answer.set)
        for _ in range(2 * server.THREADS):
            held_up.enter_context(closing(running.connection())).request("GET", "/")
        assert slow.asked.wait(PATIENCE)
        assert running.get(path) == b"nobody         "


def test_a_request_tells_since_when_it_waits_for_a_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "THREADS", 1)
    waited: list[float] = []
    slow = Slow()

    def application(environ: Mapping[str, Any], start_response: Any) -> list[bytes]:
        waited.append(time.monotonic() - environ[ASKED_AT])
        return slow(environ, start_response)

    with served(application) as running, ExitStack() as stack:
        connections = [stack.enter_context(closing(running.connection())) for _ in range(2)]
        connections[0].request("GET", "/")
        assert slow.asked.wait(PATIENCE)
        connections[1].request("GET", "/")
        while running.server.task_dispatcher.queue == deque():
            running.thread.join(0.01)
        running.thread.join(0.1)
        slow.may_answer.set()
        for connection in connections:
            assert connection.getresponse().read() == b"nobody         "
    assert 0.1 <= waited[1] < PATIENCE  # and not since the machine was started


def test_a_request_that_trickles_in_has_a_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "IDLE_SECONDS", 0.2)
    monkeypatch.setattr(server, "BEATS_EVERY", 0.0)
    with served(plain) as running, socket.create_connection((HOME, running.port)) as browser:
        browser.sendall(b"GET / HT")
        for letter in b"TP/1.1\r\nX-Long: and so on, a letter at a time, for as long as the server bears it":
            with suppress(OSError):
                browser.send(bytes([letter]))
            running.server.pull_trigger()
            running.thread.join(0.01)
        with suppress(ConnectionResetError):
            assert is_closed(browser)


def test_several_requests_at_once_are_answered_in_their_order() -> None:
    def path(environ: Mapping[str, Any], start_response: Any) -> list[bytes]:
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [environ["PATH_INFO"].encode()]

    with served(path) as running, socket.create_connection((HOME, running.port), PATIENCE) as browser:
        browser.sendall(b"".join(b"GET /%d HTTP/1.1\r\nHost: localhost\r\n\r\n" % number for number in range(20)))
        answered = b""
        while b"/19" not in answered:
            answered += browser.recv(65536)
        assert re.findall(rb"\r\n\r\n/(\d+)", answered) == [b"%d" % number for number in range(20)]


def test_a_browser_that_asks_again_and_again_and_takes_no_answer_keeps_nobody_waiting(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def large(environ: Mapping[str, Any], start_response: Any) -> list[bytes]:
        start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", "1000000")])
        return [bytes(1_000_000)]

    monkeypatch.setattr(server, "THREADS", 1)
    with served(large) as running, socket.create_connection((HOME, running.port), PATIENCE) as rude:
        rude.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n" * 40)
        assert all(len(running.get()) == 1_000_000 for _ in range(40))  # each behind one more of the others
        answers = b"".join(iter(lambda: rude.recv(1 << 20), b""))
    assert answers.count(b"\r\nConnection: close\r\n") == 1
