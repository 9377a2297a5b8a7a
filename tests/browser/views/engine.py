"""The parts of pages that a SIP engine adds."""

from playwright.sync_api import Page, expect

from ..scenes import Scene
from ..steps import heading
from .view import view


@view("engine")
def engine_calls(page: Page, scene: Scene) -> None:
    page.goto("/calls")
    expect(page.get_by_role("button", name="Hang up").first).to_be_visible()


@view("engine")
def engine_registrations(page: Page, scene: Scene) -> None:
    page.goto("/registrations")
    expect(page.get_by_role("button", name="Remove").first).to_be_visible()


@view("engine")
def engine_provider_registrations(page: Page, scene: Scene) -> None:
    page.goto("/provider-registrations")
    expect(page.get_by_role("button", name="Register now").first).to_be_visible()


@view("engine")
def engine_provider(page: Page, scene: Scene) -> None:
    page.goto("/provider-registrations")
    page.locator("td.cell-provider a").first.click()
    page.locator("summary", has_text="Register, caller").click()


@view("engine")
def engine_accounts(page: Page, scene: Scene) -> None:
    page.goto("/sip-accounts")
    expect(page.get_by_role("link", name="Set up a phone").first).to_be_visible()


@view("engine")
def engine_account_tried(page: Page, scene: Scene) -> None:
    page.goto("/sip-accounts")
    page.locator("td.cell-account a").first.click()
    page.get_by_label("Trusted addresses").fill(r"^203\.0\.113\.(4[0-9]|5[0-9]):")
    page.get_by_role("button", name="Try it").click()
    expect(page.get_by_text("The SIP engine cannot use this expression")).to_be_visible()


@view("engine")
def phone(page: Page, scene: Scene) -> None:
    page.goto("/sip-accounts")
    page.get_by_role("link", name="Set up a phone").first.click()
    expect(heading(page, "Set up a phone")).to_be_visible()


@view("engine")
def phone_with_code(page: Page, scene: Scene) -> None:
    phone(page, scene)
    page.get_by_role("button", name="Show password and code").click()
    expect(page.get_by_role("img", name="QR code")).to_be_visible()


@view("engine")
def engine_about(page: Page, scene: Scene) -> None:
    page.goto("/about")
    expect(page.get_by_text("SIP engine")).to_be_visible()
