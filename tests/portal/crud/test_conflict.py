"""Two people, or two windows, that change the same record: nobody's work is lost unseen."""

from typing import Any

import pytest
from sqlalchemy import text

from sipsorcery_web.contract.errors import OutcomeUnknown
from sipsorcery_web.contract.records import SIPAccount
from sipsorcery_web.provisioning.client import ProvisioningClient
from tests.factories import DOMAIN

from ..app_harness import AppHarness
from ..browser import Browser, Page

NAME = f"front-desk@{DOMAIN}"
CHANGED = "This has changed meanwhile"
NEW = "n1ghtingale"
OTHER = "tr0ubad0ur"
MARKUP = "<b>&\"'</b>"


@pytest.fixture
def desk(harness: AppHarness) -> SIPAccount:
    """An account of alice."""
    return harness.account("alice", "front-desk", network_id="5th-floor", ip_address_acl="^203")


@pytest.fixture
def form(alice: Browser, desk: SIPAccount) -> Page:
    """The form that alice has open."""
    return alice.open(f"/sip-accounts/{desk.id}")


def meanwhile(harness: AppHarness, account: SIPAccount, **changes: Any) -> SIPAccount:
    """Change the record while the form is open."""
    return meanwhile_of(harness).sip_accounts.update(account.with_(**changes))


def meanwhile_of(harness: AppHarness) -> ProvisioningClient:
    """Change the record as a user who may change everything."""
    return harness.service_fixture.administrator


def picks(page: Page) -> dict[str, tuple[str, str, str]]:
    """Each field of the page with what was typed, what is stored, and which of them is chosen."""
    found = {}
    for group in page.all("//*[@role='radiogroup']"):
        label = page.one(f"//*[@id='{group.get('aria-labelledby')}']").text_content()
        stored, typed = (value.text_content() for value in group.xpath(".//label/*[last()]"))
        chosen = group.xpath(".//input[@checked]/@value")
        found[label] = (typed, stored, chosen[0] if chosen else "")
    return found


def test_a_change_by_somebody_else_is_shown_and_nothing_is_saved(
    harness: AppHarness, form: Page, desk: SIPAccount
) -> None:
    stored = meanwhile(harness, desk, network_id="attic")
    page = form.submit(network_id="dublin-1")
    assert (page.status, page.h1) == (409, CHANGED)
    assert NAME in page.text
    assert picks(page) == {"Network id": ("dublin-1", "attic", "typed")}
    assert harness.stored(desk.id) == stored


def test_each_field_says_who_changed_it_and_is_preselected_so_that_no_change_is_lost(
    harness: AppHarness, form: Page, desk: SIPAccount
) -> None:
    meanwhile(harness, desk, network_id="attic", is_user_disabled=True)
    page = form.submit(network_id="dublin-1", ip_address_acl="", out_dial_plan_name="default")
    assert picks(page) == {
        "Trusted addresses": ("empty", "^203", "typed"),
        "Calls out": ("default", "None, accounts here alone", "typed"),
        "Network id": ("dublin-1", "attic", "typed"),
        "Disabled": ("no", "yes", "stored"),
    }
    assert "Changed on both sides." in page.text
    assert "Only the stored one changed." in page.text
    assert "Only you changed this." in page.text


def test_the_mix_as_it_is_preselected_keeps_the_changes_of_both(
    harness: AppHarness, form: Page, desk: SIPAccount
) -> None:
    stored = meanwhile(harness, desk, is_user_disabled=True)
    page = form.submit(network_id="dublin-1", send_nat_keep_alives=True).submit()
    assert page.notes == [f"{NAME} is saved."]
    assert harness.stored(desk.id) == stored.with_(network_id="dublin-1", send_nat_keep_alives=True)


def test_the_other_side_of_each_field_can_be_chosen(harness: AppHarness, form: Page, desk: SIPAccount) -> None:
    stored = meanwhile(harness, desk, is_user_disabled=True, network_id="attic")
    page = form.submit(network_id="dublin-1", send_nat_keep_alives=True)
    other = {"keep-network_id": "stored", "keep-send_nat_keep_alives": "stored", "keep-is_user_disabled": "typed"}
    assert page.submit(None, None, **other).notes == [f"{NAME} is saved."]
    assert harness.stored(desk.id) == stored.with_(is_user_disabled=False)


