"""Calls that are made from a page: the buttons, whose account calls, and what the page of a call says."""

import re
from uuid import UUID, uuid4

import pytest

from sipsorcery_web.contract.third_party_calls import CallProgress, CallState
from tests.factories import DOMAIN

from ...app_harness import AppHarness
from ...browser import Browser, Page
from ...fake_sip_engine import FakeEngine

BOB = f"bob@{DOMAIN}"
AWAY = "The SIP engine does not answer. Nothing was changed."
NO_NUMBER = re.compile(r"Type a telephone number|The control character U\+000D")


@pytest.fixture
def desk(harness: AppHarness) -> UUID:
    """Alice's only account."""
    harness.accounts("alice", 0)
    return harness.account("alice", "front-desk").id


def call_buttons(page: Page) -> list[str]:
    return [str(button.get("value")) for button in page.all("//button[@form='call']")]


def presses(browser: Browser, number: str, **more: str) -> Page:
    """Send what a button of a list sends."""
    return browser.post("/calls/made/new", {"csrf_token": browser.token(), "to": number, "next": "/cdrs", **more})


def test_alice_calls_a_number_from_its_record(
    harness: AppHarness, alice: Browser, sip_engine: FakeEngine, desk: UUID
) -> None:
    cdr = harness.cdr("alice", call_direction="Out", dst_uri=f"sip:{BOB}")
    for path in ("/cdrs", f"/cdrs/{cdr}"):
        assert BOB in call_buttons(alice.open(path))

    page = presses(alice, BOB)

    (order,) = sip_engine.call_maker.orders
    assert (order.owner, order.account, order.first) == ("alice", f"front-desk@{DOMAIN}", f"sip:front-desk@{DOMAIN}")
    assert (order.second, order.second_name, order.most_of_owner) == (f"sip:{BOB}", BOB, 5)
    assert f"Your phone front-desk is called… When you answer it, {BOB} is called." in page.text


@pytest.mark.parametrize(
    ("number", "second"),
    [
        ("+353 (1) 555-01.63", f"sip:+35315550163@{DOMAIN}"),
        ("+35315550163", f"sip:+35315550163@{DOMAIN}"),
        ("sip:bob@203.0.113.9:5080;transport=tcp", "sip:bob@203.0.113.9:5080"),
        ("*98#", f"sip:*98#@{DOMAIN}"),
        ("bob\r\nX: y@h", None),
        ("bob@h h", None),
        ("()", None),
        ("", None),
        ("x" * 256, None),
    ],
)
def test_a_number_becomes_an_address_or_is_refused_at_its_field(
    alice: Browser, sip_engine: FakeEngine, desk: UUID, number: str, second: str | None
) -> None:
    page = presses(alice, number)

    assert [order.second for order in sip_engine.call_maker.orders] == ([second] if second else [])
    assert second or NO_NUMBER.search(page.text)


def test_lists_of_accounts_and_registrations_have_the_button_too(
    harness: AppHarness, alice: Browser, sip_engine: FakeEngine
) -> None:
    harness.accounts("alice", 0)
    account = harness.account("alice", "front-desk")
    harness.bind(account)
    for path in ("/sip-accounts", f"/sip-accounts/{account.id}", "/registrations"):
        page = alice.open(path)
        assert call_buttons(page) == [f"front-desk@{DOMAIN}"], path
        assert page.one("//form[@id='call']").get("action") == "/calls/made/new"


def test_of_a_callers_record_the_caller_is_called_back(
    harness: AppHarness, alice: Browser, sip_engine: FakeEngine, desk: UUID
) -> None:
    harness.cdr(
        "alice", call_direction="In", from_header="<sip:+35315550163@northline.example>", from_user="+35315550163"
    )
    harness.cdr("alice", call_direction="In", from_header="<sip:anonymous@anonymous.invalid>", from_user="anonymous")

    assert call_buttons(alice.open("/cdrs")) == ["+35315550163"]


def test_there_is_no_button_without_an_engine_or_an_account_that_calls(
    harness: AppHarness, alice: Browser, request: pytest.FixtureRequest
) -> None:
    harness.accounts("alice", 0)
    account = harness.account("alice", "front-desk")
    assert call_buttons(alice.open("/sip-accounts")) == []
    request.getfixturevalue("sip_engine")
    assert call_buttons(alice.open("/sip-accounts")) != []

    harness.service_fixture.alice.sip_accounts.update(account.with_(is_incoming_only=True))

    assert call_buttons(alice.open("/sip-accounts")) == []
    assert "You have no SIP account that may call out." in presses(alice, BOB).text


