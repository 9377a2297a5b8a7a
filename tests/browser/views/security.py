"""Security: second factors, who is signed in and was, where phones registered from, changes, and tokens for programs."""

import re
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from playwright.sync_api import Page, expect
from sqlalchemy import delete, select

from sipsorcery_web.contract.extensions import AccessToken, SignInResult, SignInWay
from sipsorcery_web.contract.scopes import SCOPES
from sipsorcery_web.database.keyring import Keyring
from sipsorcery_web.portal.storage.passkeys import Passkeys
from sipsorcery_web.provisioning.client import ClientIdentity, ProvisioningClient
from sipsorcery_web.service.sign_ins import SignInNote
from sipsorcery_web.service.store.account_networks import AccountNetworkRow
from sipsorcery_web.service.store.models import SIPAccountRow
from tests.factories import PASSWORD
from tests.factories.passkeys import passkey
from tests.portal.authenticator import AuthenticatorApp

from ..passkey_device import Device, named
from ..portals import OVER_SOAP
from ..scenes import Scene
from ..steps import heading, sign_in, try_to_sign_in
from .view import Steps, view

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:133.0) Gecko/20100101 Firefox/133.0"


def _view(steps: Steps) -> Steps:
    return steps if OVER_SOAP else view("owner")(steps)


def _make_tokens(scene: Scene) -> None:
    """Leave the owner two tokens: one that may little and was used, and one that may everything."""
    program = scene.portal.program_of(scene.owner)
    for token in program.access_tokens():
        program.delete_access_token(token.id)
    ends = datetime.now(UTC) + timedelta(days=90)
    used = program.add_access_token(AccessToken(name="call records for the office", scopes="calls:read", ends=ends))
    ProvisioningClient(scene.portal.channel, ClientIdentity(used.token)).cdrs.count()
    program.add_access_token(
        AccessToken(name="provisioning-of-all-phones-in-the-house", scopes=" ".join(SCOPES), ends=ends)
    )


@view("owner")
def security(page: Page, scene: Scene) -> None:
    page.goto("/security")


@view("owner")
def open_sessions(page: Page, scene: Scene) -> None:
    page.goto("/security/sessions")
    expect(page.get_by_role("table", name="Your open sessions")).to_be_visible()


def _fail_to_sign_in(scene: Scene) -> None:
    """Leave the owner sign-ins that failed, from an address with few characters and one with many."""
    for address in ("203.0.113.9", "2001:db8:85a3:8d3:1319:8a2e:370:7348"):
        stranger = ProvisioningClient(scene.portal.channel, ClientIdentity(address=address))
        for _ in range(3):
            stranger.login(scene.owner, "not the password")
        stranger.login(scene.owner, PASSWORD)


@_view
def sign_ins(page: Page, scene: Scene) -> None:
    _fail_to_sign_in(scene)
    page.goto("/security/sign-ins")
    expect(page.get_by_text("Wrong password").first).to_be_visible()


@_view
def sign_ins_that_failed(page: Page, scene: Scene) -> None:
    _fail_to_sign_in(scene)
    page.goto("/security/sign-ins?result=failed")


def _fail_at_second_step(scene: Scene) -> None:
    """Leave the owner what comes of guesses by somebody who knows the password."""
    results = (SignInResult.SECOND_STEP_MISSING, SignInResult.WRONG_CODE, SignInResult.PASSKEY_REFUSED)
    with scene.portal.database.write() as session:
        for result in results:
            SignInNote(scene.owner, "203.0.113.9", SignInWay.PAGE, FIREFOX).add(session, result, datetime.now(UTC))


@_view
def sign_ins_without_second_step(page: Page, scene: Scene) -> None:
    _fail_at_second_step(scene)
    page.goto("/security/sign-ins")
    expect(page.get_by_text("Right password or session, wrong code").first).to_be_visible()


def _see_networks(scene: Scene) -> None:
    """Have the phones of the portal with an engine register from a network that is known and from one that is not."""
    portal, now = scene.with_engine.portal, datetime.now(UTC)
    with portal.database.write() as session:
        session.execute(delete(AccountNetworkRow))
        for account in session.scalars(select(SIPAccountRow)).all():
            for network, is_new in (("203.0.0.0/16", False), ("2001:db8::/32", True)):
                seen = {"first_seen": now - timedelta(days=9), "last_seen": now, "is_new": is_new}
                session.add(AccountNetworkRow(id=uuid4(), sip_account_id=account.id, network=network, **seen))