def test_a_mix_is_compared_once_more(harness: AppHarness, form: Page, desk: SIPAccount) -> None:
    meanwhile(harness, desk, network_id="attic", is_user_disabled=True)
    page = form.submit(network_id="dublin-1", send_nat_keep_alives=True)
    latest = meanwhile(harness, desk, network_id="cellar", is_user_disabled=True)
    again = page.submit(None, None, **{"keep-network_id": "stored"})
    assert again.status == 409
    assert picks(again) == {
        "Send keep-alives": ("yes", "no", "typed"),
        "Network id": ("attic", "cellar", "stored"),
    }
    assert harness.stored(desk.id) == latest
    again.submit()
    assert harness.stored(desk.id) == latest.with_(send_nat_keep_alives=True)


def test_discarding_leads_to_the_form_as_it_is_stored_now(harness: AppHarness, form: Page, desk: SIPAccount) -> None:
    meanwhile(harness, desk, network_id="attic")
    page = form.submit(network_id="dublin-1").follow("Discard mine")
    assert (page.status, page.value("network_id")) == (200, "attic")
    assert page.submit(network_id="dublin-2").notes == [f"{NAME} is saved."]


@pytest.mark.usefixtures("form")
def test_a_form_that_was_opened_after_the_change_is_simply_saved(
    harness: AppHarness, alice: Browser, desk: SIPAccount
) -> None:
    stored = meanwhile(harness, desk, network_id="attic")
    alice.submit(f"/sip-accounts/{desk.id}", is_user_disabled=True)
    assert harness.stored(desk.id) == stored.with_(is_user_disabled=True)


def test_two_windows_of_the_same_person_are_told_apart(harness: AppHarness, alice: Browser, desk: SIPAccount) -> None:
    first, second = (alice.open(f"/sip-accounts/{desk.id}") for _ in range(2))
    first.submit(network_id="attic")
    page = second.submit(ip_address_acl="^198")
    assert picks(page) == {
        "Trusted addresses": ("^198", "^203", "typed"),
        "Network id": ("5th-floor", "attic", "stored"),
    }


def test_a_form_that_is_sent_twice_is_saved_once(harness: AppHarness, form: Page) -> None:
    typed = {"network_id": "dublin-1", "sip_password": NEW}
    assert [form.submit(None, None, **typed).notes for _ in range(2)] == [[f"{NAME} is saved."]] * 2
    assert harness.calls.count("UpdateSIPAccount") == 1


def test_the_same_form_sent_again_after_another_change_is_no_double(
    harness: AppHarness, form: Page, desk: SIPAccount
) -> None:
    form.submit(network_id="dublin-1")
    stored = meanwhile(harness, desk, network_id="attic")
    assert form.submit(network_id="dublin-1").status == 409
    assert harness.stored(desk.id) == stored


def test_a_form_sent_again_after_its_change_was_taken_back_is_saved_again(
    harness: AppHarness, form: Page, desk: SIPAccount
) -> None:
    form.submit(network_id="dublin-1")
    meanwhile(harness, desk)
    form.submit(network_id="dublin-1")
    assert getattr(harness.stored(desk.id), "network_id", None) == "dublin-1"


def test_a_form_whose_answer_never_came_can_be_sent_again(harness: AppHarness, form: Page, desk: SIPAccount) -> None:
    def save_and_say_nothing() -> None:
        del harness.watched.before["UpdateSIPAccount"]
        meanwhile(harness, desk, network_id="dublin-1", sip_password=NEW)
        raise OutcomeUnknown("no answer")

    harness.watched.before["UpdateSIPAccount"] = save_and_say_nothing
    page = form.submit(network_id="dublin-1", sip_password=NEW)
    assert page.status == 503
    assert page.submit(sip_password=NEW).notes == [f"{NAME} is saved."]


def test_a_form_that_was_refused_still_belongs_to_what_it_was_opened_on(
    harness: AppHarness, form: Page, desk: SIPAccount
) -> None:
    refused = form.submit(network_id="x" * 17)
    meanwhile(harness, desk, network_id="attic")
    assert refused.status == 422
    assert picks(refused.submit(network_id="dublin-1")) == {"Network id": ("dublin-1", "attic", "typed")}


