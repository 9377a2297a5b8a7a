"""The second step of a sign-in: what a browser is between the two, and what ends it."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from sipsorcery_web.contract.errors import SessionExpired
from sipsorcery_web.contract.operations import Operation
from sipsorcery_web.portal.http.anonymous_cookie import read_cookie
from sipsorcery_web.portal.http.session import COOKIE
from sipsorcery_web.provisioning.channel import Channel
from tests.factories import PASSWORD
from tests.portal.app_harness import AppHarness
from tests.portal.authenticator import AuthenticatorApp, set_up_app
from tests.portal.browser import Browser, Page
from tests.portal.genuine import Front
from tests.portal.routes import ENDPOINTS, OPEN, closed_routes, filled_in
from tests.portal.sign_ins import try_to_sign_in
from tests.portal.stored_state import dump

TOO_LATE = "Sign in with your password first. The second step has to follow within five minutes."
WRONG = "This is not the code of now, or it was used before. Wait for the next one."
SHUT = "Too many codes were wrong. This one was not looked at."


@pytest.fixture
def app(harness: AppHarness, alice: Browser) -> AuthenticatorApp:
    """Alice's app, which she has set up; the next code of it is another one."""
    app = set_up_app(alice, harness.clock)
    harness.clock.pass_(seconds=30)
    return app


@pytest.fixture
def half(app: AuthenticatorApp, browser: Browser) -> Browser:
    """A browser in which somebody has typed alice's password."""
    assert try_to_sign_in(browser, "alice", PASSWORD).h1 == "Code from your app"
    return browser


def give(browser: Browser, code: str, path: str = "/login/code") -> Page:
    return browser.submit(path, code=code)


# Getting in


def test_a_password_and_a_code_sign_alice_in(half: Browser, app: AuthenticatorApp) -> None:
    page = give(half, app.code())
    assert (page.path, page.h1) == ("/sip-accounts", "SIP accounts")
    assert "Signed in as alice" in page.text


@pytest.mark.parametrize("steps", [-1, 0, 1])
def test_a_clock_that_is_a_step_off_does_not_matter(
    harness: AppHarness, half: Browser, app: AuthenticatorApp, steps: int
) -> None:
    harness.clock.pass_(minutes=1)
    assert give(half, app.code(steps)).h1 == "SIP accounts"


def test_whoever_has_no_second_factor_is_asked_for_none(app: AuthenticatorApp, browser: Browser) -> None:
    assert try_to_sign_in(browser, "bobby", PASSWORD).h1 == "SIP accounts"


def test_the_way_goes_on_to_the_page_that_was_asked_for(app: AuthenticatorApp, browser: Browser) -> None:
    browser.open("/sip-accounts?q=front&size=50").submit(username="alice", password=PASSWORD)
    assert give(browser, app.code()).path == "/sip-accounts?q=front&size=50"


def test_what_was_typed_before_the_session_ended_is_there_after_the_second_step(
    harness: AppHarness, alice: Browser, app: AuthenticatorApp
) -> None:
    form = alice.open("/sip-accounts/add")
    harness.revoke("alice")
    again = form.submit(sip_username="front-desk")
    assert again.h1 == "Your session has ended. What you typed has not."
    again.submit(password=PASSWORD)
    assert give(alice, app.code()).value("sip_username") == "front-desk"


def test_what_is_carried_along_is_there_after_the_second_step(
    harness: AppHarness, app: AuthenticatorApp, browser: Browser
) -> None:
    form = harness.signed_in("bobby").open("/sip-accounts/add")
    values = {"sip_username": "front-desk", "csrf_token": browser.token()}
    page = browser.post(form.path, values, headers={"Sec-Fetch-Site": "same-origin"})
    page.submit(username="alice", password=PASSWORD)
    assert give(browser, app.code()).value("sip_username") == "front-desk"


def test_a_session_ends_with_its_token_however_long_the_second_step_took(
    harness: AppHarness, half: Browser, app: AuthenticatorApp
) -> None:
    harness.clock.pass_(minutes=4)
    assert "Session: 56 min left" in give(half, app.code()).text


# Between the steps


@pytest.mark.parametrize(("address", "method"), closed_routes())
def test_a_half_signed_in_browser_is_a_stranger_at_every_route(
    harness: AppHarness, half: Browser, address: str, method: str
) -> None:
    csrf_token = half.token()
    harness.forget_calls()
    answer = half.raw(method, filled_in(address), data={"csrf_token": csrf_token} if method == "POST" else None)
    assert answer.status_code == 303
    assert answer.location is not None
    assert answer.location.startswith("/login")
    assert {*harness.calls} <= {"IsAlive", "AreNewAccountsEnabled"}


