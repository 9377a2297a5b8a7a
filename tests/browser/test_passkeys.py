"""Passkeys with Chromium's own authenticator (WebAuthn, section 11): set up, used, lost, and done without."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.factories import PASSWORD

from .passkey_device import Device, add_passkey, named
from .portals import OVER_SOAP, Portal
from .steps import heading, note, sign_in, sign_out, try_to_sign_in

Opening = Callable[..., Page]


def test_a_passkey_is_set_up_used_lost_and_done_without(open_page: Opening, portal: Portal, alice: str) -> None:
    page = open_page(portal, address=named(portal))
    device = Device(page)
    sign_in(page, alice)
    add_passkey(page, "my telephone")
    expect(heading(page, "The passkey is added")).to_be_visible()
    codes = page.locator("#recovery-codes li").all_inner_texts()
    assert len(codes) == 10
    (credential,) = device.credentials
    assert (credential["rpId"], credential["isResidentCredential"]) == ("localhost", True)
    sign_out(page)

    try_to_sign_in(page, alice, PASSWORD)
    page.get_by_role("button", name="Use a passkey").click()
    expect(heading(page, "SIP accounts")).to_be_visible()
    sign_out(page)

    device.lose_all()
    try_to_sign_in(page, alice, PASSWORD)
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_text("The browser gave no passkey. Try again, or go another way.")).to_be_visible()
    page.get_by_role("link", name="A recovery code").click()
    page.get_by_label("Code").fill(codes[0])
    page.get_by_role("button", name="Sign in").click()
    expect(heading(page, "SIP accounts")).to_be_visible()

    page.goto("/security/passkeys")
    page.get_by_role("link", name="Remove my telephone").click()
    page.get_by_role("button", name="Remove passkey").click()
    expect(note(page, "my telephone is removed.")).to_be_visible()
    sign_out(page)
    sign_in(page, alice)


def test_a_passkey_confirms_that_it_is_you(open_page: Opening, portal: Portal, alice: str) -> None:
    page = open_page(portal, address=named(portal))
    Device(page)
    sign_in(page, alice)
    add_passkey(page, "my telephone")
    expect(heading(page, "The passkey is added")).to_be_visible()
    portal.let_proofs_grow_old(alice)
    page.goto("/security/totp")
    expect(heading(page, "Confirm that it is you")).to_be_visible()
    page.get_by_role("button", name="Use a passkey").click()
    expect(heading(page, "Set up an authenticator app")).to_be_visible()


@pytest.mark.skipif(OVER_SOAP, reason="a passkey alone needs the service in the same process")
def test_a_passkey_alone_signs_in(open_page: Opening, usual: Portal) -> None:
    carol = usual.customer("carol")
    page = open_page(usual, address=named(usual))
    Device(page)
    sign_in(page, carol)
    add_passkey(page, "my telephone")
    expect(heading(page, "The passkey is added")).to_be_visible()
    sign_out(page)
    page.get_by_role("button", name="Use a passkey").click()
    expect(heading(page, "SIP accounts")).to_be_visible()
    expect(page.get_by_role("region", name="You and your session")).to_contain_text(f"Signed in as {carol}")


def test_the_same_device_is_not_added_twice(open_page: Opening, usual: Portal) -> None:
    dave = usual.customer("dave-1")
    page = open_page(usual, address=named(usual))
    Device(page)
    sign_in(page, dave)
    add_passkey(page, "my telephone")
    expect(heading(page, "The passkey is added")).to_be_visible()
    add_passkey(page, "my telephone again")
    expect(page.get_by_text("This device has a passkey for this account already.")).to_be_visible()


def test_at_an_ip_address_there_are_none_and_the_page_says_why(open_page: Opening, usual: Portal) -> None:
    page = open_page(usual)
    sign_in(page, usual.customer("grace"))
    page.goto("/security/passkeys")
    expect(page.get_by_text("this portal is at an IP address, 127.0.0.1")).to_be_visible()
    expect(page.get_by_role("button", name="Add passkey")).to_have_count(0)


def test_without_scripts_the_page_says_what_passkeys_take(open_page: Opening, usual: Portal) -> None:
    page = open_page(usual, scripts=False, address=named(usual))
    sign_in(page, usual.customer("frank"))
    page.goto("/security/passkeys")
    expect(page.get_by_text("takes a browser that has passkeys, with scripts switched on")).to_be_visible()
    expect(page.get_by_role("button", name="Add passkey")).to_have_count(0)
