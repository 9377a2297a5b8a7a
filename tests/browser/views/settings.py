"""Settings."""

import re
from datetime import UTC, datetime, timedelta

from playwright.sync_api import Page, expect

from sipsorcery_web.contract.extensions import LinkPurpose
from sipsorcery_web.service.mailed_links import new_link
from tests.factories import PASSWORD

from ..scenes import Scene
from ..steps import heading, sign_in
from .before_signing_in import mailing_view
from .view import view


@view("owner")
def settings(page: Page, scene: Scene) -> None:
    page.goto("/account")


@view("owner")
def settings_refused(page: Page, scene: Scene) -> None:
    page.goto("/account")
    page.get_by_label("First name").fill("")
    page.get_by_label("E-mail address").fill("nobody")
    page.get_by_role("button", name="Save settings").click()
    expect(page).to_have_title(re.compile("^Error: "))


def _ask_for_address(scene: Scene, asked_at: datetime) -> None:
    """Leave the administrator of a portal with mail an address that waits to be confirmed."""
    address = "root.administrator.of-all-telephones@telephones.northern-harbour.example"
    with scene.by_invitation.database.write() as session:
        new_link(session, LinkPurpose.ADDRESS_CHANGE, "root-admin", address, asked_at)


@mailing_view
def address_waits(page: Page, scene: Scene) -> None:
    _ask_for_address(scene, datetime.now(UTC))
    sign_in(page, "root-admin")
    page.goto("/account")
    expect(page.get_by_text("waits to be confirmed")).to_be_visible()


@mailing_view
def address_waits_for_long(page: Page, scene: Scene) -> None:
    _ask_for_address(scene, datetime.now(UTC) - timedelta(hours=1))
    sign_in(page, "root-admin")
    page.goto("/account")
    expect(page.get_by_role("button", name="Send the mail again")).to_be_visible()


@mailing_view
def address_refused_for_now(page: Page, scene: Scene) -> None:
    sign_in(page, "root-admin")
    refused = page.get_by_text("Three mails about a new e-mail address").first
    page.goto("/account")
    for number in range(4):
        if not refused.is_visible():
            address = f"root.administrator.{number}@telephones.northern-harbour.example"
            page.get_by_role("textbox", name="E-mail address").fill(address)
            page.get_by_role("button", name="Save settings").click()
            page.wait_for_load_state()
    expect(refused).to_be_visible()


@view("leaver")
def confirm(page: Page, scene: Scene) -> None:
    page.goto("/account")
    scene.portal.let_proofs_grow_old(scene.leaver)
    page.get_by_label("E-mail address").fill("somebody.else@telephones.northern-harbour.example")
    page.get_by_role("button", name="Save settings").click()
    expect(heading(page, "Confirm that it is you")).to_be_visible()


@view("leaver")
def confirm_refused(page: Page, scene: Scene) -> None:
    confirm(page, scene)
    page.get_by_label("Password", exact=True).fill("n1ghtingale")
    page.get_by_role("button", name="Confirm and go on").click()
    expect(page).to_have_title(re.compile("^Error: "))


@view("owner")
def password(page: Page, scene: Scene) -> None:
    page.goto("/account/password")


@view("owner")
def password_refused(page: Page, scene: Scene) -> None:
    page.goto("/account/password")
    page.get_by_label("Present password").fill(PASSWORD)
    page.get_by_label("New password", exact=True).fill("short")
    page.get_by_role("button", name="Change password").click()
    expect(page).to_have_title(re.compile("^Error: "))


@view("owner")
def leave(page: Page, scene: Scene) -> None:
    page.goto("/account/delete")


@view("owner")
def leave_refused(page: Page, scene: Scene) -> None:
    page.goto("/account/delete")
    page.get_by_role("button", name="Delete customer account").click()
    expect(page).to_have_title(re.compile("^Error: "))
