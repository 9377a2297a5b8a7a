"""A portal in front of another service, over a real socket, and what it says when that one is gone."""

import socket
import threading
from collections.abc import Callable, Iterator
from time import monotonic
from typing import Any
from urllib.parse import quote

import pytest
from flask import Flask
from werkzeug.serving import BaseWSGIServer, make_server
from werkzeug.wrappers import Response

from sipsorcery_web.contract.records import SIPAccount
from sipsorcery_web.settings import NewAccounts
from tests.factories import PASSWORD

from .app_harness import AppHarness
from .areas.auth.test_register import CAROL
from .browser import Browser, Page
from .conftest import HarnessWith
from .test_error_handlers import check_way_on

AWAY = "The service does not answer. Nothing was saved; what you typed is still below."
NOT_TOGETHER = "Username and password do not belong together."
TIMEOUT = 10


class Backend:
    """A provisioning service on a socket, which can be stopped and started again at the same address."""

    def __init__(self, app: Any, port: int = 0) -> None:
        self._app = app
        self._server: BaseWSGIServer | None = None
        self._thread: threading.Thread | None = None
        self.port = port

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/provisioning.svc"

    def start(self) -> "Backend":
        self._server = make_server("127.0.0.1", self.port, self._app, threaded=True)
        self.port = self._server.server_port
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        self._thread.start()
        return self

    def stop(self) -> None:
        if self._server is not None and self._thread is not None:
            self._server.shutdown()
            self._server.server_close()
            self._thread.join()
            self._server = None


