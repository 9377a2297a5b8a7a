"""Confirming that it is you: what a session alone does not do, ten minutes after the password was last typed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from sipsorcery_web.portal.areas.auth.step_up import AGAIN, WRONG
from sipsorcery_web.portal.http.recent_proof import methods_with_proof
from sipsorcery_web.portal.http.session import COOKIE
from tests.factories import PASSWORD
from tests.factories.records import sip_account
from tests.portal.app_harness import ADMINISTRATOR, AppHarness
from tests.portal.browser import Browser, Page
from tests.portal.fake_sip_engine import FakeEngine
from tests.portal.genuine import Front
from tests.portal.stored_state import dump
from tests.portal.typed_forms import sign_in_again, table

TITLE = "Confirm that it is you"
SECRET = "bl4ckbird!"
SCOPES = ["accounts:read", "calls:read"]


@dataclass(frozen=True)
class Guarded:
    """A POST that a session alone does not do; `done` is on the page of who has proven who they are."""

    endpoint: str
    path: str
    done: str
    typed: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Opened:
    """A form with secrets, for which a proof is asked first."""

    endpoint: str
    path: str
    h1: str


ALICE = {
    "first_name": "Alice", "last_name": "Example", "email_address": "alice@example.org", "city": "Galway",
    "security_question": "What is your favourite colour?", "country": "Ireland",
    "time_zone": "(GMT) Greenwich Mean Time : Dublin, Edinburgh, Lisbon, London",
}  # fmt: skip
WEBHOOK = {"url": "https://hooks.example.org/other", "kinds": "call.ended", "is_on": "y"}
PROGRAM = {"name": "Switchboard", "redirect_addresses": "https://app.example.org/back"}
GUARDED = {
    "the password of a SIP account": Guarded("sip_accounts.show_password", "/sip-accounts/{account_id}/password", SECRET),
    "a phone's code": Guarded("sip_accounts.phone", "/sip-accounts/{account_id}/phone", SECRET),
    "the password at a provider": Guarded("sip_providers.show_password", "/providers/{provider_id}/password", SECRET),
    "another e-mail address": Guarded("account.details", "/account", "Your settings are saved.", ALICE | {"email_address": "mallory@example.org"}),
    "another question": Guarded("account.details", "/account", "Your settings are saved.", ALICE | {"security_question": "Which city were you born in?"}),
    "a token": Guarded("access_tokens.index", "/security/tokens", "This is the token.", {"name": "office", "scopes": SCOPES, "ends": "2027-01-31"}),
    "a token's end": Guarded("access_tokens.delete", "/security/tokens/{token_id}/delete", "is deleted."),
    "new recovery codes": Guarded("security.recovery_codes", "/security/recovery-codes", "Each stands in once"),
    "a webhook": Guarded("webhooks.index", "/security/webhooks", "This is the secret", WEBHOOK),
    "a webhook's change": Guarded("webhooks.edit", "/security/webhooks/{webhook_id}/edit", "The webhook is saved.", WEBHOOK),
    "a webhook's secret": Guarded("webhooks.secret", "/security/webhooks/{webhook_id}/secret", "This is the secret"),
    "a webhook's end": Guarded("webhooks.delete", "/security/webhooks/{webhook_id}/delete", "is deleted."),
    "a program": Guarded("programs.index", "/security/programs", "says which one it is", PROGRAM),
    "a program's secret": Guarded("programs.secret", "/security/programs/{program_id}/secret", "says which one it is"),
    "a program's end": Guarded("programs.delete", "/security/programs/{program_id}/delete", "is deleted, and acts"),
    "a passkey's removal": Guarded("security.remove_passkey", "/security/passkeys/{passkey_id}/remove", "is removed."),
}  # fmt: skip
OPENED = {
    "the account's deletion": Opened("account.delete", "/account/delete", "Delete alice?"),
    "an authenticator app": Opened("security.totp", "/security/totp", "Set up an authenticator app"),
    "a passkey": Opened("security.passkeys", "/security/passkeys", "Passkeys"),
    "a device's code": Opened("oauth.device", "/oauth/device", "A program’s code"),
    "its removal": Opened("security.remove_totp", "/security/totp/remove", "Remove the authenticator app?"),
}
ELSEWHERE = {
    *("customers.suspend", "customers.resume", "customers.password", "customers.delete", "invites.add"),
    *("account.details", "oauth.authorize"),
}
"""Places that alice does not find, that ask for some fields alone, or that a program leads to: see their own tests."""
PROVE_THEMSELVES = {"account.password"}
"""Their form has the present password in it."""

guarded = pytest.mark.parametrize("asked", GUARDED.values(), ids=GUARDED)
opened = pytest.mark.parametrize("asked", OPENED.values(), ids=OPENED)


@pytest.fixture
def ids(harness: AppHarness, sip_engine: FakeEngine) -> dict[str, Any]:
    return harness.one_of_each("alice") | {"passkey_id": harness.passkey("alice")}


def send(browser: Browser, asked: Guarded, ids: Mapping[str, Any], **more: Any) -> Page:
    return browser.post(asked.path.format(**ids), {"csrf_token": browser.token(), **asked.typed, **more})


def stored(harness: AppHarness) -> str:
    """The rows of the database but for sessions, and for counts of what has failed."""
    path = harness.settings.data_dir / "sipsorcery.db"
    return dump(path, "browser_sessions", "customersessions", "failedsignins", "kept_forms", "signins")


def rows(harness: AppHarness, table_name: str) -> str:
    path = harness.settings.data_dir / "sipsorcery.db"
    return "\n".join(line for line in dump(path).splitlines() if line.startswith(f"{table_name}:"))


def test_every_view_that_needs_a_proof_is_looked_at_here(harness: AppHarness) -> None:
    marked = {name for name, view in harness.app.view_functions.items() if methods_with_proof(view)}
    looked_at = {each.endpoint for each in GUARDED.values()} | {each.endpoint for each in OPENED.values()}
    assert marked | ELSEWHERE == looked_at | ELSEWHERE


@guarded
@pytest.mark.parametrize("minutes", [10, 11, 59])
def test_a_session_alone_does_not_do_it(
    harness: AppHarness, alice: Browser, ids: dict[str, Any], asked: Guarded, minutes: int
) -> None:
    before = stored(harness)
    harness.clock.pass_(minutes=minutes)
    page = send(alice, asked, ids)
    assert (page.status, page.h1) == (403, TITLE)
    assert SECRET not in page.source
    assert stored(harness) == before


@guarded
def test_who_has_just_signed_in_is_not_asked(
    harness: AppHarness, alice: Browser, ids: dict[str, Any], asked: Guarded
) -> None:
    harness.clock.pass_(minutes=9, seconds=59)
    assert asked.done in send(alice, asked, ids).text


@guarded
def test_the_password_once_more_carries_on_with_what_was_typed(
    harness: AppHarness, alice: Browser, ids: dict[str, Any], asked: Guarded
) -> None:
    harness.clock.pass_(minutes=11)
    page = prove(send(alice, asked, ids))
    assert page.status == 200
    assert asked.done in page.text
    assert send(alice, asked, ids).h1 != TITLE


@guarded
@pytest.mark.parametrize("typed", ["n1ghtingale", ""])
def test_a_wrong_password_proves_nothing(
    harness: AppHarness, alice: Browser, ids: dict[str, Any], asked: Guarded, typed: str
) -> None:
    before = stored(harness)
    harness.clock.pass_(minutes=11)
    page = send(alice, asked, ids)
    for _ in range(2):
        page = prove(page, typed)
        assert (page.status, page.h1, page.errors) == (422, TITLE, {"proof_password": WRONG})
        assert SECRET not in page.source
    assert stored(harness) == before
    assert asked.done in prove(page).text


@opened
def test_it_is_asked_before_a_form_with_secrets_or_a_last_word_is_shown(
    harness: AppHarness, alice: Browser, asked: Opened
) -> None:
    harness.clock.pass_(minutes=11)
    page = alice.open(asked.path)
    assert (page.status, page.h1) == (403, TITLE)
    page = prove(page)
    assert (page.status, page.h1) == (200, asked.h1)
    assert alice.redirects == [asked.path]


def test_an_account_is_deleted_by_nobody_who_has_only_the_session(harness: AppHarness, alice: Browser) -> None:
    harness.clock.pass_(minutes=11)
    page = alice.post("/account/delete", {"csrf_token": alice.token(), "customer_username": "alice"})
    assert (page.status, page.h1) == (403, TITLE)
    assert harness.customer("alice") is not None
    prove(page).submit(customer_username="alice")
    assert harness.customer("alice") is None


def test_the_present_password_in_the_form_proves_who_changes_it(harness: AppHarness, alice: Browser) -> None:
    harness.clock.pass_(minutes=11)
    typed = {"new_password": "tr0ubad0ur", "retyped_password": "tr0ubad0ur"}
    page = alice.submit("/account/password", old_password="n1ghtingale", **typed)
    assert page.status == 422
    alice.submit("/account/password", old_password=PASSWORD, **typed)
    assert alice.open("/account/delete").h1 == "Delete alice?"
    harness.browser().sign_in("alice", "tr0ubad0ur")


@pytest.mark.parametrize(
    "change", [{"city": "Cork"}, {"time_zone": "(GMT+04:30) Kabul"}, {"web_site": "https://cork.example"}]
)
def test_what_opens_no_way_in_is_changed_without_a_proof(
    harness: AppHarness, alice: Browser, change: dict[str, str]
) -> None:
    harness.clock.pass_(minutes=11)
    assert "Your settings are saved." in alice.submit("/account", **change).notes


def test_what_was_typed_stands_on_the_page_and_a_secret_is_typed_again_in_the_form(
    harness: AppHarness, alice: Browser
) -> None:
    harness.clock.pass_(minutes=11)
    page = alice.submit("/account", city="Cork", security_answer="n1ghtingale")
    assert page.h1 == TITLE
    assert table(page)["City"] == "Cork"
    assert "Passwords are not kept" in table(page)["Security answer"]

    form = prove(page)
    assert (form.h1, form.value("city"), form.value("security_answer")) == ("Settings", "Cork", "")
    assert AGAIN in form.notes
    assert "Galway" in rows(harness, "customers")
    assert "Your settings are saved." in form.submit(security_answer="n1ghtingale").notes
    assert "Cork" in rows(harness, "customers")


def test_a_session_that_ends_on_that_page_loses_nothing_either(harness: AppHarness, alice: Browser) -> None:
    harness.clock.pass_(minutes=11)
    page = alice.submit("/account", city="Cork", email_address="al@example.org")
    harness.clock.pass_(minutes=61)
    form = sign_in_again(prove(page))
    assert (form.value("city"), form.value("email_address")) == ("Cork", "al@example.org")


def test_wrong_proofs_count_as_failed_sign_ins(harness: AppHarness, alice: Browser, ids: dict[str, Any]) -> None:
    harness.clock.pass_(minutes=11)
    page = send(alice, GUARDED["the password of a SIP account"], ids)
    answers = [prove(page, "n1ghtingale") for _ in range(6)]
    assert [each.status for each in answers] == [422] * 5 + [429]
    assert int(answers[-1].response.headers["Retry-After"]) > 0
    assert prove(page).status == 429


def test_a_right_proof_is_no_sign_in_of_its_own(harness: AppHarness, alice: Browser, ids: dict[str, Any]) -> None:
    sign_ins = "/security/sign-ins?result=signed-in"
    before = alice.open(sign_ins).rows
    harness.clock.pass_(minutes=11)
    prove(send(alice, GUARDED["a token"], ids))
    assert alice.open(sign_ins).rows == before


def test_a_proof_gives_the_session_a_new_id_and_leaves_none_at_the_service(
    harness: AppHarness, alice: Browser, ids: dict[str, Any]
) -> None:
    before, sessions = cookie_of(alice), harness.service_sessions("alice")
    harness.clock.pass_(minutes=11)
    prove(send(alice, GUARDED["a token"], ids))
    assert cookie_of(alice) != before
    assert harness.service_sessions("alice") == sessions
    thief = harness.browser()
    thief.client.set_cookie(COOKIE, before)
    assert thief.open("/account").h1 == "Sign in"


def test_bobs_password_proves_nothing_of_alice(harness: AppHarness, alice: Browser, ids: dict[str, Any]) -> None:
    harness.add_customer("carol", customer_password="carols-own-9")
    harness.clock.pass_(minutes=11)
    page = send(alice, GUARDED["a token"], ids)
    answer = alice.post(page.path, {"csrf_token": alice.token(), "username": "carol", "proof_password": "carols-own-9"})
    assert (answer.status, answer.h1) == (422, TITLE)
    assert harness.service_fixture.alice.access_tokens()[1:] == []


def test_alices_things_are_not_found_by_bob_whatever_he_proves(
    harness: AppHarness, bob: Browser, ids: dict[str, Any]
) -> None:
    harness.clock.pass_(minutes=11)
    for name in ("the password of a SIP account", "a phone's code", "the password at a provider"):
        page = send(bob, GUARDED[name], ids)
        assert page.h1 == TITLE
        assert prove(page).status == 404
        bob.sign_out()
        bob.sign_in("bobby")
        harness.clock.pass_(minutes=11)


def test_a_form_of_another_session_proves_nothing(harness: AppHarness, alice: Browser, ids: dict[str, Any]) -> None:
    harness.clock.pass_(minutes=11)
    path = GUARDED["the password of a SIP account"].path.format(**ids)
    page = alice.post(path, {"csrf_token": harness.browser().token(), "proof_password": PASSWORD})
    assert page.status == 400
    assert send(alice, GUARDED["the password of a SIP account"], ids).h1 == TITLE


def test_a_proof_from_a_clock_that_was_ahead_does_not_hold(harness: AppHarness, sip_engine: FakeEngine) -> None:
    ids = harness.one_of_each("alice")
    harness.clock.pass_(minutes=2)
    alice = harness.signed_in("alice")
    harness.clock.pass_(minutes=-1)
    assert send(alice, GUARDED["a phone's code"], ids).h1 == TITLE


def test_a_password_on_a_page_without_a_session_is_not_looked_at(harness: AppHarness, browser: Browser) -> None:
    harness.add_users("alice")
    csrf_token = browser.token()
    harness.forget_calls()
    browser.post("/account", {"csrf_token": csrf_token, "proof_password": PASSWORD})
    assert "Login" not in harness.calls


# In front of another service


def test_in_front_of_another_service_the_proof_is_a_sign_in_there_that_is_ended(mysql_front: Front) -> None:
    alice = mysql_front.signed_in("alice-kelly")
    account = sip_account("front-desk", owner="alice-kelly", sip_domain="sip.example.org", sip_password=SECRET)
    mysql_front.service.store.put(account)
    path = f"/sip-accounts/{account.id}/password"
    mysql_front.harness.clock.pass_(minutes=11)
    page = alice.post(path, {"csrf_token": alice.token()})
    assert (page.h1, SECRET in page.source) == (TITLE, False)
    assert prove(page, "n1ghtingale").errors == {"proof_password": WRONG}

    mysql_front.service.asked.clear()
    assert SECRET in prove(page).text
    assert [each.name for each in mysql_front.service.asked if each.name.startswith("Log")] == ["Login", "Logout"]
    assert SECRET in alice.post(path, {"csrf_token": alice.token()}).text


# A reason


REVEALING = ["the password of a SIP account", "a phone's code", "the password at a provider"]
revealing = pytest.mark.parametrize("asked", [GUARDED[name] for name in REVEALING], ids=REVEALING)
WHY = "asked for by telephone"


@revealing
def test_an_administrator_says_why_before_a_customers_secret_is_shown(
    harness: AppHarness, administrator: Browser, ids: dict[str, Any], asked: Guarded
) -> None:
    page = send(administrator, asked, ids)
    assert (page.status, page.h1, SECRET in page.source) == (200, "Why do you look at it?", False)
    assert SECRET in page.submit(reason=WHY).text
    told = harness.service_fixture.alice.audit.page(count=1)[0]
    assert (told.operation, told.actor, told.reason) == ("RevealPassword", ADMINISTRATOR, WHY)


@revealing
def test_the_owner_sees_who_looked_and_why(
    harness: AppHarness, administrator: Browser, ids: dict[str, Any], asked: Guarded
) -> None:
    send(administrator, asked, ids, reason=WHY)
    newest = harness.signed_in("alice").open("/security/changes").rows[0]
    assert "Password looked at" in newest
    assert f"{ADMINISTRATOR} Reason: {WHY}" in newest


@revealing
@pytest.mark.parametrize(
    ("reason", "said"), [("", "Say why"), ("  ", "Say why"), ("x" * 201, "at most 200"), ("a\nb", "U+000A")]
)
def test_a_reason_is_one_line_of_words(
    administrator: Browser, ids: dict[str, Any], asked: Guarded, reason: str, said: str
) -> None:
    page = send(administrator, asked, ids, reason=reason)
    assert (page.status, SECRET in page.source) == (422, False)
    assert said in page.errors["reason"]


@revealing
def test_a_reason_is_no_proof_and_is_carried_along(
    harness: AppHarness, administrator: Browser, ids: dict[str, Any], asked: Guarded
) -> None:
    harness.clock.pass_(minutes=11)
    page = send(administrator, asked, ids, reason=WHY)
    assert (page.h1, SECRET in page.source) == (TITLE, False)
    assert SECRET in prove(page).text


@revealing
def test_nobody_is_asked_why_they_look_at_their_own(alice: Browser, ids: dict[str, Any], asked: Guarded) -> None:
    assert SECRET in send(alice, asked, ids).text


def prove(page: Page, typed: str = PASSWORD) -> Page:
    return page.submit(proof_password=typed)


def cookie_of(browser: Browser) -> str:
    cookie = browser.client.get_cookie(COOKIE)
    assert cookie is not None
    return cookie.value
