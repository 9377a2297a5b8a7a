"""The monitoring console."""

from playwright.sync_api import Page, expect

from ..sample_data.console import WEAK
from ..scenes import Scene
from ..steps import heading
from .view import view


@view("console")
def console(page: Page, scene: Scene) -> None:
    page.goto("/console?filter=event+*")
    expect(page.get_by_text("Live", exact=True)).to_be_visible()


@view("console")
def console_messages(page: Page, scene: Scene) -> None:
    page.goto("/console?filter=event+full")
    expect(page.get_by_text("Live", exact=True)).to_be_visible()


@view("console")
def console_held(page: Page, scene: Scene) -> None:
    page.goto("/console?filter=event+*")
    page.get_by_role("button", name="Hold").click()
    page.get_by_label("Find in the lines").fill("front-desk")
    expect(page.get_by_text("Held", exact=True)).to_be_visible()


@view("console")
def console_closed(page: Page, scene: Scene) -> None:
    page.goto("/console")
    for more in page.locator(".console-help summary").all():
        more.click()
    expect(heading(page, "Console")).to_be_visible()


@view("console")
def console_refused(page: Page, scene: Scene) -> None:
    page.goto("/console?filter=event+*+and+colour+red")
    expect(page).to_have_title("Error: Console · SIPSorcery")


@view("console")
def console_empty(page: Page, scene: Scene) -> None:
    page.goto("/console?filter=event+5")
    expect(page.get_by_text("No line of the last 24 hours fits this filter.")).to_be_visible()


@view("console")
def console_earlier(page: Page, scene: Scene) -> None:
    page.goto("/console?filter=event+*&before=9")
    expect(page.get_by_role("link", name="Go to the last ones")).to_be_visible()


@view("lines_told")
def console_elsewhere(page: Page, scene: Scene) -> None:
    page.goto("/console?filter=event+*")
    scene.with_console.portal.account(WEAK)  # a program signs in, which is told
    expect(page.locator(".line").last).to_contain_text("signed in")


@view("console")
def console_ladder(page: Page, scene: Scene) -> None:
    page.goto("/console?filter=event+full")
    page.locator("#lines a").first.click()
    expect(heading(page, "Messages of a call")).to_be_visible()
