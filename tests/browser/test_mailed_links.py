"""The way from the sign-up to a lost password, by links from a real mail server: with scripts, and without them on a phone."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.factories import PASSWORD
from tests.mail.post_office import text_of
from tests.mail.servers import Inbox, mail_server
from tests.running import HOST

from .conftest import DESK, PHONE, Pages
from .portals import OVER_SOAP, Portal, Server, in_use
from .steps import fill_in_customer, heading, note, row_of, sign_out, try_to_sign_in

pytestmark = pytest.mark.skipif(OVER_SOAP, reason="in front of another service no links are mailed")

NEW = "correct-horse-battery"
PATIENCE = 30


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture
def mailing(open_page: Pages, tmp_path: Path, inbox: Inbox) -> Iterator[Portal]:
    """A portal that sends mail."""

    def started(port: int) -> Portal:
        server = Server(tmp_path / "portal", domain="sip.local", new_accounts="open", smtp_url=f"smtp://{HOST}:{port}")
        server.settings |= {"mail_from": "SIPSorcery <sip@example.org>", "public_url": server.address}
        server.start()
        return Portal(server, server, "sip.local")

    with mail_server(inbox) as port, in_use(lambda: started(port)) as portal:
        yield portal
        open_page.close()


@pytest.fixture
def link_of(mailing: Portal, inbox: Inbox) -> Callable[[str], str]:
    """Waits for the next mail, and returns the link in it that begins so."""

    def link_of(path: str) -> str:
        assert inbox.has_come.wait(PATIENCE)
        inbox.has_come.clear()
        link = re.search(rf"^{re.escape(mailing.address + path)}[\w-]+$", text_of(inbox.messages[-1]), re.MULTILINE)
        assert link is not None
        return link[0]

    return link_of


@pytest.mark.parametrize(("scripts", "width"), [(True, DESK), (False, PHONE)], ids=["desk", "phone"])
def test_margaret_signs_up_confirms_forgets_and_chooses_anew(
    open_page: Pages, mailing: Portal, link_of: Callable[[str], str], scripts: bool, width: int
) -> None:
    page: Page = open_page(mailing, width, scripts=scripts)
    page.goto("/login")
    page.get_by_role("link", name="Create an account").click()
    fill_in_customer(page, "margaret")
    page.get_by_role("button", name="Create account").click()
    expect(note(page, "A mail is on its way to margaret@example.org.")).to_be_visible()
    try_to_sign_in(page, "margaret", PASSWORD)
    expect(note(page, "This e-mail address is not confirmed yet.")).to_be_visible()

    page.goto(link_of("/login/confirm/"))
    expect(heading(page, "Confirm your address")).to_be_visible()
    page.get_by_role("button", name="Confirm the address").click()
    expect(note(page, "margaret@example.org is confirmed")).to_be_visible()
    try_to_sign_in(page, "margaret", PASSWORD)
    expect(row_of(page, "margaret")).to_be_visible()
    sign_out(page)

    page.get_by_role("link", name="Forgotten your password?").click()
    page.get_by_label("E-mail address").fill("margaret@example.org")
    page.get_by_role("button", name="Send the mail").click()
    expect(note(page, "If an account has the address margaret@example.org")).to_be_visible()
    link = link_of("/login/reset/")
    page.goto(link)
    page.get_by_label("New password", exact=True).fill(NEW)
    page.get_by_label("Retype new password").fill("something-else")
    page.get_by_role("button", name="Change password").click()
    expect(note(page, "There is 1 problem. The old password still holds.")).to_be_visible()
    page.get_by_label("New password", exact=True).fill(NEW)
    page.get_by_label("Retype new password").fill(NEW)
    page.get_by_role("button", name="Change password").click()
    expect(note(page, "The password of margaret is changed")).to_be_visible()
    try_to_sign_in(page, "margaret", PASSWORD)
    expect(note(page, "Username and password do not belong together.")).to_be_visible()
    try_to_sign_in(page, "margaret", NEW)
    expect(row_of(page, "margaret")).to_be_visible()
    page.goto(link)
    expect(heading(page, "This link is not good any more")).to_be_visible()
