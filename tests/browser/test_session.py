"""A session's time: said, extended, over; and what was typed when it ended."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, Playwright, expect

from tests.chromium import launch
from tests.factories import PASSWORD, SIP_PASSWORD

from .conftest import Pages
from .portals import Portal
from .steps import heading, note, row_of, sign_in, sign_out

Opening = Callable[..., Page]

BOTH = pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
NEW_PASSWORD = "n1ghtingale"
OFFER = "Stay signed in for 60 more minutes"


def test_the_end_is_told_in_the_last_five_minutes_and_put_off_in_place(page: Page, alice: str) -> None:
    page.clock.install()
    sign_in(page, alice)
    page.goto("/sip-accounts/add")
    page.get_by_label("Username").fill("front-desk")
    page.clock.fast_forward("53:00")
    expect(page.get_by_role("button", name=OFFER)).to_be_hidden()
    page.clock.fast_forward("03:00")
    expect(note(page, "Your session ends at")).to_be_visible()
    page.get_by_role("button", name=OFFER).click()
    expect(note(page, "You stay signed in for another 60 minutes.")).to_be_visible()
    expect(page.get_by_role("button", name=OFFER)).to_be_hidden()
    expect(page.get_by_label("Username")).to_have_value("front-desk")
    page.clock.fast_forward("53:00")
    expect(page.get_by_role("button", name=OFFER)).to_be_hidden()
    page.clock.fast_forward("03:00")
    expect(page.get_by_role("button", name=OFFER)).to_be_visible()


def test_the_end_is_said_and_the_form_stays(page: Page, alice: str) -> None:
    page.clock.install()
    sign_in(page, alice)
    page.goto("/sip-accounts/add")
    page.get_by_label("Username").fill("front-desk")
    page.clock.fast_forward("01:01:00")
    expect(note(page, "Your session ended at")).to_contain_text("What you typed is still here.")
    expect(page.get_by_role("button", name=OFFER)).to_be_hidden()
    expect(page.locator("[data-session-left]:visible")).to_have_text("0 min left")
    expect(page.get_by_label("Username")).to_have_value("front-desk")


@BOTH
def test_what_was_typed_when_the_session_had_ended_is_given_back_after_signing_in(
    open_page: Opening, portal: Portal, alice: str, scripts: bool
) -> None:
    page = open_page(portal, scripts=scripts)
    sign_in(page, alice)
    page.get_by_role("link", name=alice, exact=True).click()
    page.get_by_label("Network id").fill("dublin-1")
    page.get_by_label("Send keep-alives").check()
    page.get_by_label("New password").fill("tr0ubad0ur")
    portal.change_password_elsewhere(alice, NEW_PASSWORD)
    page.get_by_role("button", name="Save account").click()

    expect(heading(page, "Your session has ended.")).to_be_visible()
    expect(page.get_by_role("row", name="Network id dublin-1")).to_be_visible()
    expect(page.get_by_role("row", name="Send keep-alives yes")).to_be_visible()
    expect(page.get_by_role("row", name="Password You typed one.")).to_be_visible()
    expect(page.get_by_text("tr0ubad0ur")).to_have_count(0)
    expect(page.get_by_label("Username")).to_have_value(alice)
    assert portal.accounts_of(alice, NEW_PASSWORD)[alice].network_id is None
    page.get_by_label("Password", exact=True).fill(NEW_PASSWORD)
    page.get_by_role("button", name="Sign in and go on").click()

    expect(note(page, "2 changes are back in the form. Nothing is saved yet.")).to_be_visible()
    expect(page.get_by_role("row", name="Network id dublin-1 empty")).to_be_visible()
    expect(page.get_by_role("row", name="Send keep-alives yes no")).to_be_visible()
    expect(page.get_by_label("Network id")).to_have_value("dublin-1")
    expect(page.get_by_label("New password")).to_have_value("")
    page.get_by_role("button", name="Save account").click()
    expect(note(page, "is saved.")).to_be_visible()
    stored = portal.accounts_of(alice, NEW_PASSWORD)[alice]
    assert (stored.network_id, stored.send_nat_keep_alives) == ("dublin-1", True)
    page.goto("/sip-accounts")
    expect(page.get_by_role("link", name=alice, exact=True)).to_be_visible()


def test_a_password_that_is_asked_for_after_the_end_is_not_told(open_page: Pages, portal: Portal, alice: str) -> None:
    page = open_page(portal)
    sign_in(page, alice)
    portal.change_password_elsewhere(alice)
    row_of(page, alice).get_by_role("button", name="Show").click()
    expect(heading(page, "Your session has ended.")).to_be_visible()
    assert open_page.watch.told() == [f"answered 403: POST {portal.address}/sip-accounts/…/password"]
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in and go on").click()
    expect(row_of(page, alice)).to_be_visible()


def test_after_signing_out_going_back_shows_nothing_private(remembering: Opening, portal: Portal, alice: str) -> None:
    page = remembering(portal)
    sign_in(page, alice)
    secret = portal.accounts_of(alice)[alice].sip_password or ""
    row_of(page, alice).get_by_role("button", name="Show").click()
    expect(page.get_by_text(secret)).to_be_visible()
    page.get_by_role("link", name=alice, exact=True).click()
    page.get_by_label("New password").fill(SIP_PASSWORD)
    page.get_by_label("New password").fill("")
    sign_out(page)
    for _ in range(3):
        page.go_back(wait_until="commit")
        expect(heading(page, "Sign in")).to_be_visible()
        expect(page.get_by_text(alice)).to_have_count(0)


@pytest.fixture
def remembering(playwright: Playwright) -> Iterator[Opening]:
    """A browser that keeps pages to go back to, as people's browsers do; Playwright turns that off."""
    with launch(playwright, without=("--disable-back-forward-cache",)) as chromium:
        pages = Pages(chromium)
        yield pages
        pages.close()
        assert pages.watch.complaints == []
