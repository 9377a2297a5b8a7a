"""A dial plan that is tried with real Ruby, by somebody who has all there is and by somebody without scripts."""

import os
import re
import shutil
import signal
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from sipsorcery_web.database.keyring import Keyring
from sipsorcery_web.dial_plans.ruby.image import ImageFile
from sipsorcery_web.dial_plans.service.client import PlanService
from tests.dial_plans.conftest import image
from tests.factories.records import sip_provider

from .conftest import BOTH_WAYS, Pages
from .portals import Portal
from .steps import note, sign_in

__all__ = ["image"]

SCRIPT = """\
sys.Log "dialled #{req.URI.User}"
if Time.now.hour < 8
  sys.Respond 480, "We sleep"
end
sys.Dial "#{req.URI.User}@blueline", 20
sys.Respond 486, sys.DBRead("words") || "Nobody is here"
"""


@pytest.fixture
def ready(portal: Portal, image: ImageFile) -> PlanService:
    """The plan service of the portal, whose image of Ruby is there already: to build one takes minutes."""
    instance = portal.front.folder / "instance"
    plans = PlanService(instance / "plans", Keyring.load(instance / "keys").derive("plan service"))
    own = ImageFile(plans.supervisor.folder, plans.supervisor.key)
    own.folder.mkdir(mode=0o700, exist_ok=True)
    if not own.path.exists():
        shutil.copy2(image.path, own.path)
        own.sign()
    portal.front.let_image_be_built()
    return plans


@pytest.fixture
def owner(portal: Portal) -> str:
    """A customer whose first plan is Ruby."""
    owner = portal.customer("tester")
    plans = portal.program_of(owner).dial_plans
    plans.update(plans.page()[0].with_(dial_plan_script="# nothing yet", script_type_description="Ruby"))
    return owner


def show_script(page: Page) -> None:
    """Open the script on the page of a try, which is folded up where it is saved."""
    if not page.locator("[name=script]").is_visible():
        page.locator("details:has([name=script]) > summary").click()


def answer(page: Page, leg: str, kind: str) -> None:
    page.get_by_role("group", name=leg).get_by_role("combobox").select_option(kind)


def answered(page: Page, words: str) -> Locator:
    """The heading with the answer to the caller."""
    return page.get_by_role("heading", level=2, name=words)


def try_again(page: Page) -> None:
    page.get_by_role("button", name="Try again").click()


@BOTH_WAYS
def test_a_text_is_tried_before_it_is_saved_and_kept_as_a_test_case(
    portal: Portal, scripts: bool, width: int, open_page: Pages, owner: str, ready: PlanService
) -> None:
    program = portal.program_of(owner)
    program.sip_providers.add(sip_provider("blueline"))
    plan = program.dial_plans.page()[0]
    page = open_page(portal, scripts=scripts, width=width)
    sign_in(page, owner)
    page.goto(f"/dial-plans/{plan.id}/try")
    show_script(page)
    page.locator("[name=script]").fill(SCRIPT)
    page.locator("[name=number]").fill("0301")
    page.locator("[name=time]").fill("2026-03-02T10:00")
    page.get_by_role("button", name="Try", exact=True).click()
    expect(answered(page, "The caller gets 486 Nobody is here.")).to_be_visible()
    expect(page.get_by_text("dialled 0301")).to_be_visible()
    expect(page.locator(".try-lines .ran")).to_have_count(4)

    page.get_by_label("Stored value words").fill("We are at lunch")
    answer(page, "0301@blueline", "busy")
    try_again(page)
    expect(answered(page, "The caller gets 486 We are at lunch.")).to_be_visible()

    answer(page, "0301@blueline", "answered")
    try_again(page)
    expect(answered(page, "The caller talks to 0301@blueline after 5 s.")).to_be_visible()

    page.get_by_role("button", name="Take this script into the editor").click()
    expect(page).to_have_url(re.compile("kept="))
    page.get_by_role("button", name="Save plan").first.click()
    expect(note(page, "default is saved.")).to_be_visible()

    page.get_by_role("link", name="Try the saved plan").click()
    page.locator("[name=number]").fill("0301")
    page.locator("[name=time]").fill("2026-03-02T03:00")
    page.get_by_role("button", name="Try", exact=True).click()
    expect(answered(page, "The caller gets 480 We sleep.")).to_be_visible()
    page.locator("[name=case_name]").fill("at night")
    page.get_by_role("button", name="Keep as a test case").click()
    expect(page.get_by_text("Passes")).to_be_visible()


def test_all_processes_of_a_portal_share_a_plan_service_and_one_that_is_killed_is_replaced_at_the_next_try(
    portal: Portal, open_page: Pages, owner: str, ready: PlanService
) -> None:
    plan = portal.program_of(owner).dial_plans.page()[0]
    page = open_page(portal)
    sign_in(page, owner)
    for _ in range(2):
        page.goto(f"/dial-plans/{plan.id}/try")
        show_script(page)
        page.locator("[name=script]").fill("sys.Respond 486, 'no'")
        page.locator("[name=number]").fill("1")
        page.get_by_role("button", name="Try", exact=True).click()
        expect(answered(page, "The caller gets 486 no.")).to_be_visible()
        (process,) = plan_services(portal)
        os.kill(process, signal.SIGKILL)


def plan_services(portal: Portal) -> list[int]:
    """The plan services of a portal: processes of this folder."""
    folder = str(portal.front.folder / "instance" / "plans").encode()
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            words = (process / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if b"serve" in words and folder in words:
            found.append(int(process.name))
    return found
