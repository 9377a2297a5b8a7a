"""The portal under a path of its host, as reverse proxies tell it: nothing that it writes leads out of there."""

import re
from dataclasses import replace
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
from flask import Flask, request
from lxml import etree, html
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.test import Client, Cookie, TestResponse

from sipsorcery_web import create_app
from sipsorcery_web.portal.http.cookies import SECURE_PREFIX
from sipsorcery_web.portal.http.known_browsers import COOKIE as KNOWN_COOKIE
from sipsorcery_web.portal.http.session import COOKIE, MOUNTED_COOKIE, SECURE_COOKIE
from sipsorcery_web.proxies import trust_proxies
from sipsorcery_web.service.passwords import Passwords
from sipsorcery_web.settings import Settings
from tests.factories import DOMAIN, PASSWORD

PREFIX = "/portal"
ADDRESSES = "//@href | //@src | //@action | //@formaction | //input[@name='next']/@value"


def seen(count: int, path: str, **headers: str) -> tuple[str, str]:
    """Return the mount and the path that an application behind so many proxies sees."""
    app = Flask(__name__)
    app.add_url_rule("/", "any", lambda rest="": f"{request.script_root} {request.path}")
    app.add_url_rule("/<path:rest>", "any")
    trust_proxies(app, count)
    mount, _, rest = app.test_client().get(path, headers=headers).text.partition(" ")
    return mount, rest


@pytest.mark.parametrize(
    ("path", "prefix", "mount", "rest"),
    [
        ("/login", "/portal", "/portal", "/login"),
        ("/portal/login", "/portal", "/portal", "/login"),
        ("/portal/", "/portal/", "/portal", "/"),
        ("/portals", "/portal", "/portal", "/portals"),
        ("/login", "/", "", "/login"),
        ("/login", "", "", "/login"),
        ("/login", "/a/b.c", "/a/b.c", "/login"),
        ("/login", "/theirs, /portal", "/portal", "/login"),
        ("/login", "//evil.example", "", "/login"),
        ("/login", "https://evil.example", "", "/login"),
        ("/login", "portal", "", "/login"),
        ("/login", "/a/../b", "", "/login"),
        ("/login", '/a"><script>', "", "/login"),
    ],
)
def test_a_trusted_proxy_names_the_path_that_the_portal_is_mounted_under(
    path: str, prefix: str, mount: str, rest: str
) -> None:
    assert seen(1, path, **{"X-Forwarded-Prefix": prefix}) == (mount, rest)


def test_the_prefix_without_a_slash_leads_to_the_one_with_it() -> None:
    assert "/portal/" in seen(1, "/portal", **{"X-Forwarded-Prefix": PREFIX})[1]


def test_proxies_behind_each_other_add_theirs() -> None:
    assert seen(2, "/login", **{"X-Forwarded-Prefix": "/evil, /offices, /portal"}) == ("/offices/portal", "/login")
    assert seen(2, "/login", **{"X-Forwarded-Prefix": "/portal"}) == ("/portal", "/login")


def test_a_prefix_that_is_no_path_is_told_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    seen(1, "/login", **{"X-Forwarded-Prefix": "//evil.example"})
    assert "X-Forwarded-Prefix is not a path and is ignored: '//evil.example'" in caplog.text


def test_without_a_trusted_proxy_nobody_can_name_a_prefix(settings: Settings) -> None:
    page = create_app(settings).test_client().get("/login", headers={"X-Forwarded-Prefix": PREFIX})
    assert PREFIX not in page.text


