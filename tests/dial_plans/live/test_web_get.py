"""WebGet against web servers of this machine, which a rule of the tests allows and the usual one does not."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from time import monotonic
from typing import Any

import pytest

from sipsorcery_web.dial_plans.live.web_get import LONGEST, MOST_REDIRECTS, NothingFetched, WebGetter
from tests.certificates import own_certificate, trusted_by_the_operator
from tests.running import HOST

Answer = Callable[["Handler"], None]


class Handler(BaseHTTPRequestHandler):
    """Answers as its site says, and keeps the requests."""

    site: "Site"

    def do_GET(self) -> None:
        self.site.requests.append((self.path, dict(self.headers)))
        self.site.answer(self)

    def reply(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Write nothing."""


@dataclass
class Site:
    answer: Answer = field(default=lambda handler: handler.reply(200, b"hello"))
    port: int = 0
    requests: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)


@contextmanager
def at_work(site: Site, certificate: Path | None = None) -> Iterator[Site]:
    with ThreadingHTTPServer((HOST, 0), type("SiteHandler", (Handler,), {"site": site})) as server:
        if certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            server.socket = context.wrap_socket(server.socket, server_side=True)
        server.daemon_threads = True
        server.handle_error = lambda *_: None  # type: ignore[method-assign]
        site.port = server.server_port
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield site
        finally:
            site.over.set()
            server.shutdown()
            thread.join()


@pytest.fixture
def site() -> Iterator[Site]:
    with at_work(Site()) as site:
        yield site


def getter(**names: str) -> WebGetter:
    """A getter that knows these names, dots written as underscores, and may contact 127.0.0.1 alone."""
    known = {name.replace("_", "."): address for name, address in names.items()}

    def look_up(name: str) -> list[str]:
        return known[name].split()

    return WebGetter(look_up, lambda address: str(address) == HOST)


WWW = {"www_example_org": HOST}


def test_the_text_of_an_answer_comes_back(site: Site) -> None:
    assert getter(**WWW).get(f"http://www.example.org:{site.port}/rates?to=us&x=%41#top", 10) == "hello"

    ((path, headers),) = site.requests
    assert path == "/rates?to=us&x=%41"
    assert headers["Host"] == f"www.example.org:{site.port}"


@pytest.mark.parametrize(
    ("body", "kind", "text"),
    [
        ("Zürich".encode("latin-1"), "text/plain; charset=iso-8859-1", "Zürich"),
        ("Zürich".encode(), "text/plain", "Zürich"),
        (b"a\xff", "text/plain; charset=utf-8", "a\ufffd"),
        ("Zürich".encode(), "text/plain; charset=klingon", "Zürich"),
        (b"x" * 100_000, "text/plain", "x" * LONGEST),
        (b"", "text/plain", ""),
    ],
)
def test_a_text_is_read_as_it_says_and_no_further_than_8192_bytes(
    site: Site, body: bytes, kind: str, text: str
) -> None:
    site.answer = lambda handler: handler.reply(200, body, Content_Type=kind)

    assert getter(**WWW).get(f"http://www.example.org:{site.port}/", 10) == text


def test_an_answer_without_an_end_is_cut_off(site: Site) -> None:
    def endless(handler: Handler) -> None:
        handler.send_response(200)
        handler.end_headers()
        while not site.over.is_set():
            handler.wfile.write(b"y" * 1000)

    site.answer = endless

    assert getter(**WWW).get(f"http://www.example.org:{site.port}/", 10) == "y" * LONGEST


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "localhost",
        "127.1",
        "2130706433",
        "0x7f000001",
        "0177.0.0.1",
        "0.0.0.0",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[::]",
    ],
)
def test_no_way_to_write_it_leads_to_this_machine(site: Site, host: str) -> None:
    with pytest.raises(NothingFetched):
        WebGetter().get(f"http://{host}:{site.port}/", 10)

    assert site.requests == []


@pytest.mark.parametrize(
    "address",
    [
        "http://169.254.169.254/latest/meta-data/",
        "http://10.0.0.1/",
        "http://[fd00:ec2::254]/",
        "http://168.63.129.16/",
    ],
)
def test_private_networks_and_clouds_own_addresses_are_not_asked(address: str) -> None:
    with pytest.raises(NothingFetched, match="is no public address"):
        WebGetter().get(address, 10)


def test_a_name_with_one_private_address_is_not_asked_at_all(site: Site) -> None:
    with pytest.raises(NothingFetched, match="is no public address"):
        getter(www_example_org=f"{HOST} 10.0.0.1").get(f"http://www.example.org:{site.port}/", 10)

    assert site.requests == []


def test_the_address_that_was_checked_is_the_one_that_is_asked(site: Site) -> None:
    answers = iter([[HOST], ["10.0.0.1"]])  # a name server that changes its mind

    assert (
        WebGetter(lambda name: next(answers), lambda address: str(address) == HOST).get(
            f"http://www.example.org:{site.port}/", 10
        )
        == "hello"
    )
    assert next(answers) == ["10.0.0.1"]  # was asked once


