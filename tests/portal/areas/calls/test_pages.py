"""Calls in progress: what a row tells, which legs belong together, searching, files."""

import csv
import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from tests.portal.app_harness import AppHarness
from tests.portal.browser import Browser, Page, words

from .strangers import HOSTILE, check_nothing_runs

OONAGH = '"Oonagh Brady" <sip:+35315550163@northline.example;user=phone>;tag=as58f4201b'


def cells(page: Page) -> list[dict[str, str]]:
    """Return the text of each row, by the last word of its cells' first class."""
    return [
        {cell.get("class").split()[0].removeprefix("cell-"): words(cell) for cell in row.xpath("./td")}
        for row in page.all("//main//tbody/tr")
    ]


def test_a_row_tells_direction_parties_and_time(harness: AppHarness, alice: Browser) -> None:
    harness.call("alice", remote_user_field=OONAGH, remote_target="sip:4f2a@203.0.113.41:5060;transport=tls")
    harness.clock.pass_(minutes=12, seconds=30)
    (row,) = cells(alice.open("/calls"))
    assert row == {
        "direction": "In",
        "from": "+35315550163@northline.exampleOonagh Brady",
        "destination": "4f2a@203.0.113.41:5060",
        "since": "12 min since 23 Nov 2026 12:00:00",
    }


def test_a_limit_says_when_the_call_ends(harness: AppHarness, alice: Browser) -> None:
    harness.call("alice", call_duration_limit=3600, hangup_at=harness.clock() + timedelta(hours=1))
    (row,) = cells(alice.open("/calls"))
    assert row["since"].endswith("ends by 23 Nov 2026 13:00:00")


@pytest.mark.parametrize(("stored", "shown"), [("Out", "Out"), ("in", "In"), ("None", "None"), ("", "Not told")])
def test_any_direction_is_shown_in_words(harness: AppHarness, alice: Browser, stored: str, shown: str) -> None:
    harness.call("alice", direction=stored)
    assert cells(alice.open("/calls"))[0]["direction"] == shown


def test_the_legs_of_one_call_stand_together_and_say_so(harness: AppHarness, alice: Browser) -> None:
    bridge = str(uuid4())
    for minutes, user, bridge_id in ((3, "first", bridge), (2, "between", str(uuid4())), (1, "second", bridge.upper())):
        inserted = harness.clock() - timedelta(minutes=minutes)
        harness.call("alice", remote_user_field=f"<sip:{user}@h>", bridge_id=bridge_id, inserted=inserted)
    page = alice.open("/calls")
    told = [(row["from"], row["direction"]) for row in cells(page)]
    assert told == [("first@h", "In leg 1 of 2"), ("second@h", "In leg 2 of 2"), ("between@h", "In")]
    joined = page.one("//tbody[contains(@class, 'joined')]")
    assert len(joined.xpath("./tr")) == 2


def test_legs_without_a_bridge_are_not_joined(harness: AppHarness, alice: Browser) -> None:
    for _ in range(2):
        harness.call("alice", bridge_id="00000000-0000-0000-0000-000000000000")
    assert "leg 1 of" not in alice.open("/calls").text


def test_an_empty_list_says_so_and_leads_to_the_records(alice: Browser) -> None:
    page = alice.open("/calls")
    assert "No call is going on" in page.text
    assert page.follow("See the records of past calls").h1 == "Call records"
    assert not page.has("q")


def test_tabs_lead_from_calls_to_records_and_back(alice: Browser) -> None:
    page = alice.open("/calls").follow("Records")
    assert page.h1 == "Call records"
    current = page.one("//nav[@aria-label='Calls']/a[@aria-current='page']")
    assert words(current) == "Records"
    assert page.follow("In progress").h1 == "Calls"
    assert page.current_nav_items == ["Calls"]