def test_a_mix_that_breaks_a_rule_comes_back_as_the_form(harness: AppHarness, form: Page, desk: SIPAccount) -> None:
    stored = meanwhile(harness, desk, network_id="attic")
    page = form.submit(remove_password=True, is_incoming_only=True, ip_address_acl="^198")
    refused = page.submit(None, None, **{"keep-is_incoming_only": "stored"})
    assert refused.status == 422
    assert (refused.value("ip_address_acl"), refused.value("network_id")) == ("^198", "attic")
    assert harness.stored(desk.id) == stored
    assert refused.submit(remove_password=False).notes == [f"{NAME} is saved."]
    assert harness.stored(desk.id) == stored.with_(ip_address_acl="^198")


def test_the_same_change_by_both_is_no_conflict(harness: AppHarness, form: Page, desk: SIPAccount) -> None:
    meanwhile(harness, desk, network_id="dublin-1")
    assert form.submit(network_id="dublin-1").notes == [f"{NAME} is saved."]


def test_nothing_or_empty_and_blanks_around_are_no_difference(
    harness: AppHarness, form: Page, desk: SIPAccount
) -> None:
    meanwhile(harness, desk, in_dial_plan_name=" ")
    assert form.submit(network_id="dublin-1").notes == [f"{NAME} is saved."]


# Passwords


def test_a_typed_password_is_asked_for_again_and_never_shown(harness: AppHarness, form: Page, desk: SIPAccount) -> None:
    stored = meanwhile(harness, desk, network_id="attic")
    page = form.submit(sip_password=NEW)
    assert page.label("sip_password") == "New password"
    assert page.value("sip_password") == ""
    assert "type it again" in page.text
    page.submit(sip_password=NEW)
    assert harness.stored(desk.id) == stored.with_(sip_password=NEW)


def test_a_password_that_is_not_typed_again_stays_as_it_is_stored(
    harness: AppHarness, form: Page, desk: SIPAccount
) -> None:
    stored = meanwhile(harness, desk, network_id="attic")
    form.submit(sip_password=NEW).submit()
    assert harness.stored(desk.id) == stored


def test_two_new_passwords_are_a_conflict_that_tells_neither(harness: AppHarness, form: Page, desk: SIPAccount) -> None:
    stored = meanwhile(harness, desk, sip_password=OTHER)
    page = form.submit(sip_password=NEW)
    assert page.status == 409
    assert picks(page) == {}
    assert harness.stored(desk.id) == stored
    page.submit(sip_password=NEW)
    assert harness.stored(desk.id) == stored.with_(sip_password=NEW)


def test_a_password_that_somebody_else_changed_is_kept_by_who_typed_none(
    harness: AppHarness, form: Page, desk: SIPAccount
) -> None:
    stored = meanwhile(harness, desk, sip_password=OTHER)
    form.submit(network_id="dublin-1").submit()
    assert harness.stored(desk.id) == stored.with_(network_id="dublin-1")


def test_removing_a_password_that_was_changed_meanwhile_is_asked_about(
    harness: AppHarness, form: Page, desk: SIPAccount
) -> None:
    stored = meanwhile(harness, desk, sip_password=OTHER, is_incoming_only=True)
    page = form.submit(remove_password=True, is_incoming_only=True)
    assert picks(page) == {"Remove the stored password": ("yes", "no", "typed")}
    page.submit(None, None, **{"keep-remove_password": "stored"})
    assert harness.stored(desk.id) == stored


def test_no_password_lies_readable_in_what_is_kept(harness: AppHarness, form: Page) -> None:
    form.submit(sip_password=NEW)
    with harness.database.read() as session:
        kept = repr(session.execute(text("SELECT * FROM opened_records")).all())
    assert "bl4ckbird!" not in kept
    assert "5th-floor" not in kept


# What is not known any more, and who may see what


def test_what_the_form_showed_may_be_forgotten_and_the_difference_is_still_noticed(
    harness: AppHarness, form: Page, desk: SIPAccount
) -> None:
    with harness.database.write() as session:
        session.execute(text("DELETE FROM opened_records"))
    stored = meanwhile(harness, desk, network_id="attic")
    page = form.submit(ip_address_acl="^198")
    assert page.status == 409
    assert picks(page) == {
        "Trusted addresses": ("^198", "^203", ""),
        "Network id": ("5th-floor", "attic", ""),
    }
    assert len(page.all("//*[@role='radiogroup']//input[@required]")) == 4
    page.submit(None, None, **{"keep-ip_address_acl": "typed", "keep-network_id": "stored"})
    assert harness.stored(desk.id) == stored.with_(ip_address_acl="^198")


