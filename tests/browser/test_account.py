"""The settings: details, password, and leaving for good."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.factories import PASSWORD

from .portals import Portal
from .steps import heading, note, row_of, sign_in, try_to_sign_in

Opening = Callable[..., Page]

NEW_PASSWORD = "n1ghtingale"
KARACHI = "(GMT+05:00) Islamabad, Karachi"


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_details_are_changed_and_times_follow_the_zone(
    open_page: Opening, portal: Portal, alice: str, scripts: bool
) -> None:
    page = open_page(portal, scripts=scripts)
    sign_in(page, alice)
    created = row_of(page, alice).locator("time").first
    in_dublin = created.inner_text()
    page.get_by_role("link", name="Settings").first.click()
    page.get_by_label("City").fill("Karachi")
    page.get_by_label("Time zone").select_option(KARACHI)
    page.get_by_role("button", name="Save settings").click()
    expect(note(page, "Your settings are saved.")).to_be_visible()
    expect(page.get_by_label("City")).to_have_value("Karachi")
    expect(page.get_by_role("contentinfo")).to_contain_text("All times are Islamabad time")
    page.goto("/sip-accounts")
    assert created.inner_text() != in_dublin


@pytest.mark.parametrize("path", ["/register", "/account/password"])
def test_a_new_password_is_judged_while_it_is_typed(page: Page, alice: str, path: str) -> None:
    if path != "/register":
        sign_in(page, alice)
    page.goto(path)
    field = page.get_by_label(re.compile("^(New p|P)assword$"))
    words = page.locator("[data-strength-of] output")
    longest = int(page.locator("[data-strength-of]").get_attribute("data-longest") or 0)
    expect(words).to_be_hidden()
    for typed, said in [
        ("abc", "Too short: 3 of at least 6 characters."),
        ("harbour", "Short. Use at least 10 characters" if longest == 64 else "Easy to guess."),
        ("Vq7mZ2xKp9Rt4LwB8nHc", "Hard to guess."),
        ("Vq7mZ" * (longest // 5) + "Vq7mZ", f"Too long: {longest // 5 * 5 + 5} of at most {longest} characters."),
    ]:
        field.fill(typed)
        expect(words).to_contain_text(said)


def test_a_new_password_signs_out_the_other_browsers(open_page: Opening, portal: Portal, alice: str) -> None:
    here, elsewhere = open_page(portal), open_page(portal)
    sign_in(here, alice)
    sign_in(elsewhere, alice)
    here.goto("/account/password")
    here.get_by_label("Present password").fill("not-her-own")
    here.get_by_label("New password", exact=True).fill(NEW_PASSWORD)
    here.get_by_label("Retype new password").fill(NEW_PASSWORD)
    here.get_by_role("button", name="Change password").click()
    expect(here.get_by_label("Present password")).to_have_attribute("aria-invalid", "true")
    expect(here.get_by_label("New password", exact=True)).to_have_value("")
    here.get_by_label("Present password").fill(PASSWORD)
    here.get_by_label("New password", exact=True).fill(NEW_PASSWORD)
    here.get_by_label("Retype new password").fill(NEW_PASSWORD)
    here.get_by_role("button", name="Change password").click()
    expect(note(here, "Your password is changed.")).to_be_visible()

    elsewhere.reload()
    expect(heading(elsewhere, "Sign in")).to_be_visible()
    try_to_sign_in(elsewhere, alice, NEW_PASSWORD)
    expect(heading(elsewhere, "SIP accounts")).to_be_visible()


def test_who_leaves_has_to_type_the_name_and_is_gone(page: Page, portal: Portal, alice: str) -> None:
    sign_in(page, alice)
    page.goto("/account")
    page.get_by_role("link", name="Delete this customer account").click()
    page.get_by_label("Username").fill("bob")
    page.get_by_role("button", name="Delete customer account").click()
    expect(page.get_by_label("Username")).to_have_attribute("aria-invalid", "true")
    page.get_by_label("Username").fill(alice)
    page.get_by_role("button", name="Delete customer account").click()
    expect(note(page, f"The account {alice} is deleted.")).to_be_visible()
    try_to_sign_in(page, alice, PASSWORD)
    expect(note(page, "Username and password do not belong together.")).to_be_visible()
