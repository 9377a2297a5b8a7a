"""The help, and the list of keys."""

from playwright.sync_api import Page, expect

from ..scenes import Scene
from .view import view


@view("owner")
def help_page(page: Page, scene: Scene) -> None:
    page.goto("/help")


@view("portal")
def help_for_strangers(page: Page, scene: Scene) -> None:
    page.goto("/help")


@view("owner")
def keys(page: Page, scene: Scene) -> None:
    page.goto("/about")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()


@view("owner")
def keys_switched_off(page: Page, scene: Scene) -> None:
    page.goto("/help")
    page.get_by_role("button", name="Switch the keys off").click()
    expect(page.get_by_text("The keys are off in this browser.")).to_be_visible()
