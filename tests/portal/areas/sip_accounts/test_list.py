"""The list of SIP accounts: what its sentence says, and sifting it by state."""

from urllib.parse import urlencode

import pytest

from tests.portal.app_harness import AppHarness
from tests.portal.browser import Browser, Page, words
from tests.portal.lists.test_search import plain

__all__ = ["plain"]


@pytest.fixture
def lines(harness: AppHarness) -> None:
    """alice's accounts, one of each kind."""
    harness.accounts("alice", 0)
    harness.account("alice", "front-desk")
    harness.account("alice", "front-door", is_user_disabled=True)
    harness.account("alice", "front-hall", is_incoming_only=True, is_user_disabled=True)
    harness.account("alice", "back-desk", is_incoming_only=True)
    harness.lock(harness.account("alice", "back-door"))


def sift(browser: Browser, state: str, **more: str) -> Page:
    return browser.open("/sip-accounts?" + urlencode({"state": state} | more))


def chosen(page: Page) -> str:
    return words(page.one("//nav[@aria-label='State']/a[@aria-current]"))


STATES = pytest.mark.parametrize(
    ("state", "says", "found"),
    [
        ("", "All", ["back-desk", "back-door", "front-desk", "front-door", "front-hall"]),
        ("on", "Switched on", ["back-desk", "front-desk"]),
        ("off", "Switched off", ["back-door", "front-door", "front-hall"]),
        ("incoming", "Incoming only", ["back-desk", "front-hall"]),
        ("Off", "All", ["back-desk", "back-door", "front-desk", "front-door", "front-hall"]),
        ("' or 1=1", "All", ["back-desk", "back-door", "front-desk", "front-door", "front-hall"]),
    ],
)


@STATES
@pytest.mark.usefixtures("lines")
def test_the_list_is_sifted_by_state(alice: Browser, state: str, says: str, found: list[str]) -> None:
    page = sift(alice, state)
    assert (page.names, chosen(page)) == (found, says)


@STATES
@pytest.mark.usefixtures("lines", "plain")
def test_it_is_so_in_front_of_a_service_that_knows_no_or(
    alice: Browser, state: str, says: str, found: list[str]
) -> None:
    assert sift(alice, state).names == found


@pytest.mark.usefixtures("lines")
def test_the_find_box_keeps_the_state_and_the_state_keeps_what_was_searched_for(alice: Browser) -> None:
    page = sift(alice, "off", q="front", page="1")
    assert page.names == ["front-door", "front-hall"]
    assert page.one("//form[@role='search']//input[@name='state']").get("value") == "off"
    assert (page.value("q"), chosen(page)) == ("front", "Switched off")
    page = page.follow("Switched on")
    assert (page.names, page.value("q"), chosen(page)) == (["front-desk"], "front", "Switched on")
    page = page.follow("All")
    assert page.names == ["front-desk", "front-door", "front-hall"]


def test_the_state_stays_from_page_to_page(harness: AppHarness, alice: Browser) -> None:
    harness.accounts("alice", 60)
    page = sift(alice, "on", size="20").follow("Next")
    assert (page.names[0], chosen(page)) == ("line-00021", "Switched on")
    assert "21 to 40 of 60" in page.text


def test_where_none_is_in_that_state_that_is_said_with_the_way_back(harness: AppHarness, alice: Browser) -> None:
    page = sift(alice, "off")
    assert "No such account" in page.text
    assert "No SIP accounts yet" not in page.text
    assert page.follow("Show them all").names == ["alice"]


def test_a_customer_without_accounts_is_shown_the_way_to_one_whatever_blanks_are_asked(
    harness: AppHarness, alice: Browser
) -> None:
    harness.accounts("alice", 0)
    for query in ("", "?q=%20", "?state="):
        assert "No SIP accounts yet" in alice.open(f"/sip-accounts{query}").text


@pytest.mark.parametrize(("count", "sentence"), [(1, "1 account."), (61, "61 accounts.")])
def test_the_sentence_under_the_title_says_how_many_there_are(
    harness: AppHarness, alice: Browser, count: int, sentence: str
) -> None:
    harness.accounts("alice", count)
    assert words(alice.open("/sip-accounts").one("//header/p[@class='lede']")).startswith(sentence)


def test_it_names_no_number_where_only_some_are_shown_or_there_are_none(harness: AppHarness, alice: Browser) -> None:
    harness.accounts("alice", 61)
    assert not any(map(str.isdigit, words(sift(alice, "on").one("//header/p[@class='lede']"))))
    harness.accounts("alice", 0)
    assert not any(map(str.isdigit, words(sift(alice, "").one("//header/p[@class='lede']"))))


@pytest.mark.usefixtures("lines")
def test_a_state_finds_nothing_of_others(harness: AppHarness, bob: Browser) -> None:
    assert sift(bob, "off").names == []
