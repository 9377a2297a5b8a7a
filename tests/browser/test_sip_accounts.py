"""SIP accounts: added, changed and deleted with and without scripts, on a phone and at a desk."""

import re
from collections.abc import Callable
from uuid import uuid4

import pytest
from playwright.sync_api import Dialog, Locator, Page, Route, expect

from tests.factories import SIP_PASSWORD

from .conftest import DESK, PHONE, Pages
from .portals import Portal
from .steps import add_account, fill_in_account, heading, note, row_of, sign_in

Opening = Callable[..., Page]


@pytest.mark.parametrize("width", [PHONE, DESK])
@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_an_account_is_added_changed_and_deleted(
    open_page: Opening, portal: Portal, alice: str, desk: str, scripts: bool, width: int
) -> None:
    page = open_page(portal, width, scripts)
    sign_in(page, alice)

    page.get_by_role("link", name="New").click()
    fill_in_account(page, desk)
    page.get_by_label("Send keep-alives").check()
    page.get_by_role("button", name="Add account").click()
    expect(note(page, f"{desk}@{portal.domain} is added.")).to_be_visible()
    expect(row_of(page, desk)).to_contain_text("keep-alives on")

    row_of(page, desk).get_by_role("link", name=desk, exact=True).click()
    expect(page).to_have_title(re.compile(f"^{desk}@{portal.domain} "))
    page.get_by_label("Calls out").select_option(label="default")
    page.get_by_label("Network id").fill("dublin-1")
    page.get_by_label("Disabled", exact=True).check()
    page.get_by_role("button", name="Save account").click()
    expect(note(page, f"{desk}@{portal.domain} is saved.")).to_be_visible()
    expect(row_of(page, desk)).to_contain_text("Disabled by you")
    stored = portal.accounts_of(alice)[desk]
    assert (stored.network_id, stored.out_dial_plan_name, stored.is_user_disabled) == ("dublin-1", "default", True)
    assert (stored.sip_password, stored.send_nat_keep_alives) == (SIP_PASSWORD, True)

    row_of(page, desk).get_by_role("link", name="Delete").click()
    expect(heading(page, f"Delete {desk}?")).to_be_visible()
    assert desk in portal.accounts_of(alice)
    page.get_by_role("button", name="Delete account").click()
    expect(note(page, f"{desk}@{portal.domain} is deleted.")).to_be_visible()
    expect(row_of(page, desk)).to_have_count(0)
    assert set(portal.accounts_of(alice)) == {alice}


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_a_refused_form_comes_back_as_it_was_typed_but_for_the_password(
    open_page: Opening, portal: Portal, alice: str, desk: str, scripts: bool
) -> None:
    page = open_page(portal, DESK, scripts)
    sign_in(page, alice)
    page.goto("/sip-accounts/add")
    fill_in_account(page, "a b", "short")
    page.get_by_label("Trusted addresses").fill(r"^203\.0\.113\.41:")
    page.get_by_role("button", name="Add account").click()

    expect(note(page, "There are 2 problems. Nothing was saved yet.")).to_be_focused()
    expect(page).to_have_title(re.compile("^Error: "))
    expect(page.get_by_label("Username")).to_have_value("a b")
    expect(page.get_by_label("Trusted addresses")).to_have_value(r"^203\.0\.113\.41:")
    expect(page.get_by_label("Password", exact=True)).to_have_value("")
    page.get_by_role("link", name=re.compile("^Password: ")).click()
    expect(page.get_by_label("Password", exact=True)).to_be_focused()
    assert set(portal.accounts_of(alice)) == {alice}


def test_a_stored_password_is_shown_and_hidden_again_by_keyboard(
    page: Page, portal: Portal, alice: str, desk: str
) -> None:
    sign_in(page, alice)
    add_account(page, desk)
    show = row_of(page, desk).get_by_role("button", name=f"Show the password of {desk}@{portal.domain}")
    expect(page.get_by_text(SIP_PASSWORD)).to_have_count(0)
    show.focus()
    page.keyboard.press("Enter")
    expect(row_of(page, desk).get_by_text(SIP_PASSWORD)).to_be_visible()
    expect(page).to_have_url(re.compile("/sip-accounts$"))
    hide = row_of(page, desk).get_by_role("button", name=f"Hide the password of {desk}@{portal.domain}")
    expect(hide).to_be_focused()
    page.keyboard.press("Space")
    expect(page.get_by_text(SIP_PASSWORD)).to_have_count(0)

    page.get_by_role("link", name=desk, exact=True).click()
    page.get_by_role("button", name=f"Show the password of {desk}@{portal.domain}").press("Enter")
    expect(page.get_by_text(SIP_PASSWORD)).to_be_visible()


