"""Changing a SIP provider."""

from typing import Any

import pytest
from sqlalchemy import update
from werkzeug.datastructures import MultiDict

from sipsorcery_web.contract.records import ProviderType, SIPProvider
from sipsorcery_web.service.store.models import SIPProviderRow
from tests.factories import PASSWORD
from tests.portal.app_harness import AppHarness
from tests.portal.browser import Browser
from tests.portal.conftest import HarnessWith
from tests.portal.fake_sip_engine import FakeEngine

from .provider_forms import ADD, ADD_GOOGLE_VOICE, REGISTERING, SAVED, SECRET, change, edit, stored_in

OTHER = "n1ghtingale"

# Changing


def test_a_provider_is_changed_and_keeps_the_rest(harness: AppHarness, alice: Browser, northline: SIPProvider) -> None:
    page = edit(alice, northline, provider_username="HD-2")
    assert SAVED in page.notes
    stored = stored_in(harness, northline)
    assert stored.with_(last_update=northline.last_update) == northline.with_(provider_username="HD-2")


def test_the_type_is_told_and_cannot_be_changed(harness: AppHarness, alice: Browser, northline: SIPProvider) -> None:
    page = alice.open(f"/providers/{northline.id}")
    assert "Type SIP" in page.text
    assert str(northline.id) in page.text
    alice.force(f"/providers/{northline.id}", {"provider_type": "GoogleVoice"}, provider_username="me")
    stored = stored_in(harness, northline)
    assert stored.provider_type is ProviderType.SIP


def test_a_provider_can_be_renamed(harness: AppHarness, alice: Browser, northline: SIPProvider) -> None:
    assert "southline is saved." in edit(alice, northline, provider_name="southline").notes
    assert [*harness.stored_providers("alice")] == ["southline"]


def test_an_empty_password_keeps_the_stored_one_and_a_tick_removes_it(
    harness: AppHarness, alice: Browser, northline: SIPProvider
) -> None:
    def password_after(**fields: Any) -> str | None:
        edit(alice, northline, **fields)
        return stored_in(harness, northline).provider_password

    assert SECRET not in alice.open(f"/providers/{northline.id}").source
    assert password_after(provider_password="") == SECRET
    assert password_after(provider_password=OTHER) == OTHER
    assert password_after(remove_password=True) is None
    assert not alice.open(f"/providers/{northline.id}").has("remove_password")


def test_the_advanced_part_is_open_when_something_stands_in_it(
    harness: AppHarness, alice: Browser, northline: SIPProvider
) -> None:
    def is_open() -> bool:
        return alice.open(f"/providers/{northline.id}").one("//details[@class='more-fields']").get("open") is not None

    assert not is_open()
    change(harness, northline, register_realm="northline.example")
    assert is_open()
    change(harness, northline, register_realm=None, register_expiry=600)
    assert is_open()


def test_an_expiry_of_another_service_stays_while_it_is_left_alone(
    harness: AppHarness, alice: Browser, northline: SIPProvider
) -> None:
    with harness.database.write() as session:
        session.execute(update(SIPProviderRow).where(SIPProviderRow.id == northline.id).values(register_expiry=0))
    assert SAVED in edit(alice, northline, provider_username="me").notes


@pytest.mark.parametrize(("enabled", "reason"), [(True, None), (False, "Too many failures")])
def test_to_register_again_takes_the_reason_away(
    harness: AppHarness, alice: Browser, northline: SIPProvider, enabled: bool, reason: str | None
) -> None:
    change(harness, northline, register_disabled_reason="Too many failures")
    edit(alice, northline, register_enabled=enabled)
    stored = stored_in(harness, northline)
    assert (stored.register_enabled, stored.register_disabled_reason) == (enabled, reason)


def test_the_reason_of_an_administrator_stays_when_the_owner_saves(
    harness: AppHarness, alice: Browser, northline: SIPProvider
) -> None:
    harness.forbid_registration(northline, "They ban us")
    page = alice.open(f"/providers/{northline.id}")
    assert "Registration disabled by administrator" in page.text
    assert "“They ban us”" in page.text
    assert not page.has("register_admin_enabled")
    more = {"register_admin_enabled": "y", "register_disabled_reason": "mine"}
    alice.force(f"/providers/{northline.id}", more, register_enabled=True)
    stored = stored_in(harness, northline)
    assert (stored.register_admin_enabled, stored.register_disabled_reason) == (False, "They ban us")
    assert stored.register_enabled


