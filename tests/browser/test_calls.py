"""Call records in a real browser: days are chosen with its own date fields, and stay in them."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from .scenes import Scene

Opening = Callable[..., Page]


def test_calls_of_a_day_are_found_with_the_browsers_date_fields(open_page: Opening, scene: Scene) -> None:
    page = scene.page_of(scene.owner, open_page)
    page.goto("/cdrs")
    page.get_by_label("From day").fill("2026-11-12")
    page.get_by_label("To day").fill("2026-11-12")
    page.get_by_label("Direction").select_option("In")
    page.get_by_label("Number or address").press("Enter")
    expect(page.locator("tr.day")).to_have_text(["Thursday, 12 Nov 2026"])
    expect(page.get_by_role("link", name="everything about this call")).to_have_count(1)
    expect(page.get_by_label("From day")).to_have_value("2026-11-12")
    page.get_by_role("link", name="What to do").click()
    expect(page.get_by_role("heading", name="Refused")).to_be_in_viewport()


def test_a_day_that_is_none_stays_to_be_mended(open_page: Opening, scene: Scene) -> None:
    page = scene.page_of(scene.owner, open_page)
    page.goto("/cdrs?from=12.11.2026")
    day = page.get_by_role("textbox", name="From day")
    expect(day).to_have_value("12.11.2026")
    day.fill("2026-11-12")
    page.get_by_role("button", name="Apply").click()
    expect(page.locator("tr.day")).to_have_text(["Thursday, 12 Nov 2026"])
