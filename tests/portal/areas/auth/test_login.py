"""Signing in and out."""

import io
import json
from collections.abc import Callable
from unittest.mock import Mock

import pytest

from sipsorcery_web.contract.errors import Busy
from sipsorcery_web.portal.http.session import COOKIE, SECURE_COOKIE
from sipsorcery_web.service.passwords import Passwords
from sipsorcery_web.settings import NewAccounts
from tests.factories import PASSWORD
from tests.portal.app_harness import AppHarness
from tests.portal.browser import Browser
from tests.portal.genuine import Front
from tests.portal.sign_ins import fail_to_sign_in, try_to_sign_in

NOT_TOGETHER = "Username and password do not belong together."
HarnessWith = Callable[..., AppHarness]

# Getting in


def test_alice_signs_in_and_sees_her_sip_accounts_and_her_name(browser: Browser) -> None:
    page = browser.sign_in("alice")
    assert (page.path, page.h1) == ("/sip-accounts", "SIP accounts")
    assert "Signed in as alice" in page.text


@pytest.mark.parametrize("typed", ["ALICE", " alice ", "Alice\t"])
def test_letter_case_and_blanks_around_a_username_do_not_matter(browser: Browser, typed: str) -> None:
    assert try_to_sign_in(browser, typed, PASSWORD).h1 == "SIP accounts"


@pytest.mark.parametrize("typed", [PASSWORD.upper(), f" {PASSWORD}", f"{PASSWORD} ", PASSWORD[:-1]])
def test_a_password_is_taken_as_it_was_typed(browser: Browser, typed: str) -> None:
    assert try_to_sign_in(browser, "alice", typed).notes == [NOT_TOGETHER]


def test_a_sign_in_goes_on_to_the_page_that_was_asked_for(browser: Browser) -> None:
    asked = browser.open("/sip-accounts?q=front%20%26%20back&size=50")
    page = asked.submit(username="alice", password=PASSWORD)
    assert page.path == "/sip-accounts?q=front%20%26%20back&size=50"
    assert page.value("q") == "front & back"


def test_a_sign_in_that_failed_first_still_goes_on_to_the_page(browser: Browser) -> None:
    refused = browser.open("/account").submit(username="alice", password="n1ghtingale")
    assert refused.submit(username="alice", password=PASSWORD).h1 == "Settings"


def test_alice_can_sign_in_over_bobs_session_and_nothing_of_his_stays(harness: AppHarness, bob: Browser) -> None:
    harness.account("bobby", "bobs-line")
    bob.open("/sip-accounts/add")
    page = bob.sign_in("alice")
    assert "bobby" not in page.source
    assert page.names == ["alice"]


# Not getting in


@pytest.mark.parametrize(
    ("username", "password", "errors"),
    [
        ("", "", {"username": "Enter your username."}),
        ("   ", PASSWORD, {"username": "Enter your username."}),
        ("alice", "", {"password": "Enter your password."}),
        ("alice", "  ", {"password": "Enter your password."}),
    ],
)
def test_a_blank_username_is_told_before_a_blank_password(
    harness: AppHarness, browser: Browser, username: str, password: str, errors: dict[str, str]
) -> None:
    page = try_to_sign_in(browser, username, password)
    assert (page.status, page.errors) == (422, errors)
    assert page.title.startswith("Error: ")
    assert "Login" not in harness.calls


@pytest.mark.parametrize("username", ["alice", "nobody"])
def test_a_wrong_password_and_an_unknown_name_are_one_answer(browser: Browser, username: str) -> None:
    page = try_to_sign_in(browser, username, "n1ghtingale")
    assert (page.status, page.notes) == (422, [NOT_TOGETHER])
    assert (page.value("username"), page.value("password")) == (username, "")


