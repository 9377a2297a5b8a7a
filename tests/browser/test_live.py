"""Lists that stay current by themselves, stand still while somebody uses them, and say how current they are."""

from collections.abc import Callable, Iterator
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, Locator, Page, Request, Route, expect

from sipsorcery_web.contract.records import SIPAccount

from .conftest import DESK, Pages
from .portals import Portal, as_chosen, in_use
from .steps import SIP_PASSWORD, row_of, sign_in

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
    """Her first line; no phone is registered."""
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
    """What another program of the same customer does; the name of the new line."""
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


def asks_for_events(request: Request) -> bool:
    return request.headers.get("accept") == "text/event-stream"


def test_a_tab_that_nobody_sees_asks_for_nothing_and_is_current_at_once_when_it_is_seen_again(
    page: Page, lively: Portal, line: SIPAccount
) -> None:
    asked: list[Request] = []
    page.on("request", lambda request: asked.append(request) if asks_for_events(request) else None)
    with page.expect_event("requestfailed", predicate=asks_for_events):
        page.evaluate(TURNS, "hidden")
    lively.register(line, "Snom/10.1", "203.0.113.41:5060")
    page.evaluate(TURNS, "hidden")
    assert asked == []
    page.evaluate(TURNS, "visible")
    comes(row_of(page, str(line.sip_username)), "Snom/10.1")
    assert len(asked) == 1


def test_beyond_the_streams_that_there_may_be_a_page_asks_again_and_again(
    page: Page, open_page: Pages, lively: Portal, line: SIPAccount, alice: str
) -> None:
    others = [page.context.new_page() for _ in range(2)]
    for other in others:
        other.goto("/sip-accounts")
        begin_again_with_a_clock(other)
    lively.register(line, "Snom/10.1", "203.0.113.41:5060")
    for each in (page, *others):
        if each is not page:
            each.clock.run_for(6_000)
        comes(row_of(each, str(line.sip_username)), "Snom/10.1")


def test_where_something_on_the_way_holds_streams_back_a_page_asks_again_and_again(
    page: Page, lively: Portal, line: SIPAccount
) -> None:
    begin_again_with_a_clock(page)
    held: list[Route] = []

    def hold_streams_back(route: Route) -> None:
        is_stream = asks_for_events(route.request) and route.request.headers.get("prefer") != "wait=0"
        held.append(route) if is_stream else route.continue_()

    page.route("**/sip-accounts", hold_streams_back)
    with page.expect_request(asks_for_events):
        page.reload()
    lively.register(line, "Snom/10.1", "203.0.113.41:5060")
    page.clock.run_for(16_000)
    expect(state(page, "Not live: no connection")).to_be_visible()
    page.clock.run_for(11_000)
    comes(row_of(page, str(line.sip_username)), "Snom/10.1")
    assert len(held) == 1


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
