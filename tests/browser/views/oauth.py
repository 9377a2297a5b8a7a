"""Programs that ask customers: registering them, deciding about them, and taking it back."""

import re
from contextlib import AbstractContextManager
from urllib.parse import urlencode

from playwright.sync_api import Page, expect
from sqlalchemy import delete

from sipsorcery_web.contract.oauth import GRANTABLE, Program
from sipsorcery_web.contract.wire_types import ZERO_ID
from sipsorcery_web.database.address_limit import AddressCountRow
from sipsorcery_web.oauth import consents, devices, programs
from sipsorcery_web.oauth.work import Work, writing
from sipsorcery_web.service.store.oauth import ConsentRow, ProgramRow
from tests.oauth.program import VERIFIER, challenge_of

from ..portals import OVER_SOAP
from ..scenes import Scene
from ..steps import heading
from .view import Steps, view

LONG = "provisioning-of-all-phones-in-the-house-and-in-the-other-houses"
BACK = "https://reception-desk.example.org/sign-in/comes-back-from/the-portal"
FROM = "2001:db8:85a3:8d3:1319:8a2e:370:7348"


def _view(steps: Steps) -> Steps:
    return steps if OVER_SOAP else view("owner")(steps)


def _working(scene: Scene) -> AbstractContextManager[Work]:
    return writing(scene.portal.operators._context, FROM)


def _register(work: Work, owner: str, name: str, *addresses: str, is_confidential: bool = False) -> ProgramRow:
    wanted = Program(
        id=ZERO_ID,
        name=name,
        owner=owner,
        redirect_addresses=addresses,
        takes_device_codes=not is_confidential,
        is_confidential=is_confidential,
    )
    return work.session.get_one(ProgramRow, programs.add(work, wanted).id)


def _make_programs(scene: Scene) -> None:
    """Leave the owner two programs."""
    with _working(scene) as work:
        work.session.execute(delete(ProgramRow))
        _register(work, scene.owner, "Reception desk", BACK, "http://127.0.0.1/back", is_confidential=True)
        _register(work, scene.owner, LONG)


def _allow(scene: Scene) -> None:
    """Leave the owner two programs with access: one that may little, and one that may everything."""
    _make_programs(scene)
    with _working(scene) as work:
        for row in work.session.query(ProgramRow):
            work.session.execute(delete(ConsentRow).where(ConsentRow.program_id == row.id))
            scopes = " ".join(GRANTABLE) if row.name == LONG else "calls:read"
            consents.add(work, scene.owner, row, scopes, work.now + consents.REFRESH_TOKEN_LASTS)


def _lead_there(page: Page, scene: Scene, scope: str) -> None:
    """Lead the browser to the portal as a program does."""
    _make_programs(scene)
    with _working(scene) as work:
        program = work.session.query(ProgramRow).where(ProgramRow.name == "Reception desk").one()
    given = {
        "response_type": "code",
        "client_id": str(program.id),
        "redirect_uri": BACK,
        "scope": scope,
        "state": "x",
        "code_challenge": challenge_of(VERIFIER),
        "code_challenge_method": "S256",
    }
    page.goto(f"/oauth/authorize?{urlencode(given)}")


def _type_code(page: Page, scene: Scene) -> None:
    _make_programs(scene)
    code = devices.new_user_code()
    with _working(scene) as work:
        work.session.execute(delete(AddressCountRow))
        program = work.session.query(ProgramRow).where(ProgramRow.name == LONG).one()
        devices.add(work, program.id, "accounts:read calls:read", code, code)
    page.goto("/oauth/device")
    page.get_by_label("Code", exact=True).fill(code)
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("button", name="Allow")).to_be_visible()


@_view
def programs_with_access(page: Page, scene: Scene) -> None:
    _allow(scene)
    page.goto("/security/consents")


@_view
def programs_with_access_none(page: Page, scene: Scene) -> None:
    _make_programs(scene)
    page.goto("/security/consents")


@_view
def access_ended(page: Page, scene: Scene) -> None:
    _allow(scene)
    page.goto("/security/consents")
    page.get_by_role("link", name=f"End the access of {LONG}").click()
    expect(page.get_by_role("button", name="End access")).to_be_visible()


@_view
def own_programs(page: Page, scene: Scene) -> None:
    _make_programs(scene)
    page.goto("/security/programs")


@_view
def own_programs_refused(page: Page, scene: Scene) -> None:
    page.goto("/security/programs")
    page.get_by_label("Redirect addresses").fill("http://reception-desk.example.org")
    page.get_by_role("button", name="Register program").click()
    expect(page).to_have_title(re.compile("^Error: "))


@_view
def program_registered(page: Page, scene: Scene) -> None:
    _make_programs(scene)
    page.goto("/security/programs")
    page.get_by_label("Name", exact=True).fill("Night shift")
    page.get_by_label("Redirect addresses").fill(BACK)
    page.get_by_label("It runs on a server").check()
    page.get_by_role("button", name="Register program").click()
    expect(heading(page, "Program Night shift")).to_be_visible()


@_view
def program_secret_renewed(page: Page, scene: Scene) -> None:
    _make_programs(scene)
    page.goto("/security/programs")
    page.get_by_role("link", name="Make another secret for Reception desk").click()
    expect(page.get_by_role("button", name="Make another secret")).to_be_visible()


@_view
def program_deleted(page: Page, scene: Scene) -> None:
    _make_programs(scene)
    page.goto("/security/programs")
    page.get_by_role("link", name=f"Delete {LONG}").click()
    expect(page.get_by_role("button", name="Delete program")).to_be_visible()


@_view
def program_asks(page: Page, scene: Scene) -> None:
    _lead_there(page, scene, " ".join(GRANTABLE))
    expect(page.get_by_role("button", name="Allow")).to_be_visible()


@_view
def program_asks_wrongly(page: Page, scene: Scene) -> None:
    _lead_there(page, scene, "everything")
    expect(page.get_by_role("link", name="Back to the program")).to_be_visible()


@_view
def device_code(page: Page, scene: Scene) -> None:
    page.goto("/oauth/device")


@_view
def device_code_refused(page: Page, scene: Scene) -> None:
    with _working(scene) as work:
        work.session.execute(delete(AddressCountRow))
    page.goto("/oauth/device")
    page.get_by_label("Code", exact=True).fill("BBBB-BBBB")
    page.get_by_role("button", name="Go on").click()
    expect(page).to_have_title(re.compile("^Error: "))


@_view
def device_asks(page: Page, scene: Scene) -> None:
    _type_code(page, scene)


@_view
def device_allowed(page: Page, scene: Scene) -> None:
    _type_code(page, scene)
    page.get_by_role("button", name="Allow").click()
    expect(heading(page, f"{LONG} may act for you")).to_be_visible()
