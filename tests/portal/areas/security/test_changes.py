"""The changes of what is a customer's, on their page and as files."""

import csv
import io
import json
from typing import Any

import pytest

from sipsorcery_web.portal.areas.security.change_words import fields_in_words, in_words
from tests.portal.app_harness import AppHarness
from tests.portal.authenticator import set_up_app
from tests.portal.browser import Browser

LIST = "/security/changes"


@pytest.fixture
def locked(harness: AppHarness) -> AppHarness:
    """Alice has an account, which an administrator has disabled."""
    harness.lock(harness.account("alice", "front-desk"), "calls to 00 882")
    return harness


def test_security_leads_to_the_changes(alice: Browser) -> None:
    page = alice.open("/security").follow("Changes")
    assert page.h1 == "Changes"
    assert page.current_nav_items == ["Security"] * len(page.current_nav_items)
    assert page.links["Help with this page"] == "/help#changes"


def test_the_owner_sees_what_was_done_by_whom_from_where_and_why(locked: AppHarness, alice: Browser) -> None:
    first, second, *_ = alice.open(LIST).rows
    assert first == (
        "23 Nov 2026 12:00:00 SIP account changed front-desk@sip.example.org Admin disabled reason, Is admin disabled "
        "root-admin Reason: calls to 00 882 127.0.0.1"
    )
    assert second == "23 Nov 2026 12:00:00 SIP account added front-desk@sip.example.org you 127.0.0.1"


def test_a_change_without_a_reason_says_so(harness: AppHarness, alice: Browser) -> None:
    account = harness.account("alice", "front-desk")
    harness.service_fixture.administrator.sip_accounts.update(account.with_(is_incoming_only=True))
    assert "root-admin No reason given" in alice.open(LIST).rows[0]


def test_a_program_is_named_by_its_token(harness: AppHarness, alice: Browser) -> None:
    token = harness.access_token("alice", "office", scopes="dial-plans:write dial-plans:read")
    program = harness.service_fixture.client(token.token)
    program.dial_plans.update(program.dial_plans.page()[0])
    assert "you with the token office" in alice.open(f"{LIST}?who=programs").rows[0]


def test_bob_sees_nothing_of_alice(locked: AppHarness, alice: Browser) -> None:
    bob = locked.signed_in("bobby")
    for address in (LIST, f"{LIST}?q=front-desk", f"{LIST}?q=alice", f"{LIST}?who=others"):
        assert "front-desk" not in " ".join(bob.open(address).rows)
    assert "front-desk" not in bob.raw("GET", f"{LIST}.csv").text
    assert "front-desk" in alice.raw("GET", f"{LIST}.csv").text


def test_an_administrator_sees_whose_change_it_was(locked: AppHarness) -> None:
    page = locked.signed_in("root-admin").open(f"{LIST}?q=front-desk")
    assert "alice root-admin Reason: calls to 00 882" in page.rows[0]


def test_changes_are_searched_and_sifted(locked: AppHarness, alice: Browser) -> None:
    assert len(alice.open(f"{LIST}?who=others").rows) == 2  # the operator has made the account
    assert len(alice.open(f"{LIST}?q=front-desk").rows) == 2
    assert "No change with “nothing”" in alice.open(f"{LIST}?q=nothing").text


def test_a_list_that_is_long_has_pages(harness: AppHarness, alice: Browser) -> None:
    for number in range(30):
        harness.account("alice", f"line-{number:02}")
    page = alice.open(LIST)
    assert len(page.rows) == 25
    assert "1 to 25 of 31" in page.text
    assert len(page.follow("Next").rows) == 6


def test_the_files_have_the_number_and_the_hash_of_each(locked: AppHarness, alice: Browser) -> None:
    text = alice.raw("GET", f"{LIST}.csv").text
    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))
    told: list[dict[str, Any]] = json.loads(alice.raw("GET", f"{LIST}.json").text)

    assert [row["Number"] for row in rows] == ["3", "2", "1"]
    assert [each["hash"] for each in told] == [row["Hash"].lstrip("'") for row in rows]
    assert (rows[0]["Change"], rows[0]["By"], rows[0]["Reason"]) == (
        "SIP account changed",
        "root-admin",
        "calls to 00 882",
    )
    assert told[2]["operation"] == "CreateCustomer"


@pytest.mark.parametrize(
    ("operation", "kind", "words"),
    [
        ("AddSIPAccount", "SIP account", "SIP account added"),
        ("DeleteAccessToken", "token", "Token deleted"),
        ("UpdateCustomerPassword", "customer", "Sign-in password changed"),
        ("RevealSIPPassword", None, "Reveal SIP password"),
        ("RenewEverything", "passkey", "Renew everything"),
        (None, None, ""),
    ],
)
def test_each_operation_has_words(operation: str | None, kind: str | None, words: str) -> None:
    assert in_words(operation, kind) == words


def test_fields_are_told_in_words() -> None:
    assert fields_in_words("SIPPassword IPAddressACL InDialPlanName") == (
        "SIP password, IP address ACL, In dial plan name"
    )
    assert fields_in_words(None) == ""


def test_second_factors_are_told(harness: AppHarness, alice: Browser) -> None:
    set_up_app(alice, harness.clock)
    alice.submit("/security/totp/remove")
    told = [row.removeprefix("23 Nov 2026 12:00:00 ") for row in alice.open(LIST).rows]

    removed, added = ("Authenticator app deleted you", "Authenticator app added you")
    assert [row for row in told if row.startswith("Authenticator")] == [f"{removed} 127.0.0.1", f"{added} 127.0.0.1"]
    assert sum(row.startswith("Second step switched on or off") for row in told) == 2
