"""The reverse proxies that are shipped, run by Debian's nginx on other ports, with a browser and a SOAP client in front."""

import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask
from lxml import etree
from playwright.sync_api import Browser, expect

from sipsorcery_web import create_app
from sipsorcery_web.contract.operations import OPERATIONS
from sipsorcery_web.portal.http.session import COOKIE, SECURE_COOKIE
from sipsorcery_web.provisioning.soap import SoapChannel
from sipsorcery_web.service.passwords import Passwords
from sipsorcery_web.settings import NewAccounts, Settings
from tests.conftest import HOME
from tests.factories import DOMAIN, PASSWORD
from tests.running import free_port, portal_at_work

from .shipped import NAME, PATIENCE, make_certificate, nginx, nginx_path, shipped

PREFIX = "/portal"
ALICE = ("alice", "--email", "alice@example.org", "--first-name", "Alice", "--last-name", "Example", "--city", "Galway")
SECRETS = ("--security-answer", "teal", "--password", PASSWORD)


@dataclass
class Site:
    """The addresses of nginx: its address for browsers, and the port of plain http beside it."""

    address: str
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
        yield Site(f"https://{HOME}:{port}", http_port)


@pytest.fixture(scope="module", params=["the path left", "the path taken away"])
def mounted(request: pytest.FixtureRequest, portal: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site that has the portal under a path, by `nginx-under-path.conf`."""
    folder, port = tmp_path_factory.mktemp("nginx"), free_port()
    slash = "/" if request.param == "the path taken away" else ""
    included = shipped("nginx-under-path.conf", {"http://127.0.0.1:8080": f"{portal}{slash}"})
    own = f"server {{ listen {HOME}:{port}; location / {{ return 404 'another site'; }}\n{included}}}\n"
    with nginx(folder, own, port):
        yield Site(f"http://{HOME}:{port}{PREFIX}")


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
    assert [cookie["name"] for cookie in page.context.cookies()] == [SECURE_COOKIE]


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


def test_plain_http_leads_to_https(site: Site) -> None:
    command = [
        "curl",
        "-si",
        "--noproxy",
        "*",
        "-H",
        f"Host: {NAME}",
        f"http://{HOME}:{site.http_port}/login?next=%2Fcdrs",
    ]
    answer = subprocess.run(command, capture_output=True, text=True, check=True).stdout
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
