"""A form that is sent after the session has ended: it is never carried out, and nothing typed is lost."""

from collections.abc import Callable

import pytest
from werkzeug.datastructures import MultiDict

from sipsorcery_web.contract.records import SIPAccount
from sipsorcery_web.portal.storage.saved_forms import SavedForms
from tests.factories import PASSWORD

from ..app_harness import AppHarness
from ..browser import Browser, Page
from ..origins import FROM_ELSEWHERE

MARKUP = "<b>&\"'</b>"
ENDED = "Your session has ended."
KEPT = "Your session has ended. What you typed has not."
NEW = {"sip_username": "front-desk", "sip_password": "bl4ckbird!", "network_id": "5th-floor"}


def typed_on(message_page: Page) -> dict[str, str]:
    """The table of what was typed, as the letter shows it."""
    rows = message_page.all("//main//table//tbody/tr")
    return {" ".join(row[0].text_content().split()): " ".join(row[1].text_content().split()) for row in rows}


def sign_in_again(message_page: Page, password: str = PASSWORD) -> Page:
    return message_page.submit(password=password)


@pytest.fixture(params=["the hour is over", "the service has ended the session", "the password was changed elsewhere"])
def end(request: pytest.FixtureRequest, harness: AppHarness) -> Callable[[], None]:
    """End a session."""

    def end() -> None:
        if request.param == "the hour is over":
            harness.clock.pass_(minutes=60)
        elif request.param == "the service has ended the session":
            harness.revoke("alice")
        else:
            harness.operators().set_password("alice", PASSWORD)

    return end


@pytest.fixture
def desk(harness: AppHarness) -> SIPAccount:
    return harness.account("alice", "front-desk", is_incoming_only=True, send_nat_keep_alives=True)


@pytest.fixture
def message_page(harness: AppHarness, alice: Browser) -> Page:
    """Return the page that answers a form sent too late."""
    page = alice.open("/sip-accounts/add")
    harness.clock.pass_(minutes=61)
    return page.submit(**NEW, is_incoming_only=True, is_switchboard_enabled=False)


# The story


def test_a_form_that_comes_too_late_is_not_carried_out_and_comes_back_after_signing_in(
    harness: AppHarness, alice: Browser, end: Callable[[], None]
) -> None:
    page = alice.open("/sip-accounts/add")
    end()
    message_page = page.submit(**NEW, is_incoming_only=True, is_switchboard_enabled=False)
    assert (message_page.status, message_page.h1) == (403, KEPT)
    assert "front-desk" not in harness.stored_accounts("alice")
    form = sign_in_again(message_page)
    assert (form.h1, form.status) == ("New SIP account", 200)
    assert form.value("sip_username") == "front-desk"
    assert (form.value("is_incoming_only"), form.value("is_switchboard_enabled")) == ("y", "")
    assert "front-desk" not in harness.stored_accounts("alice")
    done = form.submit(sip_password="bl4ckbird!")
    assert done.notes == ["front-desk@sip.example.org is added."]
    assert harness.stored_accounts("alice")["front-desk"].network_id == "5th-floor"


def test_the_letter_shows_what_was_typed_and_names_what_is_secret(message_page: Page) -> None:
    typed = typed_on(message_page)
    assert (typed["Username"], typed["Network id"], typed["Trusted addresses"]) == ("front-desk", "5th-floor", "empty")
    assert typed["Password"] == "You typed one. Passwords are not kept: type it again in the form."
    assert "front-desk" in message_page.text
    assert "It ended at 13:00." in message_page.text


def test_the_letter_asks_for_the_password_of_the_same_person(message_page: Page) -> None:
    assert message_page.value("username") == "alice"
    assert message_page.control("username").get("readonly") is not None


def test_no_secret_is_kept(harness: AppHarness, message_page: Page) -> None:
    keeping = SavedForms(harness.database, harness.keyring, harness.clock)
    kept = keeping.load(message_page.value("kept"), "alice", "/sip-accounts/add")
    assert kept is not None
    assert kept["sip_username"] == ["front-desk"]
    assert {"sip_password", "csrf_token"}.isdisjoint(kept)
    assert sign_in_again(message_page).value("sip_password") == ""


def test_a_wrong_password_does_not_lose_what_was_typed(message_page: Page) -> None:
    refused = sign_in_again(message_page, "n1ghtingale")
    assert refused.notes == ["Username and password do not belong together."]
    form = refused.submit(username="alice", password=PASSWORD)
    assert form.value("sip_username") == "front-desk"