def test_what_is_open_to_all_shows_a_half_signed_in_browser_nothing_of_the_user(half: Browser) -> None:
    for address, methods in OPEN.items():
        if "GET" in methods and "<" not in address and address not in ENDPOINTS:
            assert "Signed in as" not in half.open(address).text, address


@pytest.mark.usefixtures("app")
def test_the_token_waits_sealed_and_the_browser_is_told_nothing_of_it(harness: AppHarness, browser: Browser) -> None:
    before = {*harness.watched.tokens}
    try_to_sign_in(browser, "alice", PASSWORD)  # the browser looks for tokens in each answer and its cookies
    (token,) = harness.watched.tokens - before
    assert token not in dump(harness.settings.data_dir / "sipsorcery.db")


def test_what_the_browser_has_is_no_token_of_the_service(harness: AppHarness, half: Browser) -> None:
    cookie = half.client.get_cookie(COOKIE)
    assert cookie is not None
    held = read_cookie(str(harness.app.secret_key), cookie.value)
    assert held is not None
    half_id = json.loads(held.contents)["values"]["half_sign_in"]
    for token in (half_id, cookie.value):
        with pytest.raises(SessionExpired):
            harness.service_fixture.client(token).sip_accounts.count()


def test_another_browser_has_nothing_of_it(harness: AppHarness, half: Browser, app: AuthenticatorApp) -> None:
    page = harness.browser().open("/login/code")
    assert (page.h1, page.notes) == ("Sign in", [TOO_LATE])


def test_the_second_step_has_to_follow_within_five_minutes(
    harness: AppHarness, half: Browser, app: AuthenticatorApp
) -> None:
    form = half.open("/login/code")
    harness.clock.pass_(minutes=5)
    page = form.submit(code=app.code())
    assert (page.h1, page.notes) == ("Sign in", [TOO_LATE])
    assert half.open("/sip-accounts").h1 == "Sign in"


def test_a_half_sign_in_is_used_once(harness: AppHarness, half: Browser, app: AuthenticatorApp) -> None:
    before = half.client.get_cookie(COOKIE)
    assert before is not None
    give(half, app.code())
    thief = harness.browser()
    thief.client.set_cookie(COOKIE, before.value)
    assert thief.open("/login/code").h1 == "Sign in"


def test_a_new_password_ends_what_was_half_signed_in_with_the_old_one(
    harness: AppHarness, alice: Browser, half: Browser, app: AuthenticatorApp
) -> None:
    alice.submit("/account/password", old_password=PASSWORD, new_password="tr0ubad0ur", retyped_password="tr0ubad0ur")
    page = give(half, app.code())
    assert page.h1 in ("Sign in", "Your session has ended.")
    assert half.open("/sip-accounts").h1 == "Sign in"


def test_bob_who_is_half_alice_is_bob_until_the_second_step(
    harness: AppHarness, app: AuthenticatorApp, bob: Browser
) -> None:
    try_to_sign_in(bob, "alice", PASSWORD)
    assert "Signed in as bobby" in bob.open("/sip-accounts").text
    page = give(bob, app.code())
    assert "Signed in as alice" in page.text
    assert "bobby" not in page.source


# Codes that are wrong


def test_a_wrong_code_is_told_at_the_field_and_not_put_back(half: Browser, app: AuthenticatorApp) -> None:
    page = give(half, app.wrong_code())
    assert (page.status, page.errors, page.value("code")) == (422, {"code": WRONG}, "")
    assert half.open("/sip-accounts").h1 == "Sign in"


def test_no_code_at_all_is_told_and_counts_for_nothing(half: Browser, app: AuthenticatorApp) -> None:
    for _ in range(6):
        assert give(half, " ").errors == {"code": "Enter the code."}
    assert give(half, app.code()).h1 == "SIP accounts"


def test_bobs_code_is_not_alices(harness: AppHarness, half: Browser, app: AuthenticatorApp, bob: Browser) -> None:
    bobs = set_up_app(bob, harness.clock)
    assert bobs.secret != app.secret
    assert give(half, bobs.next_code()).errors == {"code": WRONG}
    assert give(half, bobs.recovery_codes[0], "/login/recovery-code").status == 422


def test_a_code_is_taken_once(harness: AppHarness, half: Browser, app: AuthenticatorApp) -> None:
    code = app.code()
    give(half, code)
    again = harness.browser()
    try_to_sign_in(again, "alice", PASSWORD)
    assert give(again, code).errors == {"code": WRONG}


