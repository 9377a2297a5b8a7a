"""Dial plans."""

import re

from playwright.sync_api import Page, expect

from ..scenes import Scene
from .view import view


@view("owner")
def dial_plans(page: Page, scene: Scene) -> None:
    page.goto("/dial-plans")


@view("administrator")
def dial_plans_of_all(page: Page, scene: Scene) -> None:
    page.goto("/dial-plans")


@view("owner")
def dial_plan(page: Page, scene: Scene) -> None:
    page.goto(f"/dial-plans/{scene.plan.id}")
    expect(page.locator(".ace_content")).to_be_visible()


@view("owner")
def dial_plan_rules(page: Page, scene: Scene) -> None:
    page.goto("/dial-plans/add/rules")
    page.locator(".rule summary").first.click()
    expect(page.locator("[name=user]").first).to_be_visible()


@view("owner")
def dial_plan_rules_refused(page: Page, scene: Scene) -> None:
    page.goto("/dial-plans/add/rules")
    page.locator(".rule summary").first.click()
    page.locator("[name=begins]").first.fill("09:00")
    page.locator("[name=user]").first.fill("a&b")
    page.locator("[name=dial_plan_name]").fill("simple")
    page.get_by_role("button", name="Add plan").click()
    expect(page).to_have_title(re.compile("^Error: "))


@view("owner")
def dial_plan_why(page: Page, scene: Scene) -> None:
    page.goto("/dial-plans/why?ring=blueline-trunk")
    expect(page.get_by_role("heading", name="blueline-trunk")).to_be_visible()


@view("owner")
def dial_plan_refused(page: Page, scene: Scene) -> None:
    page.goto("/dial-plans/add?type=Asterisk")
    expect(page.locator(".ace_content")).to_be_visible()
    page.locator("textarea[data-script]").evaluate("(area) => { area.value = 'exten => 1,1,Dial(' }")
    page.get_by_role("button", name="Add plan").click()
    expect(page).to_have_title(re.compile("^Error: "))


@view("owner")
def dial_plan_compared(page: Page, scene: Scene) -> None:
    page.goto(f"/dial-plans/{scene.plan.id}/versions/1")


@view("owner")
def dial_plan_delete(page: Page, scene: Scene) -> None:
    page.goto(f"/dial-plans/{scene.plan.id}/delete")


@view("owner")
def dial_plan_history(page: Page, scene: Scene) -> None:
    page.goto(f"/dial-plans/{scene.plan.id}/versions")
    expect(page.get_by_role("link", name="Compare version 1", exact=True)).to_be_visible()


@view("newcomer")
def dial_plans_empty(page: Page, scene: Scene) -> None:
    plans = scene.portal.program_of(scene.newcomer).dial_plans
    for plan in plans.page():
        plans.delete(plan)
    page.goto("/dial-plans")
    expect(page.get_by_role("heading", name="No dial plans yet")).to_be_visible()
