"""A customer with 1,000 accounts, 200 providers, 120 dial plans and 100,000 calls, beside one with 26 of each.

What is counted are calls of the service: they must be few, and as few for the one as for the other.
"""

from dataclasses import dataclass
from urllib.parse import urljoin

import pytest

from sipsorcery_web.service.passwords import Passwords
from sipsorcery_web.settings import NewAccounts
from tests.factories import DOMAIN

from .app_harness import AppHarness, AppHarnesses
from .browser import Browser, Page, words
from .bulk_data import LARGE, SMALL, Size, id_of, name_of_account, settle

SIZES = {"alice": LARGE, "bobby": SMALL}


@dataclass(frozen=True)
class Listed:
    """A list: how many calls a page of it may take, how many records there are, and a word that some of them have."""

    path: str
    calls: int
    of: str
    word: str
    has_sieve: bool = False

    def total(self, size: Size) -> int:
        """Return how many records a customer of that size sees."""
        whole: int = getattr(size, self.of)
        return whole

    def last_page(self, size: Size) -> str:
        """The address of the last page."""
        return f"{self.path}?page={-(-self.total(size) // 25)}&size=25"


LISTS = (
    Listed("/sip-accounts", 3, "accounts", "line-00001", has_sieve=True),
    Listed("/registrations", 2, "accounts", "line-00001"),
    Listed("/providers", 3, "providers", "provider-001", has_sieve=True),
    Listed("/provider-registrations", 2, "providers", "provider-001", has_sieve=True),
    Listed("/dial-plans", 3, "plans", "plan-001"),
    Listed("/calls", 2, "calls", "203.0.113.41"),
    Listed("/cdrs", 2, "cdrs", "00001", has_sieve=True),
)
WITH_TWINS = [each for each in LISTS if each.path != "/calls"]
FORMS = {
    "/sip-accounts/add": 2,
    "/sip-accounts/{account}": 3,
    "/providers/add": 1,
    "/providers/{provider}": 2,
    "/dial-plans/add": 2,
    "/dial-plans/{plan}": 5,  # its accounts, providers and plans too, for the names that nobody has
}
by_path = pytest.mark.parametrize("listed", LISTS, ids=lambda listed: listed.path.strip("/"))


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory, passwords: Passwords) -> AppHarness:
    """The two customers in one store; nobody changes anything."""
    harnesses = AppHarnesses(tmp_path_factory.mktemp("town"), passwords)
    harness = harnesses(new_accounts=NewAccounts("open", chosen=True))
    for owner, size in SIZES.items():
        settle(harness.database, owner, DOMAIN, size, harness.clock())
    return harness


@pytest.fixture(scope="module")
def browsers(town: AppHarness) -> dict[str, Browser]:
    """The browsers of users who have just signed in."""
    return {username: town.signed_in(username) for username in SIZES}


def cost_of(town: AppHarness, browser: Browser, path: str) -> list[str]:
    """Return the calls of the service for a page, once all caches are filled."""
    browser.open(path)
    town.forget_calls()
    page = browser.open(path)
    assert page.status == 200, f"{path}: {page.h1}"
    return list(town.calls)


def costs_of(town: AppHarness, browsers: dict[str, Browser], paths: dict[str, str]) -> int:
    """Return how many calls the page takes for each customer; it must be one number."""
    asked = {username: cost_of(town, browser, paths[username]) for username, browser in browsers.items()}
    assert asked["alice"] == asked["bobby"]
    return len(asked["alice"])


def same(path: str) -> dict[str, str]:
    return dict.fromkeys(SIZES, path)


@by_path
def test_the_first_page_takes_as_few_calls_as_a_small_customers(
    town: AppHarness, browsers: dict[str, Browser], listed: Listed
) -> None:
    assert costs_of(town, browsers, same(listed.path)) <= listed.calls


@by_path
def test_the_last_page_takes_no_more(town: AppHarness, browsers: dict[str, Browser], listed: Listed) -> None:
    paths = {username: listed.last_page(size) for username, size in SIZES.items()}
    assert costs_of(town, browsers, paths) <= listed.calls


@by_path
def test_every_list_can_be_leafed_through(browsers: dict[str, Browser], listed: Listed) -> None:
    def shown(page: Page) -> str:
        return words(page.one("//span[@class='pager-range']"))

    first = browsers["alice"].open(listed.path)
    last = first.follow("Last")
    before = last.follow("Previous")
    assert shown(first).startswith("1 to 25 of ")
    assert len({shown(first), shown(before), shown(last)}) == 3
    assert shown(before.follow("Next")) == shown(last)
    assert shown(last.follow("First")) == shown(first)


