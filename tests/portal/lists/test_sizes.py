"""The size of a list's pages: what a visitor chooses holds for every list, and what an address asks for that one alone."""

import pytest

from ..app_harness import AppHarness
from ..browser import Browser, Page, words


def sizes(page: Page) -> str:
    return words(page.one("//span[@class='pager-sizes']"))


def test_the_size_that_was_chosen_holds_from_then_on_and_in_every_list(harness: AppHarness, alice: Browser) -> None:
    harness.accounts("alice", 130)
    page = alice.open("/sip-accounts?page=2")
    assert sizes(page) == "Rows a page 25 50 100"
    assert words(page.one("//span[@class='pager-sizes']/b")) == "25"
    page = page.follow("50")
    assert len(page.names) == 50
    assert len(alice.open("/sip-accounts").names) == 50
    assert words(alice.open("/sip-accounts?page=2").one("//span[@class='pager-sizes']/b")) == "50"
    assert alice.open("/sip-accounts?page=2").names[0] == "line-00051"


def test_a_size_that_is_not_offered_holds_for_that_address_alone(harness: AppHarness, alice: Browser) -> None:
    harness.accounts("alice", 130)
    assert len(alice.open("/sip-accounts?size=7").names) == 7
    assert len(alice.open("/sip-accounts").names) == 25


def test_choosing_a_size_keeps_what_was_asked(harness: AppHarness, alice: Browser) -> None:
    harness.accounts("alice", 60)
    assert alice.open("/sip-accounts?q=line&state=on&page=2").links["50"] == "/sip-accounts?q=line&state=on&size=50"


def test_a_list_that_every_size_has_room_for_offers_none(harness: AppHarness, alice: Browser) -> None:
    harness.accounts("alice", 25)
    assert not alice.open("/sip-accounts").all("//span[@class='pager-sizes']")


def test_the_cookie_of_the_size_is_kept_for_a_year_and_from_scripts(harness: AppHarness, alice: Browser) -> None:
    answer = alice.raw("GET", "/sip-accounts?size=50")
    cookie = next(each for each in answer.headers.getlist("Set-Cookie") if each.startswith("page_size="))
    assert {"page_size=50", "Max-Age=31536000", "HttpOnly", "SameSite=Lax", "Path=/"} <= {*cookie.split("; ")}
    assert "Secure" not in cookie
    again = alice.raw("GET", "/sip-accounts?size=50")
    assert "page_size" not in str(again.headers.getlist("Set-Cookie"))


def test_over_https_the_cookie_of_the_size_never_leaves_it(harness: AppHarness) -> None:
    browser = harness.signed_in("alice", base_url="https://phones.example.org")
    cookies = browser.raw("GET", "/sip-accounts?size=50").headers.getlist("Set-Cookie")
    assert "Secure" in next(each for each in cookies if each.startswith("__Host-page_size="))


@pytest.mark.parametrize(
    ("kept", "size"),
    [("100", 100), ("7", 7), ("0", 1), ("-5", 1), ("9" * 4000, 100), ("9" * 4000 + "x", 25), ("500", 100)],
)
def test_a_cookie_that_somebody_made_up_does_no_harm(harness: AppHarness, alice: Browser, kept: str, size: int) -> None:
    harness.accounts("alice", 130)
    alice.client.set_cookie("page_size", kept)
    assert len(alice.open("/sip-accounts").names) == size
