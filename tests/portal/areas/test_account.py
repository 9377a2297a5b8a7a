"""The settings: details, password, and leaving for good."""

from typing import Any

import pytest
from werkzeug.datastructures import MultiDict

from sipsorcery_web.contract.time_zones import TIME_ZONE_NAMES
from sipsorcery_web.portal.ui.password_strength import COMMON, TOO_SHORT
from tests.factories import PASSWORD

from ..app_harness import AppHarness
from ..browser import Browser, Page
from .auth.test_register import TOO_LONG

NEW = "tr0ubad0ur"
KABUL = "(GMT+04:30) Kabul"
MARKUP = "<b>&\"'</b>"


def change_password(browser: Browser, old: str = PASSWORD, new: str = NEW, retyped: str = NEW) -> Page:
    return browser.submit("/account/password", old_password=old, new_password=new, retyped_password=retyped)


# Details


def test_alice_sees_what_is_stored_about_her(alice: Browser) -> None:
    page = alice.open("/account")
    shown = {
        "first_name": "Alice",
        "last_name": "Example",
        "email_address": "alice@example.org",
        "security_question": "What is your favourite colour?",
        "city": "Galway",
        "country": "Ireland",
        "web_site": "",
        "time_zone": "(GMT) Greenwich Mean Time : Dublin, Edinburgh, Lisbon, London",
    }
    assert {name: page.value(name) for name in shown} == shown


def test_the_stored_answer_is_not_in_the_page(alice: Browser) -> None:
    page = alice.open("/account")
    assert page.value("security_answer") == ""
    assert "teal" not in page.source


def test_alice_changes_her_details_and_is_told(harness: AppHarness, alice: Browser) -> None:
    changes = {"city": "Cork", "country": "France", "web_site": "https://example.org", "email_address": "a@example.org"}
    page = alice.submit("/account", **changes)
    assert (page.path, page.notes) == ("/account", ["Your settings are saved."])
    stored = harness.customer("alice")
    assert stored is not None
    assert {name: getattr(stored, name) for name in changes} == changes
    assert (stored.first_name, stored.last_name) == ("Alice", "Example")


def test_saving_without_a_change_changes_nothing(harness: AppHarness, alice: Browser) -> None:
    def stored() -> dict[str, Any]:
        row = harness.customer("alice")
        return {name: value for name, value in vars(row).items() if not name.startswith("_")}

    before = stored()
    assert alice.submit("/account").notes == ["Your settings are saved."]
    assert stored() == before


def test_an_empty_answer_keeps_the_stored_one_and_a_new_one_replaces_it(harness: AppHarness, alice: Browser) -> None:
    def stored_hash() -> str:
        row = harness.customer("alice")
        return (row and row.security_answer_hash) or ""

    before = stored_hash()
    alice.submit("/account", security_answer="   ")
    assert stored_hash() == before
    alice.submit("/account", security_answer="n1ghtingale")
    assert harness.service.context.passwords.match(stored_hash(), "n1ghtingale")


def test_another_time_zone_holds_at_once_and_everywhere(harness: AppHarness, alice: Browser) -> None:
    assert "23 Nov 2026 12:00:00" in alice.open("/sip-accounts").text
    page = alice.submit("/account", time_zone=KABUL)
    assert "All times are Kabul time (UTC+04:30)." in page.text
    page = alice.open("/sip-accounts")
    assert "23 Nov 2026 16:30:00" in page.text
    assert "Session ends 17:30" in page.text
    things = harness.one_of_each("alice")
    harness.call("alice")
    harness.bind(harness.stored_accounts("alice")["front-desk"])
    for path in (
        "/registrations",
        "/dial-plans",
        "/calls",
        f"/cdrs/{things['cdr_id']}",
        f"/providers/{things['provider_id']}",
    ):
        assert "23 Nov 2026 16:30:00" in alice.open(path).text, path
    assert "16:30:00" in alice.open("/cdrs").text


@pytest.mark.parametrize("zone", [TIME_ZONE_NAMES[0], TIME_ZONE_NAMES[-1], TIME_ZONE_NAMES[40]])
def test_every_zone_of_the_list_can_be_chosen(alice: Browser, zone: str) -> None:
    assert alice.submit("/account", time_zone=zone).value("time_zone") == zone


@pytest.mark.parametrize("field", ["country", "security_question", "time_zone"])
@pytest.mark.parametrize("stored", ["Kingdom of Markup <b>&\"'</b> {0}", "Ruritania"])
def test_a_stored_choice_that_no_list_has_is_shown_and_kept(
    harness: AppHarness, alice: Browser, field: str, stored: str
) -> None:
    harness.change_customer("alice", **{field: stored})
    page = alice.open("/account")
    assert page.value(field) == stored
    assert page.submit(city="Cork").notes == ["Your settings are saved."]
    row = harness.customer("alice")
    assert getattr(row, field) == stored