def test_too_many_wrong_passwords_do_not_lose_it_either(harness: AppHarness, message_page: Page) -> None:
    refused = sign_in_again(message_page, "n1ghtingale")
    for _ in range(6):
        refused = refused.submit(username="alice", password="n1ghtingale")
    assert refused.status == 429
    harness.clock.pass_(minutes=16)
    assert refused.submit(username="alice", password=PASSWORD).value("sip_username") == "front-desk"


def test_what_was_kept_is_forgotten_once_it_is_saved(harness: AppHarness, message_page: Page) -> None:
    form = sign_in_again(message_page)
    assert harness.saved_forms() == 1
    form.submit(sip_password="bl4ckbird!")
    assert harness.saved_forms() == 0


def test_a_form_that_comes_back_can_be_refused_and_still_saved(message_page: Page) -> None:
    form = sign_in_again(message_page)
    refused = form.submit(network_id="x" * 17, sip_password="bl4ckbird!")
    assert {*refused.errors} == {"network_id"}
    assert refused.submit(network_id="attic", sip_password="bl4ckbird!").h1 == "SIP accounts"


def test_what_was_typed_is_kept_for_an_hour(harness: AppHarness, message_page: Page) -> None:
    harness.clock.pass_(minutes=59)
    assert sign_in_again(message_page).value("sip_username") == "front-desk"


def test_after_an_hour_it_is_gone(harness: AppHarness, message_page: Page) -> None:
    harness.clock.pass_(minutes=60)
    form = sign_in_again(message_page)
    assert (form.h1, form.value("sip_username")) == ("New SIP account", "")


def test_forms_in_two_windows_that_both_come_too_late_are_both_kept(harness: AppHarness, alice: Browser) -> None:
    first, second = alice.open("/sip-accounts/add"), alice.open("/account")
    harness.clock.pass_(minutes=61)
    letters = first.submit(**NEW), second.submit(city="Cork")
    assert sign_in_again(letters[0]).value("sip_username") == "front-desk"
    asked_again = sign_in_again(letters[1])
    assert asked_again.notes == ["This form was made for another session. Type your password again."]
    assert asked_again.submit(username="alice", password=PASSWORD).value("city") == "Cork"


def test_a_form_sent_twice_too_late_is_added_once(harness: AppHarness, alice: Browser) -> None:
    page = alice.open("/sip-accounts/add")
    harness.clock.pass_(minutes=61)
    for message_page in (page.submit(**NEW), page.submit(**NEW)):
        form = message_page.submit(password=PASSWORD)
        if form.status == 400:
            form = form.submit(username="alice", password=PASSWORD)
        form.submit(sip_password="bl4ckbird!")
    assert {*harness.stored_accounts("alice")} == {"alice", "front-desk"}


# Every form


def test_changes_to_an_account_come_back_and_its_ticks_as_they_were_set(
    harness: AppHarness, alice: Browser, desk: SIPAccount
) -> None:
    page = alice.open(f"/sip-accounts/{desk.id}")
    harness.revoke("alice")
    message_page = page.submit(network_id="attic", send_nat_keep_alives=False, is_user_disabled=True)
    assert message_page.h1 == KEPT
    assert harness.stored(desk.id) == desk
    form = sign_in_again(message_page)
    assert form.h1 == "front-desk@sip.example.org"
    ticks = ("is_incoming_only", "send_nat_keep_alives", "is_user_disabled")
    assert [form.value(name) for name in ("network_id", *ticks)] == ["attic", "y", "", "y"]
    form.submit()
    assert harness.stored(desk.id) == desk.with_(network_id="attic", send_nat_keep_alives=False, is_user_disabled=True)


def test_what_was_typed_comes_back_beside_what_is_stored_now(
    harness: AppHarness, alice: Browser, desk: SIPAccount
) -> None:
    page = alice.open(f"/sip-accounts/{desk.id}")
    harness.revoke("alice")
    message_page = page.submit(network_id="attic")
    harness.service_fixture.administrator.sip_accounts.update(desk.with_(network_id="cellar", is_user_disabled=True))
    form = sign_in_again(message_page)
    rows = [[" ".join(cell.text_content().split()) for cell in row] for row in form.all("//main//table//tbody/tr")]
    assert rows == [["Network id", "attic", "cellar"], ["Disabled", "no", "yes"]]
    assert "Nothing is saved yet." in form.text


