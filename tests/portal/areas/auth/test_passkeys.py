"""Signing in with passkeys: as the second step, and alone."""

import pytest
from sqlalchemy import delete

from sipsorcery_web.service.store.models import CustomerRow
from tests.portal.app_harness import AppHarness
from tests.portal.browser import Browser
from tests.portal.genuine import Front
from tests.portal.passkeys import (
    ALONE,
    PAGE,
    SECOND_STEP,
    added,
    options_at,
    send_alone,
    send_second_step,
    to_second_step,
)
from tests.portal.webauthn_authenticator import Authenticator

NOT_ACCEPTED = "This passkey was not accepted. Try again, or go another way."


@pytest.fixture
def hers(alice: Browser) -> Authenticator:
    """Return the authenticator that has alice's passkey."""
    return added(alice)


# The second step


def test_after_the_password_the_passkey_opens_the_session(
    harness: AppHarness, browser: Browser, alice: Browser, hers: Authenticator
) -> None:
    to_second_step(browser, "alice")
    assert browser.open("/sip-accounts").h1 == "Sign in"
    harness.clock.pass_(minutes=1)
    page = send_second_step(browser, hers.get(options_at(browser, SECOND_STEP)))
    assert (page.path, page.h1) == ("/sip-accounts", "SIP accounts")
    assert "23 Nov 2026 12:01:00" in alice.open(PAGE).rows[0]


def test_the_browser_is_asked_for_her_passkeys_alone(browser: Browser, bob: Browser, hers: Authenticator) -> None:
    added(bob, credential_id=b"bob's")
    to_second_step(browser, "alice")
    options = options_at(browser, SECOND_STEP)
    assert len(options["allowCredentials"]) == 1
    assert options["userVerification"] == "preferred"


def test_before_the_password_nobody_is_asked(browser: Browser, hers: Authenticator) -> None:
    assert browser.open(SECOND_STEP).h1 == "Sign in"
    assert browser.raw("GET", f"{SECOND_STEP}/options").status_code == 404
    answer = hers.get(options_at(browser, ALONE))
    assert browser.post(SECOND_STEP, {"csrf_token": browser.token(), "credential": answer}).h1 == "Sign in"
    assert browser.open("/sip-accounts").h1 == "Sign in"


def test_bobs_passkey_is_not_alices(browser: Browser, bob: Browser, hers: Authenticator) -> None:
    his = added(bob, credential_id=b"bob's")
    to_second_step(browser, "alice")
    page = send_second_step(browser, his.get(options_at(browser, SECOND_STEP)))
    assert (page.status, page.notes) == (422, [NOT_ACCEPTED])
    assert browser.open("/sip-accounts").h1 == "Sign in"


def test_an_answer_that_another_key_has_signed_opens_nothing(browser: Browser, hers: Authenticator) -> None:
    to_second_step(browser, "alice")
    forged = Authenticator(credential_id=hers.credential_id, user_handle=hers.user_handle)
    assert send_second_step(browser, forged.get(options_at(browser, SECOND_STEP))).notes == [NOT_ACCEPTED]


def test_the_challenge_of_another_browser_opens_nothing(
    harness: AppHarness, browser: Browser, hers: Authenticator
) -> None:
    elsewhere = harness.browser()
    to_second_step(elsewhere, "alice")
    to_second_step(browser, "alice")
    page = send_second_step(browser, hers.get(options_at(elsewhere, SECOND_STEP)))
    assert page.notes == [NOT_ACCEPTED]


def test_the_challenge_of_an_earlier_sign_in_opens_nothing(browser: Browser, hers: Authenticator) -> None:
    to_second_step(browser, "alice")
    options = options_at(browser, SECOND_STEP)
    to_second_step(browser, "alice")
    assert send_second_step(browser, hers.get(options)).notes == [NOT_ACCEPTED]


def test_the_challenge_of_another_ceremony_opens_nothing(browser: Browser, hers: Authenticator) -> None:
    to_second_step(browser, "alice")
    assert send_second_step(browser, hers.get(options_at(browser, ALONE))).notes == [NOT_ACCEPTED]


def test_after_five_minutes_nothing_opens(harness: AppHarness, browser: Browser, hers: Authenticator) -> None:
    to_second_step(browser, "alice")
    page = browser.open(SECOND_STEP)
    answer = hers.get(options_at(browser, SECOND_STEP))
    harness.clock.pass_(minutes=5)
    assert browser.force_page(page, {"credential": answer}).h1 == "Sign in"


def test_an_answer_of_another_origin_opens_nothing(browser: Browser, hers: Authenticator) -> None:
    to_second_step(browser, "alice")
    hers.origin = "https://evil.example"
    assert send_second_step(browser, hers.get(options_at(browser, SECOND_STEP))).notes == [NOT_ACCEPTED]


