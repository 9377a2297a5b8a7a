"""Lists that are not live, or wait."""

from playwright.sync_api import Page, Route, expect

from ..scenes import Scene
from .view import view


@view("leaver")
def live_no_more(page: Page, scene: Scene) -> None:
    expect(page.get_by_text("Live, as of")).to_be_visible()
    scene.portal.change_password_elsewhere(scene.leaver)
    expect(page.get_by_text("your session has ended").first).to_be_visible()


def is_look(route: Route) -> bool:
    return "live-list" in route.request.headers


@view("owner")
def live_without_a_connection(page: Page, scene: Scene) -> None:
    page.route("**/sip-accounts", lambda route: route.fulfill() if is_look(route) else route.continue_())
    page.goto("/sip-accounts")
    expect(page.get_by_text("no connection").first).to_be_visible()
