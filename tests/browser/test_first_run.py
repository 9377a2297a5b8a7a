"""The whole first run: from the printed link to a customer's SIP account."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.factories import PASSWORD

from .conftest import DESK, PHONE, Pages
from .portals import NO_SET_UP, OVER_SOAP, Portal, embedded, in_use
from .steps import fill_in_account, fill_in_customer, heading, note, row_of, sign_in, sign_out, try_to_sign_in

pytestmark = pytest.mark.skipif(OVER_SOAP, reason=NO_SET_UP)


@pytest.fixture
def new_machine(open_page: Pages, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """A portal as it is after the first `make run`."""
    with in_use(lambda: embedded(tmp_path_factory.mktemp("first-run"), "sip.local", new_accounts="")) as portal:
        yield portal
        open_page.close()  # a list that is live would miss the portal


def test_from_the_printed_link_to_a_sip_account(open_page: Pages, new_machine: Portal) -> None:
    operator = open_page(new_machine, DESK)
    link = new_machine.front.set_up_link
    operator.goto(link)
    expect(heading(operator, "Set up this service")).to_be_visible()
    fill_in_customer(operator, "root-admin")
    operator.get_by_role("button", name="Create the administrator").click()
    expect(note(operator, "The administrator is made. You can sign in now.")).to_be_visible()
    expect(operator.get_by_role("link", name="Create an account")).to_have_count(0)
    try_to_sign_in(operator, "root-admin", PASSWORD)
    expect(operator.get_by_text("You are looking as administrator")).to_be_visible()

    code = new_machine.front.command("invites", "create")
    margaret = open_page(new_machine, PHONE)
    margaret.goto("/login")
    margaret.get_by_label("Invite code").fill("not-a-code")
    margaret.get_by_role("button", name="Check code").click()
    expect(note(margaret, "There is 1 problem.")).to_be_visible()
    margaret.get_by_label("Invite code").fill(code)
    margaret.get_by_role("button", name="Check code").click()
    expect(heading(margaret, "Create an account")).to_be_visible()
    fill_in_customer(margaret, "margaret")
    margaret.get_by_role("button", name="Create account").click()
    expect(note(margaret, "The account margaret is made. You can sign in now.")).to_be_visible()
    try_to_sign_in(margaret, "margaret", PASSWORD)
    expect(row_of(margaret, "margaret")).to_be_visible()

    margaret.get_by_role("link", name="New account").click()
    fill_in_account(margaret, "front-desk")
    margaret.get_by_role("button", name="Add account").click()
    expect(note(margaret, "front-desk@sip.local is added.")).to_be_visible()
    row_of(margaret, "front-desk").get_by_role("link", name="front-desk", exact=True).click()
    margaret.get_by_label("Send keep-alives").check()
    margaret.get_by_role("button", name="Save account").click()
    expect(row_of(margaret, "front-desk")).to_contain_text("keep-alives on")
    sign_out(margaret)
    expect(note(margaret, "You are signed out.")).to_be_visible()

    operator.goto("/sip-accounts")
    expect(row_of(operator, "front-desk")).to_contain_text("margaret")
    margaret.goto(link)
    expect(heading(margaret, "There is nothing here")).to_be_visible()
    margaret.goto(f"/register?invite_code={code}")
    fill_in_customer(margaret, "second")
    margaret.get_by_role("button", name="Create account").click()
    expect(note(margaret, "invite code")).to_be_visible()
    sign_in(margaret, "margaret")