def test_a_counter_that_goes_back_opens_nothing(browser: Browser, hers: Authenticator) -> None:
    hers.sign_count = 9
    to_second_step(browser, "alice")
    send_second_step(browser, hers.get(options_at(browser, SECOND_STEP)))
    browser.sign_out()
    for counted in (8, 9):
        hers.sign_count = counted
        to_second_step(browser, "alice")
        assert send_second_step(browser, hers.get(options_at(browser, SECOND_STEP))).notes == [NOT_ACCEPTED]


def test_a_passkey_that_was_removed_opens_nothing(browser: Browser, alice: Browser, hers: Authenticator) -> None:
    added(alice, "another one", credential_id=b"another")
    to_second_step(browser, "alice")
    options = options_at(browser, SECOND_STEP)
    alice.open(PAGE).follow("Remove telephone").submit()
    assert send_second_step(browser, hers.get(options)).notes == [NOT_ACCEPTED]


def test_after_the_last_one_the_password_alone_is_enough_again(
    harness: AppHarness, browser: Browser, alice: Browser, hers: Authenticator
) -> None:
    alice.open(PAGE).follow("Remove telephone").submit()
    assert browser.sign_in("alice").h1 == "SIP accounts"


def test_at_an_ip_address_the_account_stays_guarded_and_the_page_says_why(
    harness: AppHarness, hers: Authenticator
) -> None:
    there = harness.browser(base_url="http://127.0.0.1")
    page = to_second_step(there, "alice")
    assert "IP address, 127.0.0.1" in page.text
    assert not page.all("//button[@data-passkey]")
    assert "IP address, 127.0.0.1" in send_second_step(there, hers.get({"rpId": "127.0.0.1", "challenge": ""})).text
    assert page.follow("A recovery code").h1 == "Recovery code"
    assert there.open("/sip-accounts").h1 == "Sign in"


def test_with_scripts_off_the_page_names_the_other_way(browser: Browser, hers: Authenticator) -> None:
    page = to_second_step(browser, "alice")
    assert "takes a browser that has passkeys, with scripts switched on" in page.text
    assert "A recovery code" in page.links


def refused(alice: Browser) -> list[str]:
    """The rows of refused passkeys among alice's sign-ins."""
    return [row for row in alice.open("/security/sign-ins?result=failed").rows if "Passkey refused" in row]


def test_refused_passkeys_are_one_row_of_alices_sign_ins_with_their_count(
    browser: Browser, alice: Browser, bob: Browser, hers: Authenticator
) -> None:
    his = added(bob, credential_id=b"bob's")
    to_second_step(browser, "alice")
    send_second_step(browser, his.get(options_at(browser, SECOND_STEP)))
    send_second_step(browser, "no answer of any passkey")
    (row,) = refused(alice)
    assert "2 times within the hour" in row
    assert refused(bob) == []


# Alone


def test_a_passkey_alone_opens_the_session(harness: AppHarness, browser: Browser, hers: Authenticator) -> None:
    page = send_alone(browser, hers.get(options_at(browser, ALONE)))
    assert (page.path, page.h1) == ("/sip-accounts", "SIP accounts")
    assert "Signed in as alice" in page.text
    assert page.names == ["alice"]


def test_it_leads_to_the_page_that_was_asked_for(browser: Browser, hers: Authenticator) -> None:
    page = browser.open("/account")
    answer = hers.get(options_at(browser, ALONE))
    values = {"csrf_token": browser.token(), "credential": answer, "next": page.value("next")}
    assert browser.post(ALONE, values).h1 == "Settings"


def test_a_passkey_alone_is_among_her_sign_ins(harness: AppHarness, browser: Browser, hers: Authenticator) -> None:
    page = send_alone(browser, hers.get(options_at(browser, ALONE))).browser.open("/security/sign-ins")
    of_pages = [row for row in page.rows if "SOAP" not in row]
    assert len(of_pages) == 2
    assert all("Signed in" in row for row in of_pages)


def test_alone_a_passkey_that_is_refused_is_among_the_sign_ins_of_whoever_has_it(
    browser: Browser, alice: Browser, hers: Authenticator
) -> None:
    forged = Authenticator(credential_id=hers.credential_id, user_handle=hers.user_handle)
    nobodys = Authenticator(credential_id=b"nobody's", user_handle=hers.user_handle)
    for authenticator in (forged, forged, nobodys):
        send_alone(browser, authenticator.get(options_at(browser, ALONE)))
    (row,) = refused(alice)
    assert "2 times within the hour" in row


def test_alone_a_passkey_has_to_know_its_user(browser: Browser, hers: Authenticator) -> None:
    options = options_at(browser, ALONE)
    assert (options["userVerification"], options["allowCredentials"]) == ("required", [])
    hers.verifies_user = False
    assert send_alone(browser, hers.get(options)).notes == [NOT_ACCEPTED]