def test_the_letter_about_a_change_speaks_to_people(harness: AppHarness, alice: Browser, desk: SIPAccount) -> None:
    page = alice.open(f"/sip-accounts/{desk.id}")
    harness.revoke("alice")
    assert str(desk.id)[:8] not in page.submit(network_id="attic").text


def test_settings_come_back(harness: AppHarness, alice: Browser, end: Callable[[], None]) -> None:
    page = alice.open("/account")
    end()
    message_page = page.submit(city="Cork", country="France", security_answer="n1ghtingale")
    assert message_page.h1 == KEPT
    form = sign_in_again(message_page)
    assert (form.h1, form.value("city"), form.value("country")) == ("Settings", "Cork", "France")
    assert form.value("security_answer") == ""
    form.submit()
    stored = harness.customer("alice")
    assert stored is not None
    assert (stored.city, stored.country) == ("Cork", "France")


def test_passwords_have_to_be_typed_again(harness: AppHarness, alice: Browser) -> None:
    page = alice.open("/account/password")
    harness.clock.pass_(minutes=60)
    message_page = page.submit(old_password=PASSWORD, new_password="tr0ubad0ur", retyped_password="tr0ubad0ur")
    assert {*typed_on(message_page)} == {"Present password", "New password", "Retype new password"}
    form = sign_in_again(message_page)
    assert form.h1 == "Change password"
    assert harness.browser().sign_in("alice").h1 == "SIP accounts"


def test_nobody_is_deleted_after_the_end(harness: AppHarness, alice: Browser, end: Callable[[], None]) -> None:
    page = alice.open("/account/delete")
    end()
    message_page = page.submit(customer_username="alice")
    assert message_page.status == 403
    assert harness.customer("alice") is not None
    assert sign_in_again(message_page).h1 == "Delete alice?"


def test_an_account_is_not_deleted_after_the_end_but_asked_for_again(
    harness: AppHarness, alice: Browser, desk: SIPAccount, end: Callable[[], None]
) -> None:
    page = alice.open(f"/sip-accounts/{desk.id}/delete")
    end()
    message_page = page.submit()
    assert message_page.h1 == ENDED
    assert typed_on(message_page) == {}
    question = sign_in_again(message_page)
    assert question.h1 == "Delete front-desk?"
    assert harness.stored(desk.id) is not None


def test_a_password_is_not_shown_after_the_end(harness: AppHarness, alice: Browser, desk: SIPAccount) -> None:
    csrf_token = alice.token()
    harness.clock.pass_(minutes=60)
    message_page = alice.post(f"/sip-accounts/{desk.id}/password", {"csrf_token": csrf_token})
    assert message_page.h1 == ENDED
    assert sign_in_again(message_page).h1 == "SIP accounts"


def test_a_session_cannot_be_extended_after_its_end(harness: AppHarness, alice: Browser) -> None:
    page = alice.open("/account")
    harness.clock.pass_(minutes=60)
    assert page.submit(action="/session/extend").h1 == ENDED


def test_a_page_that_is_only_looked_at_leads_to_the_sign_in_and_back(
    harness: AppHarness, alice: Browser, end: Callable[[], None]
) -> None:
    end()
    page = alice.open("/account?x=1")
    assert (page.h1, page.value("next")) == ("Sign in", "/account?x=1")
    assert page.submit(username="alice", password=PASSWORD).h1 == "Settings"


def test_one_who_was_suspended_meanwhile_is_told_at_the_sign_in(harness: AppHarness, alice: Browser) -> None:
    page = alice.open("/account")
    harness.operators().suspend("alice", None)
    message_page = page.submit(city="Cork")
    assert message_page.h1 == KEPT
    assert sign_in_again(message_page).notes[0].startswith("This account is suspended.")


def test_markup_in_what_was_typed_is_text(harness: AppHarness, alice: Browser) -> None:
    page = alice.open("/sip-accounts/add")
    harness.clock.pass_(minutes=60)
    message_page = page.submit(sip_username=MARKUP, network_id=MARKUP, ip_address_acl=MARKUP)
    assert typed_on(message_page)["Username"] == MARKUP
    form = sign_in_again(message_page)
    assert [form.value(name) for name in ("sip_username", "network_id", "ip_address_acl")] == [MARKUP] * 3


