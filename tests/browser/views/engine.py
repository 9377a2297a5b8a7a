"""The parts of pages that a SIP engine adds."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

from playwright.sync_api import Page, expect
from sqlalchemy import delete, select

from sipsorcery_web.service.store.models import SIPAccountRow
from sipsorcery_web.service.store.refused_phones import RefusedPhoneRow

from ..scenes import Scene
from ..steps import heading
from .view import view


@view("engine")
def engine_calls(page: Page, scene: Scene) -> None:
    page.goto("/calls")
    expect(page.get_by_role("button", name="Hang up").first).to_be_visible()


@view("engine")
def engine_registrations(page: Page, scene: Scene) -> None:
    page.goto("/registrations")
    expect(page.get_by_role("button", name="Remove").first).to_be_visible()


@view("engine")
def engine_provider_registrations(page: Page, scene: Scene) -> None:
    page.goto("/provider-registrations")
    expect(page.get_by_role("button", name="Register now").first).to_be_visible()


@view("engine")
def engine_provider(page: Page, scene: Scene) -> None:
    page.goto("/provider-registrations")
    page.locator("td.cell-provider a").first.click()
    page.locator("summary", has_text="Register, caller").click()


@view("engine")
def make_a_call(page: Page, scene: Scene) -> None:
    page.goto("/calls")
    page.get_by_role("link", name="Make a call").click()
    expect(heading(page, "Make a call")).to_be_visible()


@view("engine")
def call_to_nobody(page: Page, scene: Scene) -> None:
    make_a_call(page, scene)
    page.get_by_label("Number or address").fill("()")
    page.get_by_role("button", name="Call", exact=True).click()
    expect(page.get_by_role("link", name="Number or address: Type a telephone number")).to_be_visible()


@view("engine")
def engine_accounts(page: Page, scene: Scene) -> None:
    page.goto("/sip-accounts")
    expect(page.get_by_role("link", name="Set up a phone").first).to_be_visible()


@view("engine")
def engine_account_tried(page: Page, scene: Scene) -> None:
    page.goto("/sip-accounts")
    page.locator("td.cell-account a").first.click()
    page.get_by_label("Trusted addresses").fill(r"^203\.0\.113\.(4[0-9]|5[0-9]):")
    page.get_by_role("button", name="Try it").click()
    expect(page.get_by_text("The SIP engine cannot use this expression")).to_be_visible()


@view("engine")
def phone(page: Page, scene: Scene) -> None:
    page.goto("/sip-accounts")
    page.get_by_role("link", name="Set up a phone").first.click()
    expect(heading(page, "Set up a phone")).to_be_visible()


def _refuse(scene: Scene) -> None:
    """Have phones be refused with each account of the portal with an engine, one with values as long as they may be."""
    portal, now = scene.with_engine.portal, datetime.now(UTC)
    facts = {"kind": "registration", "detail": "", "call_id": "refused@203.0.113.41", "first_at": now, "last_at": now}
    long = {
        "agent": "Grandstream-GXP2170/1.0.11.48+build." + "9" * 160,
        "address": "2001:db8:85a3:8d3:1319:8a2e:370:7348",
    }
    with portal.database.write() as session:
        session.execute(delete(RefusedPhoneRow))
        for account in session.scalars(select(SIPAccountRow.id)).all():
            of_account = facts | {"sip_account_id": account}
            one = {"agent": "Linphone/5.2", "address": "203.0.113.41", "reason": "wrong password", "times": 14}
            two = {**long, "reason": "too many wrong passwords", "times": 1, "kind": "call"}
            session.add(RefusedPhoneRow(id=uuid4(), **(of_account | one)))
            session.add(RefusedPhoneRow(id=uuid4(), **(of_account | two | {"last_at": now - timedelta(minutes=9)})))


@view("engine")
def engine_accounts_refused(page: Page, scene: Scene) -> None:
    _refuse(scene)
    page.goto("/sip-accounts")
    expect(page.get_by_text("wrong password").first).to_be_visible()


@view("engine")
def engine_account_refused(page: Page, scene: Scene) -> None:
    engine_accounts_refused(page, scene)
    page.locator("td.cell-account a").first.click()
    expect(page.get_by_role("heading", name="Refused phones")).to_be_visible()


@view("engine")
def phone_refused(page: Page, scene: Scene) -> None:
    _refuse(scene)
    phone(page, scene)
    expect(page.get_by_text("Type the password of this account")).to_be_visible()


@view("engine")
def phone_with_code(page: Page, scene: Scene) -> None:
    phone(page, scene)
    page.get_by_role("button", name="Show password and code").click()
    expect(page.get_by_role("img", name="QR code")).to_be_visible()


@view("engine")
def engine_about(page: Page, scene: Scene) -> None:
    page.goto("/about")
    expect(page.get_by_text("SIP engine")).to_be_visible()


@view("engine")
def call_made(page: Page, scene: Scene) -> None:
    """A call of the first account that has none; nobody answers it."""
    for number in range(3):
        make_a_call(page, scene)
        page.get_by_label("Number or address").fill("0871550142")
        page.get_by_label("With your account").select_option(index=number)
        page.get_by_role("button", name="Call", exact=True).click()
        page.wait_for_url(lambda address: not address.endswith("/calls/made/new"))
        if "/calls/made/" in page.url:
            return
    raise AssertionError("All accounts have a call.")


@view("engine")
def call_made_and_over(page: Page, scene: Scene) -> None:
    call_made(page, scene)
    hang_up, again = page.get_by_role("button", name="Hang up"), page.get_by_role("link", name="Call again")
    expect(hang_up.or_(again)).to_be_visible()
    if hang_up.is_visible():
        hang_up.click()
    expect(again).to_be_visible()
