"""Changing a SIP account, and one that an administrator has locked."""

from typing import Any

from sipsorcery_web.contract.records import SIPAccount
from tests.factories import DOMAIN
from tests.portal.app_harness import AppHarness
from tests.portal.browser import Browser, Page

from .account_forms import MARKUP, dial_plan, row_of

OTHER = "n1ghtingale"


def edit(browser: Browser, account: SIPAccount, **fields: Any) -> Page:
    return browser.submit(f"/sip-accounts/{account.id}", **fields)


# Changing


def test_a_change_is_stored_and_named_and_all_else_stays(harness: AppHarness, alice: Browser, desk: SIPAccount) -> None:
    page = edit(alice, desk, network_id="attic", is_user_disabled=True)
    assert (page.h1, page.notes) == ("SIP accounts", [f"front-desk@{DOMAIN} is saved."])
    assert harness.stored(desk.id) == desk.with_(network_id="attic", is_user_disabled=True)


def test_saving_without_a_change_changes_nothing(harness: AppHarness, alice: Browser, desk: SIPAccount) -> None:
    edit(alice, desk)
    assert harness.stored(desk.id) == desk


def test_the_page_tells_what_cannot_be_changed(alice: Browser, desk: SIPAccount) -> None:
    page = alice.open(f"/sip-accounts/{desk.id}")
    assert page.h1 == f"front-desk@{DOMAIN}"
    assert not page.has("sip_username")
    assert not page.has("sip_domain")
    assert str(desk.id) in page.text
    assert "Owner alice" in page.text


def test_disabling_keeps_incoming_only(harness: AppHarness, alice: Browser) -> None:
    account = harness.account("alice", "answering", is_incoming_only=True)
    edit(alice, account, is_user_disabled=True)
    edit(alice, account, is_user_disabled=False)
    assert harness.stored(account.id) == account


def test_a_new_password_replaces_the_stored_one_and_an_empty_one_keeps_it(
    harness: AppHarness, alice: Browser, desk: SIPAccount
) -> None:
    edit(alice, desk, sip_password="  ")
    assert harness.stored(desk.id) == desk
    edit(alice, desk, sip_password=OTHER)
    assert harness.stored(desk.id) == desk.with_(sip_password=OTHER)


def test_a_stored_password_is_removed_by_its_tick_only_where_none_is_needed(
    harness: AppHarness, alice: Browser, desk: SIPAccount
) -> None:
    page = edit(alice, desk, remove_password=True)
    assert page.errors == {"sip_password": "Enter a password."}
    edit(alice, desk, remove_password=True, is_incoming_only=True)
    assert harness.stored(desk.id) == desk.with_(sip_password=None, is_incoming_only=True)


def test_a_new_password_counts_more_than_the_tick_that_removes_one(
    harness: AppHarness, alice: Browser, desk: SIPAccount
) -> None:
    edit(alice, desk, remove_password=True, is_incoming_only=True, sip_password=OTHER)
    assert harness.stored(desk.id) == desk.with_(sip_password=OTHER, is_incoming_only=True)


def test_a_refused_change_keeps_what_was_typed_and_not_the_list(
    harness: AppHarness, alice: Browser, desk: SIPAccount
) -> None:
    page = edit(alice, desk, network_id="x" * 17, is_user_disabled=True, sip_password=OTHER)
    assert (page.status, {*page.errors}) == (422, {"network_id"})
    assert (page.value("network_id"), page.value("is_user_disabled"), page.value("sip_password")) == ("x" * 17, "y", "")
    assert harness.stored(desk.id) == desk
    assert "Not registered" in row_of(alice.open("/sip-accounts"), "front-desk")


def test_a_plan_that_is_gone_is_kept_and_marked(harness: AppHarness, alice: Browser) -> None:
    account = harness.account("alice", "front-desk", out_dial_plan_name="night <b>", in_dial_plan_name="away")
    page = alice.open(f"/sip-accounts/{account.id}")
    assert page.value("out_dial_plan_name") == "night <b>"
    assert page.options("out_dial_plan_name")["night <b>"] == "night <b> (this plan does not exist)"
    assert (page.value("in_dial_plan_name"), page.options("in_dial_plan_name")["away"]) == (
        "away",
        "away (this plan does not exist)",
    )
    page.submit(network_id="attic")
    assert harness.stored(account.id) == account.with_(network_id="attic")


