"""The networks that SIP accounts have registered from, on their page, and the alert for a new one."""

import json
from datetime import timedelta

import pytest

from tests.portal.app_harness import AppHarness
from tests.portal.browser import Browser

LIST = "/security/networks"
ALERT = "A phone has registered from a network that was never seen before."

pytestmark = pytest.mark.usefixtures("sip_engine")


def test_alice_sees_each_network_of_her_accounts_with_its_times(harness: AppHarness, alice: Browser) -> None:
    account = harness.account("alice", "front-desk")
    harness.network(account, network="192.0.0.0/16", is_new=False, first_seen=harness.clock() - timedelta(days=9))
    (row,) = alice.open(LIST).rows
    assert row.startswith("front-desk@sip.example.org 192.0.0.0/16 14 Nov 2026 12:00:00 23 Nov 2026 12:00:00")
    assert ALERT not in alice.open("/security").text


def test_a_new_network_is_an_alert_on_the_start_page_and_on_the_accounts_page_until_alice_knows_it(
    harness: AppHarness, alice: Browser
) -> None:
    account = harness.account("alice", "front-desk")
    other = harness.account("alice", "attic")
    seen = harness.network(account)
    for path in ("/security", f"/sip-accounts/{account.id}"):
        assert ALERT in alice.open(path).text
        assert "203.0.0.0/16" in alice.open(path).text
    assert ALERT not in alice.open(f"/sip-accounts/{other.id}").text

    page = alice.open("/security").submit(action=f"{LIST}/{seen}/accept")

    assert (page.path, page.notes) == ("/security", ["203.0.0.0/16 is noted as known for front-desk@sip.example.org."])
    assert ALERT not in alice.open("/security").text
    assert ALERT not in alice.open(f"/sip-accounts/{account.id}").text


def test_alice_says_so_in_the_list_too_and_stays_there(harness: AppHarness, alice: Browser) -> None:
    harness.network(harness.account("alice", "front-desk"))
    page = alice.open(f"{LIST}?state=new")
    assert "Never seen before" in page.rows[0]
    page = page.press("I know it")
    assert page.path == f"{LIST}?state=new"
    assert page.rows == []


def test_networks_are_found_by_account_and_by_network(harness: AppHarness, alice: Browser) -> None:
    harness.network(harness.account("alice", "front-desk"))
    harness.network(harness.account("alice", "attic"), network="198.51.0.0/16")
    assert alice.open(f"{LIST}?q=attic").names == ["attic@sip.example.org"]
    assert alice.open(f"{LIST}?q=203.0").names == ["front-desk@sip.example.org"]


def test_the_list_comes_as_csv_and_json(harness: AppHarness, alice: Browser) -> None:
    harness.network(harness.account("alice", "front-desk"))
    assert "front-desk@sip.example.org,'203.0.0.0/16,2026-11-23 12:00:00" in alice.raw("GET", f"{LIST}.csv").text
    (row,) = json.loads(alice.raw("GET", f"{LIST}.json").text)
    assert (row["network"], row["is_new"]) == ("203.0.0.0/16", True)


def test_bob_and_the_administrator_neither_see_nor_dismiss_alices_alert(
    harness: AppHarness, alice: Browser, bob: Browser, administrator: Browser
) -> None:
    account = harness.account("alice", "front-desk")
    seen = harness.network(account)
    for browser in (bob, administrator):
        assert browser.open(LIST).rows == []
        assert browser.post(f"{LIST}/{seen}/accept", {"csrf_token": browser.token()}).status == 404
        assert ALERT not in browser.open("/security").text
    assert ALERT not in administrator.open(f"/sip-accounts/{account.id}").text
    assert ALERT in alice.open("/security").text


def test_an_alert_is_not_dismissed_without_the_forms_token(harness: AppHarness, alice: Browser) -> None:
    seen = harness.network(harness.account("alice", "front-desk"))
    assert alice.post(f"{LIST}/{seen}/accept", {}).status == 400
    assert ALERT in alice.open("/security").text


def test_the_start_page_leads_there(alice: Browser) -> None:
    assert alice.open("/security").follow("Networks").h1 == "Networks"
