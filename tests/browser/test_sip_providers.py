"""SIP providers: added, changed and deleted with and without scripts; rows of custom headers; why one fails."""

import re
from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect

from sipsorcery_web.contract.records import SIPProvider
from tests.factories import SIP_PASSWORD
from tests.factories.records import sip_provider

from .conftest import BOTH_WAYS
from .portals import Portal
from .steps import heading, note, row_of, sign_in

Opening = Callable[..., Page]


def providers_of(portal: Portal, username: str) -> dict[str, SIPProvider]:
    """Return the stored providers, by name."""
    return {each.provider_name or "": each for each in portal.program_of(username).sip_providers.page()}


def header(page: Page, number: int) -> Locator:
    return page.get_by_label(f"Custom header {number}", exact=True)


@BOTH_WAYS
def test_a_provider_is_added_changed_deleted_and_put_back(
    open_page: Opening, portal: Portal, alice: str, scripts: bool, width: int
) -> None:
    page = open_page(portal, width, scripts)
    sign_in(page, alice)
    page.locator("nav[aria-label=Main] a:visible", has_text="providers").click()
    page.get_by_role("link", name="Add a SIP provider").click()
    page.get_by_label("Name", exact=True).fill("northline")
    page.get_by_label("Server", exact=True).fill("sip.northline.example")
    page.get_by_role("textbox", name="Username (optional)", exact=True).fill("HD-204417")
    page.get_by_label("Password (optional)", exact=True).fill(SIP_PASSWORD)
    page.get_by_label("Register", exact=True).check()
    page.get_by_label("Contact (optional)", exact=True).fill(f"{alice}@{portal.domain}")
    page.get_by_role("textbox", name="Username (optional)", exact=True).press("Enter")
    expect(note(page, "northline is added.")).to_be_visible()
    expect(row_of(page, "northline")).to_contain_text("Trying to register")
    assert (providers_of(portal, alice)["northline"].register_contact or "").startswith(f"sip:{alice}@")

    row_of(page, "northline").get_by_role("link", name="northline", exact=True).click()
    page.get_by_text("Register, caller and header settings").click()
    header(page, 1).fill("X-Account: 4711")
    page.get_by_role("button", name="Add a header").click()
    expect(header(page, 2)).to_be_focused()
    header(page, 2).fill("X-Site: Dublin")
    page.get_by_role("button", name="Save provider").click()
    expect(note(page, "northline is saved.")).to_be_visible()
    stored = providers_of(portal, alice)["northline"]
    assert (stored.custom_headers, stored.provider_password) == ("X-Account: 4711|X-Site: Dublin", SIP_PASSWORD)

    row_of(page, "northline").get_by_role("link", name="Delete").click()
    expect(heading(page, "Delete northline?")).to_be_visible()
    page.get_by_role("button", name="Delete provider").click()
    expect(note(page, "northline is deleted.")).to_be_visible()
    assert not providers_of(portal, alice)

    page.get_by_role("button", name="Undo").click()
    expect(note(page, "northline is back.")).to_be_visible()
    assert providers_of(portal, alice)["northline"].custom_headers == "X-Account: 4711|X-Site: Dublin"
    page.get_by_role("link", name="Registrations").click()
    expect(heading(page, "Provider registrations")).to_be_visible()
    expect(page.get_by_role("row", name="northline")).to_contain_text("Trying to register")


def test_rows_of_headers_come_and_go_in_place_and_count_as_changes(open_page: Opening, usual: Portal) -> None:
    alice = usual.customer("alice")
    program = usual.program_of(alice)
    record = sip_provider(custom_headers="X-A: 1|X-B: 2|X-C: 3")
    provider = program.sip_providers.add(record)
    page = open_page(usual)
    sign_in(page, alice)
    page.goto(f"/providers/{provider.id}")

    page.get_by_role("button", name="Remove custom header 2").click()
    expect(page.get_by_role("button", name="Add a header")).to_be_focused()
    expect(header(page, 2)).to_be_hidden()
    expect(page.get_by_text("1 change not saved: custom header 2")).to_be_visible()
    page.get_by_role("button", name="Add a header").click()
    expect(header(page, 5)).to_be_focused()
    header(page, 5).fill("X-D: 4")
    expect(page).to_have_url(re.compile(f"{provider.id}$"))
    page.get_by_role("button", name="Save provider").click()
    expect(note(page, "northline is saved.")).to_be_visible()
    assert providers_of(usual, alice)["northline"].custom_headers == "X-A: 1|X-C: 3|X-D: 4"


def test_a_stored_password_is_shown_in_its_row_and_hidden_again(open_page: Opening, usual: Portal) -> None:
    alice = usual.customer("alice")
    usual.program_of(alice).sip_providers.add(sip_provider())
    page = open_page(usual)
    sign_in(page, alice)
    page.goto("/providers")
    page.get_by_role("button", name="Show the password of northline").click()
    expect(row_of(page, "northline")).to_contain_text(SIP_PASSWORD)
    page.get_by_role("button", name="Hide the password of northline").click()
    expect(row_of(page, "northline")).not_to_contain_text(SIP_PASSWORD)