def test_a_code_older_than_one_that_was_taken_is_not_taken(
    harness: AppHarness, half: Browser, app: AuthenticatorApp
) -> None:
    harness.clock.pass_(minutes=1)
    older = app.code(-1)
    give(half, app.code())
    again = harness.browser()
    try_to_sign_in(again, "alice", PASSWORD)
    assert give(again, older).errors == {"code": WRONG}


def test_the_code_that_has_set_the_app_up_signs_nobody_in(
    harness: AppHarness, alice: Browser, browser: Browser
) -> None:
    app = set_up_app(alice, harness.clock)
    try_to_sign_in(browser, "alice", PASSWORD)
    assert give(browser, app.code()).errors == {"code": WRONG}


def test_after_five_wrong_codes_none_is_looked_at_for_a_while_in_any_browser_at_any_address(
    harness: AppHarness, app: AuthenticatorApp
) -> None:
    for number in range(5):
        stranger = harness.browser(REMOTE_ADDR=f"192.0.2.{number}")
        try_to_sign_in(stranger, "alice", PASSWORD)
        assert give(stranger, app.wrong_code()).status == 422
    other = harness.browser(REMOTE_ADDR="198.51.100.7")
    try_to_sign_in(other, "alice", PASSWORD)
    page = give(other, app.code())
    assert (page.status, page.notes[0]) == (429, SHUT)
    assert page.response.headers["Retry-After"] == "900"
    assert give(other, app.recovery_codes[0], "/login/recovery-code").status == 429
    harness.clock.pass_(minutes=15)
    try_to_sign_in(other, "alice", PASSWORD)
    assert give(other, app.code()).h1 == "SIP accounts"


def test_what_others_guess_does_not_shut_alices_own_browser_out(
    harness: AppHarness, alice: Browser, app: AuthenticatorApp
) -> None:
    alice.sign_out()
    alice.submit("/login", username="alice", password=PASSWORD)
    give(alice, app.code())
    alice.sign_out()
    stranger = harness.browser()
    try_to_sign_in(stranger, "alice", PASSWORD)
    for _ in range(5):
        give(stranger, app.wrong_code())
    assert give(stranger, app.wrong_code()).status == 429
    try_to_sign_in(alice, "alice", PASSWORD)
    assert give(alice, app.next_code()).h1 == "SIP accounts"


def test_after_a_hundred_wrong_codes_in_a_row_a_recovery_code_alone_helps(
    harness: AppHarness, half: Browser, app: AuthenticatorApp
) -> None:
    for number in range(100):
        if number % 5 == 0:
            harness.clock.pass_(minutes=15)
            try_to_sign_in(half, "alice", PASSWORD)
        assert give(half, app.wrong_code()).status == 422
    harness.clock.pass_(minutes=15)
    try_to_sign_in(half, "alice", PASSWORD)
    assert give(half, app.code()).errors == {"code": WRONG}
    assert give(half, app.recovery_codes[0], "/login/recovery-code").h1 == "SIP accounts"
    half.sign_out()
    try_to_sign_in(half, "alice", PASSWORD)
    assert give(half, app.next_code()).h1 == "SIP accounts"


def test_wrong_codes_are_in_the_log_as_sign_ins_that_failed(
    half: Browser, app: AuthenticatorApp, caplog: pytest.LogCaptureFixture
) -> None:
    give(half, app.wrong_code())
    assert "Failed sign-in from 127.0.0.1 for alice" in caplog.text
    assert app.wrong_code() not in caplog.text


def test_a_code_page_takes_no_form_of_another_site(half: Browser, app: AuthenticatorApp) -> None:
    answer = half.raw("POST", "/login/code", data={"code": app.code()})
    assert answer.status_code == 400


# What alice sees of it among her sign-ins


def noted(alice: Browser) -> dict[str, int]:
    """The number of her sign-ins on pages, by their result."""
    rows = json.loads(alice.raw("GET", "/security/sign-ins.json").text)
    counts: dict[str, int] = {}
    for row in rows:
        if not row["with"].startswith("SOAP"):
            counts[row["result"]] = counts.get(row["result"], 0) + row["times"]
    return counts


NO_SECOND_STEP = "Right password, no second step"
WRONG_CODE = "Right password or session, wrong code"


def test_a_sign_in_has_succeeded_after_its_second_step_and_not_before(
    alice: Browser, half: Browser, app: AuthenticatorApp
) -> None:
    assert noted(alice) == {"Signed in": 1, NO_SECOND_STEP: 1}
    give(half, app.code())
    assert noted(alice) == {"Signed in": 2}


