"""All other pages, for those who have signed in."""

from playwright.sync_api import Page, expect

from ..scenes import Scene
from ..steps import heading
from .view import view


@view("owner")
def about(page: Page, scene: Scene) -> None:
    page.goto("/about")


@view("owner")
def developers(page: Page, scene: Scene) -> None:
    page.goto("/developers")


@view("owner")
def service(page: Page, scene: Scene) -> None:
    page.goto("/provisioning.svc")


@view("owner")
def notification_service(page: Page, scene: Scene) -> None:
    page.goto("/notificationspull.svc")


@view("owner")
def nothing_here(page: Page, scene: Scene) -> None:
    page.goto("/nowhere")


MORE_THAN_ONE_MEGABYTE = """field => {
  const more = Object.assign(document.createElement("input"), { type: "hidden", name: "more", value: "x".repeat(1_100_000) })
  field.form.append(more)
}"""


@view("owner")
def too_much(page: Page, scene: Scene) -> None:
    page.goto("/sip-accounts/add")
    page.get_by_label("Network id").evaluate("field => { field.value = 'x'.repeat(2_000) }")
    page.get_by_label("Network id").evaluate(MORE_THAN_ONE_MEGABYTE)  # what stands on the page is costly to look at
    page.get_by_role("button", name="Add account").click()
    expect(heading(page, "That is too much at once")).to_be_visible()