@pytest.fixture(scope="session")
def port() -> int:
    """One port for all of these tests, so that one portal serves them all."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@pytest.fixture(autouse=True)
def quiet_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("werkzeug.serving.WSGIRequestHandler.log", lambda *_args: None)


@pytest.fixture
def service(harness: AppHarness) -> AppHarness:
    """The house of the service behind the portal."""
    return harness


@pytest.fixture
def backend(service: AppHarness, port: int) -> Iterator[Backend]:
    backend = Backend(service.app, port).start()
    yield backend
    backend.stop()


@pytest.fixture
def portal(harness_with: HarnessWith, backend: Backend) -> AppHarness:
    """A portal that keeps no customers of its own."""
    return harness_with(provisioning_url=backend.url, provisioning_timeout=TIMEOUT)


@pytest.fixture
def alice(portal: AppHarness) -> Browser:
    browser = portal.browser()
    browser.sign_in("alice")
    return browser


@pytest.fixture
def desk(service: AppHarness) -> SIPAccount:
    return service.account("alice", "front-desk", network_id="5th-floor")


def gone(portal: AppHarness, backend: Backend) -> None:
    backend.stop()
    portal.forget_status()


# While it is there


def test_alice_signs_in_and_keeps_her_accounts_in_order(service: AppHarness, alice: Browser, desk: SIPAccount) -> None:
    page = alice.open("/sip-accounts")
    assert page.names == ["alice", "front-desk"]
    page = alice.submit(f"/sip-accounts/{desk.id}", network_id="attic")
    assert page.notes == ["front-desk@sip.example.org is saved."]
    assert service.stored(desk.id) == desk.with_(network_id="attic")
    alice.submit("/sip-accounts/add", sip_username="back-desk", sip_password="bl4ckbird!")
    alice.submit(f"/sip-accounts/{desk.id}/delete")
    assert {*service.stored_accounts("alice")} == {"alice", "back-desk"}


def test_a_wrong_password_is_told_apart_from_a_service_that_is_gone(portal: AppHarness, backend: Backend) -> None:
    browser = portal.browser()
    wrong = browser.submit("/login", username="alice", password="n1ghtingale")
    assert (wrong.status, wrong.notes) == (422, [NOT_TOGETHER])
    page = browser.open("/login")
    gone(portal, backend)
    away = page.submit(username="alice", password=PASSWORD)
    assert away.status == 503
    assert NOT_TOGETHER not in away.text
    assert "The service does not answer" in away.notes[0]
    assert (away.value("username"), away.value("password")) == ("alice", "")


def test_the_limit_of_tries_is_told_here_too(portal: AppHarness, backend: Backend) -> None:
    browser = portal.browser()
    for _ in range(5):
        browser.submit("/login", username="alice", password="n1ghtingale")
    page = browser.submit("/login", username="alice", password=PASSWORD)
    assert (page.status, page.response.headers["Retry-After"]) == (429, "900")


def test_a_session_that_the_service_has_ended_leads_to_the_letter(service: AppHarness, alice: Browser) -> None:
    page = alice.open("/account")
    service.revoke("alice")
    message_page = page.submit(city="Cork")
    assert message_page.h1 == "Your session has ended. What you typed has not."
    form = message_page.submit(password=PASSWORD)
    assert (form.h1, form.value("city")) == ("Settings", "Cork")


@pytest.mark.parametrize("typed", ["a\x08b", "a\x00b", "a\x1fb", "a\ufffeb", "a\uffffb"])
def test_what_the_wire_cannot_carry_is_refused_in_words(service: AppHarness, alice: Browser, typed: str) -> None:
    page = alice.force("/account", {"city": typed})
    assert (page.status, page.value("first_name")) == (422, "Alice")
    assert "cannot be stored" in page.notes[0]
    assert alice.open(f"/sip-accounts?q={quote(typed)}").status == 200
    assert alice.force("/login", {"username": typed}, password=PASSWORD).status == 422


@pytest.mark.parametrize("typed", ["<b>&amp;]]></b>", "\t tab", "\N{PILE OF POO}", "  blanks  "])
def test_everything_else_is_carried_as_it_was_typed(
    service: AppHarness, alice: Browser, desk: SIPAccount, typed: str
) -> None:
    alice.force(f"/sip-accounts/{desk.id}", {"ip_address_acl": typed})
    stored = service.stored(desk.id)
    assert stored is not None
    assert stored.ip_address_acl == typed.strip()
    assert alice.open(f"/sip-accounts/{desk.id}").value("ip_address_acl").split() == typed.split()


def test_bob_does_not_find_alices_account_here_either(
    portal: AppHarness, service: AppHarness, desk: SIPAccount
) -> None:
    bob = portal.browser()
    bob.sign_in("bobby")
    for path in (f"/sip-accounts/{desk.id}", f"/sip-accounts/{desk.id}/delete"):
        assert bob.open(path).status == 404
    assert service.stored(desk.id) == desk


# When it is gone


def test_the_sign_in_says_that_nobody_can_sign_in_now(portal: AppHarness, backend: Backend) -> None:
    gone(portal, backend)
    page = portal.browser().open("/login")
    assert page.status == 200
    assert "Not answering" in page.text
    assert "Nobody can sign in until it does." in page.text
    assert "Create an account" not in page.links


def test_a_page_is_a_503_that_says_what_happened_and_leads_on(
    portal: AppHarness, backend: Backend, alice: Browser
) -> None:
    gone(portal, backend)
    for path in ("/sip-accounts", "/sip-accounts?q=desk&page=2", "/sip-accounts/add", "/account"):
        page = alice.open(path)
        assert (page.status, page.h1) == (503, "The service does not answer")
        assert "127.0.0.1" not in page.text
    backend.start()
    check_way_on(page)


def still_there(page: Page, typed: dict[str, str]) -> None:
    """Check that the typed values stand in the page, in its fields or as text."""
    assert page.status == 503
    assert "does not answer" in page.text
    for name, text in typed.items():
        assert (page.has(name) and page.value(name) == text) or text in page.text, f"{name} is lost"


def test_a_new_account_is_still_there_with_everything_typed(
    portal: AppHarness, backend: Backend, alice: Browser
) -> None:
    page = alice.open("/sip-accounts/add")
    gone(portal, backend)
    typed = {"sip_username": "back-desk", "network_id": "attic-17", "ip_address_acl": "^203[.]0[.]"}
    still_there(page.submit(**typed, sip_password="bl4ckbird!"), typed)


def test_a_changed_account_is_still_there_with_everything_typed(
    portal: AppHarness, backend: Backend, alice: Browser, desk: SIPAccount
) -> None:
    page = alice.open(f"/sip-accounts/{desk.id}")
    gone(portal, backend)
    typed = {"network_id": "attic-17", "ip_address_acl": "^203[.]0[.]"}
    still_there(page.submit(**typed), typed)


def test_settings_are_still_there_with_everything_typed(portal: AppHarness, backend: Backend, alice: Browser) -> None:
    page = alice.open("/account")
    gone(portal, backend)
    typed = {"first_name": "Alicia", "city": "Cork", "web_site": "https://alice.example.org"}
    still_there(page.submit(**typed), typed)


def test_a_registration_is_still_there_with_everything_typed(portal: AppHarness, backend: Backend) -> None:
    page = portal.browser().open("/register")
    gone(portal, backend)
    shown = {
        name: text
        for name, text in CAROL.items()
        if name not in ("customer_password", "retyped_password", "security_answer")
    }
    still_there(page.submit(**CAROL), shown)


def test_what_was_typed_is_saved_once_the_service_is_back(
    portal: AppHarness, backend: Backend, service: AppHarness, alice: Browser, desk: SIPAccount
) -> None:
    page = alice.open(f"/sip-accounts/{desk.id}")
    gone(portal, backend)
    away = page.submit(network_id="attic-17")
    backend.start()
    form = away if away.has("network_id") else away.follow("Back to the form")
    assert form.value("network_id") == "attic-17"
    assert form.submit().notes == ["front-desk@sip.example.org is saved."]
    assert service.stored(desk.id) == desk.with_(network_id="attic-17")


@pytest.mark.parametrize(
    ("path", "typed"),
    [
        ("/account/password", {"old_password": PASSWORD, "new_password": "tr0ubad0ur", "retyped_password": "tr0ubad0ur"}),
        ("/account/delete", {"customer_username": "alice"}),
    ],
)  # fmt: skip
def test_what_could_not_be_done_is_said(
    portal: AppHarness, backend: Backend, service: AppHarness, alice: Browser, path: str, typed: dict[str, str]
) -> None:
    page = alice.open(path)
    gone(portal, backend)
    away = page.submit(**typed)
    assert (away.status, away.notes[0][:27]) == (503, "The service does not answer")
    assert service.customer("alice") is not None


def test_the_portal_still_signs_out_and_tells_about_itself(
    portal: AppHarness, backend: Backend, alice: Browser
) -> None:
    gone(portal, backend)
    assert "Not answering" in alice.open("/about").text
    assert alice.raw("GET", "/healthz").status_code == 200
    ready = alice.raw("GET", "/readyz")
    said = {"status": "unavailable", "provisioning": False, "store": True, "sessions": True}
    assert (ready.status_code, ready.get_json()) == (503, said)
    assert "You are signed out." in alice.sign_out().notes
    assert alice.open("/account").h1 == "Sign in"


def test_a_session_outlives_a_service_that_was_gone_for_a_while(
    portal: AppHarness, backend: Backend, alice: Browser
) -> None:
    gone(portal, backend)
    assert alice.open("/sip-accounts").status == 503
    backend.start()
    assert alice.open("/sip-accounts").names == ["alice"]


# When it is something else


@pytest.fixture
def answering(harness_with: HarnessWith) -> Iterator[Callable[[Any], AppHarness]]:
    """A portal in front of something that answers as it is told."""
    started: list[Backend] = []

    def answering(app: Any) -> AppHarness:
        started.append(Backend(app).start())
        return harness_with(provisioning_url=started[-1].url, provisioning_timeout=TIMEOUT)

    yield answering
    for backend in started:
        backend.stop()


@pytest.mark.parametrize(
    "answer",
    [
        Response("<html><body>It works</body></html>", content_type="text/html"),
        Response("", status=204),
        Response("{}", content_type="application/json"),
        Response("<a" * 50_000, content_type="text/xml"),
        Response("moved", status=302, headers={"Location": "http://127.0.0.1:9/"}),
        Response("<!DOCTYPE x [<!ENTITY y SYSTEM 'file:///etc/passwd'>]><x>&y;</x>", content_type="text/xml"),
        Response("denied", status=401),
        Response("away", status=503),
    ],
    ids=["a page", "nothing", "JSON", "broken XML", "a redirect", "an entity", "a refusal", "a proxy's 503"],
)
def test_an_answer_of_something_else_is_a_503_and_nobody_is_signed_in(
    answering: Callable[[Any], AppHarness], answer: Response
) -> None:
    portal = answering(answer)
    page = portal.browser().submit("/login", username="alice", password=PASSWORD)
    assert page.status == 503
    assert page.value("username") == "alice"
    assert "root:" not in page.source


def test_a_service_that_takes_a_call_and_never_answers_is_given_up_in_time(harness_with: HarnessWith) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/provisioning.svc"
        portal = harness_with(provisioning_url=url, provisioning_timeout=1.0)
        portal.forget_status()
        browser = portal.browser()
        form = browser.open("/login")
        portal.forget_status()
        began = monotonic()
        page = form.submit(username="alice", password=PASSWORD)
        assert monotonic() - began < 5
    assert page.status == 503
    assert "may have saved" not in page.text
    assert page.value("username") == "alice"


def test_a_service_that_knows_no_invite_codes_gets_them_unchecked(
    service: AppHarness, answering: Callable[[Any], AppHarness]
) -> None:
    portal = answering(without_invites(service.app))
    page = portal.browser().submit("/login", invite_code="1c1f7d4e-6a0b-4c55-9d0e-2f8f0b6f7a11")
    assert page.h1 == "Create an account"
    assert page.submit(**CAROL).h1 == "Sign in"
    assert service.customer("carol") is not None


def test_a_code_is_looked_at_by_the_service_that_knows_it(
    harness_with: HarnessWith, answering: Callable[[Any], AppHarness]
) -> None:
    service = harness_with(new_accounts=NewAccounts("invite", chosen=True))
    portal = answering(service.app)
    unknown = portal.browser().submit("/login", invite_code="1c1f7d4e-6a0b-4c55-9d0e-2f8f0b6f7a11")
    assert unknown.errors["invite_code"].startswith("This invite code is not known.")
    page = portal.browser().submit("/login", invite_code=service.operators().make_invites(1)[0])
    assert page.submit(**CAROL).h1 == "Sign in"


def without_invites(app: Flask) -> Any:
    """The service as it was before there were invite codes."""

    def answer(environ: dict[str, Any], start_response: Any) -> Any:
        if environ.get("HTTP_SOAPACTION", "").strip('"').endswith("/CheckInviteCode"):
            environ["HTTP_SOAPACTION"] = '"unknown"'
        return app(environ, start_response)

    return answer
