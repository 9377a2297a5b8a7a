"""Settings."""

import re

from playwright.sync_api import Page, expect

from tests.factories import PASSWORD

from ..scenes import Scene
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
