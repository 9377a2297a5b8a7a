"""The reverse proxies that are shipped, run by Debian's nginx on other ports, with a browser and a SOAP client in front."""

import re
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from flask import Flask
from lxml import etree
from playwright.sync_api import Browser, expect

from sipsorcery_web import create_app
from sipsorcery_web.contract.errors import Refused
from sipsorcery_web.contract.operations import OPERATIONS
from sipsorcery_web.logs.lines import CONFIDENTIAL
from sipsorcery_web.oauth.metadata import WELL_KNOWN
from sipsorcery_web.portal.http.cookies import HOST_PREFIX
from sipsorcery_web.portal.http.known_browsers import COOKIE as KNOWN_COOKIE
from sipsorcery_web.portal.http.session import COOKIE, SECURE_COOKIE
from sipsorcery_web.provisioning.soap import SoapChannel
from sipsorcery_web.service.passwords import Passwords
from sipsorcery_web.settings import NewAccounts, Settings
from tests.conftest import HOME
from tests.factories import DOMAIN, PASSWORD
from tests.running import free_port, portal_at_work

from .shipped import DEPLOY, NAME, PATIENCE, make_certificate, nginx, nginx_path, shipped

PREFIX = "/portal"
ALICE = ("alice", "--email", "alice@example.org", "--first-name", "Alice", "--last-name", "Example", "--city", "Galway")
SECRETS = ("--security-answer", "teal", "--password", PASSWORD)


@dataclass
class Site:
    """The addresses of nginx: its address for browsers, and the port of plain http beside it."""

    address: str
    folder: Path
    http_port: int = 0

    @property
    def port(self) -> int:
        return urlsplit(self.address).port or 0

    def curl(self, path: str, *options: str) -> str:
        """An answer with its head, asked for at the portal's name."""
        command = [
            "curl",
            "-sik",
            "--max-time",
            "20",
            "--noproxy",
            "*",
            "--resolve",
            f"{NAME}:{self.port}:{HOME}",
            *options,
        ]
        return subprocess.run(
            [*command, f"https://{NAME}:{self.port}{path}"], capture_output=True, text=True, check=True
        ).stdout


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory, passwords: Passwords) -> Iterator[str]:
    """The portal on its own server, behind one proxy."""
    nginx_path()
    folder = tmp_path_factory.mktemp("portal")
    settings = Settings(
        data_dir=folder, domain=DOMAIN, trusted_proxies=1, new_accounts=NewAccounts("open", chosen=True)
    )
    app: Flask = create_app(settings, passwords=passwords)
    assert app.test_cli_runner().invoke(args=["customers", "create", *ALICE, *SECRETS]).exit_code == 0
    with portal_at_work(app, settings) as address:
        yield address


@pytest.fixture(scope="module")
def site(portal: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The portal behind `nginx.conf`, on another port than 443."""
    folder, port, http_port = tmp_path_factory.mktemp("nginx"), free_port(), free_port()
    changes = {
        "listen 443": f"listen {HOME}:{port}",
        "listen [::]:443": f"listen {HOME}:{free_port()}",  # IPv6 is not everywhere
        "listen 80;": f"listen {HOME}:{http_port};",
        "listen [::]:80;": "",
        "http://127.0.0.1:8080": portal,
        **make_certificate(folder),
    }
    with nginx(folder, shipped("nginx.conf", changes), port):
        yield Site(f"https://{HOME}:{port}", folder, http_port)


@pytest.fixture(scope="module", params=["the path left", "the path taken away"])
def mounted(request: pytest.FixtureRequest, portal: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site that has the portal under a path, by `nginx-under-path.conf`."""
    folder, port = tmp_path_factory.mktemp("nginx"), free_port()
    slash = "/" if request.param == "the path taken away" else ""
    first = "proxy_pass http://127.0.0.1:8080;    # with a"
    changes = {first: f"proxy_pass {portal}{slash};    # with a", "http://127.0.0.1:8080": portal}
    included = shipped("nginx-under-path.conf", changes)
    own = f"server {{ listen {HOME}:{port}; location / {{ return 404 'another site'; }}\n{included}}}\n"
    with nginx(folder, own, port):
        yield Site(f"http://{HOME}:{port}{PREFIX}", folder)


@pytest.fixture
def page(chromium: Browser) -> Iterator[Any]:
    with chromium.new_context(ignore_https_errors=True) as context:
        yield context.new_page()


def sign_in(page: Any, site: Site) -> None:
    page.goto(f"{site.address}/login")
    page.get_by_label("Username").fill("alice")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="SIP accounts")).to_be_visible(timeout=PATIENCE * 1000)


