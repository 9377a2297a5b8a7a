"""Conflicts and undoing, with and without scripts."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from .conftest import DESK, PHONE
from .portals import Portal
from .steps import add_account, dismissed_dialogs, heading, note, row_of, sign_in

Opening = Callable[..., Page]

SCRIPTS = pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])


def change_elsewhere(portal: Portal, owner: str, name: str, **changes: object) -> None:
    """Another program saves the account."""
    portal.program_of(owner).sip_accounts.update(portal.accounts_of(owner)[name].with_(**changes))


@SCRIPTS
def test_both_sides_of_a_conflict_are_mixed(
    open_page: Opening, portal: Portal, alice: str, desk: str, scripts: bool
) -> None:
    page = open_page(portal, PHONE if scripts else DESK, scripts)
    sign_in(page, alice)
    add_account(page, desk)
    row_of(page, desk).get_by_role("link", name=desk, exact=True).click()
    change_elsewhere(portal, alice, desk, is_user_disabled=True, network_id="attic")
    page.get_by_label("Network id").fill("cellar")
    page.get_by_label("Send keep-alives").check()
    page.get_by_role("button", name="Save account").click()

    expect(heading(page, "This has changed meanwhile")).to_be_visible()
    network_id = page.get_by_role("radiogroup", name="Network id")
    expect(network_id.get_by_role("radio", name="You typed: cellar")).to_be_checked()
    network_id.get_by_role("radio", name="Stored now: attic").check()
    expect(page.get_by_role("radiogroup", name="Disabled").get_by_role("radio", name="Stored now: yes")).to_be_checked()
    page.get_by_role("button", name="Save this mix").click()

    expect(note(page, f"{desk}@{portal.domain} is saved.")).to_be_visible()
    stored = portal.accounts_of(alice)[desk]
    assert (stored.network_id, stored.is_user_disabled, stored.send_nat_keep_alives) == ("attic", True, True)


def test_a_conflict_page_warns_before_it_is_left_but_not_who_discards(
    open_page: Opening, portal: Portal, alice: str, desk: str
) -> None:
    page = open_page(portal)
    sign_in(page, alice)
    add_account(page, desk)
    row_of(page, desk).get_by_role("link", name=desk, exact=True).click()
    change_elsewhere(portal, alice, desk, network_id="attic")
    page.get_by_label("Network id").fill("cellar")
    page.get_by_role("button", name="Save account").click()
    page.get_by_role("radiogroup", name="Network id").get_by_role("radio", name="Stored now: attic").check()
    expect(page.locator("[data-unsaved-words]")).to_have_text("1 change not saved: network id")

    seen = dismissed_dialogs(page)
    page.get_by_role("link", name="SIP accounts").first.click(no_wait_after=True)
    expect(heading(page, "This has changed meanwhile")).to_be_visible()
    page.get_by_role("link", name="Discard mine").click()
    expect(page).to_have_title(re.compile(f"^{desk}@"))
    expect(page.get_by_label("Network id")).to_have_value("attic")
    assert seen == ["beforeunload"]


@SCRIPTS
def test_a_deleted_account_is_put_back_with_one_button(
    open_page: Opening, portal: Portal, alice: str, desk: str, scripts: bool
) -> None:
    page = open_page(portal, PHONE, scripts)
    sign_in(page, alice)
    add_account(page, desk)
    before = portal.accounts_of(alice)[desk]
    row_of(page, desk).get_by_role("link", name="Delete").click()
    page.get_by_role("button", name="Delete account").click()
    expect(row_of(page, desk)).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    expect(note(page, f"{desk}@{portal.domain} is back.")).to_be_visible()
    expect(row_of(page, desk)).to_be_visible()
    stored = portal.accounts_of(alice)[desk]
    assert stored == before.with_(inserted=stored.inserted)