# Somebody else


def test_bob_who_signs_in_next_does_not_see_what_alice_typed(harness: AppHarness, message_page: Page) -> None:
    page = message_page.follow("Sign in as someone else")
    assert "front-desk" not in page.source
    page.submit(username="bobby", password=PASSWORD)
    form = message_page.browser.open("/sip-accounts/add")
    assert form.value("sip_username") == ""


def test_bob_with_the_address_of_what_alice_typed_sees_an_empty_form(
    harness: AppHarness, message_page: Page, bob: Browser
) -> None:
    form = bob.open(f"/sip-accounts/add?kept={message_page.value('kept')}")
    assert (form.h1, form.value("sip_username")) == ("New SIP account", "")


def test_bob_who_signs_in_on_her_letter_sees_an_empty_form(harness: AppHarness, message_page: Page) -> None:
    form = message_page.browser.post("/login", MultiDict(_as_bob(message_page)))
    assert (form.h1, form.value("sip_username")) == ("New SIP account", "")


def test_what_was_typed_on_one_page_is_not_put_into_another(
    desk: SIPAccount, message_page: Page, alice: Browser
) -> None:
    kept = message_page.value("kept")
    sign_in_again(message_page)
    assert alice.open(f"/sip-accounts/{desk.id}?kept={kept}").value("network_id") == ""
    assert alice.open(f"/account?kept={kept}").value("city") == "Galway"


@pytest.mark.parametrize("kept", ["", "guess", "%00", "x" * 5000, "<script>", "%F0%9F%92%A9", "a&kept=b"])
def test_an_address_of_nothing_kept_opens_the_form_as_it_is(alice: Browser, kept: str) -> None:
    page = alice.open(f"/account?kept={kept}")
    assert (page.status, page.value("city")) == (200, "Galway")


@pytest.mark.parametrize("kept", ["a b", "x&next=//evil.example", "x\r\nSet-Cookie: a=b", "#", "%", "é", "x" * 3000])
def test_a_made_up_name_of_what_was_kept_does_not_bend_the_way_on(browser: Browser, kept: str) -> None:
    page = browser.force("/login?next=/account?a=1", {"kept": kept}, username="alice", password=PASSWORD)
    assert (page.status, page.h1) == (200, "Settings")
    assert page.path.startswith("/account?a=1&kept=")
    assert "&next=" not in page.path


# Forged requests


def test_a_form_with_a_forged_token_is_not_kept(harness: AppHarness, alice: Browser) -> None:
    page = alice.open("/sip-accounts/add")
    harness.clock.pass_(minutes=60)
    for forged in ("", "forged", str(harness.browser().token()), alice.token()):
        message_page = alice.post("/sip-accounts/add", {**NEW, "csrf_token": forged}, headers=FROM_ELSEWHERE)
        assert message_page.status == 403
        assert message_page.h1 == ENDED
        assert "front-desk" not in message_page.text
    assert harness.saved_forms() == 0
    assert page.submit(**NEW).h1 == KEPT


def test_one_who_never_signed_in_has_nothing_kept(harness: AppHarness, browser: Browser) -> None:
    page = browser.post("/sip-accounts/add", {**NEW, "csrf_token": browser.token()}, headers=FROM_ELSEWHERE)
    assert page.notes == ["You are not signed in. Nothing was saved."]
    assert harness.saved_forms() == 0


def test_an_hour_after_the_end_the_browser_is_a_strangers(harness: AppHarness, alice: Browser) -> None:
    page = alice.open("/sip-accounts/add")
    harness.clock.pass_(minutes=120)
    late = page.submit(**NEW)
    assert (late.h1, late.value("username")) == ("You are not signed in. What you typed is still here.", "")
    assert harness.saved_forms() == 0


def _as_bob(message_page: Page) -> dict[str, str]:
    names = ("csrf_token", "next", "kept")
    return {"username": "bobby", "password": PASSWORD} | {name: message_page.value(name) for name in names}


# Beside the story


def test_a_page_that_is_opened_too_late_says_that_the_session_has_ended(harness: AppHarness, alice: Browser) -> None:
    harness.clock.pass_(minutes=61)
    page = alice.open("/sip-accounts")
    assert (page.h1, page.notes) == ("Sign in", ["Your session has ended. Sign in to go on where you were."])