def test_a_suspended_customer_is_told_but_only_with_the_right_password(harness: AppHarness, browser: Browser) -> None:
    harness.operators().suspend("alice", "unpaid")
    assert try_to_sign_in(browser, "alice", "n1ghtingale").notes == [NOT_TOGETHER]
    page = try_to_sign_in(browser, "alice", PASSWORD)
    assert (page.status, page.value("username")) == (422, "alice")
    assert page.notes == ["This account is suspended. The operator of this service can tell you why."]


def test_an_address_that_is_not_confirmed_is_told_apart(harness: AppHarness, browser: Browser) -> None:
    harness.change_customer("alice", email_address_confirmed=False)
    (note,) = try_to_sign_in(browser, "alice", PASSWORD).notes
    assert note.startswith("This e-mail address is not confirmed yet.")


def test_a_refused_sign_in_leaves_nobody_signed_in(browser: Browser) -> None:
    try_to_sign_in(browser, "alice", "n1ghtingale")
    assert browser.open("/sip-accounts").h1 == "Sign in"


# Too many tries


def test_after_five_failures_the_password_is_not_looked_at_any_more(browser: Browser) -> None:
    fail_to_sign_in(browser, "alice", 5)
    page = try_to_sign_in(browser, "alice", PASSWORD)
    assert page.status == 429
    assert page.response.headers["Retry-After"] == "900"
    assert page.notes == ["Too many sign-ins have failed. Your password was not looked at."]
    assert "Next try in 15 min." in page.text
    assert page.value("username") == "alice"


def test_nobody_is_locked_out_for_good(harness: AppHarness, browser: Browser) -> None:
    fail_to_sign_in(browser, "alice", 6)
    harness.clock.pass_(minutes=15)
    assert try_to_sign_in(browser, "alice", PASSWORD).h1 == "SIP accounts"


def test_failures_of_alice_do_not_lock_bob_out_nor_alice_elsewhere(harness: AppHarness, browser: Browser) -> None:
    fail_to_sign_in(browser, "alice", 6)
    assert harness.browser().sign_in("bobby").h1 == "SIP accounts"
    assert harness.browser(REMOTE_ADDR="127.0.0.2").sign_in("alice").h1 == "SIP accounts"


def test_an_address_that_fails_for_many_names_has_to_wait_for_all_of_them(browser: Browser) -> None:
    for name in ("carol", "dave1", "erin1", "frank"):
        fail_to_sign_in(browser, name, 5)
    assert try_to_sign_in(browser, "alice", PASSWORD).status == 429


def test_in_front_of_another_service_what_one_visitor_has_tried_shuts_nobody_else_out(mysql_front: Front) -> None:
    mysql_front.signed_in("alice-kelly")
    browser = mysql_front.harness.browser()
    for name in ("carol", "dave1", "erin1", "frank"):
        fail_to_sign_in(browser, name, 5)
    mysql_front.service.asked.clear()
    assert try_to_sign_in(browser, "alice-kelly", PASSWORD).status == 429
    assert mysql_front.service.asked == []
    elsewhere = mysql_front.harness.browser(REMOTE_ADDR="127.0.0.2")
    assert elsewhere.sign_in("alice-kelly").h1 == "SIP accounts"


def test_a_sign_in_that_no_turn_came_for_says_that_there_is_too_much_to_do(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Passwords, "match", Mock(side_effect=Busy()))
    page = try_to_sign_in(browser, "alice", PASSWORD)
    assert page.status == 503
    assert page.notes == [
        "The service has too much to do, so nothing was saved. Try again in a moment; what you typed is still below."
    ]
    monkeypatch.undo()
    assert try_to_sign_in(browser, "alice", PASSWORD).h1 == "SIP accounts"


def test_a_header_that_anybody_can_send_does_not_make_another_address(browser: Browser) -> None:
    for number in range(5):
        fail_to_sign_in(browser, "alice", 1, headers={"X-Forwarded-For": f"203.0.113.{number}"})
    page = fail_to_sign_in(browser, "alice", 1, headers={"X-Forwarded-For": "203.0.113.9"})
    assert page.status == 429


