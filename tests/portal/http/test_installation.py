"""The words of pages about calls and mail: they follow what the installation does."""

import pytest

from sipsorcery_web.portal.http.installation import Mailing
from sipsorcery_web.portal.http.parts import parts_of
from sipsorcery_web.portal.http.sip_engine import SIPEngine

from ..app_harness import AppHarness
from ..browser import Browser
from ..fake_sip_engine import FakeEngine

NO_ENGINE = "No SIP engine runs here, so no call follows a dial plan."
OF_PLANS = ("/dial-plans", "/dial-plans/{plan_id}", "/dial-plans/{plan_id}/try", "/dial-plans/why")


@pytest.mark.parametrize("path", [*OF_PLANS, "/sip-accounts/{account_id}", "/providers/{provider_id}"])
def test_without_a_sip_engine_pages_say_that_no_call_follows_a_plan(harness: AppHarness, path: str) -> None:
    address = path.format(**harness.one_of_each("alice"))
    alice = harness.signed_in("alice")
    assert NO_ENGINE in alice.open(address).text
    parts_of(harness.app)[SIPEngine] = FakeEngine()
    try:
        assert "No SIP engine" not in alice.open(address).text
        assert "o call follows" not in alice.open(address).text
    finally:
        parts_of(harness.app).pop(SIPEngine)


def test_plans_are_promised_to_take_calls_where_they_do_alone(harness: AppHarness) -> None:
    harness.account("alice", "answering", is_incoming_only=True, in_dial_plan_name="default")
    alice = harness.signed_in("alice")
    promise = "Calls go straight to its dial plan"
    assert promise not in alice.open("/sip-accounts").text
    parts_of(harness.app)[SIPEngine] = FakeEngine()
    try:
        assert promise in alice.open("/sip-accounts").text
    finally:
        parts_of(harness.app).pop(SIPEngine)


def test_an_account_without_a_plan_reaches_the_accounts_of_the_service(harness: AppHarness, alice: Browser) -> None:
    page = alice.open(f"/sip-accounts/{harness.account('alice', 'front-desk').id}")
    assert "None, accounts here alone" in page.text
    assert "it reaches the accounts of this service, and nobody else" in page.text
    assert "calls are refused" not in page.text


def test_the_page_about_the_portal_tells_what_it_does_with_calls_and_mail(
    harness: AppHarness, alice: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = alice.open("/about")
    assert "Can be tried; no SIP engine runs here, so there are no calls" in page.text
    assert "Is not sent: there is no mail server" in page.text
    assert "Sound" not in page.text
    monkeypatch.setitem(parts_of(harness.app), Mailing, Mailing(is_on=True))
    assert "Is sent" in alice.open("/about").text


@pytest.mark.usefixtures("sip_engine")
def test_with_an_engine_it_tells_that_calls_follow_plans_and_where_sound_goes(alice: Browser) -> None:
    page = alice.open("/about")
    assert "Calls follow them" in page.text
    assert "Between phones and providers themselves" in page.text


def test_the_trace_of_a_plan_is_promised_where_mail_is_sent_alone(
    harness: AppHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = "/dial-plans/{plan_id}".format(**harness.one_of_each("alice"))
    alice = harness.signed_in("alice")
    assert "Mail is not set up here: no trace is sent." in alice.open(address).text
    monkeypatch.setitem(parts_of(harness.app), Mailing, Mailing(is_on=True))
    assert "no trace is sent" not in alice.open(address).text


def test_records_say_why_there_are_none(alice: Browser) -> None:
    assert "No SIP engine runs here yet, so there are no calls." in alice.open("/cdrs").text


def test_a_stranger_is_not_told(harness: AppHarness) -> None:
    assert "Mail of plans" not in harness.browser().open("/about").text
