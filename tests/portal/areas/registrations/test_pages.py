"""Registrations: the columns of a row, searching, files, and whose they are."""

import csv
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from sipsorcery_web.contract.records import SIPAccount
from tests.factories import DOMAIN
from tests.portal.app_harness import AppHarness
from tests.portal.browser import Browser, Page, words

from ..calls.strangers import HOSTILE, check_nothing_runs


@pytest.fixture
def desk(harness: AppHarness) -> SIPAccount:
    """An account of alice."""
    return harness.account("alice", "front-desk")


def cells(page: Page) -> list[dict[str, str]]:
    """Return the text of each row, by its cells' first class."""
    return [
        {cell.get("class").split()[0].removeprefix("cell-"): words(cell) for cell in row.xpath("./td")}
        for row in page.all("//main//tbody/tr")
    ]


def test_a_row_has_the_columns_of_a_registration(harness: AppHarness, alice: Browser, desk: SIPAccount) -> None:
    harness.bind(
        desk,
        contact_uri="sip:desk@192.168.1.7:5060",
        mangled_contact_uri="sip:desk@203.0.113.41:61234",
        user_agent="Snom/10.1",
        remote_sip_socket="udp:203.0.113.41:61234",
        proxy_sip_socket="udp:192.0.2.5:5060",
        expiry=3600,
    )
    (row,) = cells(alice.open("/registrations"))
    assert row == {
        "account": f"front-desk@{DOMAIN}",
        "phone": "Snom/10.1",
        "contact": "sip:desk@203.0.113.41:61234given as sip:desk@192.168.1.7:5060",
        "sockets": "udp:203.0.113.41:61234via udp:192.0.2.5:5060",
        "update": "23 Nov 2026 12:00:00",
        "ends": "23 Nov 2026 13:00:00 after 1 h",
    }


@pytest.mark.parametrize("mangled", [None, "", "sip:phone@203.0.113.41:5060"])
def test_a_contact_that_was_not_changed_stands_there_once(
    harness: AppHarness, alice: Browser, desk: SIPAccount, mangled: str | None
) -> None:
    harness.bind(desk, mangled_contact_uri=mangled)
    assert cells(alice.open("/registrations"))[0]["contact"] == "sip:phone@203.0.113.41:5060"


def test_what_a_phone_did_not_tell_is_said(harness: AppHarness, alice: Browser, desk: SIPAccount) -> None:
    harness.bind(desk, user_agent=None, proxy_sip_socket=None)
    (row,) = cells(alice.open("/registrations"))
    assert row["phone"] == "Unnamed"
    assert "via" not in row["sockets"]


def test_a_phone_that_asks_for_ages_breaks_nothing(harness: AppHarness, alice: Browser, desk: SIPAccount) -> None:
    harness.bind(desk, expiry=2**31 - 1)
    harness.bind(desk, expiry=2**31 - 1, last_update=harness.clock().replace(year=9990))
    ends = {row["ends"] for row in cells(alice.open("/registrations"))}
    assert ends == {"11 Dec 2094 15:14:07 after 24855 days", "never after 24855 days"}


def test_the_account_leads_to_its_place_in_the_list_of_accounts(
    harness: AppHarness, alice: Browser, desk: SIPAccount
) -> None:
    harness.account("alice", "front-desk-2")
    harness.bind(desk)
    page = alice.open("/registrations")
    address = page.links["front-desk"]
    assert parse_qs(urlsplit(address).query) == {"q": [f"front-desk@{DOMAIN}"]}
    assert page.follow("front-desk").names == ["front-desk"]


def test_tabs_lead_from_accounts_to_registrations_and_back(alice: Browser) -> None:
    page = alice.open("/sip-accounts").follow("Registrations")
    assert page.h1 == "Registrations"
    assert words(page.one("//nav[@aria-label='SIP accounts']/a[@aria-current='page']")) == "Registrations"
    assert page.follow("Accounts").h1 == "SIP accounts"


def test_an_empty_list_says_what_a_registration_is(alice: Browser) -> None:
    page = alice.open("/registrations")
    assert "No phone is registered" in page.text
    assert page.follow("To your SIP accounts").h1 == "SIP accounts"


