"""Forged requests: a form counts only with a token of the very session that sends it."""

from collections.abc import Callable

import pytest
from werkzeug.datastructures import MultiDict

from sipsorcery_web.contract.records import SIPAccount
from sipsorcery_web.portal.http.session import COOKIE
from tests.factories import PASSWORD

from ..app_harness import AppHarness
from ..browser import Browser
from ..origins import FROM_ELSEWHERE
from ..routes import ENDPOINTS, filled_in, methods_of

OUT_OF_DATE = "This form is out of date"
TYPED = {
    "username": "alice",
    "password": PASSWORD,
    "sip_username": "forged-line",
    "sip_password": "bl4ckbird!",
    "sip_domain": "sip.example.org",
    "network_id": "forged",
    "customer_username": "alice",
    "first_name": "Forged",
    "old_password": PASSWORD,
    "new_password": "tr0ubad0ur",
    "retyped_password": "tr0ubad0ur",
    "theme": "dark",
}


@pytest.fixture
def desk(harness: AppHarness) -> SIPAccount:
    return harness.account("alice", "front-desk")


SIGN_INS = ("/login", "/login/with-passkey")
"""What shows the sign-in again."""


@pytest.fixture
def every_form(harness: AppHarness, desk: SIPAccount) -> list[str]:
    """Each address that takes a form from a browser."""
    rules = [rule for rule in harness.app.url_map.iter_rules() if "POST" in methods_of(rule)]
    addresses = [filled_in(rule.rule, account_id=desk.id) for rule in rules if rule.rule not in ENDPOINTS]
    assert len(addresses) == 77
    return addresses


