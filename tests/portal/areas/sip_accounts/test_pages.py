"""The list of SIP accounts as its owner sees it."""

from typing import Any

import pytest

from sipsorcery_web.contract.records import SIPAccount
from sipsorcery_web.service.store.models import SIPAccountRow
from tests.factories import DOMAIN
from tests.portal.app_harness import AppHarness
from tests.portal.browser import Browser

from .account_forms import SECRET, row_of


def lose_password(harness: AppHarness, account: SIPAccount) -> None:
    """Let the key that an account's password is sealed with be missing."""
    with harness.database.write() as session:
        session.get_one(SIPAccountRow, account.id).sealed_sip_password = "gone.AAAA"


def test_the_columns_of_an_account_are_all_there(harness: AppHarness, alice: Browser, desk: SIPAccount) -> None:
    row = row_of(alice.open("/sip-accounts"), "front-desk")
    assert f"front-desk@{DOMAIN}" in row
    assert "Out default" in row
    assert "In ring the phones" in row
    assert "23 Nov 2026 12:00:00" in row
    assert "Delete" in row


def test_passwords_are_hidden_and_shown_on_request_only(alice: Browser, desk: SIPAccount) -> None:
    page = alice.open("/sip-accounts")
    assert SECRET not in page.source
    shown = alice.post(f"/sip-accounts/{desk.id}/password", {"csrf_token": alice.token()})
    assert SECRET in shown.text
    assert "no-store" in shown.response.headers["Cache-Control"]
    assert SECRET not in alice.open(f"/sip-accounts/{desk.id}").source


def test_the_button_that_shows_a_password_says_whose(alice: Browser, desk: SIPAccount) -> None:
    buttons = alice.open("/sip-accounts").all(f"//button[@formaction='/sip-accounts/{desk.id}/password']")
    assert [" ".join(button.text_content().split()) for button in buttons] == [
        f"Show the password of front-desk@{DOMAIN}"
    ]


def test_where_no_password_is_stored_that_is_said(harness: AppHarness, alice: Browser) -> None:
    account = harness.account("alice", "answering", sip_password=None, is_incoming_only=True)
    assert "None" in row_of(alice.open("/sip-accounts"), "answering")
    page = alice.post(f"/sip-accounts/{account.id}/password", {"csrf_token": alice.token()})
    assert "No password is stored" in page.text


def test_a_password_that_cannot_be_read_is_said_and_spoils_no_list(
    harness: AppHarness, alice: Browser, desk: SIPAccount
) -> None:
    lost = harness.account("alice", "hall-phone")
    lose_password(harness, lost)

    page = alice.open("/sip-accounts")
    assert "Cannot be read" in row_of(page, "hall-phone")
    assert "Show" in row_of(page, "front-desk")
    assert "The stored password cannot be read" in alice.open(f"/sip-accounts/{lost.id}").text
    shown = alice.post(f"/sip-accounts/{lost.id}/password", {"csrf_token": alice.token()})
    assert "The stored password cannot be read" in shown.text
    assert "No password is stored" not in shown.text


def test_a_password_that_cannot_be_read_is_typed_again(harness: AppHarness, alice: Browser, desk: SIPAccount) -> None:
    lose_password(harness, desk)
    address = f"/sip-accounts/{desk.id}"

    assert "password" in alice.submit(address, network_id="attic").text
    alice.submit(address, network_id="attic", sip_password="an0therone")
    (found,) = [each for each in harness.service_fixture.alice.sip_accounts.page() if each.id == desk.id]
    assert (found.network_id, found.sip_password) == ("attic", "an0therone")


def test_a_password_with_markup_in_it_is_shown_as_it_is(harness: AppHarness, alice: Browser) -> None:
    account = harness.account("alice", "front-desk", sip_password='<b>"&!</b>')
    page = alice.post(f"/sip-accounts/{account.id}/password", {"csrf_token": alice.token()})
    assert '<b>"&!</b>' in page.text


@pytest.mark.parametrize(
    ("more", "tells"),
    [
        ({}, "Not registered"),
        ({"is_user_disabled": True}, "Disabled by you"),
        ({"is_incoming_only": True, "in_dial_plan_name": "default"}, "Incoming only"),
        ({"is_incoming_only": True}, "Not registered"),
        ({"send_nat_keep_alives": True}, "keep-alives on"),
        ({"ip_address_acl": "^203"}, "trusted addresses"),
    ],
)
def test_a_row_tells_the_state_of_an_account(
    harness: AppHarness, alice: Browser, more: dict[str, Any], tells: str
) -> None:
    harness.account("alice", "front-desk", **more)
    assert tells in row_of(alice.open("/sip-accounts"), "front-desk")


def test_a_locked_account_tells_the_administrators_reason(
    harness: AppHarness, alice: Browser, desk: SIPAccount
) -> None:
    harness.lock(desk, "Unpaid bill <b>")
    row = row_of(alice.open("/sip-accounts"), "front-desk")
    assert "Disabled by administrator" in row
    assert "“Unpaid bill <b>”" in row


def test_a_registered_phone_is_named_with_its_address(harness: AppHarness, alice: Browser, desk: SIPAccount) -> None:
    harness.bind(desk, user_agent="Snom <script>/10.1", remote_sip_socket="203.0.113.41:5060", expiry=3600)
    row = row_of(alice.open("/sip-accounts"), "front-desk")
    assert "Registered until 13:00:00" in row
    assert "Snom <script>/10.1, 203.0.113.41:5060" in row


@pytest.mark.parametrize(
    ("seconds", "tells"),
    [(86_400, "Registered until 24 Nov 2026 12:00:00"), (2**31 - 1, "Registered until 11 Dec 2094 15:14:07")],
)
def test_a_registration_that_lasts_beyond_today_is_told_with_the_day(
    harness: AppHarness, alice: Browser, desk: SIPAccount, seconds: int, tells: str
) -> None:
    harness.bind(desk, expiry=seconds)
    assert tells in row_of(alice.open("/sip-accounts"), "front-desk")
    assert tells.replace("Registered ", "") in alice.open(f"/sip-accounts/{desk.id}").text


def test_several_phones_are_counted(harness: AppHarness, alice: Browser, desk: SIPAccount) -> None:
    for number in range(5):
        harness.bind(desk, user_agent=f"Phone {number}")
    row = row_of(alice.open("/sip-accounts"), "front-desk")
    assert "Registered on 5 devices" in row
    assert "and 2 more" in row


def test_a_phone_is_shown_at_its_own_account_only(harness: AppHarness, alice: Browser, desk: SIPAccount) -> None:
    harness.account("alice", "front-desk-2")
    harness.bind(desk)
    assert "Not registered" in row_of(alice.open("/sip-accounts"), "front-desk-2")


def test_phones_of_somebody_else_are_not_shown(harness: AppHarness, alice: Browser, desk: SIPAccount) -> None:
    harness.bind(harness.account("bobby", "bobs-line"))
    assert "Snom" not in alice.open("/sip-accounts").text


def test_the_administrator_sees_the_owner_of_each_account(
    harness: AppHarness, administrator: Browser, desk: SIPAccount
) -> None:
    assert row_of(administrator.open("/sip-accounts"), "front-desk").startswith("alice")
