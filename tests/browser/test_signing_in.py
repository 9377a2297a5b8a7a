"""Signing in: right, wrong, too often; and becoming a customer without scripts."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.factories import PASSWORD

from .conftest import PHONE
from .portals import Portal
from .steps import add_account, fill_in_customer, heading, note, row_of, sign_in, sign_out, try_to_sign_in

Opening = Callable[..., Page]

BOTH = pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
NOT_TOGETHER = "Username and password do not belong together."


@BOTH
def test_the_right_password_leads_to_where_one_wanted_to_be(
    open_page: Opening, portal: Portal, alice: str, scripts: bool
) -> None:
    page = open_page(portal, scripts=scripts)
    page.goto("/account")
    expect(heading(page, "Sign in")).to_be_visible()
    expect(page.get_by_label("Username")).to_be_focused()
    try_to_sign_in(page, alice.upper(), PASSWORD)
    expect(heading(page, "Settings")).to_be_visible()
    expect(page.get_by_role("region", name="You and your session")).to_contain_text(f"Signed in as {alice}")
    (cookie,) = [cookie for cookie in page.context.cookies() if "session" in cookie.get("name", "")]
    assert (cookie.get("httpOnly"), cookie.get("sameSite")) == (True, "Lax")


def test_a_wrong_password_is_told_and_only_the_name_is_kept(page: Page, alice: str) -> None:
    page.goto("/login")
    try_to_sign_in(page, alice, "not-her-own")
    expect(note(page, NOT_TOGETHER)).to_be_visible()
    expect(page).to_have_title(re.compile("^Error: Sign in"))
    expect(page.get_by_label("Username")).to_have_value(alice)
    expect(page.get_by_label("Password", exact=True)).to_have_value("")
    expect(page.get_by_label("Password", exact=True)).to_be_focused()
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(heading(page, "SIP accounts")).to_be_visible()


def test_too_many_wrong_passwords_have_to_wait(page: Page, alice: str) -> None:
    page.goto("/login")
    for _ in range(5):
        try_to_sign_in(page, alice, "not-her-own")
        expect(note(page, NOT_TOGETHER)).to_be_visible()
    try_to_sign_in(page, alice, PASSWORD)
    expect(note(page, "Too many sign-ins have failed. Your password was not looked at.")).to_be_visible()
    expect(page.get_by_text(re.compile("Next try in 1[45] min"))).to_be_visible()


def test_without_scripts_somebody_becomes_a_customer_and_a_program_finds_the_same_account(
    open_page: Opening, portal: Portal, desk: str
) -> None:
    carol = portal.new_name("carol")
    page = open_page(portal, PHONE, scripts=False)
    page.goto("/login")
    page.get_by_role("link", name="Create an account").click()
    fill_in_customer(page, carol)
    page.get_by_label("Retype password").fill("something-else")
    page.get_by_role("button", name="Create account").click()
    expect(note(page, "There is 1 problem. No account was made yet.")).to_be_visible()
    expect(page.get_by_label("Username")).to_have_value(carol)
    fill_in_customer(page, carol)
    page.get_by_role("button", name="Create account").click()
    expect(note(page, f"The account {carol} is made.")).to_be_visible()

    try_to_sign_in(page, carol, PASSWORD)
    expect(row_of(page, carol)).to_be_visible()
    add_account(page, desk)
    row_of(page, desk).get_by_role("link", name=desk, exact=True).click()
    page.get_by_label("Show on the switchboard").uncheck()
    page.get_by_role("button", name="Save account").click()
    expect(note(page, f"{desk}@{portal.domain} is saved.")).to_be_visible()
    sign_out(page)

    accounts = portal.accounts_of(carol)
    assert set(accounts) == {carol, desk}
    assert accounts[desk].is_switchboard_enabled is False


def test_what_others_can_see_at_the_door_needs_no_account(page: Page, portal: Portal) -> None:
    page.goto("/login")
    expect(page.get_by_text("Answering")).to_be_visible()
    page.get_by_role("link", name="about").click()
    expect(heading(page, "About")).to_be_visible()
    page.get_by_role("link", name="Sign in").click()
    expect(heading(page, "Sign in")).to_be_visible()


def test_signing_in_again_gives_the_browser_another_id(page: Page, portal: Portal, alice: str) -> None:
    def session_id() -> str:
        (found,) = [cookie["value"] for cookie in page.context.cookies() if "session" in cookie["name"]]
        return found

    page.goto("/login")
    before = session_id()
    sign_in(page, alice)
    assert session_id() != before