class Visitor:
    """A browser that reaches the portal under a path, and never sees anything else of the host."""

    def __init__(self, application: Any, base_url: str, **headers: str) -> None:
        self.client = Client(application)
        self.base_url = base_url
        self.headers = headers

    def ask(self, method: str, address: str, **options: Any) -> TestResponse:
        """One exchange; `address` is what stands on a page."""
        answer = self.client.open(
            address,
            method=method,
            base_url=self.base_url,
            headers={**self.headers, "Referer": self.base_url},
            **options,
        )
        if answer.location:
            assert answer.location.startswith(PREFIX + "/"), f"{address} leads to {answer.location}"
        for cookie in answer.headers.getlist("Set-Cookie"):
            assert f"Path={PREFIX};" in f"{cookie};", cookie
        return answer

    def cookies(self) -> list[Cookie]:
        assert self.client._cookies is not None
        return list(self.client._cookies.values())

    def page(self, address: str) -> html.HtmlElement:
        answer = self.ask("GET", address)
        while answer.location:
            answer = self.ask("GET", answer.location)
        assert answer.status_code == 200, f"{address}: {answer.status}"
        tree = html.document_fromstring(answer.text)
        for each in tree.xpath(ADDRESSES):
            assert is_inside(each), f"{address} has {each}"
        return tree

    def sign_in(self, username: str = "alice") -> None:
        form = self.page(f"{PREFIX}/login")
        token = form.xpath("//main//input[@name='csrf_token']/@value | //input[@name='csrf_token']/@value")[0]
        answer = self.ask(
            "POST", f"{PREFIX}/login", data={"csrf_token": token, "username": username, "password": PASSWORD}
        )
        assert answer.location == f"{PREFIX}/sip-accounts"


def is_inside(address: str) -> bool:
    parts = urlsplit(address)
    return bool(parts.scheme) or not parts.path or f"{parts.path}/".startswith(PREFIX + "/")


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory, passwords: Passwords) -> Flask:
    settings = Settings(data_dir=tmp_path_factory.mktemp("mounted"), domain=DOMAIN, trusted_proxies=1)
    app = create_app(settings, passwords=passwords)
    runner = app.test_cli_runner()
    command = [
        "customers",
        "create",
        "alice",
        "--admin",
        "--email",
        "alice@example.org",
        "--first-name",
        "Alice",
        "--last-name",
        "Example",
        "--city",
        "Galway",
        "--security-answer",
        "teal",
        "--password",
        PASSWORD,
    ]
    assert runner.invoke(args=command).exit_code == 0
    return app


@pytest.fixture(params=["by a proxy that takes the prefix away", "by a proxy that leaves it", "in another application"])
def visitor(request: pytest.FixtureRequest, portal: Flask) -> Visitor:
    """alice, before each way to mount the portal."""
    host = "https://sip.example.org"
    if request.param == "in another application":
        return Visitor(DispatcherMiddleware(Flask("elsewhere"), {PREFIX: portal}), host)

    def proxy(environ: dict[str, Any], start_response: Any) -> Any:
        environ["HTTP_X_FORWARDED_PREFIX"] = PREFIX
        if request.param == "by a proxy that takes the prefix away":
            environ["PATH_INFO"] = environ["PATH_INFO"].removeprefix(PREFIX)
        return portal.wsgi_app(environ, start_response)

    return Visitor(proxy, host)


def test_no_address_of_any_page_leads_out_of_the_prefix(visitor: Visitor) -> None:
    visitor.sign_in()
    waiting, done = [f"{PREFIX}/"], set()
    while waiting:
        address = waiting.pop()
        done.add(address)
        found = visitor.page(address).xpath("//a/@href")
        pages = {urljoin(address, each).partition("#")[0] for each in found if not urlsplit(each).scheme}
        waiting += sorted(each for each in pages - done - set(waiting) if not re.search(r"\.(csv|json)\b|[?]", each))
    assert {f"{PREFIX}/sip-accounts", f"{PREFIX}/providers/add", f"{PREFIX}/cdrs", f"{PREFIX}/developers"} <= done
    assert len(done) > 20


