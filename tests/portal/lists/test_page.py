"""Lists: pages, their addresses and searching."""

from urllib.parse import quote, urlencode

import pytest

from tests.factories import DOMAIN

from ..app_harness import AppHarness
from ..browser import Browser, Page, words


def find(browser: Browser, query: str, **more: object) -> Page:
    return browser.open("/sip-accounts?" + urlencode({"q": query} | more))


def pages(page: Page) -> dict[str, str | None]:
    """The ways to other pages: words and addresses, None for a way that leads nowhere."""
    return {words(link): link.get("href") for link in page.all("//nav[@aria-label='Pages']//a")}


def only_these(harness: AppHarness, *names: str, owner: str = "alice") -> None:
    harness.accounts(owner, 0)
    for name in names:
        harness.account(owner, name)


# How many there are


def test_an_empty_list_says_so_and_shows_the_way_to_a_first_account(harness: AppHarness, alice: Browser) -> None:
    harness.accounts("alice", 0)
    page = alice.open("/sip-accounts")
    assert page.rows == []
    assert "No SIP accounts yet" in page.text
    assert page.follow("Add a SIP account").h1 == "New SIP account"


def test_a_list_of_one_has_no_pages(harness: AppHarness, alice: Browser) -> None:
    harness.accounts("alice", 1)
    page = alice.open("/sip-accounts")
    assert page.names == ["line-00001"]
    assert words(page.one("//span[@class='pager-range']")) == "All 1"
    assert pages(page) == {}


def test_a_list_of_25_is_one_page(harness: AppHarness, alice: Browser) -> None:
    harness.accounts("alice", 25)
    page = alice.open("/sip-accounts")
    assert len(page.names) == 25
    assert words(page.one("//span[@class='pager-range']")) == "All 25"
    assert pages(page) == {}


def test_the_26th_stands_on_a_second_page(harness: AppHarness, alice: Browser) -> None:
    harness.accounts("alice", 26)
    page = alice.open("/sip-accounts")
    assert len(page.names) == 25
    assert "1 to 25 of 26, line-00001 to line-00025" in page.text
    second = "/sip-accounts?page=2"
    assert pages(page) == {"First": None, "Previous": None, "Next": second, "Last": second}
    page = page.follow("Next")
    assert page.names == ["line-00026"]
    assert "26 to 26 of 26, line-00026" in page.text
    first = "/sip-accounts?page=1"
    assert pages(page) == {"First": first, "Previous": first, "Next": None, "Last": None}


def test_a_list_of_10000_has_400_pages_of_25(harness: AppHarness, alice: Browser) -> None:
    harness.accounts("alice", 10_000)
    page = alice.open("/sip-accounts?page=200")
    assert page.names == [f"line-{number:05}" for number in range(4976, 5001)]
    assert "4976 to 5000 of 10000" in page.text
    assert pages(page) == {
        "First": "/sip-accounts?page=1",
        "Previous": "/sip-accounts?page=199",
        "Next": "/sip-accounts?page=201",
        "Last": "/sip-accounts?page=400",
    }
    for number in (1, 2, 399, 400):
        rows = alice.open(f"/sip-accounts?page={number}").names
        assert rows == [f"line-{row:05}" for row in range(number * 25 - 24, number * 25 + 1)]


def test_only_ones_own_are_counted(harness: AppHarness, alice: Browser) -> None:
    harness.accounts("bobby", 60)
    page = alice.open("/sip-accounts?page=2")
    assert page.names == ["alice"]


def test_the_administrator_leafs_through_the_accounts_of_all(harness: AppHarness, administrator: Browser) -> None:
    harness.accounts("alice", 20)
    harness.accounts("bobby", 0)
    harness.account("bobby", "a-first-line")
    page = administrator.open("/sip-accounts")
    assert page.names == ["a-first-line", *(f"line-{number:05}" for number in range(1, 21)), "root-admin"]


# Addresses of pages