def test_without_scripts_a_stored_password_has_a_page_of_its_own(
    open_page: Opening, portal: Portal, alice: str, desk: str
) -> None:
    page = open_page(portal, PHONE, scripts=False)
    sign_in(page, alice)
    add_account(page, desk)
    row_of(page, desk).get_by_role("button", name="Show").press("Enter")
    expect(heading(page, f"Password of {desk}")).to_be_visible()
    expect(page.get_by_text(SIP_PASSWORD)).to_be_visible()
    expect(page.get_by_role("button", name="Copy")).to_have_count(0)
    page.get_by_role("link", name="Back to the account").click()
    expect(page).to_have_title(re.compile(f"^{desk}@{portal.domain} "))


def test_a_suggested_password_is_shown_and_is_what_gets_stored(
    page: Page, portal: Portal, alice: str, desk: str
) -> None:
    sign_in(page, alice)
    page.goto("/sip-accounts/add")
    page.get_by_label("Username").fill(desk)
    field = page.get_by_label("Password", exact=True)
    expect(field).to_have_attribute("type", "password")
    page.get_by_role("button", name="Suggest one").press("Enter")
    expect(field).to_have_attribute("type", "text")
    expect(field).to_have_value(re.compile("^[A-Za-z0-9]{15}$"))
    suggested = field.input_value()
    page.get_by_role("button", name=re.compile("^Hide")).click()
    expect(field).to_have_attribute("type", "password")
    page.get_by_role("button", name="Add account").click()
    expect(row_of(page, desk)).to_be_visible()
    assert portal.accounts_of(alice)[desk].sip_password == suggested


def test_a_stored_password_can_be_copied(open_page: Opening, portal: Portal, alice: str, desk: str) -> None:
    page = open_page(portal, permissions=["clipboard-read", "clipboard-write"])
    sign_in(page, alice)
    add_account(page, desk)
    page.route("**/password", in_place_says("no password"))
    row_of(page, desk).get_by_role("button", name="Show").click()
    expect(heading(page, f"Password of {desk}")).to_be_visible()
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_role("button", name="Copied")).to_be_focused()
    assert page.evaluate("navigator.clipboard.readText()") == SIP_PASSWORD


def in_place_says(answer: str) -> Callable[[Route], None]:
    """Answers a script, but lets a page go through."""

    def handle(route: Route) -> None:
        route.fulfill(body=answer) if route.request.resource_type == "fetch" else route.continue_()

    return handle


def test_a_changed_form_is_not_left_without_a_warning(page: Page, portal: Portal, alice: str, desk: str) -> None:
    answers = [False, True]
    seen: list[str] = []

    def answer(dialog: Dialog) -> None:
        seen.append(dialog.type)
        dialog.accept() if answers.pop(0) else dialog.dismiss()

    page.on("dialog", answer)
    sign_in(page, alice)
    page.get_by_role("link", name=alice, exact=True).click()
    page.get_by_label("Network id").fill("dublin-1")
    page.get_by_label("Incoming only").check()
    expect(page.get_by_text("2 changes not saved: incoming only, network id")).to_be_visible()
    page.get_by_label("Incoming only").uncheck()
    expect(page.get_by_text("1 change not saved: network id")).to_be_visible()
    page.get_by_role("link", name="Cancel").click()
    expect(page.get_by_label("Network id")).to_have_value("dublin-1")
    page.get_by_role("link", name="Cancel").click()
    expect(heading(page, "SIP accounts")).to_be_visible()
    assert seen == ["beforeunload", "beforeunload"]


def test_a_form_that_is_saved_or_as_it_was_is_left_without_a_word(
    page: Page, portal: Portal, alice: str, desk: str
) -> None:
    page.on("dialog", lambda dialog: pytest.fail(f"warned: {dialog.type}"))
    sign_in(page, alice)
    page.get_by_role("link", name=alice, exact=True).click()
    page.get_by_label("Network id").fill("dublin-1")
    page.get_by_label("Network id").fill("")
    page.get_by_role("link", name="Cancel").click()
    expect(heading(page, "SIP accounts")).to_be_visible()
    page.get_by_role("link", name=alice, exact=True).click()
    page.get_by_label("Network id").fill("dublin-2")
    page.get_by_role("button", name="Save account").click()
    expect(note(page, "is saved.")).to_be_visible()
    assert portal.accounts_of(alice)[alice].network_id == "dublin-2"


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_a_double_click_adds_once(open_page: Opening, portal: Portal, alice: str, desk: str, scripts: bool) -> None:
    page = open_page(portal, DESK, scripts)
    sign_in(page, alice)
    page.goto("/sip-accounts/add")
    fill_in_account(page, desk)
    page.get_by_role("button", name="Add account").dblclick(no_wait_after=True)
    expect(row_of(page, desk)).to_be_visible()
    assert set(portal.accounts_of(alice)) == {alice, desk}


