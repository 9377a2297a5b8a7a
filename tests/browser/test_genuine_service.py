"""The portal in front of the original service, over its file store and over MySQL, from registering to looking at calls."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.factories import PASSWORD
from tests.provisioning.genuine.calls import cdrs_of

from .portals import GenuinePortal, in_use, over_genuine
from .steps import add_account, fill_in_customer, heading, note, row_of, sign_in

Opening = Callable[..., Page]


@pytest.fixture
def over_mysql(chromium: Browser, tmp_path: Path) -> Iterator[GenuinePortal]:
    """A portal in front of the original service over MySQL."""
    with in_use(lambda: over_genuine(tmp_path, "mysql")) as portal:
        yield portal


def register(page: Page, username: str) -> None:
    """Create an account, and see the sign-in."""
    page.goto("/register")
    fill_in_customer(page, username)
    page.get_by_role("button", name="Create account").click()
    expect(heading(page, "Sign in")).to_be_visible()


def signed_in(page: Page, portal: GenuinePortal, username: str) -> Page:
    """A page of somebody who has registered, opened the link in the mail and signed in."""
    register(page, username)
    portal.service.confirm(username)
    sign_in(page, username)
    return page


def test_two_people_register_one_after_the_other(genuine: GenuinePortal, open_page: Opening) -> None:
    for name in ("margaret", "bobby"):
        page = signed_in(open_page(genuine), genuine, name)
        expect(row_of(page, name)).to_be_visible()
        expect(row_of(page, name)).not_to_contain_text("never")


def test_a_city_is_changed_without_the_security_answer(genuine: GenuinePortal, open_page: Opening) -> None:
    page = signed_in(open_page(genuine), genuine, "margaret")
    page.goto("/account")
    page.get_by_label("City").fill("Cork")
    page.get_by_role("button", name="Save settings").click()

    expect(note(page, "Your settings are saved.")).to_be_visible()
    expect(page.get_by_label("City")).to_have_value("Cork")
    expect(page.get_by_label("Security answer")).to_have_value("")
    stored = genuine.service.customer("margaret")
    assert (stored.city, stored.security_answer, stored.customer_password) == ("Cork", "teal", PASSWORD)


def test_an_account_is_added_changed_and_deleted(genuine: GenuinePortal, open_page: Opening) -> None:
    page = signed_in(open_page(genuine), genuine, "margaret")
    add_account(page, "front-desk")
    row_of(page, "front-desk").get_by_role("link", name="front-desk", exact=True).click()
    expect(heading(page, "front-desk")).to_be_visible()
    page.get_by_label("Incoming only").check()
    page.get_by_role("button", name="Save account").click()
    expect(note(page, "front-desk@sip.example.org is saved.")).to_be_visible()
    row_of(page, "front-desk").get_by_role("link", name="front-desk", exact=True).click()
    expect(heading(page, "front-desk")).to_be_visible()
    expect(page.get_by_label("Incoming only")).to_be_checked()  # it is the page of the account now, not the list
    page.get_by_role("link", name="Delete").click()
    page.get_by_role("button", name="Delete").click()
    expect(note(page, "front-desk@sip.example.org is deleted.")).to_be_visible()
    expect(row_of(page, "front-desk")).to_be_hidden()


def test_many_calls_are_paged_by_the_service(over_mysql: GenuinePortal, open_page: Opening) -> None:
    page = signed_in(open_page(over_mysql), over_mysql, "margaret")
    over_mysql.service.store.put(*cdrs_of("margaret", 3040, datetime.now(UTC)))
    page.goto("/cdrs")
    page.get_by_label("Direction").select_option("In")
    page.get_by_role("button", name="Apply").click()
    expect(note(page, "This service cannot search")).to_be_visible()
    over_mysql.service.asked.clear()

    page.goto("/cdrs?page=122")

    expect(page.get_by_role("main")).to_contain_text("3040 calls")
    expect(note(page, "This service cannot search")).to_be_hidden()
    expect(page.get_by_role("main")).to_contain_text("03040")
    assert [asked.name for asked in over_mysql.service.calls("GetCDRs")] == ["GetCDRsCount", "GetCDRs"]