@pytest.mark.parametrize(
    ("asked", "first"),
    [
        ("3", 51),
        ("4", 51),
        ("1000000000000000000000", 51),
        ("0", 1),
        ("-1", 51),
        ("", 1),
        ("two", 1),
        ("2.0", 1),
        ("٢", 26),
        ("9" * 5000, 1),
        ("2&page=3", 26),
        ("1'--", 1),
        ("%00", 1),
    ],
)
def test_a_page_that_there_is_not_becomes_the_nearest_or_the_first(
    harness: AppHarness, alice: Browser, asked: str, first: int
) -> None:
    harness.accounts("alice", 60)
    page = alice.open(f"/sip-accounts?page={asked}")
    assert (page.status, page.names[0]) == (200, f"line-{first:05}")


@pytest.mark.parametrize(
    ("asked", "size"),
    [("1", 1), ("10", 10), ("100", 100), ("101", 100), ("999999999", 100), ("0", 1), ("-7", 1), ("", 25), ("all", 25)],
)
def test_a_page_has_between_1_and_100_rows(harness: AppHarness, alice: Browser, asked: str, size: int) -> None:
    harness.accounts("alice", 130)
    assert len(alice.open(f"/sip-accounts?size={asked}").names) == size


def test_the_size_and_the_search_stay_from_page_to_page(harness: AppHarness, alice: Browser) -> None:
    harness.accounts("alice", 60)
    page = alice.open("/sip-accounts?q=line&size=20").follow("Next").follow("Next")
    assert page.names[0] == "line-00041"
    assert page.value("q") == "line"
    assert "41 to 60 of 60 with “line”" in page.text
    found = page.browser.open("/sip-accounts?" + urlencode({"q": "00002", "size": page.value("size")}))
    assert found.names == ["line-00002"]


def test_refresh_loads_the_same_page(harness: AppHarness, alice: Browser) -> None:
    harness.accounts("alice", 60)
    page = alice.open("/sip-accounts?q=line&page=2")
    assert page.follow("Refresh").names == page.names


@pytest.mark.parametrize(
    "more",
    [
        "endpoint=frame.about",
        "_external=1&_scheme=javascript",
        "_anchor=x",
        "_method=POST",
        "values=1",
        "number=3",
        "self=1",
        "_external=1",
    ],
)
def test_words_that_somebody_puts_into_an_address_do_not_bend_its_links(
    harness: AppHarness, alice: Browser, more: str
) -> None:
    harness.accounts("alice", 60)
    page = alice.open(f"/sip-accounts?page=2&{more}")
    assert page.status == 200
    for address in pages(page).values():
        assert address is not None
        assert address.startswith("/sip-accounts?")
        assert "#" not in address
    assert page.follow("Next").names[0] == "line-00051"


def test_markup_in_an_address_stays_text(harness: AppHarness, alice: Browser) -> None:
    harness.accounts("alice", 60)
    page = alice.open('/sip-accounts?"><script>alert(1)</script>=1&page=2')
    assert page.names[0] == "line-00026"


# Order


@pytest.mark.parametrize(
    ("path", "heading", "order"),
    [
        ("/sip-accounts", "Account", "ascending"),
        ("/registrations", "SIP account", "ascending"),
        ("/providers", "Provider", "ascending"),
        ("/provider-registrations", "Provider", "ascending"),
        ("/dial-plans", "Name", "ascending"),
        ("/cdrs", "Time", "descending"),
    ],
)
def test_the_heading_of_the_column_by_which_the_whole_list_is_ordered_says_so(
    harness: AppHarness, alice: Browser, path: str, heading: str, order: str
) -> None:
    things = harness.one_of_each("alice")
    harness.bind(harness.stored_accounts("alice")["front-desk"])
    harness.provider("alice", "blueline", register_enabled=True, register_contact="sip:alice@sip.example.org")
    assert things
    sorted_by = alice.open(path).all("//thead//th[@aria-sort]")
    assert [(words(each), each.get("aria-sort")) for each in sorted_by] == [(heading, order)]