@pytest.mark.parametrize("field", ["country", "security_question", "time_zone"])
def test_a_choice_that_was_never_made_stays_open(harness: AppHarness, alice: Browser, field: str) -> None:
    harness.change_customer("alice", **{field: None})
    page = alice.open("/account")
    assert (page.value(field), page.options(field)[""]) == ("", "Choose one")
    page.submit(city="Cork")
    assert getattr(harness.customer("alice"), field) is None


def test_a_zone_that_is_not_known_is_said_and_times_are_utc(harness: AppHarness, alice: Browser) -> None:
    harness.change_customer("alice", time_zone="(GMT+25:00) Nowhere <b>")
    page = harness.signed_in("alice").open("/sip-accounts")
    assert "UTC (your zone “(GMT+25:00) Nowhere <b>” is not known here)" in page.text
    assert "12:00:00" in page.text


@pytest.mark.parametrize(
    ("field", "typed", "error"),
    [
        ("first_name", "", "Enter a first name."),
        ("last_name", " \t", "Enter a last name."),
        ("email_address", "nowhere", "This is not an e-mail address. One looks like name@example.org."),
        ("city", "x" * 65, "The city can have at most 64 characters."),
        ("web_site", "x" * 257, "The web site can have at most 256 characters."),
        ("security_answer", "x" * 65, "The answer can have at most 64 characters."),
    ],
)
def test_each_rule_is_told_at_its_field_and_nothing_is_saved(
    harness: AppHarness, alice: Browser, field: str, typed: str, error: str
) -> None:
    page = alice.submit("/account", **({"first_name": "Alicia"} | {field: typed}))
    assert (page.status, page.errors) == (422, {field: error})
    stored = harness.customer("alice")
    assert stored is not None
    assert stored.first_name == "Alice"


def test_an_address_of_somebody_else_is_refused_at_its_field_and_kept(harness: AppHarness, alice: Browser) -> None:
    page = alice.submit("/account", email_address="Bobby@example.org", city="Cork")
    assert page.errors == {"email_address": "Another account has this e-mail address."}
    assert (page.value("email_address"), page.value("city")) == ("Bobby@example.org", "Cork")


def test_markup_in_a_name_is_text(alice: Browser) -> None:
    texts = {"first_name": MARKUP, "last_name": MARKUP, "city": MARKUP, "web_site": "javascript:alert(1)"}
    page = alice.submit("/account", **texts)
    assert {name: page.value(name) for name in texts} == texts


@pytest.mark.parametrize("left_out", ["first_name", "security_answer", "time_zone", "web_site", "country"])
def test_a_field_that_is_left_out_keeps_what_is_stored(harness: AppHarness, alice: Browser, left_out: str) -> None:
    before = getattr(harness.customer("alice"), left_out, None)
    page = alice.force("/account", {left_out: None}, city="Cork")
    assert page.status == 200
    assert getattr(harness.customer("alice"), left_out, None) == before


def test_a_form_that_sends_nothing_saves_nothing_else(harness: AppHarness, alice: Browser) -> None:
    page = alice.post("/account", {"csrf_token": alice.token()})
    assert page.status == 200
    stored = harness.customer("alice")
    assert stored is not None
    assert (stored.city, stored.country) == ("Galway", "Ireland")


@pytest.mark.parametrize("field", ["country", "security_question", "time_zone"])
def test_a_choice_that_was_not_offered_is_refused(harness: AppHarness, alice: Browser, field: str) -> None:
    page = alice.force("/account", {field: "Atlantis"})
    assert (page.status, {*page.errors}) == (422, {field})
    assert getattr(harness.customer("alice"), field) != "Atlantis"


def test_of_a_field_that_is_sent_twice_the_first_counts(harness: AppHarness, alice: Browser) -> None:
    alice.force("/account", {"city": ["Cork", "Paris"]})
    stored = harness.customer("alice")
    assert stored is not None
    assert stored.city == "Cork"


@pytest.mark.parametrize("field", ["first_name", "city", "web_site", "security_answer"])
def test_a_control_character_is_refused_in_words(harness: AppHarness, alice: Browser, field: str) -> None:
    page = alice.force("/account", {field: "a\x0bb"})
    assert (page.status, page.errors) == (422, {field: "The control character U+000B cannot be stored."})


# Password


def test_a_changed_password_holds_and_the_old_one_does_not(harness: AppHarness, alice: Browser) -> None:
    page = change_password(alice)
    assert page.path == "/account"
    assert page.notes[0].startswith("Your password is changed.")
    assert harness.browser().submit("/login", username="alice", password=PASSWORD).status == 422
    assert harness.browser().sign_in("alice", NEW).h1 == "SIP accounts"


def test_other_browsers_are_signed_out_and_this_one_is_not(harness: AppHarness, alice: Browser) -> None:
    other = harness.signed_in("alice")
    change_password(alice)
    assert alice.open("/sip-accounts").h1 == "SIP accounts"
    assert other.open("/sip-accounts").h1 == "Sign in"