def test_while_the_server_is_slow_the_form_cannot_be_sent_again(
    page: Page, portal: Portal, alice: str, desk: str
) -> None:
    sign_in(page, alice)
    page.goto("/sip-accounts/add")
    fill_in_account(page, desk)
    held: list[Route] = []
    page.route("**/sip-accounts/add", lambda route: held.append(route))
    field, button = (
        middle_of(page.get_by_label("Network id")),
        middle_of(page.get_by_role("button", name="Add account")),
    )
    page.evaluate(TELLS_WHAT_THE_BUTTON_SAYS)
    with (
        page.expect_request("**/sip-accounts/add"),  # held from here on, however late the browser sends it
        page.expect_console_message(lambda message: message.text == "Saving…, disabled"),
    ):
        page.mouse.click(*button)
    page.mouse.click(*button)
    page.mouse.click(*field)
    with page.expect_console_message(lambda message: message.text == "pressed Enter"):
        page.keyboard.press("Enter")
    held[0].continue_()
    expect(row_of(page, desk)).to_be_visible()
    assert len(held) == 1
    assert set(portal.accounts_of(alice)) == {alice, desk}


def test_without_scripts_a_form_that_is_sent_again_because_no_answer_came_is_added_once(
    open_page: Opening, portal: Portal, alice: str, desk: str
) -> None:
    page = open_page(portal, DESK, scripts=False)
    sign_in(page, alice)
    page.goto("/sip-accounts/add")
    fill_in_account(page, desk)
    filled = page.locator("main form").first.evaluate("form => Object.fromEntries(new FormData(form))")
    unseen = page.request.post("/sip-accounts/add", form=filled, max_redirects=0)
    assert unseen.status == 303
    page.get_by_role("button", name="Add account").click()
    expect(row_of(page, desk)).to_be_visible()
    assert set(portal.accounts_of(alice)) == {alice, desk}


TELLS_WHAT_THE_BUTTON_SAYS = """() => {
  const button = document.querySelector(".save button")
  new MutationObserver(() => console.log(`${button.textContent}, ${button.disabled ? "disabled" : "enabled"}`))
    .observe(button, { attributes: true, childList: true })
  document.addEventListener("keydown", (event) => console.log(`pressed ${event.key}`))
}"""
"""Chromium puts off every question about a page that is about to give way to another one, so the page has to tell."""


def middle_of(control: Locator) -> tuple[float, float]:
    """Return the point to click when Playwright would wait."""
    control.scroll_into_view_if_needed()
    box = control.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_a_list_is_paged_and_searched(page: Page, portal: Portal, alice: str, desk: str) -> None:
    program = portal.program_of(alice)
    for number in range(1, 27):
        program.sip_accounts.add(program.sip_accounts.page(0, 1)[0].with_(id=uuid4(), sip_username=f"line-{number:02}"))
    sign_in(page, alice)
    expect(page.get_by_role("row")).to_have_count(26)  # with the headings
    is_sorted_for_sure = (
        portal.front is portal.keeper
    )  # in front of another service nobody knows how its lists are sorted
    names = f", {alice} to line-24" if is_sorted_for_sure else ""
    expect(page.get_by_text(f"1 to 25 of 27{names}")).to_be_visible()
    page.get_by_role("link", name="Next").click()
    expect(page.get_by_text("26 to 27 of 27")).to_be_visible()
    page.get_by_label("Find an account").fill("line-07")
    page.get_by_label("Find an account").press("Enter")
    expect(page.get_by_text("1 found with “line-07”")).to_be_visible()
    expect(row_of(page, "line-07")).to_be_visible()
    page.get_by_label("Find an account").fill("nowhere")
    page.get_by_role("button", name="Find").click()
    page.get_by_role("link", name="show them all").click()
    expect(page.get_by_role("row")).to_have_count(26)


def test_when_the_service_has_gone_what_was_typed_is_still_there(open_page: Opening, soap: Portal) -> None:
    alice, desk = soap.customer("alice"), soap.new_name("front-desk")
    page = open_page(soap)
    sign_in(page, alice)
    page.goto("/sip-accounts/add")
    fill_in_account(page, desk)
    page.get_by_label("Network id").fill("dublin-1")
    soap.keeper.stop()
    try:
        page.get_by_role("button", name="Add account").click()
        expect(heading(page, "The service does not answer")).to_be_visible()
        expect(page.get_by_text("Nothing was saved.")).to_be_visible()
        expect(page.get_by_role("row", name="Network id dublin-1")).to_be_visible()
    finally:
        soap.keeper.start()
    page.get_by_role("link", name="Back to the form").click()
    expect(page.get_by_label("Username")).to_have_value(desk)
    expect(page.get_by_label("Network id")).to_have_value("dublin-1")
    page.get_by_label("Password", exact=True).fill(SIP_PASSWORD)
    page.get_by_role("button", name="Add account").click()
    expect(row_of(page, desk)).to_be_visible()


