"""The pages of registrations."""

from playwright.sync_api import Page, expect

from ..scenes import Scene
from .view import view


@view("owner")
def registrations(page: Page, scene: Scene) -> None:
    page.goto("/registrations")


@view("administrator")
def registrations_of_all(page: Page, scene: Scene) -> None:
    page.goto(f"/registrations?q={scene.owner}")


@view("newcomer")
def registrations_empty(page: Page, scene: Scene) -> None:
    page.goto("/registrations")
    expect(page.get_by_role("heading", name="No phone is registered")).to_be_visible()
