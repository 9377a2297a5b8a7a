"""SIP providers and their registrations."""

import re
from uuid import uuid4

from playwright.sync_api import Page, expect

from ..sample_data.providers import companies_of, path_of_provider
from ..scenes import Scene
from ..steps import heading
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


@view("owner")
def provider_new_google_voice(page: Page, scene: Scene) -> None:
    page.goto("/providers/add?provider_type=GoogleVoice")
    expect(page.get_by_label("Callback number")).to_be_visible()


@view("owner")
def provider_forbidden(page: Page, scene: Scene) -> None:
    forbidden = next(company for company in companies_of(scene) if company.forbidden)
    page.goto(path_of_provider(scene, forbidden.name))
    expect(page.get_by_text("Registration disabled by administrator").first).to_be_visible()


@view("owner")
def provider_changed_meanwhile(page: Page, scene: Scene) -> None:
    """Long values on both sides, a list of headers among them."""
    records = scene.portal.program_of(scene.owner).sip_providers
    stored = records.page()[-1]
    page.goto(f"/providers/{stored.id}")
    records.update(stored.with_(custom_headers=f"X-Account: {uuid4()}", provider_from="sip:elsewhere@example.org"))
    try:
        page.get_by_label("Custom header 1").evaluate("field => { field.value = `X-Site: ${'harbour'.repeat(30)}` }")
        page.get_by_label("From header").evaluate("field => { field.value = 'sip:here@example.org' }")
        page.get_by_role("button", name="Save provider").click()
        expect(heading(page, "This has changed meanwhile")).to_be_visible()
    finally:
        records.update(stored)


@view("owner")
def provider_delete(page: Page, scene: Scene) -> None:
    page.goto(f"{path_of_provider(scene, companies_of(scene)[0].name)}/delete")
    expect(page.get_by_role("button", name="Delete provider")).to_be_visible()


@view("newcomer")
def provider_registrations_empty(page: Page, scene: Scene) -> None:
    page.goto("/provider-registrations")
    expect(page.get_by_role("heading", name="No registrations yet")).to_be_visible()


@view("administrator")
def provider_registrations_of_all(page: Page, scene: Scene) -> None:
    page.goto(f"/provider-registrations?q={scene.owner}&state=failing")
    expect(page.get_by_text("The server’s words").first).to_be_visible()
