"""Lists that are not counted to their end: where a page stands, and the way from one to the next."""

import pytest

from sipsorcery_web.portal.lists import page as pages

from ..app_harness import AppHarness
from ..browser import Browser


@pytest.fixture(autouse=True)
def few_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "MOST_COUNTED", 40)
    monkeypatch.setattr(pages, "MOST_COUNTED_FOUND", 30)


@pytest.fixture
def browser(harness: AppHarness) -> Browser:
    harness.accounts("alice", 60)
    return harness.signed_in("alice")


def steps(browser: Browser, address: str) -> dict[str, str]:
    """Return where the pager of a page leads."""
    page = browser.open(address)
    return {link.text_content(): link.get("href") or "" for link in page.all("//div[@class='pager']/nav/a")}


def standing(browser: Browser, address: str) -> str:
    return browser.open(address).one("//span[@class='pager-range']").text_content().split(",")[0]


def test_a_long_list_says_that_there_are_more(browser: Browser) -> None:
    assert standing(browser, "/sip-accounts") == "1 to 25 of 40 and more (count them)"
    assert "40 and more accounts" in browser.open("/sip-accounts").text


def test_its_number_is_there_for_whoever_asks(browser: Browser) -> None:
    page = browser.open("/sip-accounts?page=2")
    address = page.one("//span[@class='pager-range']/a").get("href") or ""

    assert address == "/sip-accounts?page=2&total=exact"
    assert standing(browser, address) == "26 to 50 of 60"
    assert steps(browser, address)["Last"] == "/sip-accounts?total=exact&page=3"


def test_its_last_page_is_read_from_the_end(browser: Browser) -> None:
    last = steps(browser, "/sip-accounts")["Last"]

    assert last == "/sip-accounts?page=-1"
    assert browser.open(last).names == [f"line-{number:05}" for number in range(36, 61)]
    assert standing(browser, last) == "the last 25 of 40 and more (count them)"


def test_pages_go_on_from_the_end(browser: Browser) -> None:
    assert steps(browser, "/sip-accounts?page=-1") == {
        "First": "/sip-accounts?page=1",
        "Previous": "/sip-accounts?page=-2",
        "Next": "",
        "Last": "",
    }
    assert steps(browser, "/sip-accounts?page=-2")["Next"] == "/sip-accounts?page=-1"
    assert standing(browser, "/sip-accounts?page=-2") == "26 to 50 from the end of 40 and more (count them)"
    assert browser.open("/sip-accounts?page=-3").names == [f"line-{number:05}" for number in range(1, 11)]


def test_pages_go_on_behind_what_was_counted(browser: Browser) -> None:
    assert steps(browser, "/sip-accounts?page=2")["Next"] == "/sip-accounts?page=3"
    assert standing(browser, "/sip-accounts?page=3") == "51 to 60 of 60"
    assert steps(browser, "/sip-accounts?page=3")["Next"] == ""


@pytest.mark.parametrize(("asked", "first"), [("4", "line-00036"), ("999", "line-00036"), ("-9", "line-00001")])
def test_a_number_beyond_an_end_means_the_page_there(browser: Browser, asked: str, first: str) -> None:
    assert browser.open(f"/sip-accounts?page={asked}").names[0] == first


def test_pages_of_a_counted_list_can_be_named_from_its_end(harness: AppHarness) -> None:
    harness.accounts("alice", 30)
    browser = harness.signed_in("alice")

    assert browser.open("/sip-accounts?page=-1").names == [f"line-{number:05}" for number in range(26, 31)]
    assert browser.open("/sip-accounts?page=-7").names[0] == "line-00001"


def test_a_search_is_counted_less_far(browser: Browser) -> None:
    assert standing(browser, "/sip-accounts?q=line") == "1 to 25 of 30 and more (count them) with “line”"
    assert standing(browser, "/sip-accounts?q=line&total=exact") == "1 to 25 of 60 with “line”"


def test_whoever_does_not_count_is_not_searching(harness: AppHarness) -> None:
    harness.accounts("alice", 0)

    assert "No SIP accounts yet" in harness.signed_in("alice").open("/sip-accounts?total=exact").text
