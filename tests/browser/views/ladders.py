"""The messages of a call as a ladder, for its owner and for whoever has a link."""

from playwright.sync_api import Page, expect

from tests.factories.events import CALL_ID

from ..scenes import Scene
from ..steps import heading
from .view import view


def _open_ladder(page: Page, scene: Scene) -> None:
    page.goto(f"/cdrs/{scene.with_console.portal.call}/ladder")
    expect(heading(page, "Messages of a call")).to_be_visible()


def _share(page: Page, scene: Scene, names: bool = False) -> str:
    """Make a link, and return it."""
    _open_ladder(page, scene)
    if names:
        page.get_by_label("Show numbers, names and addresses as they are").check()
    page.get_by_role("button", name="Make a link").click()
    return page.locator("#shared-link").inner_text()


@view("console")
def ladder(page: Page, scene: Scene) -> None:
    _open_ladder(page, scene)


@view("console")
def ladder_with_a_text(page: Page, scene: Scene) -> None:
    _open_ladder(page, scene)
    page.locator("details.ladder-failed summary").first.click()
    expect(page.locator("details.ladder-failed pre").first).to_be_visible()


@view("console")
def ladder_shared(page: Page, scene: Scene) -> None:
    assert "/shared/" in _share(page, scene, names=True)


@view("console")
def ladder_links(page: Page, scene: Scene) -> None:
    _share(page, scene)
    page.get_by_role("link", name="All links that you have made").click()
    expect(heading(page, "Links to ladders")).to_be_visible()


@view("console")
def console_ladder_shared(page: Page, scene: Scene) -> None:
    page.goto(f"/console/ladder?call={CALL_ID}")
    page.get_by_role("button", name="Make a link").click()
    expect(page.get_by_text("This is the link")).to_be_visible()


@view("console")
def ladder_without_messages(page: Page, scene: Scene) -> None:
    page.goto(f"/cdrs/{scene.with_console.portal.call_without_messages}/ladder")
    expect(page.get_by_text("No message of this call is kept.")).to_be_visible()


@view("console")
def call_with_ladder(page: Page, scene: Scene) -> None:
    page.goto(f"/cdrs/{scene.with_console.portal.call}")
    expect(page.get_by_role("link", name="Messages as a ladder")).to_be_visible()


@view("console")
def shared_ladder(page: Page, scene: Scene) -> None:
    link = _share(page, scene)
    page.context.clear_cookies()
    page.goto(link)
    expect(page.get_by_text("Somebody has shared this call with you.")).to_be_visible()


@view("console")
def shared_ladder_is_over(page: Page, scene: Scene) -> None:
    page.context.clear_cookies()
    page.goto("/shared/nowhere")
    expect(page.get_by_text("Error 404")).to_be_visible()