def test_a_header_of_a_proxy_that_is_trusted_does(harness_with: HarnessWith) -> None:
    harness = harness_with(trusted_proxies=1)
    browser = harness.browser()
    fail_to_sign_in(browser, "alice", 5, headers={"X-Forwarded-For": "198.51.100.1, 203.0.113.1"})
    last = {"X-Forwarded-For": "203.0.113.1"}
    assert fail_to_sign_in(browser, "alice", 1, headers=last).status == 429
    assert fail_to_sign_in(browser, "alice", 1, headers={"X-Forwarded-For": "203.0.113.2"}).status == 422


def test_a_success_makes_good_for_failures_before(browser: Browser) -> None:
    for _ in range(2):
        fail_to_sign_in(browser, "alice", 4)
        browser.sign_in("alice")
        browser.sign_out()


# Hostile input


@pytest.mark.parametrize(
    "username",
    [
        "<script>alert(1)</script>",
        '"><img src=x onerror=alert(1)>',
        "alice' OR '1'='1",
        "{{ 7 * 7 }}",
        "alice\N{RIGHT-TO-LEFT OVERRIDE}",
        "ünï\N{PILE OF POO}",
        "x" * 100_000,
    ],
)
def test_whatever_was_typed_as_a_username_comes_back_as_text(browser: Browser, username: str) -> None:
    page = try_to_sign_in(browser, username, "n1ghtingale")
    assert (page.status, page.value("username")) == (422, username)


def test_a_control_character_is_refused_and_not_an_error_of_the_service(browser: Browser) -> None:
    page = browser.force("/login", {"username": "ali\x07ce"}, password="n1ghtingale")
    assert (page.status, page.errors) == (422, {"username": "The control character U+0007 cannot be stored."})


def test_a_form_without_fields_is_an_empty_form(browser: Browser) -> None:
    page = browser.post("/login", {"csrf_token": browser.token()})
    assert (page.status, page.errors) == (422, {"username": "Enter your username."})


def test_of_a_field_that_is_sent_twice_the_first_counts(browser: Browser) -> None:
    page = browser.force("/login", {"username": ["alice", "root-admin"]}, password=PASSWORD)
    assert "Signed in as alice" in page.text


def test_a_file_in_place_of_a_text_is_not_read(browser: Browser) -> None:
    typed = {"csrf_token": browser.token(), "username": (io.BytesIO(b"alice"), "name.txt"), "password": PASSWORD}
    page = browser.post("/login", typed, content_type="multipart/form-data")
    assert (page.status, page.errors) == (422, {"username": "Enter your username."})


@pytest.mark.parametrize("body", [{"username": "alice", "password": PASSWORD}, [1, 2], "alice", None, {"username": {}}])
def test_json_in_place_of_a_form_is_an_empty_form(browser: Browser, body: object) -> None:
    headers = {"X-CSRFToken": browser.token()}
    page = browser.post("/login", json.dumps(body), content_type="application/json", headers=headers)  # type: ignore[arg-type]
    assert (page.status, page.errors) == (422, {"username": "Enter your username."})


# The session


def test_a_sign_in_gives_the_browser_another_id_and_ends_the_one_before(browser: Browser) -> None:
    browser.open("/login")
    before = browser.client.get_cookie(COOKIE)
    browser.sign_in("alice")
    after = browser.client.get_cookie(COOKIE)
    assert before is not None
    assert after is not None
    assert before.value != after.value
    browser.client.set_cookie(COOKIE, before.value)
    assert browser.open("/sip-accounts").h1 == "Sign in"


def test_the_cookie_cannot_be_read_by_scripts_nor_sent_along_by_other_sites(browser: Browser) -> None:
    browser.sign_in("alice")
    cookie = browser.client.get_cookie(COOKIE)
    assert cookie is not None
    assert (cookie.http_only, cookie.same_site, cookie.secure, cookie.path) == (True, "Lax", False, "/")


