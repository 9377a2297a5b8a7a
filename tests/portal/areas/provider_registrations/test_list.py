"""The registrations with providers: every column, what fails and why, and the same list as a file."""

import csv
import io
from datetime import timedelta
from typing import Any

import pytest
from lxml import html

from sipsorcery_web.contract.records import SIPProvider
from tests.portal.app_harness import AppHarness
from tests.portal.browser import Browser, Page, words

LIST = "/provider-registrations"


@pytest.fixture
def northline(harness: AppHarness, alice: Browser) -> SIPProvider:
    """A provider of alice that she is registered with."""
    provider = registering(harness, "alice", "northline")
    now = harness.clock()
    harness.registration(
        provider,
        is_registered=True,
        registrar_sip_socket="198.51.100.20:5060",
        last_register_time=now - timedelta(minutes=8),
        last_register_attempt=now - timedelta(minutes=1),
        next_registration_time=now + timedelta(minutes=50),
    )
    return provider


def registering(harness: AppHarness, owner: str, name: str) -> SIPProvider:
    return harness.provider(owner, name, register_enabled=True, register_contact=f"sip:{owner}@sip.example.org")


def entries(page: Page) -> dict[str, html.HtmlElement]:
    """The part of the table that belongs to each registration, by its provider's name."""
    return {words(part.xpath(".//*[@class='name']")[0]): part for part in page.all("//main//table/tbody")}


def test_the_ten_columns_are_all_there(
    harness: AppHarness, alice: Browser, administrator: Browser, northline: SIPProvider
) -> None:
    told = words(entries(administrator.open(LIST))["northline"])
    for column in (
        "alice",
        "Registered for 1 h",
        "198.51.100.20:5060",
        "contact alice@sip.example.org",
        "23 Nov 2026 11:52:00",
        "23 Nov 2026 11:59:00",
        "next 12:50:00",
    ):
        assert column in told
    assert alice.open(LIST).links["northline"] == f"/providers/{northline.id}"


def test_a_failure_is_told_in_plain_words_and_in_the_servers(
    harness: AppHarness, alice: Browser, northline: SIPProvider
) -> None:
    harness.registration(northline, is_registered=False, registration_failure_message="403 <b>Forbidden</b>")
    entry = entries(alice.open(LIST))["northline"]
    assert "Failing to register" in words(entry)
    assert "Provider refused" in words(entry)
    assert "The server’s words: 403 <b>Forbidden</b> from 198.51.100.20:5060" in words(entry)
    assert f"/providers/{northline.id}#provider_password" in entry.xpath(".//ol//a/@href")


@pytest.mark.parametrize(
    ("left", "tells"),
    [
        ({"is_registered": False, "last_register_attempt": None}, "Trying to register asks for 1 h Not tried yet"),
        ({"is_registered": False, "last_register_time": None}, "Never"),
        ({"binding_expiry": 0}, "Ending the registration"),
        ({"registrar_sip_socket": None}, "Not known"),
    ],
)
def test_what_has_not_happened_yet_is_said(
    harness: AppHarness, alice: Browser, northline: SIPProvider, left: dict[str, Any], tells: str
) -> None:
    harness.registration(northline, **left)
    assert tells in words(entries(alice.open(LIST))["northline"])


def test_the_list_can_be_searched_and_sifted(harness: AppHarness, alice: Browser, northline: SIPProvider) -> None:
    failing = registering(harness, "alice", "blueline")
    harness.registration(failing, registration_failure_message="408")
    harness.registration(registering(harness, "alice", "redline"), registration_failure_message="")
    assert {*entries(alice.open(LIST))} == {"northline", "blueline", "redline"}
    assert [*entries(alice.open(f"{LIST}?state=registered"))] == ["northline"]
    assert [*entries(alice.open(f"{LIST}?state=failing"))] == ["blueline"]
    assert [*entries(alice.open(f"{LIST}?q=BLUE"))] == ["blueline"]
    assert [*entries(alice.open(f"{LIST}?q=198.51"))] == ["northline"]
    assert "No registration with “nobody”" in alice.open(f"{LIST}?q=nobody").text


def test_each_sees_their_own_and_administrators_find_owners(
    harness: AppHarness, bob: Browser, administrator: Browser, northline: SIPProvider
) -> None:
    registering(harness, "bobby", "blueline")
    assert [*entries(bob.open(LIST))] == ["blueline"]
    assert [*entries(administrator.open(f"{LIST}?q=alic"))] == ["northline"]
    assert [each["provider"] for each in bob.raw("GET", f"{LIST}.json").get_json()] == ["blueline"]


def test_without_registrations_the_page_says_where_they_come_from(bob: Browser) -> None:
    page = bob.open(LIST)
    assert "No registrations yet" in page.text
    assert page.links["Providers"] == "/providers"


def test_the_list_takes_2_calls(harness: AppHarness, alice: Browser, northline: SIPProvider) -> None:
    harness.forget_calls()
    alice.open(LIST)
    assert harness.calls == ["GetSIPProviderBindingsCount", "GetSIPProviderBindings"]


def test_the_list_as_a_file_has_the_same_columns(harness: AppHarness, alice: Browser, northline: SIPProvider) -> None:
    harness.registration(northline, registration_failure_message="=403")
    answer = alice.raw("GET", f"{LIST}.csv?state=registered")
    (row,) = csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff")))
    assert (row["Provider"], row["Registered"], row["Expiry in seconds"]) == ("northline", "yes", "3600")
    assert (row["Contact"], row["Failure"]) == ("sip:alice@sip.example.org", "'=403")
    assert len(row) == 10
