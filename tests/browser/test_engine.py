"""The SIP engine's commands from the pages, by pointer and by keyboard, with scripts and without."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from sipsorcery_web.contract.records import SIPAccount

from .conftest import DESK, PHONE
from .portals import NO_ENGINE, OVER_SOAP, Portal
from .sample_data.engine import Switchboard, forget_phones, portal_with_engine, register, talk
from .steps import heading, note, row_of, sign_in
from .test_accessibility import tab_to

pytestmark = pytest.mark.skipif(OVER_SOAP, reason=NO_ENGINE)

Opening = Callable[..., Page]
Telephony = tuple[Portal, Switchboard]

SHORTLY_AFTER = 30_000
"""Milliseconds within which anything that comes by itself has come."""
BOTH_WAYS = pytest.mark.parametrize(
    ("scripts", "width"), [(True, DESK), (False, PHONE)], ids=["with scripts", "without scripts on a phone"]
)


@pytest.fixture(scope="module")
def telephony(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Telephony]:
    """A portal that looks at its lists each second, with an engine."""
    folder = tmp_path_factory.mktemp("telephony")
    with portal_with_engine(folder, "sip.example.org", live_seconds="1") as telephony:
        yield telephony


@pytest.fixture
def portal(telephony: Telephony) -> Iterator[Portal]:
    portal, board = telephony
    board.told.clear()
    yield portal
    board.is_away = False


@pytest.fixture
def board(telephony: Telephony) -> Switchboard:
    return telephony[1]


@pytest.fixture
def alice(portal: Portal) -> str:
    return portal.customer("alice")


@pytest.fixture
def line(portal: Portal, alice: str) -> SIPAccount:
    """Return alice's first line."""
    return portal.accounts_of(alice)[alice]


@BOTH_WAYS
def test_a_call_is_hung_up(
    open_page: Opening, portal: Portal, board: Switchboard, alice: str, scripts: bool, width: int
) -> None:
    numbers = talk(portal, alice, alice, "front-desk")
    page = open_page(portal, width, scripts)
    sign_in(page, alice)
    page.goto("/calls")
    page.get_by_role("button", name="Hang up").click()
    expect(note(page, "The call is hung up.")).to_be_visible()
    expect(page).to_have_url(f"{portal.address}/calls")
    assert board.told == [("dlg.end_dlg", [*numbers])]


def test_a_call_that_comes_while_somebody_looks_is_hung_up_with_the_keyboard(
    open_page: Opening, portal: Portal, board: Switchboard, alice: str
) -> None:
    page = open_page(portal)
    sign_in(page, alice)
    page.goto("/calls")
    expect(page.get_by_text("No call is going on")).to_be_visible()
    numbers = talk(portal, alice, alice, "front-desk")
    expect(page.get_by_role("button", name="Hang up")).to_be_visible(timeout=SHORTLY_AFTER)
    tab_to(page, "Hang up")
    page.keyboard.press("Enter")
    expect(note(page, "The call is hung up.")).to_be_visible()
    assert board.told == [("dlg.end_dlg", [*numbers])]


@BOTH_WAYS
def test_a_phone_is_removed(
    open_page: Opening, portal: Portal, board: Switchboard, line: SIPAccount, scripts: bool, width: int
) -> None:
    register(portal, line)
    page = open_page(portal, width, scripts)
    sign_in(page, line.owner or "")
    page.goto("/registrations")
    page.get_by_role("button", name="Remove").click()
    expect(note(page, "is removed. A phone that is switched on registers again when its time is up.")).to_be_visible()
    ((method, parameters),) = board.told
    assert (method, parameters[:2]) == ("ul.rm_contact", ["location", f"{line.sip_username}@{portal.domain}"])
    forget_phones(portal)


def test_an_engine_that_does_not_answer_is_said_to_be_away(
    open_page: Opening, portal: Portal, board: Switchboard, line: SIPAccount
) -> None:
    register(portal, line)
    page = open_page(portal)
    sign_in(page, line.owner or "")
    page.goto("/registrations")
    expect(page.get_by_role("button", name="Remove")).to_be_visible()
    board.is_away = True
    expect(note(page, "The SIP engine does not answer: what is shown may be old.")).to_be_visible(timeout=SHORTLY_AFTER)
    page.get_by_role("button", name="Remove").click()
    expect(note(page, "The SIP engine does not answer. Nothing was changed.")).to_be_visible()
    assert board.told == []
    board.is_away = False
    expect(note(page, "what is shown may be old.")).to_be_hidden(timeout=SHORTLY_AFTER)
    forget_phones(portal)


@BOTH_WAYS
def test_a_phone_is_set_up_from_the_list(
    open_page: Opening, portal: Portal, line: SIPAccount, scripts: bool, width: int
) -> None:
    page = open_page(portal, width, scripts)
    sign_in(page, line.owner or "")
    row_of(page, line.sip_username or "").get_by_role("link", name="Set up a phone").click()
    expect(heading(page, "Set up a phone")).to_be_visible()
    expect(page.get_by_role("img", name="QR code")).to_have_count(0)
    page.get_by_role("button", name="Show password and code").click()
    expect(page.get_by_role("img", name="QR code")).to_be_visible()
    password = portal.accounts_of(line.owner or "")[line.sip_username or ""].sip_password or ""
    expect(page.locator("#phone-password")).to_have_text(password)
    expect(page.get_by_role("button", name="Copy password")).to_have_count(1 if scripts else 0)


def test_the_set_up_page_turns_to_registered_by_itself(open_page: Opening, portal: Portal, line: SIPAccount) -> None:
    page = open_page(portal)
    sign_in(page, line.owner or "")
    page.goto(f"/sip-accounts/{line.id}/phone")
    status = page.get_by_role("status").filter(has_text="No phone is registered yet")
    expect(status).to_be_visible()
    page.evaluate("window.isTheSame = true")
    register(portal, line, "Linphone/5.2 <b>")
    expect(page.get_by_text("Registered ✓")).to_be_visible(timeout=SHORTLY_AFTER)
    expect(page.locator(".set-up")).to_contain_text("from Linphone/5.2 <b>")
    expect(status).to_have_count(0)
    assert page.evaluate("window.isTheSame")
    forget_phones(portal)
    expect(status).to_be_visible(timeout=SHORTLY_AFTER)