@pytest.mark.parametrize(
    "forged",
    [
        lambda _house, _own: None,
        lambda _house, _own: "",
        lambda _house, _own: "forged",
        lambda _house, _own: "x" * 100_000,
        lambda _house, _own: "é\N{PILE OF POO}",
        lambda _house, own: own[:-4],
        lambda _house, own: own[4:] + own[:4],
        lambda _house, own: own[: len(own) // 2],
        lambda harness, _own: harness.browser().token(),
        lambda harness, _own: harness.signed_in("bobby").token(),
        lambda harness, _own: harness.signed_in("alice").token(),
    ],
    ids=["none", "empty", "a word", "long", "not ASCII", "cut", "turned", "a half", "a stranger's", "bob's", "alice's of another browser"],
)  # fmt: skip
def test_no_form_is_carried_out_without_a_token_of_its_own_session(
    harness: AppHarness,
    alice: Browser,
    every_form: list[str],
    desk: SIPAccount,
    forged: Callable[[AppHarness, str], str | None],
) -> None:
    token = forged(harness, alice.token())
    values = MultiDict(TYPED if token is None else TYPED | {"csrf_token": token})
    before = alice.open("/account").text
    harness.forget_calls()
    for address in every_form:
        page = alice.post(address, values, headers=FROM_ELSEWHERE)
        assert (page.status, page.h1) == (400, "Sign in" if address in SIGN_INS else OUT_OF_DATE), address
    assert {*harness.calls} <= {"IsAlive", "AreNewAccountsEnabled"}
    assert harness.stored(desk.id) == desk
    assert alice.open("/account").text == before


def test_a_form_of_another_site_does_not_take_the_session_from_a_browser(
    harness: AppHarness, every_form: list[str]
) -> None:
    """A form of another site comes without the cookie (SameSite=Lax), and a cookie in its answer would take the place of that one."""
    for address in [*every_form, "/session/extend"]:
        answer = harness.browser().raw("POST", address, data=TYPED, headers=FROM_ELSEWHERE)
        assert answer.headers.getlist("Set-Cookie") == [], address


def test_a_token_looks_different_on_every_page_and_each_is_good(harness: AppHarness, alice: Browser) -> None:
    tokens = {alice.token() for _ in range(3)}
    assert len(tokens) == 3
    for token in tokens:
        assert alice.post("/account/delete", {"csrf_token": token, "customer_username": ""}).status == 422


def test_a_token_does_not_outlive_the_sign_in(browser: Browser) -> None:
    before = browser.open("/register")
    browser.sign_in("alice")
    assert before.submit(first_name="Carol").status == 400


def test_a_sign_in_page_that_was_open_for_days_asks_again_and_leads_where_it_led(
    harness: AppHarness, browser: Browser
) -> None:
    page = browser.open("/account")
    harness.clock.pass_(days=3)
    again = page.submit(username="alice", password=PASSWORD)
    assert (again.status, again.h1) == (400, "Sign in")
    assert again.notes == ["This form was made for another session. Type your password again."]
    assert (again.value("username"), again.value("password")) == ("alice", "")
    assert again.submit(password=PASSWORD).h1 == "Settings"


def test_the_page_about_a_form_out_of_date_says_that_nothing_was_saved_and_leads_on(alice: Browser) -> None:
    page = alice.post("/account", TYPED, headers=FROM_ELSEWHERE)
    assert "It was made" not in page.text
    assert "This form was made for another session. Nothing was saved." in page.text
    assert page.follow("To your SIP accounts").h1 == "SIP accounts"


HTTPS = "https://portal.example.org"
COMES_FROM_HERE = [
    {"Origin": HTTPS},
    {"Origin": "https://portal.example.org:443"},
    {"Referer": f"{HTTPS}/login?next=/account"},
    {"Sec-Fetch-Site": "same-origin"},
    {"Sec-Fetch-Site": "same-origin", "Origin": "https://portal.example.org:8443"},
    {"Origin": HTTPS, "Referer": ""},
]
COMES_FROM_ELSEWHERE = [
    ({"Referer": "https://evil.example/secret-path"}, "https://evil.example"),
    ({"Referer": "http://portal.example.org/"}, "http://portal.example.org"),
    ({"Referer": "https://portal.example.org.evil.example/"}, "https://portal.example.org.evil.example"),
    ({"Referer": ""}, "an address that the browser did not tell"),
    ({"Origin": "null", "Referer": f"{HTTPS}/"}, "null"),
    ({"Origin": "https://evil.example", "Referer": f"{HTTPS}/"}, "https://evil.example"),
    ({"Origin": "https://portal.example.org:8443"}, "https://portal.example.org:8443"),
    ({"Origin": HTTPS, "Sec-Fetch-Site": "cross-site"}, HTTPS),
]


@pytest.mark.parametrize("headers", COMES_FROM_HERE, ids=str)
def test_over_https_a_form_comes_from_this_site(harness: AppHarness, headers: dict[str, str]) -> None:
    browser = harness.browser(base_url=HTTPS)
    typed = {"csrf_token": browser.open("/login").value("csrf_token"), "username": "alice", "password": PASSWORD}
    assert browser.raw("POST", "/login", data=typed, headers=headers).status_code == 303


@pytest.mark.parametrize(("headers", "came_from"), COMES_FROM_ELSEWHERE, ids=str)
def test_over_https_a_form_from_elsewhere_is_told_what_came_and_what_was_expected(
    harness: AppHarness, caplog: pytest.LogCaptureFixture, headers: dict[str, str], came_from: str
) -> None:
    browser = harness.browser(base_url=HTTPS)
    typed = {"csrf_token": browser.open("/login").value("csrf_token"), "username": "alice", "password": PASSWORD}
    page = browser.post("/login", typed, headers=headers)
    assert (page.status, page.h1) == (400, "This form came from another address")
    assert f"It came from {came_from}. Forms of {HTTPS} alone are taken here." in page.text
    assert "cookie" not in page.text.lower()
    assert f"It came from {came_from} with a session cookie; expected was {HTTPS}." in caplog.text
    assert "secret-path" not in caplog.text
    assert "alice" not in page.source


def test_a_refusal_for_the_token_says_in_the_log_whether_a_cookie_came(
    harness: AppHarness, browser: Browser, caplog: pytest.LogCaptureFixture
) -> None:
    typed = {"csrf_token": browser.open("/login").value("csrf_token"), "username": "alice", "password": PASSWORD}
    browser.client.delete_cookie(COOKIE)
    page = browser.post("/login", typed)
    assert page.notes == [
        "The browser sent no cookie: it refuses cookies, or has deleted this one. Type your password again."
    ]
    assert "A form for auth.login is refused." in caplog.text
    assert "It came from http://localhost with no session cookie; expected was http://localhost." in caplog.text


@pytest.mark.parametrize("header", ["X-HTTP-Method-Override", "X-Method-Override", "X-HTTP-Method"])
def test_a_header_does_not_make_a_page_that_is_looked_at_into_a_form(
    harness: AppHarness, alice: Browser, desk: SIPAccount, header: str
) -> None:
    alice.raw("GET", f"/sip-accounts/{desk.id}/delete?_method=POST", headers={header: "POST"})
    assert harness.stored(desk.id) == desk


def test_the_cookie_of_the_pages_is_worth_nothing_at_the_services_endpoint(harness: AppHarness, alice: Browser) -> None:
    body = (
        '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>'
        '<GetSIPAccountsCount xmlns="http://www.sipsorcery.com/provisioning"/></s:Body></s:Envelope>'
    )
    action = "http://www.sipsorcery.com/provisioning/IProvisioningService/GetSIPAccountsCount"
    answer = alice.raw(
        "POST", "/provisioning.svc", data=body, content_type="text/xml; charset=utf-8", headers={"SOAPAction": action}
    )
    assert answer.status_code == 500
    assert "unauthorized" in answer.text