def test_of_several_accounts_one_is_chosen_and_kept_for_the_next_time(
    harness: AppHarness, alice: Browser, sip_engine: FakeEngine, desk: UUID
) -> None:
    other = harness.account("alice", "kitchen").id

    asked = presses(alice, BOB)
    assert (asked.h1, sip_engine.call_maker.orders) == ("Make a call", [])
    assert asked.one("//input[@name='to']").get("value") == BOB

    presses(alice, BOB, account=str(other))
    assert sip_engine.call_maker.orders[0].account == f"kitchen@{DOMAIN}"
    again = alice.open("/calls/made/new")
    assert again.one("//select[@name='account']/option[@selected]").get("value") == str(other)


def test_bob_cannot_call_with_alices_account(harness: AppHarness, sip_engine: FakeEngine, desk: UUID) -> None:
    harness.add_users("bobby")
    harness.account("bobby", "bobs-desk")
    bob = harness.signed_in("bobby")

    assert presses(bob, BOB, account=str(desk)).status == 404
    assert presses(bob, BOB, account="x").status == 404
    assert sip_engine.call_maker.orders == []


def test_bob_sees_nothing_of_alices_call_and_cannot_end_it(
    harness: AppHarness, alice: Browser, sip_engine: FakeEngine, desk: UUID
) -> None:
    presses(alice, BOB)
    (call,) = sip_engine.call_maker.calls
    harness.add_users("bobby")
    bob = harness.signed_in("bobby")

    assert bob.open(f"/calls/made/{call}").status == 404
    bob.post(f"/calls/made/{call}/end", {"csrf_token": bob.token()})
    assert call in sip_engine.call_maker.calls


@pytest.mark.parametrize(
    ("progress", "words"),
    [
        (CallProgress(CallState.FIRST, "alice", BOB, True), f"Your phone alice rings… Answer it: then {BOB} is called."),
        (CallProgress(CallState.SECOND, "alice", BOB), f"{BOB} is called…"),
        (CallProgress(CallState.SECOND, "alice", BOB, True), f"{BOB} rings…"),
        (CallProgress(CallState.TALKING, "alice", BOB), f"You talk with {BOB}"),
        (CallProgress(CallState.OVER, "alice", BOB, ended_by="second"), f"{BOB} hung up."),
        (CallProgress(CallState.OVER, "alice", BOB, ended_by="us"), "It was hung up here."),
        (CallProgress(CallState.OVER, "alice", BOB, False, "first", 480, "Gone"), "Your phone alice could not be reached"),
        (CallProgress(CallState.OVER, "alice", BOB, False, "second", 486, "<b>"), f"{BOB} is busy The answer was: 486 <b>."),
        (CallProgress(CallState.OVER, "alice", BOB, False, "second", 599, ""), f"{BOB} could not be called"),
    ],
)  # fmt: skip
def test_the_page_says_what_happens(
    alice: Browser, sip_engine: FakeEngine, desk: UUID, progress: CallProgress, words: str
) -> None:
    presses(alice, BOB)
    (call,) = sip_engine.call_maker.calls
    sip_engine.call_maker.calls[call] = progress

    page = alice.open(f"/calls/made/{call}")

    assert words in page.text
    assert ("Hang up" in page.buttons) == (progress.state is not CallState.OVER)


def test_a_call_is_hung_up_from_its_page(alice: Browser, sip_engine: FakeEngine, desk: UUID) -> None:
    presses(alice, BOB)
    (call,) = sip_engine.call_maker.calls

    page = alice.post(f"/calls/made/{call}/end", {"csrf_token": alice.token(), "next": "/cdrs"})

    assert "The call is hung up." in page.text
    assert sip_engine.call_maker.calls == {}
    assert alice.open(f"/calls/made/{call}").status == 404


def test_a_refusal_and_an_engine_that_is_away_are_told(alice: Browser, sip_engine: FakeEngine, desk: UUID) -> None:
    sip_engine.call_maker.refusal = "A call of this account is going on already."
    assert sip_engine.call_maker.refusal in presses(alice, BOB).text
    sip_engine.call_maker.is_away = True
    assert AWAY in presses(alice, BOB).text
    assert "is not known how far" in alice.open(f"/calls/made/{uuid4()}").text
