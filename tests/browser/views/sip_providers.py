"""SIP providers and their registrations."""

import re

from playwright.sync_api import Page, expect

from ..scenery.providers import companies_of, path_of_provider
from ..scenes import Scene
from .view import view


@view("owner")
def providers(page: Page, scene: Scene) -> None:
    page.goto("/providers")
    expect(page.get_by_text("The server’s words").first).to_be_visible()


@view("administrator")
def providers_of_all(page: Page, scene: Scene) -> None:
    page.goto("/providers")


@view("newcomer")
def providers_empty(page: Page, scene: Scene) -> None:
    page.goto("/providers")
    expect(page.get_by_role("heading", name="No providers yet")).to_be_visible()


@view("owner")
def provider_registrations(page: Page, scene: Scene) -> None:
    page.goto("/provider-registrations")
    expect(page.get_by_text("The server’s words").first).to_be_visible()


@view("owner")
def provider_new(page: Page, scene: Scene) -> None:
    page.goto("/providers/add")
    page.get_by_label("Register", exact=True).check()
    page.get_by_text("Register, caller and header settings").click()
    page.get_by_label("Custom header 1").fill("X-Account: 4711")
    page.get_by_role("button", name="Add a header").click()
    page.get_by_label("Custom header 2").fill("X-Site: Dublin harbour")


@view("owner")
def provider_refused(page: Page, scene: Scene) -> None:
    failing = companies_of(scene)[0].name
    page.goto(path_of_provider(scene, failing))
    page.get_by_label("Name", exact=True).fill("blue.line")
    if not page.get_by_label("Expiry in seconds").is_visible():
        page.get_by_text("Register, caller and header settings").click()
    page.get_by_label("Expiry in seconds").fill("soon")
    page.get_by_label("Custom header 1").fill("Via: somewhere")
    page.get_by_role("button", name="Save provider").click()
    expect(page).to_have_title(re.compile("^Error: "))