@by_path
def test_a_search_takes_no_more(town: AppHarness, browsers: dict[str, Browser], listed: Listed) -> None:
    if not browsers["alice"].open(listed.path).tree.xpath("//form[@role='search']"):
        pytest.skip("this list has no search")
    assert costs_of(town, browsers, same(f"{listed.path}?q={listed.word}")) <= listed.calls


@by_path
def test_no_way_to_sift_takes_more(town: AppHarness, browsers: dict[str, Browser], listed: Listed) -> None:
    addresses = sieves_of(browsers["alice"].open(listed.path))
    assert bool(addresses) == listed.has_sieve
    for address in addresses:
        assert costs_of(town, browsers, same(address)) <= listed.calls, address


@by_path
def test_a_page_of_100_takes_no_more(town: AppHarness, browsers: dict[str, Browser], listed: Listed) -> None:
    assert costs_of(town, browsers, same(f"{listed.path}?size=100")) <= listed.calls


@pytest.mark.parametrize("listed", WITH_TWINS, ids=lambda listed: listed.path.strip("/"))
@pytest.mark.parametrize("form", ["csv", "json"])
def test_a_file_begins_after_one_call(
    town: AppHarness, browsers: dict[str, Browser], listed: Listed, form: str
) -> None:
    town.forget_calls()
    answer = browsers["alice"].client.get(f"{listed.path}.{form}", buffered=False)
    assert answer.status_code == 200
    next(iter(answer.response))
    assert len(town.calls) == 1
    answer.close()


def test_a_whole_file_has_every_row_once(town: AppHarness, browsers: dict[str, Browser]) -> None:
    town.forget_calls()
    rows = browsers["alice"].raw("GET", "/sip-accounts.json").get_json()
    assert len({row["id"] if "id" in row else str(row) for row in rows}) == LARGE.accounts
    assert len(town.calls) == 2


@pytest.mark.parametrize("form", FORMS)
def test_a_form_takes_as_few_calls_as_a_small_customers(
    town: AppHarness, browsers: dict[str, Browser], form: str
) -> None:
    paths = {username: filled_in(form, username) for username in SIZES}
    assert costs_of(town, browsers, paths) <= FORMS[form]


@pytest.mark.parametrize("form", ["/sip-accounts/add", "/sip-accounts/{account}"])
def test_every_plan_is_offered(browsers: dict[str, Browser], form: str) -> None:
    page = browsers["alice"].open(filled_in(form, "alice"))
    for field in ("out_dial_plan_name", "in_dial_plan_name"):
        plans = {f"plan-{number:03}" for number in range(1, LARGE.plans + 1)}
        assert plans <= page.options(field).keys()


def test_the_last_page_has_the_last_account(browsers: dict[str, Browser]) -> None:
    page = browsers["alice"].open(LISTS[0].last_page(LARGE))
    assert len(page.rows) == 25
    assert name_of_account("alice", LARGE.accounts) in page.rows[-1]


def test_a_search_among_many_finds_the_one(browsers: dict[str, Browser]) -> None:
    page = browsers["alice"].open("/sip-accounts?q=LINE-00777")
    assert len(page.rows) == 1
    assert name_of_account("alice", 777) in page.rows[0]


def test_the_small_customer_sees_nothing_of_the_large_one(browsers: dict[str, Browser]) -> None:
    for listed in LISTS:
        source = browsers["bobby"].open(f"{listed.path}?size=100").source
        assert "alice" not in source, listed.path


@pytest.mark.parametrize("form", ["/sip-accounts/{account}", "/providers/{provider}", "/dial-plans/{plan}"])
def test_the_small_customer_does_not_reach_what_the_large_one_has(browsers: dict[str, Browser], form: str) -> None:
    assert browsers["bobby"].open(filled_in(form, "alice")).status == 404


def filled_in(form: str, owner: str) -> str:
    """The address of a form on the customer's seventh record."""
    return form.format(**{kind: id_of(owner, kind, 7) for kind in ("account", "provider", "plan")})


def sieves_of(page: Page) -> list[str]:
    """Return the addresses of the options of a list, be they links or the lists of a form."""
    here = page.path.partition("?")[0]
    links = {urljoin(here, address) for address in page.tree.xpath("//main//nav//a/@href")}
    chosen = {
        f"{here}?{select.get('name')}={value}"
        for select in page.tree.xpath("//main//form[not(@method='post')]//select")
        for value in filter(None, select.xpath("./option/@value"))
    }
    return sorted({link for link in links if link.startswith(f"{here}?") and "page=" not in link} | chosen)