@pytest.mark.parametrize("user_handle", [b"", b"somebody else"])
def test_alone_a_passkey_has_to_name_its_user(browser: Browser, hers: Authenticator, user_handle: bytes) -> None:
    hers.user_handle = user_handle
    assert send_alone(browser, hers.get(options_at(browser, ALONE))).notes == [NOT_ACCEPTED]


def test_alone_an_answer_counts_once(harness: AppHarness, browser: Browser, hers: Authenticator) -> None:
    hers.sign_count = -1  # of those that do not count
    page, options = browser.open("/login"), options_at(browser, ALONE)
    cookies = browser.client.get_cookie("sipsorcery_session")
    answer = hers.get(options)
    assert cookies is not None
    values = {"csrf_token": page.all("//input[@name='csrf_token']")[0].get("value"), "credential": answer}
    assert browser.post(ALONE, values).h1 == "SIP accounts"
    browser.client.set_cookie("sipsorcery_session", cookies.value)
    assert browser.post(ALONE, values).notes == [NOT_ACCEPTED]


def test_alone_the_challenge_of_another_browser_opens_nothing(
    harness: AppHarness, browser: Browser, hers: Authenticator
) -> None:
    elsewhere = harness.browser()
    elsewhere.open("/login")
    browser.open("/login")
    assert send_alone(browser, hers.get(options_at(elsewhere, ALONE))).notes == [NOT_ACCEPTED]


def test_alone_the_challenge_of_a_second_step_opens_nothing(browser: Browser, hers: Authenticator) -> None:
    to_second_step(browser, "alice")
    assert send_alone(browser, hers.get(options_at(browser, SECOND_STEP))).notes == [NOT_ACCEPTED]


def test_a_suspended_customers_passkey_opens_nothing(
    harness: AppHarness, browser: Browser, hers: Authenticator
) -> None:
    harness.change_customer("alice", suspended=True)
    page = send_alone(browser, hers.get(options_at(browser, ALONE)))
    assert page.notes == ["This account is suspended. The operator of this service can tell you why."]
    assert browser.open("/sip-accounts").h1 == "Sign in"
    harness.change_customer("alice", suspended=False)
    send_alone(browser, hers.get(options_at(browser, ALONE)))
    assert "Right password or passkey, account closed" in browser.open("/security/sign-ins").text


def test_the_passkey_of_who_has_not_confirmed_an_address_opens_nothing(
    harness: AppHarness, browser: Browser, hers: Authenticator
) -> None:
    harness.change_customer("alice", email_address_confirmed=False)
    assert "not confirmed" in send_alone(browser, hers.get(options_at(browser, ALONE))).notes[0]


def test_a_deleted_customers_passkey_opens_nothing_nor_does_it_when_the_name_is_somebody_elses(
    harness: AppHarness, browser: Browser, alice: Browser, hers: Authenticator
) -> None:
    alice.submit("/account/delete", customer_username="alice")
    assert send_alone(browser, hers.get(options_at(browser, ALONE))).notes == [NOT_ACCEPTED]
    harness.add_customer("alice", email_address="another@example.org")
    assert send_alone(browser, hers.get(options_at(browser, ALONE))).notes == [NOT_ACCEPTED]
    assert harness.browser().sign_in("alice").h1 == "SIP accounts"


def test_a_passkey_that_outlives_its_customer_opens_nothing(
    harness: AppHarness, browser: Browser, hers: Authenticator
) -> None:
    with harness.database.write() as session:
        session.execute(delete(CustomerRow).where(CustomerRow.customer_username == "alice"))
    page = send_alone(browser, hers.get(options_at(browser, ALONE)))
    assert page.notes == ["The customer of this passkey is gone."]


def test_without_an_answer_the_page_says_so(browser: Browser) -> None:
    page = send_alone(browser, "")
    assert page.notes == ["The browser sent no passkey. That takes a browser that has passkeys, with scripts."]


def test_at_an_ip_address_the_button_is_absent(harness: AppHarness, browser: Browser) -> None:
    assert browser.open("/login").has("credential")
    there = harness.browser(base_url="http://127.0.0.1")
    assert not there.open("/login").all("//button[@data-passkey]")
    assert there.raw("GET", f"{ALONE}/options").status_code == 404


def test_in_front_of_another_service_a_passkey_is_the_second_step_and_no_more(mysql_front: Front) -> None:
    hers, browser = added(mysql_front.signed_in("alice")), mysql_front.harness.browser()
    assert not browser.open("/login").all("//button[@data-passkey]")
    assert browser.raw("GET", f"{ALONE}/options").status_code == 404
    assert browser.post(ALONE, {"csrf_token": browser.token(), "credential": "none"}).status == 404
    to_second_step(browser, "alice")
    page = send_second_step(browser, hers.get(options_at(browser, SECOND_STEP)))
    assert page.h1 == "SIP accounts"
