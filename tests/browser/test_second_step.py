"""A second factor from the day it is set up to the day it is lost."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.factories import PASSWORD
from tests.portal.authenticator import AuthenticatorApp

from .conftest import BOTH_WAYS
from .portals import Portal
from .steps import heading, note, sign_in, sign_out, try_to_sign_in

Opening = Callable[..., Page]


def give(page: Page, code: str) -> None:
    page.get_by_label("Code", exact=True).fill(code)
    page.get_by_role("button", name="Sign in").click()


@BOTH_WAYS
def test_an_app_is_set_up_used_lost_and_made_up_for(
    open_page: Opening, portal: Portal, alice: str, scripts: bool, width: int
) -> None:
    page = open_page(portal, width, scripts=scripts)
    sign_in(page, alice)
    page.goto("/security")
    page.get_by_role("link", name="Set up an authenticator app").click()
    app = AuthenticatorApp(page.locator("#totp-secret").inner_text())
    page.get_by_label("Code", exact=True).fill(app.wrong_code())
    page.get_by_role("button", name="Set up").click()
    expect(note(page, "There is 1 problem. The app is not set up yet.")).to_be_visible()
    page.get_by_label("Code", exact=True).fill(app.code())
    page.get_by_role("button", name="Set up").click()
    expect(heading(page, "The authenticator app is set up")).to_be_visible()
    recovery_codes = page.locator("#recovery-codes li").all_inner_texts()

    sign_out(page)
    try_to_sign_in(page, alice, PASSWORD)
    expect(heading(page, "Code from your app")).to_be_visible()
    expect(page.get_by_label("Code", exact=True)).to_be_focused()
    give(page, app.code(1))
    expect(heading(page, "SIP accounts")).to_be_visible()

    sign_out(page)
    try_to_sign_in(page, alice, PASSWORD)
    page.get_by_role("link", name="A recovery code").click()
    give(page, recovery_codes[0].upper())
    expect(heading(page, "SIP accounts")).to_be_visible()

    sign_out(page)
    portal.front.command("second-factors", "remove", alice)
    try_to_sign_in(page, alice, PASSWORD)
    expect(heading(page, "SIP accounts")).to_be_visible()