def test_an_administrator_forbids_a_registration_with_a_reason_and_allows_it_again(
    harness: AppHarness, northline: SIPProvider, administrator: Browser
) -> None:
    change(harness, northline, **REGISTERING)
    edit(administrator, northline, register_admin_enabled=False, register_disabled_reason="They ban us")
    stored = stored_in(harness, northline)
    assert (stored.register_admin_enabled, stored.register_disabled_reason) == (False, "They ban us")
    edit(administrator, northline, register_admin_enabled=True)
    stored = stored_in(harness, northline)
    assert (stored.register_admin_enabled, stored.register_disabled_reason) == (True, None)
    assert stored.owner == "alice"


def test_a_failing_registration_is_explained_beside_the_fields(
    harness: AppHarness, alice: Browser, northline: SIPProvider
) -> None:
    harness.registration(change(harness, northline, **REGISTERING), registration_failure_message="403 Forbidden")
    page = alice.open(f"/providers/{northline.id}")
    assert "Provider refused" in page.text
    assert "The server’s words: 403 Forbidden" in page.text


# Where registrations are switched off


def test_where_nothing_registers_the_fields_are_left_out_and_the_stored_values_stay(harness_with: HarnessWith) -> None:
    harness = harness_with(provider_registrations=False)
    alice, administrator = harness.signed_in("alice"), harness.signed_in("root-admin")
    northline = harness.provider("alice", "northline", register_contact="sip:me@sip.example.org", register_expiry=600)
    page = alice.open(f"/providers/{northline.id}")
    hidden = ("register_enabled", "register_contact", "register_expiry", "register_server")
    assert not any(page.has(name) for name in hidden)
    assert page.has("register_realm")
    alice.force(f"/providers/{northline.id}", {"register_enabled": "y"}, provider_username="me")
    assert not administrator.open(f"/providers/{northline.id}").has("register_admin_enabled")
    stored = stored_in(harness, northline)
    assert stored.provider_username == "me"
    assert (stored.register_contact, stored.register_expiry) == ("sip:me@sip.example.org", 600)
    assert not stored.register_enabled
    assert not alice.open(ADD).has("register_enabled")


# After the session's end


def test_what_was_typed_waits_behind_a_new_sign_in(harness: AppHarness, alice: Browser) -> None:
    page = alice.open(ADD_GOOGLE_VOICE)
    harness.revoke("alice")
    page = page.submit(
        provider_name="northline", provider_username="me", provider_password=SECRET, gv_callback_number="1"
    )
    assert "northline" in page.text
    assert "Callback number" in page.text
    assert SECRET not in page.source
    page = page.submit(username="alice", password=PASSWORD)
    assert page.has("gv_callback_number")
    assert (page.value("provider_name"), page.value("gv_callback_number")) == ("northline", "1")
    assert not harness.stored_providers("alice")


def test_rows_of_headers_wait_too(harness: AppHarness, alice: Browser, northline: SIPProvider) -> None:
    address = f"/providers/{northline.id}"
    values = MultiDict([("csrf_token", alice.token()), ("provider_name", "northline")])
    values.setlist("custom_headers", ["X-A: 1", "X-B: 2", ""])
    harness.revoke("alice")
    page = alice.post(address, values)
    assert "X-A: 1, X-B: 2" in page.text
    page = page.submit(username="alice", password=PASSWORD)
    assert page.tree.xpath("//input[@name='custom_headers']/@value") == ["X-A: 1", "X-B: 2", ""]
    assert page.one("//details[@class='more-fields']").get("open") is not None
    assert harness.stored_provider(northline.id) == northline


OF_THE_ENGINE = (
    "The part before the @ names the SIP account that is rung.",
    "A provider that asks for SHA-256 alone cannot be registered with.",
    "The request is sent there, and still addressed to the server above.",
    "Registrations are sent there rather than to the register server.",
    "With a realm, the SIP engine gets a hash in place of the password.",
)


def test_the_form_says_what_the_engine_makes_of_its_fields(sip_engine: FakeEngine, alice: Browser) -> None:
    page = alice.open(ADD)
    assert [words for words in OF_THE_ENGINE if words not in page.text] == []


def test_without_an_engine_the_form_says_nothing_of_one(alice: Browser) -> None:
    page = alice.open(ADD)
    assert [words for words in OF_THE_ENGINE if words in page.text] == []
