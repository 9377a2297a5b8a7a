"""The keys: what each does, and when they keep still."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Locator, Page, expect

from .portals import Portal
from .steps import heading, sign_in

Opening = Callable[..., Page]


@pytest.fixture(scope="module")
def customer(usual: Portal) -> str:
    """A customer with one account."""
    return usual.customer("keymaster")


@pytest.fixture
def page(open_page: Opening, usual: Portal, customer: str) -> Page:
    """The list of SIP accounts of somebody who has signed in."""
    page: Page = open_page(usual)
    sign_in(page, customer)
    return page


def keys(page: Page) -> Locator:
    return page.get_by_role("dialog", name="Keys")


def press(page: Page, *several: str) -> None:
    """Press these keys one after the other, once the page has its scripts."""
    page.wait_for_load_state()
    for key in several:
        page.keyboard.press(key)


def search(page: Page) -> Locator:
    return page.get_by_role("searchbox")


def test_g_and_a_letter_lead_to_a_place(page: Page) -> None:
    for letter, path in (("p", "/providers"), ("r", "/registrations"), ("s", "/account"), ("a", "/sip-accounts")):
        press(page, "g", letter)
        expect(page).to_have_url(re.compile(f"{path}$"))


def test_the_letter_alone_leads_nowhere_and_a_g_forgets_itself_after_two_seconds(page: Page) -> None:
    page.clock.install()
    page.reload()
    page.clock.pause_at(datetime.now(UTC) + timedelta(minutes=5))  # a busy machine's own time does not count
    press(page, "p")
    press(page, "g")
    page.clock.fast_forward(2_100)
    press(page, "p")
    press(page, "g", "x", "p")
    press(page, "?")
    expect(keys(page)).to_be_visible()
    expect(heading(page, "SIP accounts")).to_be_attached()
    press(page, "g")
    page.clock.fast_forward(1_900)
    press(page, "p")
    expect(page).to_have_url(re.compile("/providers$"))


def test_slash_finds_and_is_not_typed_itself(page: Page, customer: str) -> None:
    page.goto(f"/sip-accounts?q={customer[:3]}")
    press(page, "/")
    expect(search(page)).to_be_focused()
    page.keyboard.type("x/n?")
    expect(search(page)).to_have_value("x/n?")


def test_n_makes_a_new_record(page: Page) -> None:
    press(page, "n")
    expect(heading(page, "New SIP account")).to_be_visible()


def test_the_question_mark_lists_the_keys_and_escape_closes_the_list(page: Page) -> None:
    refresh = page.get_by_role("link", name="Refresh")
    refresh.focus()
    press(page, "?")
    expect(keys(page)).to_be_visible()
    expect(keys(page).get_by_role("link", name="SIP providers")).to_be_visible()
    press(page, "Escape")
    expect(keys(page)).to_be_hidden()
    expect(refresh).to_be_focused()
    press(page, "?")
    keys(page).get_by_role("button", name="Close").click()
    expect(keys(page)).to_be_hidden()


def test_the_keys_work_from_within_the_list_of_keys(page: Page) -> None:
    press(page, "?", "/")
    expect(keys(page)).to_be_hidden()
    expect(search(page)).to_be_focused()
    page.locator("h1").click()
    press(page, "?", "g", "p")
    expect(page).to_have_url(re.compile("/providers$"))


def test_keys_keep_still_while_somebody_types(page: Page) -> None:
    page.goto("/sip-accounts/add")
    name = page.get_by_label("Username")
    name.press_sequentially("gp?n/ga")
    expect(name).to_have_value("gp?n/ga")
    page.get_by_label("Domain").focus()
    press(page, "g", "p", "?")
    page.evaluate(
        """() => document.querySelector("main").insertAdjacentHTML("beforeend",
            `<div contenteditable id="own">x</div><div class="ace_editor"><button id="ace">x</button></div>`)"""
    )
    for editor in ("#own", "#ace"):
        page.locator(editor).focus()
        press(page, "g", "p", "?")
    expect(keys(page)).to_be_hidden()
    expect(page).to_have_url(re.compile("/sip-accounts/add$"))
    expect(name).to_have_value("gp?n/ga")


@pytest.mark.parametrize("held", ["Control", "Alt", "Meta"])
def test_keys_keep_still_while_another_one_is_held(page: Page, held: str) -> None:
    press(page, f"{held}+/", f"{held}+?")
    expect(search(page)).not_to_be_focused()
    expect(keys(page)).to_be_hidden()


def test_a_page_without_the_thing_leaves_the_key_to_the_browser(page: Page) -> None:
    page.goto("/about")
    page.evaluate(
        """() => { window.left = []; document.addEventListener("keydown", e => left.push([e.key, e.defaultPrevented])) }"""
    )
    press(page, "/", "n", "x", "?")
    assert page.evaluate("left") == [["/", False], ["n", False], ["x", False], ["?", True]]


def test_switched_off_they_do_nothing_until_they_are_switched_on(page: Page) -> None:
    press(page, "g", "h")
    page.get_by_role("button", name="Switch the keys off").click()
    expect(page.get_by_text("The keys are off in this browser.")).to_be_visible()
    page.goto("/sip-accounts")
    press(page, "?", "/", "g", "p", "n")
    expect(heading(page, "SIP accounts")).to_be_visible()
    expect(search(page)).not_to_be_focused()
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.goto("/help")
    page.get_by_role("button", name="Switch the keys on").click()
    press(page, "g", "p")
    expect(page).to_have_url(re.compile("/providers$"))