def test_of_two_who_know_the_password_the_one_who_has_no_code_stays_noted(
    harness: AppHarness, alice: Browser, half: Browser, app: AuthenticatorApp
) -> None:
    try_to_sign_in(harness.browser(), "alice", PASSWORD)
    give(half, app.code())
    assert noted(alice) == {"Signed in": 2, NO_SECOND_STEP: 1}


def test_a_second_step_that_comes_in_the_next_hour_is_of_the_same_sign_in(
    harness: AppHarness, alice: Browser, app: AuthenticatorApp, browser: Browser
) -> None:
    harness.clock.pass_(minutes=58)
    try_to_sign_in(browser, "alice", PASSWORD)
    harness.clock.pass_(minutes=4)
    page = give(browser, app.code())
    assert noted(page.browser) == {"Signed in": 2}


def test_wrong_codes_are_one_row_with_their_count(alice: Browser, half: Browser, app: AuthenticatorApp) -> None:
    for _ in range(3):
        give(half, app.wrong_code())
    give(half, "none-of-hers", "/login/recovery-code")
    assert noted(alice) == {"Signed in": 1, NO_SECOND_STEP: 1, WRONG_CODE: 4}
    assert len([row for row in alice.open("/security/sign-ins").rows if WRONG_CODE in row]) == 1


def test_who_guesses_codes_is_locked_out_and_alice_sees_it(
    alice: Browser, half: Browser, app: AuthenticatorApp
) -> None:
    for _ in range(7):
        give(half, app.wrong_code())
    assert noted(alice) == {"Signed in": 1, NO_SECOND_STEP: 1, WRONG_CODE: 5, "Locked out": 1}


def test_bob_sees_nothing_of_what_alice_is_guessed(bob: Browser, half: Browser, app: AuthenticatorApp) -> None:
    give(half, app.wrong_code())
    assert noted(bob) == {"Signed in": 1}


# Recovery codes


def test_a_recovery_code_stands_in_for_the_app_once(harness: AppHarness, half: Browser, app: AuthenticatorApp) -> None:
    code = app.recovery_codes[3]
    page = half.open("/login/code").follow("A recovery code").submit(code=code)
    assert page.h1 == "SIP accounts"
    again = harness.browser()
    try_to_sign_in(again, "alice", PASSWORD)
    assert give(again, code, "/login/recovery-code").status == 422
    assert "9 of 10 are left." in half.open("/security/totp").text


@pytest.mark.parametrize(
    "typed", [str.upper, lambda code: code.replace("-", ""), lambda code: f" {code.replace('-', ' ')} "]
)
def test_a_recovery_code_may_be_typed_in_other_ways(
    half: Browser, app: AuthenticatorApp, typed: Callable[[str], str]
) -> None:
    assert give(half, typed(app.recovery_codes[0]), "/login/recovery-code").h1 == "SIP accounts"


def test_ten_recovery_codes_are_stored_as_hashes(harness: AppHarness, app: AuthenticatorApp) -> None:
    everything = dump(harness.settings.data_dir / "sipsorcery.db")
    assert len({*app.recovery_codes}) == 10
    for code in app.recovery_codes:
        assert code not in everything
        assert code.replace("-", "") not in everything
    assert app.secret not in everything


# In front of another service


def test_in_front_of_another_service_the_token_waits_too(mysql_front: Front) -> None:
    hers, harness = mysql_front.signed_in("alice-kelly"), mysql_front.harness
    app = set_up_app(hers, harness.clock)
    browser = harness.browser()
    assert try_to_sign_in(browser, "alice-kelly", PASSWORD).h1 == "Code from your app"
    assert browser.open("/sip-accounts").h1 == "Sign in"
    assert give(browser, app.next_code()).h1 == "SIP accounts"


WIDE = "\uff41lice"
"""What some databases take for alice."""


@dataclass
class LaxService:
    """A service that takes other letters for the same name."""

    channel: Channel

    def call(self, operation: Operation, token: str | None, address: str, arguments: Mapping[str, Any]) -> Any:
        meant = {name: "alice" if value == WIDE else value for name, value in arguments.items()}
        return self.channel.call(operation, token, address, meant)


def test_a_name_in_letters_that_the_service_takes_for_the_same_does_not_lead_around_the_second_step(
    harness: AppHarness, app: AuthenticatorApp, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(harness.watched, "channel", LaxService(harness.watched.channel))
    assert try_to_sign_in(browser, WIDE, PASSWORD).h1 == "Code from your app"
    assert "Signed in as alice" in give(browser, app.code()).text