@view("engine")
def security_with_alert(page: Page, scene: Scene) -> None:
    _see_networks(scene)
    page.goto("/security")
    expect(page.get_by_text("never seen before")).to_be_visible()


@view("engine")
def networks(page: Page, scene: Scene) -> None:
    _see_networks(scene)
    page.goto("/security/networks")
    expect(page.get_by_text("Never seen before").first).to_be_visible()


@view("engine")
def engine_account_with_alert(page: Page, scene: Scene) -> None:
    _see_networks(scene)
    page.goto("/sip-accounts")
    page.locator("td.cell-account a").first.click()
    expect(page.get_by_text("never seen before")).to_be_visible()


@_view
def changes(page: Page, scene: Scene) -> None:
    _make_tokens(scene)
    page.goto("/security/changes")


@_view
def changes_none_found(page: Page, scene: Scene) -> None:
    page.goto("/security/changes?q=nothing-like-that")


@_view
def tokens(page: Page, scene: Scene) -> None:
    _make_tokens(scene)
    page.goto("/security/tokens")


@_view
def tokens_refused(page: Page, scene: Scene) -> None:
    page.goto("/security/tokens")
    page.get_by_role("button", name="Make token").click()
    expect(page).to_have_title(re.compile("^Error: "))


@_view
def token_made(page: Page, scene: Scene) -> None:
    _make_tokens(scene)
    page.goto("/security/tokens")
    page.get_by_label("Name", exact=True).fill("night shift")
    page.get_by_label("Read dial plans").check()
    page.get_by_role("button", name="Make token").click()
    expect(page.get_by_role("heading", name="Token night shift")).to_be_visible()


@_view
def token_deleted(page: Page, scene: Scene) -> None:
    _make_tokens(scene)
    page.goto("/security/tokens")
    page.get_by_role("link", name="Delete call records").click()
    expect(page.get_by_role("button", name="Delete token")).to_be_visible()


def _set_up_app(page: Page, scene: Scene) -> str:
    """Have somebody new set up an app, and see the recovery codes."""
    username = scene.portal.customer("carol")
    sign_in(page, username)
    page.goto("/security/totp")
    app = AuthenticatorApp(page.locator("#totp-secret").inner_text())
    page.get_by_label("Code", exact=True).fill(app.code())
    page.get_by_role("button", name="Set up").click()
    expect(heading(page, "The authenticator app is set up")).to_be_visible()
    return username


def _come_to_second_step(page: Page, scene: Scene) -> None:
    username = _set_up_app(page, scene)
    page.context.clear_cookies()
    page.goto("/login")
    try_to_sign_in(page, username, PASSWORD)
    expect(heading(page, "Code from your app")).to_be_visible()


@view("owner")
def app_to_set_up(page: Page, scene: Scene) -> None:
    page.goto("/security/totp")


@view("owner")
def app_refused(page: Page, scene: Scene) -> None:
    page.goto("/security/totp")
    page.get_by_role("button", name="Set up").click()
    expect(page).to_have_title(re.compile("^Error: "))


@view("portal")
def app_set_up(page: Page, scene: Scene) -> None:
    _set_up_app(page, scene)


@view("portal")
def app_in_use(page: Page, scene: Scene) -> None:
    _set_up_app(page, scene)
    page.goto("/security/totp")


@view("portal")
def security_with_app(page: Page, scene: Scene) -> None:
    _set_up_app(page, scene)
    page.goto("/security")


@view("portal")
def app_removed(page: Page, scene: Scene) -> None:
    _set_up_app(page, scene)
    page.goto("/security/totp/remove")


@view("portal")
def recovery_codes_renewed(page: Page, scene: Scene) -> None:
    _set_up_app(page, scene)
    page.goto("/security/recovery-codes")
    page.get_by_role("button", name="Make new codes").click()
    expect(heading(page, "Your recovery codes")).to_be_visible()


@view("portal")
def recovery_codes_to_renew(page: Page, scene: Scene) -> None:
    _set_up_app(page, scene)
    page.goto("/security/recovery-codes")