def test_a_wrong_old_password_is_told_at_its_field(harness: AppHarness, alice: Browser) -> None:
    page = change_password(alice, old="n1ghtingale")
    assert (page.status, page.errors) == (422, {"old_password": "This is not your present password."})
    assert [page.value(name) for name in ("old_password", "new_password", "retyped_password")] == ["", "", ""]
    assert harness.browser().sign_in("alice")


@pytest.mark.parametrize(
    ("old", "new", "retyped", "errors"),
    [
        ("", NEW, NEW, {"old_password": "Enter your present password."}),
        (PASSWORD, "", "", {"new_password": "Enter a password."}),
        (PASSWORD, "12345", "12345", {"new_password": "The password needs 6 to 64 characters."}),
        (PASSWORD, TOO_LONG, TOO_LONG, {"new_password": "The password needs 6 to 64 characters."}),
        (PASSWORD, TOO_LONG[1:], TOO_LONG[1:], None),
        (PASSWORD, "h4rb0urs9", "h4rb0urs9", {"new_password": TOO_SHORT}),
        (PASSWORD, "alicealice", "alicealice", {"new_password": COMMON}),
        (PASSWORD, " padded out ", " padded out ", None),
        (PASSWORD, NEW, "other", {"retyped_password": "The two passwords differ. Type the same one twice."}),
    ],
)
def test_what_is_wrong_with_the_passwords_is_told_at_their_fields(
    harness: AppHarness, alice: Browser, old: str, new: str, retyped: str, errors: dict[str, str] | None
) -> None:
    page = change_password(alice, old, new, retyped)
    if errors is None:
        assert page.path == "/account"
    else:
        assert (page.status, page.errors) == (422, errors)
        assert "UpdateCustomerPassword" not in harness.calls


def test_a_form_without_fields_changes_no_password(harness: AppHarness, alice: Browser) -> None:
    page = alice.post("/account/password", {"csrf_token": alice.token()})
    assert (page.status, {*page.errors}) == (422, {"old_password", "new_password"})


def test_guessing_the_old_password_is_limited_and_one_is_told_how_long_to_wait(alice: Browser) -> None:
    for _ in range(5):
        change_password(alice, old="n1ghtingale")
    page = change_password(alice)
    assert (page.status, page.h1) == (429, "Too many tries")
    assert page.response.headers["Retry-After"] == "900"
    assert "15 min" in page.text


# Leaving


def test_an_account_is_deleted_after_its_name_was_typed_and_its_sessions_are_over(
    harness: AppHarness, alice: Browser
) -> None:
    other = harness.signed_in("alice")
    page = alice.submit("/account/delete", customer_username="alice")
    assert (page.h1, page.notes) == ("Sign in", ["The account alice is deleted."])
    assert harness.customer("alice") is None
    assert harness.stored_accounts("alice") == {}
    assert other.open("/sip-accounts").h1 == "Sign in"
    assert harness.browser().submit("/login", username="alice", password=PASSWORD).status == 422


@pytest.mark.parametrize("typed", ["", "alic", "Alice", "bobby", "alice\x00", "<b>alice</b>"])
def test_any_other_name_deletes_nothing(harness: AppHarness, alice: Browser, typed: str) -> None:
    page = alice.force("/account/delete", {"customer_username": typed})
    assert (page.status, {*page.errors}) == (422, {"customer_username"})
    assert harness.customer("alice") is not None


def test_the_page_names_what_is_lost_and_advises_on_providers(alice: Browser) -> None:
    page = alice.open("/account/delete")
    assert page.h1 == "Delete alice?"
    assert "providers" in page.text
    assert "cannot be undone" in page.text


def test_opening_the_page_deletes_nothing(harness: AppHarness, alice: Browser) -> None:
    alice.open("/account/delete?customer_username=alice")
    assert harness.customer("alice") is not None


def test_the_only_administrator_cannot_leave(harness: AppHarness, administrator: Browser) -> None:
    page = administrator.submit("/account/delete", customer_username="root-admin")
    assert (page.status, page.notes) == (422, ["You are the only administrator. Make another one first."])
    assert harness.customer("root-admin") is not None


def test_who_has_a_locked_sip_account_cannot_leave_with_it(harness: AppHarness, alice: Browser) -> None:
    harness.lock(harness.account("alice", "front-desk"))
    page = alice.submit("/account/delete", customer_username="alice")
    assert page.status == 422
    assert harness.customer("alice") is not None


def test_a_stranger_may_take_the_name_again_and_finds_nothing_of_the_one_before(
    harness: AppHarness, alice: Browser
) -> None:
    harness.account("alice", "front-desk")
    alice.submit("/account/delete", customer_username="alice")
    harness.service_fixture.signed_in.clear()
    assert harness.signed_in("alice").open("/sip-accounts").names == ["alice"]


def test_thousands_of_fields_do_no_harm(alice: Browser) -> None:
    typed = MultiDict([("csrf_token", alice.token()), *((f"field-{number}", "x") for number in range(20_000))])
    assert alice.post("/account", typed).status == 200
