"""Call records: what a row tells, how days are headed, paging, and whose they are."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.portal.app_harness import AppHarness
from tests.portal.browser import Browser, words

from ..calls.strangers import HOSTILE, check_nothing_runs
from .listing import asked, cells, days, dialled

NEW_YORK = "(GMT-05:00) Eastern Time (US & Canada)"


def test_a_row_has_the_columns_of_a_record(harness: AppHarness, alice: Browser) -> None:
    harness.cdr("alice")
    (row,) = cells(alice.open("/cdrs"))
    assert row == {
        "time": "12:00:00, everything about this call",
        "direction": "Out",
        "from": "front-deskFront desk",
        "destination": "0871550198@northline.example",
        "result": "Answered200 OK at 12:00:06",
        "duration": "3:12",
        "ended": "12:03:18the caller hung up",
    }


def test_a_failure_is_told_in_words_with_its_code_and_a_way_on(harness: AppHarness, alice: Browser) -> None:
    harness.cdr("alice", answered_status=480, answered_reason="Temporarily Unavailable", call_direction="In")
    page = alice.open("/cdrs")
    (row,) = cells(page)
    assert row["result"].startswith("No phone registered480 Temporarily Unavailable at 12:00:06 What to do")
    page = page.follow("What to do")
    assert words(page.one("//*[@id='what-to-do']//h3")) == "What to do"
    assert page.follow("Is 0871550198 registered?").h1 == "Registrations"


def test_a_call_that_is_nobodys_fault_asks_for_nothing(harness: AppHarness, alice: Browser) -> None:
    harness.cdr("alice", answered_status=487, answered_reason="Request Terminated", hungup_reason="Client cancelled")
    (row,) = cells(alice.open("/cdrs"))
    assert row["result"] == "Caller gave up487 Request Terminated at 12:00:06"
    assert row["ended"] == "12:03:18the caller gave up"


def test_what_is_not_set_says_so(harness: AppHarness, alice: Browser) -> None:
    harness.cdr(
        "alice", answered_status=0, answered_reason=None, answered_time=None, hungup_time=None, hungup_reason=None
    )
    (row,) = cells(alice.open("/cdrs"))
    assert "no final answer" in row["result"]
    assert row["ended"] == "not told"


def test_a_call_past_midnight_names_the_day_of_its_end(harness: AppHarness, alice: Browser) -> None:
    harness.cdr("alice", created=datetime(2026, 11, 22, 23, 59, 50, tzinfo=UTC), answered_time=None)
    assert cells(alice.open("/cdrs"))[0]["ended"] == "23 Nov 2026 12:03:18the caller hung up"


@pytest.mark.parametrize(
    ("seconds", "shown"), [(0, "0:00"), (59, "0:59"), (60, "1:00"), (3319, "55:19"), (7509, "2:05:09"), (-1, "0:00")]
)
def test_a_duration_is_told_to_the_second(harness: AppHarness, alice: Browser, seconds: int, shown: str) -> None:
    harness.cdr("alice", duration=seconds)
    assert cells(alice.open("/cdrs"))[0]["duration"] == shown


def test_a_destination_without_address_is_told_from_its_parts(harness: AppHarness, alice: Browser) -> None:
    harness.cdr("alice", dst_uri="", dst="0871", dst_host="h.example", from_header=None, from_user=None, from_name=None)
    (row,) = cells(alice.open("/cdrs"))
    assert (row["from"], row["destination"]) == ("Not told", "0871@h.example")


def test_the_newest_comes_first_under_the_day_that_it_began(harness: AppHarness, alice: Browser) -> None:
    for hours in (1, 30, 0, 31):
        harness.cdr("alice", created=harness.clock() - timedelta(hours=hours), dst_uri=f"sip:{hours}@h")
    page = alice.open("/cdrs")
    assert dialled(page) == ["0", "1", "30", "31"]
    assert days(page) == ["Monday, 23 Nov 2026", "Sunday, 22 Nov 2026"]


def test_days_are_those_of_the_visitors_zone(harness: AppHarness) -> None:
    harness.add_customer("carol", time_zone=NEW_YORK)
    harness.cdr("carol", created=datetime(2026, 11, 1, 4, 30, tzinfo=UTC), answered_time=None)  # 00:30, summer time
    harness.cdr("carol", created=datetime(2026, 11, 2, 4, 30, tzinfo=UTC), answered_time=None)  # 23:30, winter time
    browser = harness.browser()
    browser.sign_in("carol")
    page = browser.open("/cdrs")
    assert days(page) == ["Sunday, 01 Nov 2026"]
    assert [row["time"][:8] for row in cells(page)] == ["23:30:00", "00:30:00"]


def test_the_list_says_how_many_there_are(harness: AppHarness, alice: Browser) -> None:
    harness.cdrs("alice", 26)
    page = alice.open("/cdrs")
    assert "26 calls, newest first." in page.text
    assert "1 to 25 of 26" in page.text
    assert dialled(page.follow("Next")) == ["00026"]
    assert "1 call found." in asked(alice, q="00026").text


def test_a_page_beyond_the_end_is_the_last_one(harness: AppHarness, alice: Browser) -> None:
    harness.cdrs("alice", 26)
    assert dialled(asked(alice, page=9)) == ["00026"]


def test_refresh_keeps_page_and_conditions(harness: AppHarness, alice: Browser) -> None:
    harness.cdrs("alice", 60)
    page = asked(alice, q="000", direction="out", page=2)
    again = page.follow("Refresh")
    assert dialled(again) == dialled(page) == [f"{number:05}" for number in range(26, 51)]


def test_an_empty_list_says_what_will_stand_here(alice: Browser) -> None:
    page = alice.open("/cdrs")
    assert "No calls yet" in page.text
    assert not page.has("from")
    assert page.follow("See calls in progress").h1 == "Calls"


def test_the_administrator_sees_the_calls_of_all_and_those_of_nobody(
    harness: AppHarness, administrator: Browser
) -> None:
    for owner in ("alice", "bobby", None):
        harness.cdr(owner)
    assert sorted(row["owner"] for row in cells(administrator.open("/cdrs"))) == ["alice", "bobby", "nobody"]


@pytest.mark.parametrize(
    "address", ["/cdrs", "/cdrs?owner=alice", "/cdrs?q=0871", "/cdrs.csv", "/cdrs.json?owner=alice"]
)
def test_bob_sees_nothing_of_alices_calls(harness: AppHarness, bob: Browser, address: str) -> None:
    harness.cdr("alice", from_name="Oonagh")
    answer = bob.raw("GET", address)
    assert answer.status_code == 200
    assert "Oonagh" not in answer.text


@pytest.mark.parametrize("text", HOSTILE)
def test_what_strangers_write_stays_text(harness: AppHarness, alice: Browser, text: str) -> None:
    names = ("from_name", "from_user", "dst", "dst_host", "local_socket", "remote_socket", "call_direction")
    longer = ("from_header", "dst_uri", "answered_reason", "hungup_reason", "in_progress_reason", "call_id")
    fields: dict[str, Any] = dict.fromkeys(names, text[:64]) | dict.fromkeys(longer, text)
    cdr = harness.cdr("alice", **fields | {"call_direction": text[:4], "from_name": f"I am {text}"[:128]})
    page = alice.open("/cdrs")
    check_nothing_runs(page)
    assert len(cells(page)) == 1
    check_nothing_runs(alice.open(f"/cdrs/{cdr}"))


def test_names_cannot_turn_the_writing_around_them(harness: AppHarness, alice: Browser) -> None:
    harness.cdr("alice", from_name="\u202eevil")
    name = next(each for each in alice.open("/cdrs").all("//main//bdi") if "evil" in words(each))
    assert words(name) == "[U+202E]evil"
