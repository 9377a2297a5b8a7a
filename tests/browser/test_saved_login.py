"""A browser that has the visitor's login saved fills it in where one signs in, and nowhere else."""

from collections.abc import Iterator
from uuid import uuid4

import pytest
from playwright.sync_api import BrowserContext, Page, Playwright, expect

from tests.factories import PASSWORD, SIP_PASSWORD
from tests.factories.records import sip_account, sip_provider

from .conftest import PATIENCE
from .portals import Portal, as_chosen, in_use
from .saved_login import filled_in_by_browser, profile_with_login
from .steps import heading


@pytest.fixture(scope="module")
def portal(playwright: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    with in_use(lambda: as_chosen(tmp_path_factory.mktemp("saved-login"), "sip.example.org")) as portal:
        yield portal


@pytest.fixture(scope="module")
def alice(portal: Portal) -> str:
    return portal.customer("alice")


@pytest.fixture(scope="module")
def remembering(
    playwright: Playwright, portal: Portal, alice: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[BrowserContext]:
    """Alice's browser, in which she has signed in with the login that it has filled in."""
    folder = tmp_path_factory.mktemp("profile")
    with profile_with_login(playwright, folder, portal.address, alice, PASSWORD) as context:
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        page.goto("/login")
        assert filled_in_by_browser(page) == {"username": alice, "password": PASSWORD}
        page.get_by_role("button", name="Sign in", exact=True).click()
        expect(heading(page, "SIP accounts")).to_be_visible()
        yield context


@pytest.fixture
def page(remembering: BrowserContext) -> Iterator[Page]:
    page = remembering.new_page()
    yield page
    page.close()


@pytest.mark.parametrize("path", ["/sip-accounts/add", "/providers/add", "/account", "/account/delete", "/register"])
def test_the_saved_login_is_not_filled_into_other_forms(page: Page, path: str) -> None:
    page.goto(path)
    assert filled_in_by_browser(page) == {}


def test_it_is_filled_in_where_the_present_password_is_asked_for(page: Page) -> None:
    page.goto("/account/password")
    assert filled_in_by_browser(page) == {"old_password": PASSWORD}


def test_it_does_not_become_the_password_of_a_provider_with_the_same_username(
    page: Page, portal: Portal, alice: str
) -> None:
    providers = portal.program_of(alice).sip_providers
    stored = providers.add(sip_provider(provider_username=alice))
    page.goto(f"/providers/{stored.id}")
    assert filled_in_by_browser(page) == {}
    page.get_by_label("Name", exact=True).fill("southline")
    page.get_by_role("button", name="Save provider").click()
    expect(heading(page, "SIP providers")).to_be_visible()
    assert [each.provider_password for each in providers.page()] == [SIP_PASSWORD]


def test_it_does_not_become_the_password_of_a_sip_account(page: Page, portal: Portal, alice: str) -> None:
    account = portal.accounts_of(alice)[alice]
    page.goto(f"/sip-accounts/{account.id}")
    assert filled_in_by_browser(page) == {}


def test_it_is_not_filled_in_where_both_sides_of_a_conflict_are_mixed(page: Page, portal: Portal, alice: str) -> None:
    accounts = portal.program_of(alice).sip_accounts
    account = accounts.add(sip_account("front-desk", id=uuid4(), owner=alice, sip_domain=portal.domain))
    page.goto(f"/sip-accounts/{account.id}")
    accounts.update(account.with_(network_id="attic"))
    page.get_by_label("Network id").fill("cellar")
    page.get_by_label("New password").fill("tr0ubad0ur")
    page.get_by_role("button", name="Save account").click()
    expect(heading(page, "This has changed meanwhile")).to_be_visible()
    assert filled_in_by_browser(page) == {}
