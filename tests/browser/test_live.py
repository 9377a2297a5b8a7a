"""Lists that stay current by themselves, stand still while somebody uses them, and say how current they are."""

from collections.abc import Callable, Iterator
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, Locator, Page, Request, Route, expect

from sipsorcery_web.contract.records import SIPAccount
from tests.factories import SIP_PASSWORD

from .conftest import DESK, Pages
from .portals import Portal, as_chosen, in_use
from .steps import row_of, sign_in

SHORTLY_AFTER = 30_000
"""Milliseconds within which anything that comes by itself has come."""


@pytest.fixture(scope="module")
def lively(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """A portal that looks at its lists each second."""
    with in_use(lambda: as_chosen(tmp_path_factory.mktemp("lively"), "sip.example.org", live_seconds="1")) as portal:
        yield portal


@pytest.fixture
def alice(lively: Portal) -> str:
    return lively.customer("alice")


@pytest.fixture
def line(lively: Portal, alice: str) -> SIPAccount:
    """Return alice's first line; no phone is registered."""
    return lively.accounts_of(alice)[alice]


@pytest.fixture
def page(open_page: Pages, lively: Portal, alice: str) -> Page:
    """The list of alice, live."""
    page = open_page(lively)
    sign_in(page, alice)
    expect(state(page, "Live, as of")).to_be_visible()
    return page


def state(page: Page, words: str) -> Locator:
    return page.locator("[data-live-state]:visible").filter(has_text=words)


def add_line(lively: Portal, line: SIPAccount) -> str:
    """Add a line as another program of the same customer would, and return its name."""
    name = lively.new_name("zz-new")
    program = lively.program_of(line.owner or "")
    program.sip_accounts.add(line.with_(id=uuid4(), sip_username=name, sip_password=SIP_PASSWORD))
    return name


def begin_again_with_a_clock(page: Page) -> None:
    """Let the test hurry the page's timers along."""
    page.clock.install()
    page.reload()
    expect(state(page, "Live, as of")).to_be_visible()


def comes(locator: Locator, words: str) -> None:
    expect(locator).to_contain_text(words, timeout=SHORTLY_AFTER)


def test_a_phone_that_registers_shows_by_itself_and_what_is_typed_above_stays(
    page: Page, lively: Portal, line: SIPAccount
) -> None:
    page.get_by_label("Find an account").fill("half a word")
    lively.register(line, "Snom/10.1", "203.0.113.41:5060")
    comes(row_of(page, str(line.sip_username)), "Snom/10.1")
    expect(page.get_by_label("Find an account")).to_be_focused()
    expect(page.get_by_label("Find an account")).to_have_value("half a word")


def test_a_row_that_came_by_itself_works_like_any_other(page: Page, lively: Portal, line: SIPAccount) -> None:
    drawing = page.locator("[data-live-list] svg").first.element_handle()
    row = row_of(page, add_line(lively, line))
    row.get_by_role("button", name="Show").click(timeout=SHORTLY_AFTER)
    comes(row, SIP_PASSWORD)
    assert drawing is not None
    assert drawing.evaluate("drawing => drawing.isConnected"), "what has not changed was made anew"


def test_nothing_moves_while_a_control_of_the_list_has_the_focus(page: Page, lively: Portal, line: SIPAccount) -> None:
    link = page.get_by_role("link", name=str(line.sip_username), exact=True)
    link.focus()
    lively.register(line, "Snom/10.1", "203.0.113.41:5060")
    expect(state(page, "Held while you use the list")).to_be_visible(timeout=SHORTLY_AFTER)
    expect(link).to_be_focused()
    expect(page.get_by_text("Snom/10.1")).to_have_count(0)
    page.get_by_label("Find an account").focus()
    expect(page.get_by_text("Snom/10.1")).to_be_visible()
    expect(state(page, "Live, as of")).to_be_visible()


def test_nothing_moves_while_a_password_is_shown(page: Page, lively: Portal, line: SIPAccount) -> None:
    row = row_of(page, add_line(lively, line))
    row.get_by_role("button", name="Show").click(timeout=SHORTLY_AFTER)
    comes(row, SIP_PASSWORD)
    page.get_by_label("Find an account").focus()
    lively.register(line, "Snom/10.1", "203.0.113.41:5060")
    expect(state(page, "Held while you use the list")).to_be_visible(timeout=SHORTLY_AFTER)
    comes(row, SIP_PASSWORD)
    expect(page.get_by_text("Snom/10.1")).to_have_count(0)
    row.get_by_role("button", name="Hide").click()
    page.get_by_label("Find an account").focus()
    expect(page.get_by_text("Snom/10.1")).to_be_visible(timeout=SHORTLY_AFTER)
    expect(page.get_by_text(SIP_PASSWORD)).to_have_count(0)


TURNS = """seen => {
  Object.defineProperty(document, "visibilityState", { value: seen, configurable: true })
  document.dispatchEvent(new Event("visibilitychange"))
}"""


def is_look(request: Request) -> bool:
    return "live-list" in request.headers


def stand_still(page: Page) -> None:
    """Let the page's time pass only as the test says, once no look is under way."""
    with page.expect_response(lambda response: is_look(response.request)):
        pass
    page.clock.pause_at(page.evaluate("Date.now()") / 1000 + 0.2)


def looks_of(page: Page) -> list[Request]:
    """The looks that a page takes from now on."""
    found: list[Request] = []
    page.on("request", lambda request: found.append(request) if is_look(request) else None)
    return found


def asks_nothing_for(page: Page, asked: list[Request], seconds: float) -> None:
    count = len(asked)
    page.clock.run_for(round(seconds * 1000))
    assert len(asked) == count


def asks_soon(page: Page, asked: list[Request]) -> None:
    """Within some seconds of the page's time; waits for the answer."""
    count = len(asked)
    with page.expect_response(lambda response: is_look(response.request)):
        for _ in range(20):
            if len(asked) == count:
                page.clock.run_for(500)
    assert len(asked) == count + 1


def test_a_list_that_stays_as_it_is_is_not_sent_again(page: Page) -> None:
    with page.expect_response(lambda response: is_look(response.request)) as answered:
        pass
    assert answered.value.status == 304


def test_a_tab_that_nobody_sees_asks_once_a_minute_and_is_current_at_once_when_it_is_seen_again(
    page: Page, lively: Portal, line: SIPAccount
) -> None:
    begin_again_with_a_clock(page)
    stand_still(page)
    asked = looks_of(page)
    page.evaluate(TURNS, "hidden")
    for _ in range(2):
        asks_nothing_for(page, asked, 58)
        asks_soon(page, asked)
    lively.register(line, "Snom/10.1", "203.0.113.41:5060")
    page.evaluate(TURNS, "visible")
    comes(row_of(page, str(line.sip_username)), "Snom/10.1")
    assert len(asked) == 3


def test_a_fourth_tab_is_as_live_as_the_first(page: Page, lively: Portal, line: SIPAccount) -> None:
    others = [page.context.new_page() for _ in range(3)]
    for other in others:
        other.goto("/sip-accounts")
    lively.register(line, "Snom/10.1", "203.0.113.41:5060")
    for each in (page, *others):
        comes(row_of(each, str(line.sip_username)), "Snom/10.1")


def test_a_look_that_nobody_answers_is_given_up_after_15_s(page: Page, lively: Portal, line: SIPAccount) -> None:
    begin_again_with_a_clock(page)
    held: list[Route] = []
    page.route("**/sip-accounts", lambda route: route.continue_() if held else held.append(route))
    page.clock.run_for(2_000)
    lively.register(line, "Snom/10.1", "203.0.113.41:5060")
    page.clock.run_for(16_000)
    expect(state(page, "Not live: no connection")).to_be_visible()
    page.clock.run_for(11_000)
    comes(row_of(page, str(line.sip_username)), "Snom/10.1")
    assert len(held) == 1


def test_what_something_on_the_way_answers_is_neither_shown_nor_believed(page: Page, line: SIPAccount) -> None:
    page.route("**/sip-accounts", lambda route: route.fulfill(body="<h1>Welcome to the hotel</h1>"))
    expect(state(page, "Not live: no connection")).to_be_visible(timeout=SHORTLY_AFTER)
    expect(page.get_by_text("Welcome to the hotel")).to_have_count(0)
    expect(row_of(page, str(line.sip_username))).to_be_visible()


def test_a_service_that_stays_away_is_asked_less_and_less(page: Page) -> None:
    begin_again_with_a_clock(page)
    stand_still(page)
    away = {"Live-State": "away", "Retry-After": "10"}
    page.route("**/sip-accounts", lambda route: route.fulfill(status=503, headers=away))
    asked = looks_of(page)
    asks_soon(page, asked)
    expect(state(page, "Not live: the service does not answer")).to_be_visible()
    for seconds in (10, 20, 40, 60, 60):
        asks_nothing_for(page, asked, seconds - 1)
        asks_soon(page, asked)
    page.unroute("**/sip-accounts")
    asks_nothing_for(page, asked, 59)
    asks_soon(page, asked)
    expect(state(page, "Live, as of")).to_be_visible()
    asks_soon(page, asked)


def test_what_is_held_is_shown_as_not_live_once_the_session_has_ended(
    page: Page, lively: Portal, line: SIPAccount, alice: str
) -> None:
    page.get_by_role("link", name=str(line.sip_username), exact=True).focus()
    lively.register(line, "Snom/10.1", "203.0.113.41:5060")
    expect(state(page, "Held while you use the list")).to_be_visible(timeout=SHORTLY_AFTER)
    lively.change_password_elsewhere(alice)
    expect(state(page, "Not live: your session has ended")).to_be_visible(timeout=SHORTLY_AFTER)
    page.get_by_label("Find an account").focus()
    expect(page.get_by_text("Snom/10.1")).to_be_visible()
    expect(state(page, "Not live: your session has ended")).to_be_visible()


def test_a_browser_that_is_online_again_asks_at_once(open_page: Pages, page: Page) -> None:
    page.context.set_offline(True)
    expect(state(page, "Not live: no connection")).to_be_visible(timeout=SHORTLY_AFTER)
    page.context.set_offline(False)
    expect(state(page, "Live, as of")).to_be_visible(timeout=5_000)
    assert [complaint for complaint in open_page.watch.told() if "ERR_INTERNET_DISCONNECTED" not in complaint] == []


def test_a_session_that_ended_elsewhere_is_told_and_nothing_is_asked_any_more(
    page: Page, lively: Portal, alice: str
) -> None:
    begin_again_with_a_clock(page)
    lively.change_password_elsewhere(alice)
    expect(state(page, "Not live: your session has ended")).to_be_visible(timeout=SHORTLY_AFTER)
    asked: list[Request] = []
    page.on("request", lambda request: asked.append(request))
    page.clock.run_for(60_000)
    assert asked == []


def test_a_connection_that_is_lost_is_told_and_comes_back(
    open_page: Pages, page: Page, lively: Portal, line: SIPAccount
) -> None:
    begin_again_with_a_clock(page)
    lively.front.stop()
    try:
        expect(state(page, "Not live: no connection")).to_be_visible(timeout=SHORTLY_AFTER)
    finally:
        lively.front.start()
    lively.register(line, "Snom/10.1", "203.0.113.41:5060")
    page.clock.run_for(10_000)
    comes(row_of(page, str(line.sip_username)), "Snom/10.1")
    expect(state(page, "Live, as of")).to_be_visible()
    assert [complaint for complaint in open_page.watch.told() if "ERR_CONNECTION_REFUSED" not in complaint] == []


def test_without_scripts_refresh_reads_the_list_anew(
    open_page: Callable[..., Page], lively: Portal, alice: str, line: SIPAccount
) -> None:
    page = open_page(lively, DESK, scripts=False)
    sign_in(page, alice)
    expect(page.locator("[data-live-state]:visible")).to_have_count(0)
    lively.register(line, "Snom/10.1", "203.0.113.41:5060")
    page.get_by_role("link", name="Refresh").click()
    expect(row_of(page, str(line.sip_username))).to_contain_text("Snom/10.1")