@pytest.mark.parametrize(
    "target",
    [
        "http://10.0.0.1/",
        "http://private.example.org/",
        "//10.0.0.1/",
        "file:///etc/passwd",
        "gopher://www.example.org/",
        "http://www.example.org:25/",
    ],
)
def test_a_redirect_is_checked_as_the_first_address_is(site: Site, target: str) -> None:
    site.answer = lambda handler: handler.reply(302, Location=target)

    with pytest.raises(NothingFetched):
        getter(**WWW, private_example_org="192.168.1.1").get(f"http://www.example.org:{site.port}/", 10)
    assert len(site.requests) == 1


def test_a_redirect_is_followed_and_takes_no_password_along(site: Site) -> None:
    def answer(handler: Handler) -> None:
        if handler.path == "/old":
            handler.reply(301, Location=f"http://other.example.org:{site.port}/new")
        else:
            handler.reply(200, b"moved")

    site.answer = answer
    text = getter(**WWW, other_example_org=HOST).get(f"http://alice:word@www.example.org:{site.port}/old", 10)

    assert text == "moved"
    assert [headers.get("authorization") for _, headers in site.requests] == ["Basic YWxpY2U6d29yZA==", None]
    assert site.requests[1][1]["Host"] == f"other.example.org:{site.port}"


def test_redirects_end(site: Site) -> None:
    site.answer = lambda handler: handler.reply(302, Location="/again")

    with pytest.raises(NothingFetched, match="redirects more than"):
        getter(**WWW).get(f"http://www.example.org:{site.port}/", 10)
    assert len(site.requests) == MOST_REDIRECTS + 1


@pytest.mark.parametrize("status", [404, 500, 204 + 100, 401])
def test_an_answer_that_is_no_success_is_no_text(site: Site, status: int) -> None:
    site.answer = lambda handler: handler.reply(status, b"sorry")

    with pytest.raises(NothingFetched, match=f"answers {status}"):
        getter(**WWW).get(f"http://www.example.org:{site.port}/", 10)


@pytest.mark.parametrize(
    "address", ["ftp://www.example.org/", "file:///etc/passwd", "http://", "http://[::1/", "javascript:x"]
)
def test_only_the_web_is_asked(address: str) -> None:
    with pytest.raises(NothingFetched, match="WebGet takes an http or https address"):
        getter(**WWW).get(address, 10)


@pytest.mark.parametrize("port", [22, 25, 53, 143, 587, 0])
def test_other_services_are_not_spoken_to(port: int) -> None:
    with pytest.raises(NothingFetched, match=f"asks nobody at port {port}"):
        getter(**WWW).get(f"http://www.example.org:{port}/", 10)


def test_the_environment_names_no_proxy(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")

    assert getter(**WWW).get(f"http://www.example.org:{site.port}/", 10) == "hello"


def test_an_answer_that_trickles_in_ends_with_the_time(site: Site) -> None:
    def trickle(handler: Handler) -> None:
        while not site.over.wait(0.05):
            handler.wfile.write(b"H")
            handler.wfile.flush()

    site.answer = trickle
    begun = monotonic()
    with pytest.raises(NothingFetched, match="in time"):
        getter(**WWW).get(f"http://www.example.org:{site.port}/", 0.5)
    assert monotonic() - begun < 10


def test_a_name_server_that_is_silent_ends_with_the_time() -> None:
    over = threading.Event()
    silent = WebGetter(lambda name: [HOST] * over.wait(30))
    with pytest.raises(NothingFetched, match="in time"):
        silent.get("http://www.example.org/", 0.2)
    over.set()


def test_a_name_that_nobody_knows_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(NothingFetched, match="Nobody knows a host of the name www"):
        WebGetter().get("http://www.example.org/", 10)


# TLS


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return own_certificate(tmp_path_factory.mktemp("tls") / "site.pem", "www.example.org")


@pytest.fixture
def secure_site(certificate: Path) -> Iterator[Site]:
    with at_work(Site(), certificate) as site:
        yield site


def test_https_asks_for_the_certificate_of_the_name(secure_site: Site, certificate: Path) -> None:
    with trusted_by_the_operator(certificate):
        assert getter(**WWW).get(f"https://www.example.org:{secure_site.port}/", 10) == "hello"


def test_a_certificate_of_another_name_is_refused(secure_site: Site, certificate: Path) -> None:
    with trusted_by_the_operator(certificate), pytest.raises(NothingFetched):
        getter(other_example_org=HOST).get(f"https://other.example.org:{secure_site.port}/", 10)

    assert secure_site.requests == []


def test_a_certificate_that_nobody_vouches_for_is_refused(secure_site: Site) -> None:
    with pytest.raises(NothingFetched):
        getter(**WWW).get(f"https://www.example.org:{secure_site.port}/", 10)

    assert secure_site.requests == []
