"""Tries of dial plans, and the test cases that are kept of them."""

import re
from typing import Any

from playwright.sync_api import Page, expect

from sipsorcery_web.contract.records import SIPDialPlan
from tests.factories.records import dial_plan

from ..scenes import Scene
from .view import view

TESTED = "tested-lines"
LINES = """\
; everything with a zero in front goes out, and the desk rings with it
exten => 112,1,SIPReply(403,No provider for emergency calls)
exten => _0.,1,Dial(${EXTEN:1}@northline[cd=600,fu=498912345] & ${EXTEN:1}@sip.far-away.example[dt=5,rm=a] | front-desk@local)
exten => _X.,1,Dial(${EXTEN}@local)
"""


def _try(page: Page, scene: Scene, number: str) -> None:
    """Try extension lines, which need no Ruby, in place of the plan."""
    page.goto(f"/dial-plans/{scene.plan.id}/try")
    page.locator("[name=script_type]").evaluate("field => { field.value = 'Asterisk' }")
    page.locator("details:has([name=script]) > summary").click()
    page.locator("[name=script]").fill(LINES)
    page.locator("[name=number]").fill(number)
    page.get_by_role("button", name="Try", exact=True).click()
    expect(page.locator("#try-answer")).to_be_visible()


@view("owner")
def dial_plan_try(page: Page, scene: Scene) -> None:
    page.goto(f"/dial-plans/{scene.plan.id}/try")


@view("owner")
def dial_plan_tried(page: Page, scene: Scene) -> None:
    _try(page, scene, "0043171234567")
    leg = page.get_by_role("group", name="sip.far-away.example")
    leg.get_by_role("combobox").select_option("redirected")
    leg.get_by_role("textbox").last.fill("200@elsewhere.example")
    page.get_by_role("button", name="Try again").click()
    expect(page.locator("#try-answer")).to_be_visible()


@view("owner")
def dial_plan_try_refused(page: Page, scene: Scene) -> None:
    _try(page, scene, "0043171234567")
    page.get_by_role("group", name="sip.far-away.example").get_by_role("combobox").select_option("redirected")
    page.locator("[name=number]").fill("")
    page.get_by_role("button", name="Try again").click()
    expect(page).to_have_title(re.compile("^Error: "))


@view("owner")
def dial_plan_cases(page: Page, scene: Scene) -> None:
    page.goto(f"/dial-plans/{scene.plan.id}/cases")
    if page.locator(".cases > li").count():
        return
    _try(page, scene, "112")
    page.locator("[name=case_name]").fill("Emergency calls stay away from providers")
    page.get_by_role("button", name="Keep as a test case").click()
    expect(page.locator(".cases > li")).to_have_count(1)


@view("owner")
def dial_plan_changed_results(page: Page, scene: Scene) -> None:
    plan = _tested_plan(scene)
    page.goto(f"/dial-plans/{plan.id}/try")
    page.locator("[name=number]").fill("112")
    page.get_by_role("button", name="Try", exact=True).click()
    page.locator("[name=case_name]").fill("Emergency calls stay away from providers")
    page.get_by_role("button", name="Keep as a test case").click()
    expect(page.locator(".cases > li")).to_have_count(1)
    page.goto(f"/dial-plans/{plan.id}")
    expect(page.locator(".ace_content")).to_be_visible()
    changed = LINES.replace("403,No provider for emergency calls", "404,Nobody")
    page.locator("textarea[data-script]").evaluate("(area, script) => { area.value = script }", changed)
    page.get_by_role("button", name="Save").first.click()
    expect(page.get_by_role("heading", name="What the test cases see")).to_be_visible()


@view("owner")
def dial_plan_cases_failing(page: Page, scene: Scene) -> None:
    dial_plan_changed_results(page, scene)
    page.get_by_role("button", name="Save; they count as failing").click()
    page.goto(f"/dial-plans/{_plan_named(scene, TESTED).id}/cases")
    expect(page.get_by_text("Fails", exact=True)).to_be_visible()


def _tested_plan(scene: Scene) -> SIPDialPlan:
    """A new plan, in the place of that of an earlier view."""
    plans = scene.portal.program_of(scene.owner).dial_plans
    if (found := _plan_named(scene, TESTED)) is not None:
        plans.delete(found)
    plan = dial_plan(TESTED, owner=scene.owner, dial_plan_script=LINES, script_type_description="Asterisk")
    return plans.add(plan)


def _plan_named(scene: Scene, name: str) -> Any:
    plans = scene.portal.program_of(scene.owner).dial_plans
    return next((plan for plan in plans.page() if plan.dial_plan_name == name), None)