def save_a_city(page: Any, site: Site, city: str) -> None:
    page.goto(f"{site.address}/account")
    page.get_by_label("City").fill(city)
    page.get_by_role("button", name="Save").first.click()
    expect(page.locator("[data-flash]")).to_be_visible(timeout=PATIENCE * 1000)
    expect(page.get_by_label("City")).to_have_value(city)


def test_forms_and_live_lists_work_on_another_port_over_http_2(site: Site, page: Any) -> None:
    sign_in(page, site)
    assert page.evaluate("performance.getEntriesByType('navigation')[0].nextHopProtocol") == "h2"
    assert page.url == f"{site.address}/sip-accounts"
    expect(page.locator("[data-live-state=on]")).to_be_visible(timeout=PATIENCE * 1000)
    save_a_city(page, site, "Cork")
    assert {cookie["name"] for cookie in page.context.cookies()} == {SECURE_COOKIE, HOST_PREFIX + KNOWN_COOKIE}


def test_the_contract_names_host_and_port_as_they_were_asked_for(site: Site) -> None:
    answer = site.curl("/provisioning.svc?wsdl", "--http2")
    assert answer.startswith("HTTP/2 200")
    assert f'location="https://{NAME}:{site.port}/provisioning.svc"' in answer


def test_an_older_client_is_served_too(site: Site) -> None:
    assert site.curl("/healthz", "--http1.1").startswith("HTTP/1.1 200")


def test_what_a_visitor_says_of_proxies_does_not_count(site: Site) -> None:
    answer = site.curl("/login", "-H", "X-Forwarded-Prefix: /evil", "-H", "X-Forwarded-Host: evil.example")
    assert "evil" not in answer
    assert "/assets/" in answer