@pytest.mark.parametrize("opened", ["a\x00b", "", "0" * 64, "\N{SNOWMAN}", None])
def test_a_form_that_does_not_say_what_it_was_opened_on_writes_over_nothing(
    harness: AppHarness, alice: Browser, desk: SIPAccount, opened: str | None
) -> None:
    page = alice.force(f"/sip-accounts/{desk.id}", {"opened": opened}, network_id="dublin-1")
    assert page.status == 409
    assert picks(page) == {"Network id": ("dublin-1", "5th-floor", "")}
    assert harness.stored(desk.id) == desk


def test_a_digest_of_another_record_says_nothing(harness: AppHarness, alice: Browser, desk: SIPAccount) -> None:
    other = harness.account("alice", "back-desk", network_id="5th-floor", ip_address_acl="^203")
    opened = alice.open(f"/sip-accounts/{other.id}").value("opened")
    page = alice.force(f"/sip-accounts/{desk.id}", {"opened": opened}, network_id="dublin-1")
    assert page.status == 409


def test_what_alice_had_open_tells_bob_nothing(harness: AppHarness, bob: Browser, form: Page, desk: SIPAccount) -> None:
    bobs = harness.account("bobby", "bobs-line", network_id="garage")
    page = bob.force(f"/sip-accounts/{bobs.id}", {"opened": form.value("opened")}, network_id="shed")
    assert picks(page) == {"Network id": ("shed", "garage", "")}
    assert "5th-floor" not in page.source


def test_an_administrators_words_are_no_conflict_for_the_owner(
    harness: AppHarness, form: Page, desk: SIPAccount
) -> None:
    meanwhile(harness, desk, is_admin_disabled=False, admin_disabled_reason="was locked once")
    assert form.submit(network_id="dublin-1").notes == [f"{NAME} is saved."]


def test_an_account_that_was_locked_meanwhile_is_refused_with_the_reason(
    harness: AppHarness, form: Page, desk: SIPAccount
) -> None:
    locked = harness.lock(desk)
    page = form.submit(network_id="dublin-1")
    assert page.status == 422
    assert harness.stored(desk.id) == locked


def test_markup_in_values_is_shown_as_it_is(harness: AppHarness, form: Page, desk: SIPAccount) -> None:
    meanwhile(harness, desk, ip_address_acl=MARKUP)
    page = form.submit(ip_address_acl=f"{MARKUP}2")
    assert picks(page) == {"Trusted addresses": (f"{MARKUP}2", MARKUP, "typed")}
    page.submit()
    assert getattr(harness.stored(desk.id), "ip_address_acl", None) == f"{MARKUP}2"


def test_a_form_that_waited_for_a_sign_in_still_notices_the_change(
    harness: AppHarness, alice: Browser, form: Page, desk: SIPAccount
) -> None:
    harness.revoke("alice")
    message_page = form.submit(network_id="dublin-1")
    stored = meanwhile(harness, desk, is_user_disabled=True)
    restored = message_page.submit(password="opensesame7")
    assert restored.value("network_id") == "dublin-1"
    page = restored.submit()
    assert picks(page) == {
        "Network id": ("dublin-1", "5th-floor", "typed"),
        "Disabled": ("no", "yes", "stored"),
    }
    page.submit()
    assert harness.stored(desk.id) == stored.with_(network_id="dublin-1")


def test_a_keeping_that_cannot_write_keeps_nobody_from_the_form(
    harness: AppHarness, alice: Browser, desk: SIPAccount
) -> None:
    with harness.database.write() as session:
        session.execute(text("ALTER TABLE opened_records RENAME TO opened_elsewhere"))
    try:
        assert alice.open(f"/sip-accounts/{desk.id}").status == 200
    finally:
        with harness.database.write() as session:
            session.execute(text("ALTER TABLE opened_elsewhere RENAME TO opened_records"))


def test_a_page_costs_no_more_calls_for_it(harness: AppHarness, alice: Browser, form: Page) -> None:
    harness.forget_calls()
    form.submit(network_id="dublin-1")
    assert [call for call in harness.calls if "SIPAccounts" in call or "Update" in call][:2] == [
        "GetSIPAccounts",
        "UpdateSIPAccount",
    ]