def test_the_strength_of_a_password_is_said_while_it_is_typed(page: Page, portal: Portal, alice: str) -> None:
    sign_in(page, alice)
    page.goto("/sip-accounts/add")
    field = page.get_by_label("Password", exact=True)
    words = page.locator("[data-strength-of] output")
    expect(words).to_be_hidden()
    for typed, said in [
        ("abc", "Too short: 3 of at least 6 characters."),
        ("harbour", "Easy to guess."),
        ("123456789012345", "Easy to guess."),
        ("aaaaaaaaaaaaaaa", "Easy to guess."),
        ("h4rbourLi", "Fair."),
        ("Vq7mZ2xKp9Rt4Lw", "Hard to guess."),
        ("Vq7mZ2xKp9Rt4Lw8", "Too long: 16 of at most 15 characters."),
    ]:
        field.fill(typed)
        expect(words).to_contain_text(said)
    field.fill("")
    expect(words).to_be_hidden()
    page.get_by_role("button", name="Suggest one").click()
    expect(words).to_have_text("Hard to guess.")


@pytest.mark.parametrize("clipboard", [True, False], ids=["https", "plain http"])
def test_a_suggested_and_a_shown_password_are_copied_in_place(
    open_page: Opening, portal: Portal, alice: str, desk: str, clipboard: bool
) -> None:
    page = open_page(portal, permissions=["clipboard-read", "clipboard-write"])
    if not clipboard:
        page.add_init_script("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    sign_in(page, alice)
    page.goto("/sip-accounts/add")
    copy = page.get_by_role("button", name="Copy")
    expect(copy).to_have_count(0)
    page.get_by_role("button", name="Suggest one").click()
    suggested = page.get_by_label("Password", exact=True).input_value()
    copy.click()
    expect(page.get_by_role("button", name="Copied")).to_be_focused()
    page.get_by_label("Username").press("Control+v")
    expect(page.get_by_label("Username")).to_have_value(suggested)

    add_account(page, desk)
    show = row_of(page, desk).get_by_role("button", name="Show")
    expect(row_of(page, desk).get_by_role("button", name="Copy")).to_have_count(0)
    show.press("Enter")
    row_of(page, desk).get_by_role("button", name=f"Copy the password of {desk}@{portal.domain}").press("Enter")
    expect(row_of(page, desk).get_by_role("button", name="Copied")).to_be_focused()
    page.get_by_role("searchbox").press("Control+v")
    expect(page.get_by_role("searchbox")).to_have_value(SIP_PASSWORD)
    row_of(page, desk).get_by_role("button", name="Hide").click()
    expect(row_of(page, desk).get_by_role("button", name=re.compile("^Cop"))).to_have_count(0)


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_an_address_is_tried_and_what_is_typed_stays(
    open_page: Opening, portal: Portal, alice: str, scripts: bool
) -> None:
    page = open_page(portal, DESK, scripts)
    sign_in(page, alice)
    page.get_by_role("link", name=alice, exact=True).click()
    page.get_by_label("Network id").fill("attic")
    page.get_by_label("New password").fill("n1ghtingale")
    page.get_by_label("Trusted addresses").fill("^203")
    page.get_by_label("Address to try").fill("203.0.113.41:5060")
    page.get_by_role("button", name="Try it").click()
    answer = page.get_by_text("203.0.113.41:5060 matches: it is let in without a password.")
    expect(answer).to_be_in_viewport()
    expect(page.get_by_label("Network id")).to_have_value("attic")
    expect(page.get_by_label("New password")).to_have_value("n1ghtingale" if scripts else "")
    if scripts:
        page.get_by_label("Address to try").fill("198.51.100.7")
        page.get_by_label("Address to try").press("Enter")
        expect(page.get_by_text("198.51.100.7:5060 does not match: the password is asked.")).to_be_visible()
        expect(page.get_by_text("3 changes not saved: new password, trusted addresses, network id")).to_be_visible()
    assert portal.accounts_of(alice)[alice].network_id is None
    page.get_by_label("Network id").press("Enter")
    expect(note(page, "is saved.")).to_be_visible()
    assert portal.accounts_of(alice)[alice].network_id == "attic"


def test_when_the_session_is_over_trying_leads_to_the_sign_in(page: Page, open_page: Pages, alice: str) -> None:
    sign_in(page, alice)
    page.get_by_role("link", name=alice, exact=True).click()
    page.get_by_label("Trusted addresses").fill("^203")
    page.context.clear_cookies(name="sipsorcery_session")
    page.get_by_role("button", name="Try it").click()
    expect(page.get_by_label("Username")).to_be_visible()
    (tried,) = open_page.watch.told()
    assert tried.startswith("answered 403: POST ")
