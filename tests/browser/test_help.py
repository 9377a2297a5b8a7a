"""The help: from a screen to what explains it, and back."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from .conftest import BOTH_WAYS
from .portals import Portal
from .steps import sign_in

Opening = Callable[..., Page]


@BOTH_WAYS
def test_a_screen_leads_to_its_topic_and_the_topic_back(
    open_page: Opening, portal: Portal, alice: str, scripts: bool, width: int
) -> None:
    page = open_page(portal, width, scripts)
    sign_in(page, alice)
    page.goto("/dial-plans")
    page.get_by_role("link", name="Help with this page").click()
    expect(page).to_have_url(re.compile("/help#dial-plans$"))
    expect(page.get_by_role("heading", name="Dial plans", exact=True)).to_be_in_viewport()
    page.get_by_role("navigation", name="Topics").get_by_role("link", name="Call records").click()
    expect(page.get_by_role("heading", name="Call records", exact=True)).to_be_in_viewport()
    page.get_by_role("link", name="Open Call records").click()
    expect(page).to_have_url(re.compile("/cdrs$"))
    page.goto("/sip-accounts/add")
    more = page.locator("details.help").first
    expect(more.locator("p").first).to_be_hidden()
    more.locator("summary").press("Enter")
    expect(more.locator("p").first).to_be_visible()
