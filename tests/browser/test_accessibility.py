"""Nobody is kept out: axe finds nothing on any page in either theme, and a keyboard is enough."""

import re
from collections.abc import Callable
from importlib.resources import files
from typing import Any, Literal

import pytest
from playwright.sync_api import Page, expect

from tests.factories import SIP_PASSWORD

from .conftest import DESK, HEIGHTS, PHONE
from .portals import Portal
from .scenes import Scene
from .steps import heading, note, row_of, sign_in

Opening = Callable[..., Page]
Theme = Literal["light", "dark"]

LOOKS: tuple[tuple[Theme, int], ...] = (("light", DESK), ("dark", PHONE))
AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8")


def test_axe_finds_nothing_in_either_theme(viewed: Page) -> None:
    viewed.evaluate(AXE)
    for theme, width in LOOKS:
        viewed.emulate_media(color_scheme=theme)
        viewed.set_viewport_size({"width": width, "height": HEIGHTS[width]})
        assert violations(viewed) == [], theme


def violations(page: Page) -> list[str]:
    """Return the violations that axe finds on the page as it looks now, whatever it thinks of its impact."""
    found: list[dict[str, Any]] = page.evaluate(
        "async () => (await axe.run({ resultTypes: ['violations'] })).violations"
    )
    return [f"{one['impact']} {one['id']}: {node['html'][:200]}" for one in found for node in one["nodes"]]


@pytest.mark.parametrize("width", [PHONE, DESK])
def test_an_account_is_added_with_the_keyboard_alone(
    open_page: Opening, portal: Portal, alice: str, desk: str, width: int
) -> None:
    page = open_page(portal, width)
    sign_in(page, alice)
    tab_to(page, "New")
    page.keyboard.press("Enter")
    expect(heading(page, "New SIP account")).to_be_visible()
    tab_to(page, "Username")
    page.keyboard.type(desk)
    tab_to(page, "Password")
    page.keyboard.type(SIP_PASSWORD)
    tab_to(page, "Send keep-alives")
    page.keyboard.press("Space")
    tab_to(page, "Add account")
    page.keyboard.press("Enter")
    expect(note(page, f"{desk}@{portal.domain} is added.")).to_be_visible()
    expect(row_of(page, desk)).to_contain_text("keep-alives on")


def test_a_provider_is_added_with_the_keyboard_alone(open_page: Opening, usual: Portal) -> None:
    page = open_page(usual)
    sign_in(page, usual.customer("alice"))
    page.goto("/providers")
    tab_to(page, "Add a SIP provider")
    page.keyboard.press("Enter")
    expect(heading(page, "New SIP provider")).to_be_visible()
    for field, typed in (("Name", "northline"), ("Server", "sip.northline.example")):
        tab_to(page, field)
        page.keyboard.type(typed)
    tab_to(page, "Register")
    page.keyboard.press("Space")
    tab_to(page, "Register, caller and header settings")
    page.keyboard.press("Enter")
    tab_to(page, "Custom header 1")
    page.keyboard.type("X-Account: 4711")
    tab_to(page, "Add a header")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Custom header 2")).to_be_focused()
    page.keyboard.type("X-Site: Dublin")
    tab_to(page, "Add provider")
    page.keyboard.press("Enter")
    expect(note(page, "northline is added.")).to_be_visible()
    expect(row_of(page, "northline")).to_contain_text("Trying to register")


def test_records_are_sifted_with_the_keyboard_alone(open_page: Opening, scene: Scene) -> None:
    page = scene.page_of(scene.owner, open_page, locale="en-US")
    page.goto("/cdrs")
    for field in ("From day", "To day"):
        tab_to(page, field)
        page.keyboard.type("11122026")
    tab_to(page, "Direction")
    page.keyboard.type("Out")
    tab_to(page, "Status codes")
    page.keyboard.press("Enter")
    tab_to(page, "Status code")
    page.keyboard.type("200")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("from=2026-11-12&to=2026-11-12&direction=[Oo]ut.*code=200"))
    page.wait_for_load_state()
    expect(page.locator("tr.day")).to_have_text(["Thursday, 12 Nov 2026"])
    tab_to(page, page.locator("tr:not(.day) time").first.inner_text())
    page.keyboard.press("Enter")
    expect(heading(page, "Call of 12 Nov 2026")).to_be_visible()


def tab_to(page: Page, name: str) -> None:
    """Press Tab until the control with this name has the focus; each on the way has to show it, and to be in sight."""
    for _ in range(60):
        page.keyboard.press("Tab")
        focus = page.evaluate(FOCUS)
        assert focus["outlined"], f"no outline: {focus['name']}"
        assert focus["in_sight"], f"out of sight or covered: {focus['name']}"
        if focus["name"].startswith(name):
            return
    raise AssertionError(f"there is no way to {name}")


FOCUS = """() => {
  const control = document.activeElement
  const style = getComputedStyle(control)
  const { left, top, width, height } = control.getBoundingClientRect()
  const seen = document.elementFromPoint(left + width / 2, top + height / 2)
  // the button in a date field is outlined itself, and tells nobody
  const isWithin = control.type === "date" && !control.matches(":focus")
  return {
    name: (control.labels?.[0] ?? control).textContent.trim(),
    outlined: isWithin || (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2),
    in_sight: seen !== null && (control.contains(seen) || seen.contains(control)),
  }
}"""


def test_the_skip_link_comes_first_and_leads_to_the_content(page: Page, alice: str) -> None:
    sign_in(page, alice)
    page.goto("/sip-accounts/add")
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to content")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.locator("main").get_by_role("link", name="SIP accounts")).to_be_focused()
    expect(skip).not_to_be_in_viewport()


def test_the_menu_of_a_phone_opens_and_closes_by_keyboard(open_page: Opening, portal: Portal, alice: str) -> None:
    page = open_page(portal, PHONE)
    sign_in(page, alice)
    more = page.locator("summary", has_text="More")
    more.press("Enter")
    expect(page.locator("nav").get_by_role("button", name="Sign out")).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.locator("nav").get_by_role("link", name="Settings")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("nav").get_by_role("button", name="Sign out")).to_be_hidden()
    expect(more).to_be_focused()