# Searching


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("desk", ["back_desk", "front-desk"]),
        ("DESK", ["back_desk", "front-desk"]),
        ("  desk ", ["back_desk", "front-desk"]),
        ("t-d", ["front-desk"]),
        ("k_d", ["back_desk"]),
        (".ex", ["back_desk", "front-desk", "hall.alice"]),
        ("h", ["hall.alice"]),
        ("hall.", ["hall.alice"]),
        ("sip.example", ["back_desk", "front-desk", "hall.alice"]),
        ("%", []),
        ("%desk%", []),
        ("front_desk", []),
        ("*", []),
        ("?", []),
        ("'", []),
        ("desk' or '1'='1", []),
        ('"', []),
        ('desk" or 1 == 1 or "', []),
        ('") || Owner != ("', []),
        ("\\", []),
        ("desk\\", []),
        ("\\%", []),
        ("dësk", []),
        ("\N{PILE OF POO}", []),
        ("İ", []),
        ("null", []),
        ("{0}", []),
        ("<b>desk</b>", []),
    ],
)
def test_a_search_finds_what_has_exactly_these_letters(
    harness: AppHarness, alice: Browser, query: str, found: list[str]
) -> None:
    only_these(harness, "front-desk", "back_desk", "hall.alice")
    page = find(alice, query)
    assert (page.status, page.names) == (200, found)
    assert page.value("q") == query.strip()
    if not found:
        place = "beginning with" if len(query) < 3 else "with"
        assert f"No account {place} “{query}”" in page.text
        assert len(page.follow("show them all").names) == 3


@pytest.mark.parametrize(
    ("query", "found"),
    [
        (f"front-desk@{DOMAIN}", ["front-desk"]),
        (f"Desk@{DOMAIN.upper()}", ["back_desk", "front-desk"]),
        ("front-desk@", ["front-desk"]),
        (f"@{DOMAIN}", ["back_desk", "front-desk"]),
        ("front@", []),
        ("front-desk@elsewhere", []),
        ("sip:front-desk@sip", []),
    ],
)
def test_an_address_is_found_as_it_is_shown(harness: AppHarness, alice: Browser, query: str, found: list[str]) -> None:
    only_these(harness, "front-desk", "back_desk")
    assert find(alice, query).names == found


def test_the_find_box_searches_and_starts_at_the_first_page(harness: AppHarness, alice: Browser) -> None:
    harness.accounts("alice", 60)
    page = alice.open("/sip-accounts?page=3&size=20")
    form = page.one("//form[@role='search']")
    assert form.get("method", "get") == "get"
    assert {control.get("name") for control in form.xpath(".//input")} == {"q", "size"}


def test_the_administrator_also_finds_by_owner(harness: AppHarness, administrator: Browser) -> None:
    only_these(harness, "front-desk")
    only_these(harness, "hall-phone", owner="bobby")
    assert find(administrator, "bobb").names == ["hall-phone"]


def test_a_customer_finds_nothing_of_others(harness: AppHarness, alice: Browser) -> None:
    harness.account("bobby", "bobs-line")
    assert find(alice, "bob").names == []


@pytest.mark.parametrize("query", ["x" * 5000, '"' * 3000, "\\" * 5000, "\N{PILE OF POO}" * 1000])
def test_a_very_long_search_finds_nothing_and_does_no_harm(harness: AppHarness, alice: Browser, query: str) -> None:
    page = find(alice, query)
    assert (page.status, page.rows) == (200, [])
    assert len(page.value("q")) <= 200


@pytest.mark.parametrize("query", ["de\x07sk", "\x00", "desk\x1b", "\ufffe", "\ud7ff\x0b", "a\nb", "%FF%FE"])
def test_a_search_for_what_no_name_can_hold_finds_nothing_or_ignores_it(alice: Browser, query: str) -> None:
    page = alice.open(f"/sip-accounts?q={query if query.startswith('%') else quote(query)}")
    assert page.status == 200


@pytest.mark.parametrize("strange", ["\x07", "\x00desk", "x" * 5000, '"', "\\"])
def test_a_strange_search_does_not_spoil_the_ones_after_it(harness: AppHarness, alice: Browser, strange: str) -> None:
    harness.accounts("alice", 2_100)
    find(alice, strange)
    page = find(alice, "line-02099")
    assert page.names == ["line-02099"]
    harness.forget_calls()
    find(alice, "line")
    assert harness.calls == ["GetSIPAccountsCount", "GetSIPAccounts", "GetSIPRegistrarBindings"]
