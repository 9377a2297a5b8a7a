"""Trying an address in the form of a SIP account: answered on the same page, and nothing is saved."""

import pytest

from sipsorcery_web.contract.records import SIPAccount
from tests.factories import DOMAIN
from tests.portal.app_harness import AppHarness
from tests.portal.browser import Browser, Page

SECRET = "bl4ckbird!"
LET_IN = "203.0.113.41:5060 matches: it is let in without a password."


@pytest.fixture
def desk(harness: AppHarness) -> SIPAccount:
    """An account of alice."""
    return harness.account("alice", "front-desk", ip_address_acl=r"^203\.0\.113\.")


def try_it(page: Page, **fields: str | bool) -> Page:
    return page.submit(None, "Try it", **fields)


def test_the_stored_expression_is_tried(alice: Browser, desk: SIPAccount) -> None:
    page = try_it(alice.open(f"/sip-accounts/{desk.id}"), test_address="203.0.113.41:5060")
    assert page.status == 200
    assert LET_IN in page.text
    page = try_it(page, test_address="198.51.100.7:5060")
    assert "198.51.100.7:5060 does not match: the password is asked." in page.text


def test_an_expression_is_tried_as_it_is_typed_and_nothing_is_saved(
    harness: AppHarness, alice: Browser, desk: SIPAccount
) -> None:
    harness.forget_calls()
    page = try_it(
        alice.open(f"/sip-accounts/{desk.id}"),
        ip_address_acl="^203(",
        test_address="203.0.113.41",
        network_id="attic",
        is_user_disabled=True,
        sip_password="n1ghtingale",
    )
    assert "The expression cannot be read: the bracket at character 5 is never closed." in page.text
    assert [page.value(name) for name in ("ip_address_acl", "test_address", "network_id", "is_user_disabled")] == [
        "^203(",
        "203.0.113.41",
        "attic",
        "y",
    ]
    assert "Type it again: it is not kept in the page." in page.text
    assert "What you typed is not saved yet." in page.text
    assert page.errors == {}
    assert harness.stored(desk.id) == desk
    assert "UpdateSIPAccount" not in harness.calls


def test_what_was_tried_can_then_be_saved(harness: AppHarness, alice: Browser, desk: SIPAccount) -> None:
    page = try_it(alice.open(f"/sip-accounts/{desk.id}"), ip_address_acl="^198", test_address="198.51.100.7:5060")
    page.submit()
    assert harness.stored(desk.id) == desk.with_(ip_address_acl="^198")


def test_it_is_tried_in_a_new_account_too_however_little_is_filled_in(harness: AppHarness, alice: Browser) -> None:
    page = try_it(alice.open("/sip-accounts/add"), ip_address_acl="^203", test_address="203.0.113.41:5060")
    assert (page.status, page.errors, page.h1) == (200, {}, "New SIP account")
    assert LET_IN in page.text
    page.submit(sip_username="front-desk", sip_password=SECRET)
    assert harness.stored_accounts("alice")["front-desk"].ip_address_acl == "^203"


def test_the_answer_is_where_the_button_leads(alice: Browser, desk: SIPAccount) -> None:
    page = try_it(alice.open(f"/sip-accounts/{desk.id}"), test_address="203.0.113.41:5060")
    button = page.one("//button[@name='test_acl']")
    assert button.get("formaction") == f"/sip-accounts/{desk.id}#test_address"
    assert page.control("test_address").get("autofocus") is not None


def test_what_is_saved_after_trying_shows_its_page_from_the_top(alice: Browser) -> None:
    page = try_it(alice.open("/sip-accounts/add"), ip_address_acl="^203", test_address="203.0.113.41:5060")
    # A form without an address of its own goes to the page's, which ends with #test_address after trying.
    assert page.form("sip_username").get("action") == "/sip-accounts/add"


def test_enter_saves_and_does_not_try(alice: Browser, desk: SIPAccount) -> None:
    page = alice.open(f"/sip-accounts/{desk.id}")
    first = page.form("test_address").xpath(".//button[not(@type) or @type='submit']")[0]
    assert (first.get("name"), first.text) == (None, "Save account")


def test_markup_in_what_is_tried_stays_text(alice: Browser, desk: SIPAccount) -> None:
    page = try_it(alice.open(f"/sip-accounts/{desk.id}"), ip_address_acl="(<b>", test_address="<script>")
    assert (page.value("ip_address_acl"), page.value("test_address")) == ("(<b>", "<script>")


def test_a_locked_account_is_tried_by_no_owner(harness: AppHarness, alice: Browser, desk: SIPAccount) -> None:
    harness.lock(desk)
    page = alice.open(f"/sip-accounts/{desk.id}")
    assert page.one("//button[@name='test_acl']/ancestor::fieldset").get("disabled") is not None


def test_bob_tries_nothing_of_alices(bob: Browser, desk: SIPAccount) -> None:
    typed = {"csrf_token": bob.token(), "test_acl": "y", "test_address": "203.0.113.41:5060"}
    assert bob.post(f"/sip-accounts/{desk.id}", typed).status == 404


def test_an_expression_that_trusts_everybody_is_warned_of_in_the_form(harness: AppHarness, alice: Browser) -> None:
    account = harness.account("alice", "front-desk", ip_address_acl=".*")
    warning = "The expression matches every address: no caller is asked for the password."
    page = alice.open(f"/sip-accounts/{account.id}")
    assert warning in page.text
    page = try_it(page, ip_address_acl="^203", test_address="203.0.113.41:5060")
    assert warning not in page.text
    page = try_it(page, ip_address_acl="[0-9]", test_address="203.0.113.41:5060")
    assert warning in page.text


def test_saving_one_that_trusts_everybody_says_so(harness: AppHarness, alice: Browser, desk: SIPAccount) -> None:
    page = alice.submit(f"/sip-accounts/{desk.id}", ip_address_acl=".*")
    assert (
        page.notes[1] == f"The expression for trusted addresses of front-desk@{DOMAIN} "
        "matches every address: no caller is asked for the password."
    )
    assert harness.stored(desk.id) == desk.with_(ip_address_acl=".*")
