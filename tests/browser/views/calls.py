"""Calls in progress and their records."""

from playwright.sync_api import Page, expect

from ..sample_data.calls import TO_BE_FOUND
from ..scenes import Scene
from ..steps import heading
from .view import view


@view("owner")
def calls(page: Page, scene: Scene) -> None:
    page.goto("/calls")


@view("administrator")
def calls_of_all(page: Page, scene: Scene) -> None:
    page.goto(f"/calls?q={scene.owner}")


@view("owner")
def call_records(page: Page, scene: Scene) -> None:
    page.goto("/cdrs")


@view("administrator")
def call_records_of_all(page: Page, scene: Scene) -> None:
    page.goto(f"/cdrs?owner={scene.owner}&q={TO_BE_FOUND}&status=not-answered&challenges=1")


@view("owner")
def call_records_refused(page: Page, scene: Scene) -> None:
    page.goto("/cdrs?from=12.11.2026&to=tomorrow&code=4861&q=%2B353")
    expect(page).to_have_title("Error: Call records · SIPSorcery")


@view("owner")
def call_details(page: Page, scene: Scene) -> None:
    page.goto("/cdrs?status=refused")
    page.get_by_role("link", name="everything about this call").first.click()
    expect(heading(page, "Call of")).to_be_visible()


@view("owner")
def call_with_plan(page: Page, scene: Scene) -> None:
    page.goto(f"/cdrs/{scene.call_with_plan}")
    for told in page.locator(".call-plan summary").all():
        told.click()


@view("newcomer")
def calls_empty(page: Page, scene: Scene) -> None:
    page.goto("/calls")
    expect(page.get_by_role("heading", name="No call is going on")).to_be_visible()


@view("newcomer")
def call_records_empty(page: Page, scene: Scene) -> None:
    page.goto("/cdrs")
    expect(page.get_by_role("heading", name="No calls yet")).to_be_visible()


@view("owner")
def call_records_not_found(page: Page, scene: Scene) -> None:
    page.goto(f"/cdrs?q={'thereisnosuchnumber' * 4}")
    expect(page.get_by_role("heading", name="No call fits all of this")).to_be_visible()
