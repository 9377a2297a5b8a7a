"""Which phones are registered."""

from playwright.sync_api import Page

from ..scenes import Scene
from .view import view


@view("owner")
def registrations(page: Page, scene: Scene) -> None:
    page.goto("/registrations")


@view("administrator")
def registrations_of_all(page: Page, scene: Scene) -> None:
    page.goto(f"/registrations?q={scene.owner}")