def test_pages_that_say_no_lead_back_inside(visitor: Visitor) -> None:
    assert (
        visitor.ask("GET", f"{PREFIX}/sip-accounts?q=desk&page=2").location
        == f"{PREFIX}/login?next={PREFIX}/sip-accounts?q%3Ddesk%26page%3D2"
    )
    for answer in (visitor.ask("GET", f"{PREFIX}/nothing"), visitor.ask("POST", f"{PREFIX}/sip-accounts/add")):
        assert answer.status_code >= 300
        if answer.text and "<main" in answer.text:
            assert all(is_inside(each) for each in html.document_fromstring(answer.text).xpath(ADDRESSES))


@pytest.mark.parametrize(
    "target",
    ["/elsewhere", "/portals", f"{PREFIX}/../elsewhere", f"{PREFIX}/%2e%2e/elsewhere", "//evil.example", "//["],
)
def test_a_sign_in_does_not_lead_to_what_lies_beside_the_portal(visitor: Visitor, target: str) -> None:
    token = visitor.page(f"{PREFIX}/login").xpath("//input[@name='csrf_token']/@value")[0]
    answer = visitor.ask(
        "POST", f"{PREFIX}/login", data={"csrf_token": token, "username": "alice", "password": PASSWORD, "next": target}
    )
    assert answer.location == f"{PREFIX}/sip-accounts"


def test_cookies_are_of_the_prefix_alone(visitor: Visitor) -> None:
    visitor.sign_in()
    names = {cookie.key: cookie.path for cookie in visitor.cookies()}
    assert names == {MOUNTED_COOKIE: PREFIX, SECURE_PREFIX + KNOWN_COOKIE: PREFIX}
    token = visitor.page(f"{PREFIX}/sip-accounts?size=50").xpath("//input[@name='csrf_token']/@value")[0]
    visitor.ask("POST", f"{PREFIX}/appearance", data={"csrf_token": token, "theme": "dark"})
    visitor.ask("POST", f"{PREFIX}/help/keyboard", data={"csrf_token": token, "keyboard": "off"})
    assert {cookie.path for cookie in visitor.cookies()} == {PREFIX}
    assert len(visitor.cookies()) == 5
    assert all(cookie.key.startswith(SECURE_PREFIX) and cookie.secure for cookie in visitor.cookies())


def test_at_the_top_of_a_host_the_cookie_is_for_the_whole_host(portal: Flask) -> None:
    answer = Client(portal).get("/login", base_url="https://sip.example.org")
    assert f"{SECURE_COOKIE}=" in answer.headers["Set-Cookie"]
    assert "Path=/;" in f"{answer.headers['Set-Cookie']};"
    assert f" {COOKIE}=" not in answer.headers["Set-Cookie"]


def test_styles_scripts_and_drawings_are_there(visitor: Visitor) -> None:
    page = visitor.page(f"{PREFIX}/login")
    assets = {
        each.partition("#")[0] for each in page.xpath("//link/@href | //script/@src | //*[local-name()='use']/@href")
    }
    assert len(assets) == 3
    for asset in assets:
        assert visitor.ask("GET", asset).status_code == 200, asset


def test_the_service_tells_its_address_with_the_prefix(visitor: Visitor) -> None:
    address = f"https://sip.example.org{PREFIX}/provisioning.svc"
    wsdl = etree.fromstring(visitor.ask("GET", f"{PREFIX}/provisioning.svc?wsdl").get_data())
    assert {each.get("location") for each in wsdl.iter("{http://schemas.xmlsoap.org/wsdl/soap/}address")} == {address}
    assert address in visitor.ask("GET", f"{PREFIX}/provisioning.svc").text
    assert address in visitor.ask("GET", f"{PREFIX}/developers").text


def test_a_set_up_link_is_where_the_public_address_says(settings: Settings) -> None:
    app = create_app(replace(settings, public_url=f"https://sip.example.org{PREFIX}"))
    link = app.test_cli_runner().invoke(args=["setup-link"]).output
    assert link.startswith(f"https://sip.example.org{PREFIX}/setup/")
