"""Customers, as administrators look after them."""

import re
from datetime import UTC, datetime, timedelta

from playwright.sync_api import Page, expect

from sipsorcery_web.contract.extensions import Invite
from sipsorcery_web.service.store.models import CustomerRow

from ..portals import OVER_SOAP
from ..scenes import Scene
from ..steps import heading
from .view import Steps, view

LIST = "/admin/customers"
INVITES = "/admin/invites"
REASON = "140 calls to 00 882 numbers on 9 Nov, from an address in a country where nobody of theirs is."


def _view(steps: Steps) -> Steps:
    return steps if OVER_SOAP else view("administrator")(steps)


def _suspend(scene: Scene) -> str:
    """Leave somebody suspended, with a reason of some length."""
    username = scene.portal.customer("carol")
    scene.portal.program_of(scene.administrator).suspend_customer(username, REASON)
    return username


def _go_to(page: Page, scene: Scene, username: str, place: str = "") -> None:
    with scene.portal.database.read() as session:
        found = session.query(CustomerRow.id).filter_by(customer_username=username).one()
    page.goto(f"{LIST}/{found.id}{place}")


@_view
def customers(page: Page, scene: Scene) -> None:
    _suspend(scene)
    page.goto(LIST)
    expect(page.get_by_text("Suspended").first).to_be_visible()


@_view
def customers_none_found(page: Page, scene: Scene) -> None:
    page.goto(f"{LIST}?q=nobody-like-that")


@_view
def customer(page: Page, scene: Scene) -> None:
    _go_to(page, scene, scene.owner)
    expect(heading(page, scene.owner)).to_be_visible()


@_view
def customer_suspended(page: Page, scene: Scene) -> None:
    _go_to(page, scene, _suspend(scene))
    expect(page.get_by_text("Nobody signs in with this name")).to_be_visible()


@_view
def customer_refused(page: Page, scene: Scene) -> None:
    _go_to(page, scene, scene.owner)
    page.get_by_label("First name").fill("")
    page.get_by_role("button", name="Save customer").click()
    expect(page).to_have_title(re.compile("^Error: "))


@_view
def customer_of_ones_own(page: Page, scene: Scene) -> None:
    _go_to(page, scene, scene.administrator)
    expect(page.get_by_text("This is your own account")).to_be_visible()


@_view
def customer_to_suspend(page: Page, scene: Scene) -> None:
    _go_to(page, scene, scene.owner, "/suspend")


@_view
def customer_to_delete(page: Page, scene: Scene) -> None:
    _go_to(page, scene, scene.owner, "/delete")


@_view
def customer_password(page: Page, scene: Scene) -> None:
    _go_to(page, scene, scene.owner, "/password")


@_view
def customer_password_made(page: Page, scene: Scene) -> None:
    _go_to(page, scene, scene.portal.customer("dave-"), "/password")
    page.get_by_role("button", name="Make a new password").click()
    expect(page.get_by_text("It is shown this once")).to_be_visible()


def _make_invites(scene: Scene) -> None:
    """Leave two codes, one of which has a note as long as it may be, and an end."""
    program = scene.portal.program_of(scene.administrator)
    for invite in program.invites.page():
        program.delete_invite(invite.id)
    program.add_invites(Invite(), 1)
    note = "for-the-third-floor-of-the-house-at-the-harbour " + "x" * 80
    program.add_invites(Invite(note=note, ends=datetime.now(UTC) + timedelta(days=30)), 1)


@_view
def invites(page: Page, scene: Scene) -> None:
    _make_invites(scene)
    page.goto(INVITES)
    expect(page.get_by_text("Not used").first).to_be_visible()


@_view
def invites_to_make(page: Page, scene: Scene) -> None:
    page.goto(f"{INVITES}/add")


@_view
def invites_refused(page: Page, scene: Scene) -> None:
    page.goto(f"{INVITES}/add")
    page.get_by_label("How many").fill("0")
    page.get_by_role("button", name="Make codes").click()
    expect(page).to_have_title(re.compile("^Error: "))


@_view
def invites_made(page: Page, scene: Scene) -> None:
    page.goto(f"{INVITES}/add")
    page.get_by_label("How many").fill("3")
    page.get_by_role("button", name="Make codes").click()
    expect(heading(page, "3 invite codes")).to_be_visible()


@_view
def invite_to_withdraw(page: Page, scene: Scene) -> None:
    _make_invites(scene)
    page.goto(INVITES)
    page.get_by_role("link", name="Withdraw").first.click()
    expect(page.get_by_role("button", name="Withdraw code")).to_be_visible()