@pytest.mark.parametrize(
    ("query", "found"), [("5550163", 1), ("OONAGH", 1), ("203.0.113", 2), ("alice", 0), ("100%", 0)]
)
def test_a_search_looks_at_both_addresses(harness: AppHarness, alice: Browser, query: str, found: int) -> None:
    harness.call("alice", remote_user_field=OONAGH)
    harness.call("alice", remote_user_field="<sip:other@h>")
    page = alice.open(f"/calls?q={query}")
    assert len(page.rows) == found
    assert bool(found) != (f"No call with “{query}”" in page.text)


def test_letters_beyond_ascii_are_found_as_they_are_written(harness: AppHarness, alice: Browser) -> None:
    harness.call("alice", remote_user_field='"Örjan Åberg" <sip:o@h>')
    assert len(alice.open("/calls?q=Örjan Å").rows) == 1


def test_the_administrator_sees_whose_call_it_is_and_searches_by_owner(
    harness: AppHarness, administrator: Browser
) -> None:
    harness.call("alice")
    harness.call("bobby")
    assert {row["owner"] for row in cells(administrator.open("/calls"))} == {"alice", "bobby"}
    assert [row["owner"] for row in cells(administrator.open("/calls?q=BOB"))] == ["bobby"]


@pytest.mark.parametrize("address", ["/calls", "/calls?q=front", "/calls.csv", "/calls.json"])
def test_bob_sees_nothing_of_alices_calls(harness: AppHarness, bob: Browser, address: str) -> None:
    harness.call("alice")
    answer = bob.raw("GET", address)
    assert answer.status_code == 200
    assert "5550163" not in answer.text
    assert "alice" not in answer.text


@pytest.mark.parametrize("text", HOSTILE)
def test_what_strangers_write_stays_text(harness: AppHarness, alice: Browser, text: str) -> None:
    harness.call("alice", remote_user_field=f'"{text}" <sip:{text}@h>'[:512], remote_target=text[:256], direction="In")
    check_nothing_runs(alice.open("/calls"))


def test_the_files_hold_every_call_that_was_found(harness: AppHarness, alice: Browser) -> None:
    bridge = str(uuid4())
    harness.call("alice", remote_user_field="=cmd", bridge_id=bridge, hangup_at=harness.clock() + timedelta(hours=1))
    harness.call("alice", remote_user_field="other")
    (row,) = csv.DictReader(alice.raw("GET", "/calls.csv?q=cmd").text.removeprefix("\ufeff").splitlines())
    assert row == {
        "Direction": "In",
        "From": "'=cmd",
        "Destination": "sip:front-desk@203.0.113.41:5060",
        "Since (Europe/Dublin)": "2026-11-23 12:00:00+00:00",
        "Ends at the latest (Europe/Dublin)": "2026-11-23 13:00:00+00:00",
        "Bridge": bridge,
        "Call-ID": "3c26700c57f1@203.0.113.41",
        "Proxy socket": "",
    }
    assert len(alice.raw("GET", "/calls.json").get_json()) == 2


def test_only_the_administrators_files_name_owners(harness: AppHarness, alice: Browser, administrator: Browser) -> None:
    harness.call("alice")
    owners = [json.loads(each.raw("GET", "/calls.json").text)[0].get("owner") for each in (alice, administrator)]
    assert owners == [None, "alice"]


@pytest.mark.parametrize("asked", ["", "?page=2", "?q=front"])
def test_a_page_takes_two_calls_of_the_service(harness: AppHarness, alice: Browser, asked: str) -> None:
    for _ in range(30):
        harness.call("alice")
    harness.forget_calls()
    alice.open(f"/calls{asked}")
    assert harness.calls == ["GetCallsCount", "GetCalls"]


def test_a_moment_beyond_any_calendar_breaks_nothing(harness: AppHarness, alice: Browser) -> None:
    never: Any = harness.clock().replace(year=1, month=1, day=1)
    harness.call("alice", inserted=never, hangup_at=never)
    assert cells(alice.open("/calls"))[0]["since"].startswith("time not told")