@pytest.mark.parametrize("query", ["FRONT", f"front-desk@{DOMAIN}", "snom", "113.41"])
def test_a_search_looks_at_account_phone_and_socket(
    harness: AppHarness, alice: Browser, desk: SIPAccount, query: str
) -> None:
    harness.bind(desk)
    harness.bind(harness.account("alice", "attic"), user_agent="Zoiper", remote_sip_socket="udp:198.51.100.87:1")
    assert [row["account"] for row in cells(alice.open(f"/registrations?q={query}"))] == [f"front-desk@{DOMAIN}"]


@pytest.mark.parametrize("query", ["alice", "3600", '"', "_", "nothing"])
def test_a_search_that_finds_nothing_says_so(harness: AppHarness, alice: Browser, desk: SIPAccount, query: str) -> None:
    harness.bind(desk)
    page = alice.open(f"/registrations?q={query}")
    assert page.rows == []
    assert f"No registration {'beginning with' if len(query) < 3 else 'with'} “{query}”" in page.text
    assert len(page.follow("show them all").rows) == 1


def test_the_administrator_sees_owners_and_searches_by_them(
    harness: AppHarness, administrator: Browser, desk: SIPAccount
) -> None:
    harness.bind(desk)
    harness.bind(harness.account("bobby", "bobs-line"))
    assert [row["owner"] for row in cells(administrator.open("/registrations"))] == ["bobby", "alice"]
    assert [row["owner"] for row in cells(administrator.open("/registrations?q=alice"))] == ["alice"]


@pytest.mark.parametrize(
    "address", ["/registrations", "/registrations?q=snom", "/registrations.csv", "/registrations.json"]
)
def test_bob_sees_nothing_of_alices_phones(harness: AppHarness, bob: Browser, desk: SIPAccount, address: str) -> None:
    harness.bind(desk)
    answer = bob.raw("GET", address)
    assert answer.status_code == 200
    assert "Snom/" not in answer.text
    assert "front-desk" not in answer.text


@pytest.mark.parametrize("text", HOSTILE)
def test_what_phones_say_of_themselves_stays_text(
    harness: AppHarness, alice: Browser, desk: SIPAccount, text: str
) -> None:
    fields: dict[str, Any] = {"contact_uri": text[:767], "mangled_contact_uri": f"m{text}"[:767]}
    harness.bind(desk, user_agent=text, remote_sip_socket=text[:64], proxy_sip_socket=text[:64], **fields)
    page = alice.open("/registrations")
    check_nothing_runs(page)
    assert len(page.rows) == 1


def test_the_files_hold_every_registration_that_was_found(
    harness: AppHarness, alice: Browser, desk: SIPAccount
) -> None:
    harness.bind(desk, user_agent="=cmd")
    harness.bind(harness.account("alice", "attic"), user_agent="Zoiper")
    (row,) = csv.DictReader(alice.raw("GET", "/registrations.csv?q=front").text.removeprefix("\ufeff").splitlines())
    assert row == {
        "SIP account": f"front-desk@{DOMAIN}",
        "Contact": "sip:phone@203.0.113.41:5060",
        "Contact as the phone gave it": "sip:phone@203.0.113.41:5060",
        "Last update (Europe/Dublin)": "2026-11-23 12:00:00+00:00",
        "Expiry (seconds)": "3600",
        "Ends (Europe/Dublin)": "2026-11-23 13:00:00+00:00",
        "Remote socket": "203.0.113.41:5060",
        "Proxy socket": "",
        "Registrar socket": "192.0.2.1:5060",
        "User agent": "'=cmd",
    }
    assert len(alice.raw("GET", "/registrations.json").get_json()) == 2


def test_only_the_administrators_files_name_owners(
    harness: AppHarness, alice: Browser, administrator: Browser, desk: SIPAccount
) -> None:
    harness.bind(desk)
    owners = [each.raw("GET", "/registrations.json").get_json()[0].get("owner") for each in (alice, administrator)]
    assert owners == [None, "alice"]


@pytest.mark.parametrize("asked", ["", "?page=2", "?q=front"])
def test_a_page_takes_two_calls_of_the_service(
    harness: AppHarness, alice: Browser, desk: SIPAccount, asked: str
) -> None:
    for _ in range(30):
        harness.bind(desk)
    harness.forget_calls()
    alice.open(f"/registrations{asked}")
    assert harness.calls == ["GetSIPRegistrarBindingsCount", "GetSIPRegistrarBindings"]