def asked_in_clear(site: Site, path: str) -> str:
    """An answer with its head, asked for over plain http."""
    command = ["curl", "-si", "--noproxy", "*", "-H", f"Host: {NAME}", f"http://{HOME}:{site.http_port}{path}"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


@pytest.mark.parametrize("path", ["/provisioning.svc", "/notificationspull.svc"])
def test_a_program_is_not_led_on_from_plain_http(site: Site, path: str) -> None:
    answer = asked_in_clear(site, path)
    assert answer.startswith("HTTP/1.1 403")
    assert "Ask for this address with https." in answer


def test_older_versions_of_tls_are_not_spoken() -> None:
    (line,) = re.findall(r"ssl_protocols ([^;]*);", (DEPLOY / "nginx.conf").read_text())
    assert line.split() == ["TLSv1.2", "TLSv1.3"]


def test_plain_http_leads_to_https(site: Site) -> None:
    answer = asked_in_clear(site, "/login?next=%2Fcdrs")
    assert answer.startswith("HTTP/1.1 301")
    assert re.search(rf"(?i)^location: https://{NAME}/login\?next=%2Fcdrs\r?$", answer, re.MULTILINE)


def test_the_portal_lives_under_a_path_of_another_site(mounted: Site, page: Any) -> None:
    outside: list[str] = []
    page.on("request", lambda each: None if each.url.startswith(f"{mounted.address}/") else outside.append(each.url))
    page.on("response", lambda each: outside.append(f"{each.status} {each.url}") if each.status >= 400 else None)
    sign_in(page, mounted)
    expect(page.locator("[data-live-state=on]")).to_be_visible(timeout=PATIENCE * 1000)
    save_a_city(page, mounted, "Limerick")
    page.goto(f"{mounted.address}/dial-plans/add")
    page.get_by_role("button", name="Dark", exact=True).click()
    page.wait_for_url(f"{mounted.address}/dial-plans/add")
    assert {(cookie["name"], cookie["path"]) for cookie in page.context.cookies()} == {
        (COOKIE, PREFIX),
        (KNOWN_COOKIE, PREFIX),
        ("theme", PREFIX),
    }
    page.get_by_role("button", name="Sign out").locator("visible=true").first.click()
    page.wait_for_url(f"{mounted.address}/login**")
    assert outside == []


def test_the_address_without_a_slash_leads_there(mounted: Site, page: Any) -> None:
    page.goto(mounted.address)
    assert page.url.startswith(f"{mounted.address}/login")


def test_the_service_is_called_under_the_path_that_its_contract_names(mounted: Site, page: Any) -> None:
    wsdl = page.request.get(f"{mounted.address}/provisioning.svc?wsdl").body()
    (address,) = {
        each.get("location") for each in etree.fromstring(wsdl).iter("{http://schemas.xmlsoap.org/wsdl/soap/}address")
    }
    assert address == f"{mounted.address}/provisioning.svc"
    channel = SoapChannel(address, PATIENCE)
    assert channel.call(OPERATIONS["Login"], None, HOME, {"username": "alice", "password": PASSWORD})


def test_visitors_of_a_portal_whose_address_nginx_trusts_are_counted_one_by_one(portal: str, tmp_path: Path) -> None:
    port = free_port()
    trusting = f"set_real_ip_from {HOME}; real_ip_header X-Forwarded-For;"
    included = shipped("nginx-under-path.conf", {"http://127.0.0.1:8080": portal})
    with nginx(tmp_path, f"server {{ listen {HOME}:{port}; {trusting}\n{included}}}\n", port):
        channel = SoapChannel(f"http://{HOME}:{port}{PREFIX}/provisioning.svc", PATIENCE)

        def sign_in_from(address: str, password: str) -> Any:
            return channel.call(OPERATIONS["Login"], None, address, {"username": "alice", "password": password})

        for _ in range(5):
            assert not sign_in_from("192.0.2.7", "n1ghtingale")
        with pytest.raises(Refused, match="Too many failed sign-ins"):
            sign_in_from("192.0.2.7", PASSWORD)
        assert sign_in_from("192.0.2.8", PASSWORD)


@pytest.mark.parametrize(
    "sent", [b"GET / HTTP/1.1\r\nHost: ", b"POST /login HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nu"]
)
def test_six_hundred_requests_that_never_end_shut_nobody_out(site: Site, sent: bytes) -> None:
    with ExitStack() as strangers:
        for _ in range(600):
            stranger = strangers.enter_context(socket.create_connection((HOME, site.http_port), PATIENCE))
            stranger.sendall(sent)
        assert site.curl("/login", "--http1.1").startswith("HTTP/1.1 200")


def test_a_head_that_does_not_end_is_given_up(portal: str, tmp_path: Path) -> None:
    port, http_port = free_port(), free_port()
    changes = {
        "listen 443": f"listen {HOME}:{port}",
        "listen [::]:443": f"listen {HOME}:{free_port()}",
        "listen 80;": f"listen {HOME}:{http_port};",
        "listen [::]:80;": "",
        "client_header_timeout 15s;": "client_header_timeout 1s;",
        **make_certificate(tmp_path),
    }
    with (
        nginx(tmp_path, shipped("nginx.conf", changes), port),
        socket.create_connection((HOME, http_port), PATIENCE) as stranger,
    ):
        stranger.sendall(b"GET / HTTP/1.1\r\nHost: ")
        with suppress(ConnectionResetError):
            assert stranger.recv(1) == b""


# Logs: whoever reads them has no address that opens something by itself

TOKEN = "Zm9yLW5vYm9keXMtZXllcw"
OPENING = ("/shared/", "/setup/", "/login/reset/", "/login/confirm/")


def answered(address: str, *options: str) -> str:
    """Return the status that an address answers with."""
    command = ["curl", "-sk", "--max-time", "20", "--noproxy", "*", "-o", "/dev/null", "-w", "%{http_code}", *options]
    return subprocess.run([*command, address], capture_output=True, text=True, check=True).stdout


def logged(folder: Path, last: str) -> str:
    """Return all that nginx has logged, once the last request is in it."""
    deadline = time.monotonic() + PATIENCE
    while last not in (access := (folder / "access.log").read_text()):
        assert time.monotonic() < deadline, f"{last} is not logged"
        time.sleep(0.02)
    return access + (folder / "error.log").read_text()


def test_the_addresses_that_open_something_are_those_that_the_portal_keeps_out_of_its_own_log() -> None:
    assert set(re.findall(r"\(\?<=(/[a-z/]+/)\)", CONFIDENTIAL.pattern)) == set(OPENING)


@pytest.mark.parametrize("opening", OPENING)
def test_a_link_is_in_no_log_of_the_proxy(site: Site, opening: str) -> None:
    encoded = f"/%{ord(opening[1]):x}{opening[2:]}"
    for path in (opening, f"/{opening}", encoded):
        assert answered(f"{site.address}{path}{TOKEN}") in {"200", "404", "410"}
        assert answered(f"http://{HOME}:{site.http_port}{path}{TOKEN}") == "301"
    assert answered(f"{site.address}/healthz?after={opening}") == "200"

    assert TOKEN not in logged(site.folder, f"/healthz?after={opening}")


@pytest.mark.parametrize("opening", OPENING)
def test_a_link_under_a_path_is_in_no_log_of_the_proxy(mounted: Site, opening: str) -> None:
    assert answered(f"{mounted.address}{opening}{TOKEN}") in {"200", "404", "410"}
    assert answered(f"{mounted.address}/healthz?after={opening}") == "200"

    assert TOKEN not in logged(mounted.folder, f"/healthz?after={opening}")


def test_client_libraries_find_the_authorization_server_of_a_portal_under_a_path(mounted: Site) -> None:
    site, _, path = mounted.address.rpartition("/")
    places = (f"{site}/.well-known/oauth-authorization-server/{path}", f"{mounted.address}{WELL_KNOWN}")
    for told in [requests.get(place, timeout=PATIENCE).json() for place in places]:
        assert (told["issuer"], told["token_endpoint"]) == (mounted.address, f"{mounted.address}/oauth/token")


@pytest.mark.parametrize("file", ["nginx.conf", "nginx-under-path.conf"])
def test_a_link_is_in_no_log_while_the_portal_is_away(file: str, tmp_path: Path) -> None:
    port, prefix = free_port(), "" if file == "nginx.conf" else PREFIX
    changes = {"http://127.0.0.1:8080": f"http://{HOME}:{free_port()}"}
    if file == "nginx.conf":
        ports = {"listen 443": f"listen {HOME}:{port}", "listen 80;": f"listen {HOME}:{free_port()};"}
        more = {"listen [::]:443": f"listen {HOME}:{free_port()}", "listen [::]:80;": ""}
        changes |= {**ports, **more, **make_certificate(tmp_path)}
    text = shipped(file, changes)
    with nginx(tmp_path, text if not prefix else f"server {{ listen {HOME}:{port};\n{text}}}\n", port):
        at = f"{'http' if prefix else 'https'}://{HOME}:{port}{prefix}"
        assert [answered(f"{at}{opening}{TOKEN}") for opening in OPENING] == ["502"] * len(OPENING)
        assert answered(f"{at}/login") == "502"

        everything = logged(tmp_path, f"{prefix}/login")
    assert TOKEN not in everything
    assert "while connecting to upstream" in everything