def test_over_https_the_cookie_belongs_to_this_host_alone(harness: AppHarness) -> None:
    browser = harness.browser(base_url="https://portal.example.org")
    answer = browser.raw("GET", "/login")
    assert answer.headers["Set-Cookie"].startswith(f"{SECURE_COOKIE}=")
    assert "; Secure" in answer.headers["Set-Cookie"]
    assert browser.sign_in("alice").h1 == "SIP accounts"


@pytest.mark.parametrize("path", ["/login", "/register"])
def test_over_plain_http_from_elsewhere_nobody_can_type_a_password_and_is_told_why(
    harness: AppHarness, path: str
) -> None:
    page = harness.browser(base_url="http://portal.example.org").open(path)
    assert (page.status, page.h1) == (403, "This page needs https")
    assert not page.has("password")
    assert "SIPSORCERY_INSECURE_HTTP=1" in page.text


def test_an_operator_can_allow_plain_http(harness_with: HarnessWith) -> None:
    harness = harness_with(insecure_http=True)
    assert harness.browser(base_url="http://portal.example.org").sign_in("alice").h1 == "SIP accounts"


# Leaving


def test_signing_out_ends_the_session_here_and_at_the_service(harness: AppHarness, alice: Browser) -> None:
    cookie = alice.client.get_cookie(COOKIE)
    assert cookie is not None
    sessions = harness.service_sessions("alice")
    page = alice.sign_out()
    assert (page.h1, page.notes) == ("Sign in", ["You are signed out."])
    assert harness.service_sessions("alice") == sessions - 1
    alice.client.set_cookie(COOKIE, cookie.value)
    assert alice.open("/sip-accounts").h1 == "Sign in"


def test_signing_out_twice_is_no_error(alice: Browser) -> None:
    page = alice.open("/about")
    page.submit(action="/logout")
    assert alice.post("/logout", {"csrf_token": alice.token()}).h1 == "Sign in"


def test_signing_out_of_one_browser_leaves_the_other_signed_in(harness: AppHarness, alice: Browser) -> None:
    other = harness.signed_in("alice")
    alice.sign_out()
    assert other.open("/sip-accounts").h1 == "SIP accounts"


def test_a_link_cannot_sign_anybody_out(alice: Browser) -> None:
    assert alice.open("/logout").status == 405
    assert alice.open("/sip-accounts").h1 == "SIP accounts"


# New here?


@pytest.mark.parametrize(
    ("policy", "creates", "takes_codes"),
    [
        (NewAccounts("open", chosen=True), True, False),
        (NewAccounts("invite", chosen=True), False, True),
        (NewAccounts("closed", chosen=True), False, False),
        (NewAccounts("limit", 2, chosen=True), True, False),
        (NewAccounts("limit", 1, chosen=True), False, False),
    ],
    ids=["open", "invite", "closed", "below the limit", "at the limit"],
)
def test_the_way_to_a_new_account_is_shown_where_there_is_one(
    harness_with: HarnessWith, policy: NewAccounts, creates: bool, takes_codes: bool
) -> None:
    harness = harness_with(users=False, new_accounts=policy)
    harness.add_users("root-admin")
    page = harness.browser().open("/login")
    assert ("Create an account" in page.links) == creates
    assert page.has("invite_code") == takes_codes
    assert ("takes no new accounts" in page.text) == (not creates and not takes_codes)


def test_before_there_is_an_administrator_nobody_else_is_taken_unless_that_was_chosen(
    harness_with: HarnessWith,
) -> None:
    page = harness_with(users=False, new_accounts=NewAccounts("limit", 5)).browser().open("/login")
    assert "takes no new accounts" in page.text


def test_the_page_says_that_the_service_answers_and_which_one_it_is(browser: Browser) -> None:
    page = browser.open("/login")
    assert "Answering" in page.text
    assert "sip.example.org" in page.text
    assert "SIPSorcery Web 1.0.0" in page.text
