"""Calls and their records in a real browser: looked for, opened, and found again on the way back."""

import re
from collections.abc import Callable
from types import SimpleNamespace
from typing import cast

import pytest
from playwright.sync_api import Page, expect

from .conftest import BOTH_WAYS
from .portals import Portal
from .sample_data import calls
from .scenes import PRACTICE, Scene
from .steps import heading, sign_in

Opening = Callable[..., Page]


@pytest.fixture
def harbour(portal: Portal) -> str:
    """A practice with calls in progress and behind it."""
    owner = portal.customer("harbour")
    calls.furnish(cast(Scene, SimpleNamespace(portal=portal, owner=owner, users=PRACTICE)))
    return owner


@BOTH_WAYS
def test_records_are_sifted_and_one_is_opened(
    open_page: Opening, portal: Portal, harbour: str, scripts: bool, width: int
) -> None:
    page = open_page(portal, width, scripts)
    sign_in(page, harbour)
    page.locator("nav[aria-label=Main] a:visible", has_text="Calls").click()
    page.get_by_role("link", name="Records").click()
    records = page.get_by_role("link", name="everything about this call")
    expect(records).to_have_count(len(calls.PAST))
    page.get_by_label("From day").fill("2026-11-12")
    page.get_by_label("Direction").select_option("Out")
    page.get_by_label("Result").select_option("not-answered")
    expect(page.get_by_role("button", name="Apply")).to_be_enabled()
    page.get_by_role("button", name="Apply").click()
    expect(records).to_have_count(2)
    page.get_by_label("Number or address").fill(calls.TO_BE_FOUND)
    page.get_by_role("button", name="Apply").click()
    expect(records).to_have_count(1)
    expect(page.get_by_role("link", name="CSV")).to_have_attribute("href", re.compile(calls.TO_BE_FOUND))

    records.click()
    expect(heading(page, "Call of 12 Nov 2026 13:51:00")).to_be_visible()
    expect(page.get_by_text("486 Busy Here")).to_be_visible()
    page.go_back()
    expect(page.get_by_label("Number or address")).to_have_value(calls.TO_BE_FOUND)
    page.get_by_role("link", name="Show all").click()
    expect(records).to_have_count(len(calls.PAST))


@BOTH_WAYS
def test_calls_and_phones_that_are_there_now_are_looked_at(
    open_page: Opening, portal: Portal, harbour: str, scripts: bool, width: int
) -> None:
    account = portal.accounts_of(harbour)[harbour]
    portal.register(account, "Snom/10.1", "203.0.113.41:5060")
    page = open_page(portal, width, scripts)
    sign_in(page, harbour)
    page.get_by_role("link", name="Registrations").click()
    expect(page.get_by_role("row", name="Snom/10.1")).to_contain_text("203.0.113.41:5060")
    page.get_by_label("Find a registration").fill("Zoiper")
    page.get_by_role("button", name="Find").click()
    expect(heading(page, "Registrations")).to_be_visible()
    expect(page.get_by_text("No registration with “Zoiper”")).to_be_visible()
    page.get_by_role("link", name="show them all").click()
    expect(page.get_by_text("Snom/10.1")).to_be_visible()

    page.locator("nav[aria-label=Main] a:visible", has_text="Calls").click()
    expect(page.get_by_text("leg 1 of 2")).to_have_count(len(calls.GOING))
    page.get_by_label("Find a call").fill("Oonagh")
    page.get_by_label("Find a call").press("Enter")
    expect(page.locator("main tbody tr")).to_have_count(1)
    expect(page.locator("main tbody tr time").first).to_have_attribute("datetime", re.compile(r"^\d{4}-.*\+00:00$"))
    if scripts:
        expect(page.locator("[data-live-state=on]")).to_be_visible()
    page.get_by_role("link", name="Refresh").click()
    expect(page.locator("main tbody tr")).to_have_count(1)


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
    expect(page.get_by_role("heading", name="What to do")).to_be_in_viewport()


@BOTH_WAYS
def test_an_address_that_fits_its_line_is_in_one_piece(
    open_page: Opening, portal: Portal, harbour: str, scripts: bool, width: int
) -> None:
    page = open_page(portal, width, scripts)
    sign_in(page, harbour)
    page.goto(f"/cdrs?q={calls.TO_BE_FOUND}")
    page.get_by_role("link", name="everything about this call").first.click()
    user, host = page.locator(".call-facts dd", has_text=calls.TO_BE_FOUND).locator(".part").all()
    before, after = user.bounding_box(), host.bounding_box()
    assert before
    assert after
    assert before["y"] == after["y"]
    assert before["x"] + before["width"] == pytest.approx(after["x"], abs=1)


def test_a_day_that_is_none_stays_to_be_mended(open_page: Opening, scene: Scene) -> None:
    page = scene.page_of(scene.owner, open_page)
    page.goto("/cdrs?from=12.11.2026")
    day = page.get_by_role("textbox", name="From day")
    expect(day).to_have_value("12.11.2026")
    day.fill("2026-11-12")
    page.get_by_role("button", name="Apply").click()
    expect(page.locator("tr.day")).to_have_text(["Thursday, 12 Nov 2026"])