def test_a_stored_blank_in_place_of_a_plan_rings_the_phones(
    harness: AppHarness, alice: Browser, desk: SIPAccount
) -> None:
    with harness.database.write() as session:
        session.connection().exec_driver_sql("update sipaccounts set in_dial_plan_name = ' '")
    assert "In ring the phones" in row_of(alice.open("/sip-accounts"), "front-desk")
    page = alice.open(f"/sip-accounts/{desk.id}")
    assert page.value("in_dial_plan_name") == ""
    assert page.options("in_dial_plan_name").keys() == {"", "default"}


def test_an_account_that_was_stored_against_the_rules_can_still_be_changed(harness: AppHarness, alice: Browser) -> None:
    account = harness.account("alice", "front-desk")
    with harness.database.write() as session:
        session.connection().exec_driver_sql("update sipaccounts set ip_address_acl = ?", ("x" * 250,))
    edit(alice, account, is_user_disabled=True)
    stored = harness.stored(account.id)
    assert stored is not None
    assert (stored.is_user_disabled, stored.ip_address_acl) == (True, "x" * 250)


def test_an_account_that_is_gone_meanwhile_is_told(harness: AppHarness, alice: Browser, desk: SIPAccount) -> None:
    page = alice.open(f"/sip-accounts/{desk.id}")
    harness.service_fixture.alice.sip_accounts.delete(desk)
    gone = page.submit(network_id="attic")
    assert (gone.status, gone.h1) == (404, "front-desk has been deleted meanwhile")
    assert gone.follow("SIP accounts").h1 == "SIP accounts"


def test_markup_in_every_field_is_stored_and_shown_as_text(
    harness: AppHarness, alice: Browser, desk: SIPAccount
) -> None:
    edit(alice, desk, ip_address_acl=MARKUP, network_id=MARKUP)
    page = alice.open(f"/sip-accounts/{desk.id}")
    assert (page.value("ip_address_acl"), page.value("network_id")) == (MARKUP, MARKUP)


# What an administrator has locked


def test_a_locked_account_shows_the_reason_and_cannot_be_changed(
    harness: AppHarness, alice: Browser, desk: SIPAccount
) -> None:
    locked = harness.lock(desk, "Unpaid bill")
    page = alice.open(f"/sip-accounts/{desk.id}")
    assert "Disabled by administrator. “Unpaid bill”" in page.text
    assert not page.all("//main//button[normalize-space()='Save account']")
    refused = alice.force(f"/sip-accounts/{desk.id}", {"network_id": "attic"})
    assert refused.status == 422
    assert refused.notes[0].startswith("An administrator has disabled this SIP account")
    assert harness.stored(desk.id) == locked


def test_a_locked_account_cannot_be_deleted_by_its_owner(harness: AppHarness, alice: Browser, desk: SIPAccount) -> None:
    harness.lock(desk)
    page = alice.submit(f"/sip-accounts/{desk.id}/delete")
    assert page.status in (409, 422)
    assert "An administrator has disabled this SIP account" in page.text
    assert harness.stored(desk.id) is not None


def test_an_administrator_locks_and_unlocks_an_account_and_says_why(
    harness: AppHarness, administrator: Browser, desk: SIPAccount
) -> None:
    edit(administrator, desk, is_admin_disabled=True, admin_disabled_reason="Unpaid bill")
    assert harness.stored(desk.id) == desk.with_(is_admin_disabled=True, admin_disabled_reason="Unpaid bill")
    edit(administrator, desk, is_admin_disabled=False, admin_disabled_reason="")
    assert harness.stored(desk.id) == desk


def test_an_administrator_who_changes_somebodys_account_keeps_its_owner_and_plans(
    harness: AppHarness, administrator: Browser
) -> None:
    dial_plan(harness, "alice", "alices-plan")
    account = harness.account("alice", "desk.alice", out_dial_plan_name="alices-plan", in_dial_plan_name="alices-plan")
    page = administrator.open(f"/sip-accounts/{account.id}")
    assert page.options("out_dial_plan_name")["alices-plan"] == "alices-plan"
    page.submit(network_id="attic")
    assert harness.stored(account.id) == account.with_(network_id="attic")


def test_one_who_is_no_administrator_is_not_asked_for_the_lock(alice: Browser, desk: SIPAccount) -> None:
    page = alice.open(f"/sip-accounts/{desk.id}")
    assert not page.has("is_admin_disabled")
    assert not page.has("admin_disabled_reason")
