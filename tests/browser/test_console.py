"""The console in use: lines that arrive, stand still, are found, cleared and dropped, and what ends the asking."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, Request, expect

from .conftest import Pages
from .sample_data.console import ConsolePortal, portal_with_console
from .steps import sign_in


@pytest.fixture(scope="module")
def live(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ConsolePortal]:
    with portal_with_console(tmp_path_factory.mktemp("console"), "sip.example.org", "alice") as portal:
        yield portal


@pytest.fixture
def page(open_page: Pages, live: ConsolePortal) -> Page:
    """The console of alice, which nothing has been asked of."""
    page = open_page(live)
    sign_in(page, live.owner)
    page.goto("/console")
    return page


def connect(page: Page, text: str) -> None:
    page.get_by_label("Filter", exact=True).fill(text)
    page.keyboard.press("Enter")
    expect(state(page, "Live")).to_be_visible()


def state(page: Page, words: str) -> Locator:
    return page.locator("[data-console-state]:visible").filter(has_text=words)


def lines(page: Page) -> Locator:
    return page.locator(".line:visible")


def asked(page: Page) -> list[str]:
    """The addresses of what the page asks from now on."""
    addresses: list[str] = []

    def note(request: Request) -> None:
        if "/console/lines" in request.url:
            addresses.append(request.url)

    page.on("request", note)
    return addresses


def test_connect_see_a_line_arrive_hold_find_clear_and_close(page: Page, live: ConsolePortal) -> None:
    connect(page, "event 53 and regex word")
    box = page.get_by_label("Filter", exact=True)
    expect(box).not_to_be_editable()
    expect(page.get_by_role("button", name="Connect")).to_be_hidden()
    live.tell("The first word.")
    live.tell("bob's word.", "bobby")
    expect(lines(page)).to_have_count(1)
    expect(lines(page).last).to_contain_text("The first word.")

    hold = page.get_by_role("button", name="Hold")
    hold.click()
    expect(state(page, "Held")).to_be_visible()
    live.tell("The second <b>word</b>.")
    expect(page.get_by_text("1 new line", exact=True)).to_be_visible()
    expect(lines(page)).to_have_count(1)
    hold.click()
    expect(lines(page).last).to_contain_text("The second <b>word</b>.")

    page.get_by_label("Find in the lines").fill("SECOND")
    expect(page.get_by_text("1 of 2 lines")).to_be_visible()
    expect(lines(page)).to_have_count(1)
    page.get_by_label("Find in the lines").fill("")
    expect(lines(page)).to_have_count(2)

    page.get_by_role("button", name="Clear").click()
    expect(lines(page)).to_have_count(0)
    live.tell("The third word.")
    expect(lines(page)).to_have_count(1)

    page.get_by_role("link", name="Close").click()
    expect(state(page, "Closed")).to_be_visible()
    expect(box).to_be_editable()
    expect(box).to_be_focused()
    expect(lines(page)).to_have_count(1)
    connect(page, "event full")


def test_the_lines_go_to_their_end_unless_somebody_reads_further_up(page: Page, live: ConsolePortal) -> None:
    connect(page, "event 53 and regex tall")
    is_at_end = "box => box.scrollHeight - box.scrollTop - box.clientHeight < 24"
    for number in range(90):
        live.tell(f"tall {number}.")
    expect(lines(page)).to_have_count(90)
    box = page.locator("#lines")
    assert box.evaluate(is_at_end)
    box.evaluate("box => { box.scrollTop = 0 }")
    live.tell("tall, the last.")
    expect(lines(page)).to_have_count(91)
    assert box.evaluate("box => box.scrollTop") == 0


def test_whole_lines_are_dropped_at_the_bound_and_their_number_is_told(page: Page, live: ConsolePortal) -> None:
    connect(page, "event 53 and regex many")
    for number in range(1_013):
        live.tell(f"many {number}.")
    expect(page.get_by_text("13 earlier lines dropped: the page keeps 1,000 lines.")).to_be_visible()
    expect(lines(page)).to_have_count(1_000)
    expect(lines(page).first).to_contain_text("many 13.")
    expect(lines(page).last).to_contain_text("many 1012.")


def test_nothing_is_asked_while_nobody_looks_or_after_it_is_closed(page: Page, live: ConsolePortal) -> None:
    connect(page, "event 53 and regex unseen")
    page.clock.install()
    page.evaluate(HIDE)
    addresses = asked(page)
    page.clock.run_for(60_000)
    assert addresses == []
    live.tell("unseen, until somebody looks.")
    page.evaluate(SHOW)
    expect(lines(page)).to_have_count(1)
    page.get_by_role("link", name="Close").click()
    addresses.clear()
    page.clock.run_for(60_000)
    assert addresses == []


HIDE = """() => {
  Object.defineProperty(document, "visibilityState", { value: "hidden", configurable: true })
  document.dispatchEvent(new Event("visibilitychange"))
}"""
SHOW = """() => {
  delete document.visibilityState
  document.dispatchEvent(new Event("visibilitychange"))
}"""


def test_a_service_that_fails_is_told_apart_from_a_bad_filter_and_asked_again_later(page: Page) -> None:
    page.clock.install()
    connect(page, "event 53")
    page.route("**/console/lines?*", lambda route: route.fulfill(status=503, headers={"Live-State": "away"}))
    page.clock.run_for(2_000)
    expect(state(page, "the service does not answer")).to_be_visible()
    page.unroute("**/console/lines?*")
    addresses = asked(page)
    page.clock.run_for(8_000)
    assert addresses == []
    page.clock.run_for(3_000)
    expect(state(page, "Live")).to_be_visible()


@pytest.mark.parametrize("width", [360, 1280])
def test_without_scripts_the_last_lines_are_there_and_read_anew(
    open_page: Pages, live: ConsolePortal, width: int
) -> None:
    page = open_page(live, width, scripts=False)
    sign_in(page, live.owner)
    page.goto("/console")
    page.get_by_label("Filter", exact=True).fill(f"event 53 and regex plain.{width}")
    page.get_by_role("button", name="Connect").click()
    expect(lines(page)).to_have_count(0)
    live.tell(f"plain {width} px.")
    page.get_by_role("link", name="Refresh").click()
    expect(lines(page)).to_have_count(1)
    page.get_by_role("link", name="Close").click()
    expect(page.get_by_role("link", name="Refresh")).to_have_count(0)