@view("portal")
def second_step(page: Page, scene: Scene) -> None:
    _come_to_second_step(page, scene)


@view("portal")
def second_step_refused(page: Page, scene: Scene) -> None:
    _come_to_second_step(page, scene)
    page.get_by_label("Code", exact=True).fill("000000")
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_title(re.compile("^Error: "))


@view("portal")
def second_step_limited(page: Page, scene: Scene) -> None:
    _come_to_second_step(page, scene)
    limited = page.get_by_text("Next try in")
    for _ in range(10):
        if not limited.is_visible():
            page.get_by_label("Code", exact=True).fill("000000")
            page.get_by_role("button", name="Sign in").click()
            page.wait_for_load_state()
    expect(limited).to_be_visible()


@view("portal")
def second_step_by_recovery_code(page: Page, scene: Scene) -> None:
    _come_to_second_step(page, scene)
    page.get_by_role("link", name="A recovery code").click()
    expect(heading(page, "Recovery code")).to_be_visible()


NAMES = ("my telephone", "the-security-key-in-the-drawer-of-the-desk-at-the-window")


def _with_passkeys(page: Page, scene: Scene) -> str:
    """Return somebody new, who has signed in where the portal has a name, and has passkeys since."""
    portal, username = scene.portal, scene.portal.customer("dave-")
    page.goto(f"{named(portal)}/login")
    try_to_sign_in(page, username, PASSWORD)
    expect(heading(page, "SIP accounts")).to_be_visible()
    kept = Passkeys(portal.database, Keyring.load(portal.keeper.folder / "instance" / "keys"))
    for number, name in enumerate(NAMES):
        used = datetime.now(UTC) if number else None
        kept.add(passkey(username, name=name, credential_id=f"{username}{number}".encode().hex(), last_used_at=used))
    return username


def _come_to_passkey(page: Page, scene: Scene) -> None:
    username = _with_passkeys(page, scene)
    page.context.clear_cookies()
    page.goto(f"{named(scene.portal)}/login")
    try_to_sign_in(page, username, PASSWORD)
    expect(page.get_by_role("button", name="Use a passkey")).to_be_visible()


@view("portal")
def sign_in_at_a_name(page: Page, scene: Scene) -> None:
    page.goto(f"{named(scene.portal)}/login")
    expect(page.get_by_role("button", name="Use a passkey")).to_be_visible()


@view("owner")
def passkeys_at_an_ip_address(page: Page, scene: Scene) -> None:
    page.goto("/security/passkeys")
    expect(page.get_by_text("this portal is at an IP address")).to_be_visible()


@view("portal")
def passkeys(page: Page, scene: Scene) -> None:
    _with_passkeys(page, scene)
    page.goto(f"{named(scene.portal)}/security/passkeys")
    expect(page.get_by_role("button", name="Add passkey")).to_be_visible()


@view("portal")
def passkey_removed(page: Page, scene: Scene) -> None:
    _with_passkeys(page, scene)
    page.goto(f"{named(scene.portal)}/security/passkeys")
    page.get_by_role("link", name=f"Remove {NAMES[1]}").click()
    expect(page.get_by_role("button", name="Remove passkey")).to_be_visible()


@view("portal")
def second_step_by_passkey(page: Page, scene: Scene) -> None:
    _come_to_passkey(page, scene)


@view("portal")
def second_step_without_the_device(page: Page, scene: Scene) -> None:
    Device(page)
    _come_to_passkey(page, scene)
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_text("The browser gave no passkey")).to_be_visible()


@view("portal")
def confirm_with_factors(page: Page, scene: Scene) -> None:
    username = _with_passkeys(page, scene)
    page.goto(f"{named(scene.portal)}/security/totp")
    app = AuthenticatorApp(page.locator("#totp-secret").inner_text())
    page.get_by_label("Code", exact=True).fill(app.code())
    page.get_by_role("button", name="Set up").click()
    expect(heading(page, "The authenticator app is set up")).to_be_visible()
    scene.portal.let_proofs_grow_old(username)
    page.goto(f"{named(scene.portal)}/security/totp/remove")
    expect(page.get_by_role("button", name="Use a passkey")).to_be_visible()
