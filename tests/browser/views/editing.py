"""Changes of somebody else, and what was deleted and can be put back."""

from uuid import uuid4

from playwright.sync_api import Page, expect

from sipsorcery_web.contract.records import SIPAccount
from tests.factories.records import sip_account

from ..scenes import Scene
from ..steps import heading, note
from .view import view

CHANGED = "This has changed meanwhile"


def meanwhile(scene: Scene, **changes: object) -> None:
    """Another program saves the account that is edited."""
    records = scene.portal.program_of(scene.owner).sip_accounts
    stored = next(each for each in records.page() if each.id == scene.accounts[scene.users.edited].id)
    records.update(stored.with_(**changes))


@view("owner")
def account_changed_meanwhile(page: Page, scene: Scene) -> None:
    meanwhile(scene, network_id="north-harbour-00", is_switchboard_enabled=True)
    page.goto(scene.path_of(scene.users.edited))
    meanwhile(scene, network_id="north-harbour-02", is_switchboard_enabled=False)
    page.get_by_label("Network id").fill("north-harbour-01")
    page.get_by_label("Trusted addresses").fill(r"^198\.51\.100\.(1[0-9]|2[0-4]):" * 8)
    page.get_by_label("Calls in").select_option(index=0)
    page.get_by_label("New password").fill("tr0ubad0ur")
    page.get_by_role("button", name="Save account").click()
    expect(heading(page, CHANGED)).to_be_visible()


@view("owner")
def dial_plan_changed_meanwhile(page: Page, scene: Scene) -> None:
    plans = scene.portal.program_of(scene.owner).dial_plans
    page.goto(f"/dial-plans/{scene.plan.id}")
    expect(page.locator(".ace_content")).to_be_visible()
    stored = next(each for each in plans.page() if each.id == scene.plan.id)
    script = stored.dial_plan_script or ""
    plans.update(stored.with_(dial_plan_script=f"# {uuid4()}\n{script}"))
    try:
        page.evaluate(
            "text => ace.edit(document.querySelector('.script-editor')).setValue(text, -1)", f"{script}# mine\n"
        )
        page.get_by_role("button", name="Save").first.click()
        expect(heading(page, CHANGED)).to_be_visible()
    finally:
        plans.update(stored)


@view("owner")
def account_forgotten_meanwhile(page: Page, scene: Scene) -> None:
    """Open a form whose snapshot has been deleted, so nothing is preselected."""
    page.goto(scene.path_of(scene.users.edited))
    page.locator("[name=opened]").evaluate("field => { field.value = '' }")
    page.get_by_label("Network id").fill("south-harbour-01")
    page.get_by_role("button", name="Save account").click()
    expect(heading(page, CHANGED)).to_be_visible()


@view("owner")
def account_deleted(page: Page, scene: Scene) -> None:
    page.goto(f"/sip-accounts/{account_to_delete(scene).id}/delete")
    page.get_by_role("button", name="Delete account").click()
    expect(note(page, "is deleted.")).to_be_visible()


@view("owner")
def account_deleted_meanwhile(page: Page, scene: Scene) -> None:
    account = account_to_delete(scene)
    page.goto(f"/sip-accounts/{account.id}")
    scene.portal.program_of(scene.owner).sip_accounts.delete(account)
    page.get_by_label("Network id").fill("north-harbour-01")
    page.get_by_label("Trusted addresses").fill(r"^198\.51\.100\.(1[0-9]|2[0-4]):" * 8)
    page.get_by_label("New password").fill("tr0ubad0ur")
    page.get_by_role("button", name="Save account").click()
    expect(heading(page, "has been deleted meanwhile")).to_be_visible()


def account_to_delete(scene: Scene) -> SIPAccount:
    """An account of its own, so that the others stay."""
    name = f"telephone-to-be-deleted-{uuid4().hex[:8]}"
    account = sip_account(name, id=uuid4(), owner=scene.owner, sip_domain=scene.portal.domain)
    return scene.portal.program_of(scene.owner).sip_accounts.add(account)
