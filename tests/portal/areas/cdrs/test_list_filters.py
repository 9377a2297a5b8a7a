"""Finding calls by day, direction, number and result, and what is told where that cannot be."""

from datetime import UTC, date, datetime
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import pytest

from sipsorcery_web.contract.filters import in_text
from sipsorcery_web.portal.areas.cdrs.list_filters import start_of
from tests.portal.app_harness import AppHarness
from tests.portal.browser import Browser

from ..calls.strangers import HOSTILE, check_nothing_runs
from .listing import asked, cells, dialled

SANTIAGO = "(GMT-04:00) Santiago"


def calls_at(harness: AppHarness, owner: str, *moments: str) -> None:
    """A call at each of these moments of UTC; it dials its moment's digits."""
    for moment in moments:
        created = datetime.fromisoformat(moment).replace(tzinfo=UTC)
        harness.cdr(owner, created=created, dst_uri=f"sip:{created:%d%H%M%S}@h")


# Days


def test_both_days_count_from_their_first_to_their_last_second(harness: AppHarness, alice: Browser) -> None:
    calls_at(
        harness, "alice", "2026-11-10T23:59:59", "2026-11-11T00:00:00", "2026-11-12T23:59:59", "2026-11-13T00:00:00"
    )
    assert dialled(asked(alice, from_="2026-11-11", to="2026-11-12")) == ["12235959", "11000000"]
    assert dialled(asked(alice, from_="2026-11-12")) == ["13000000", "12235959"]
    assert dialled(asked(alice, to="2026-11-10")) == ["10235959"]
    assert dialled(asked(alice, from_="2026-11-11", to="2026-11-11")) == ["11000000"]


def test_a_summer_day_is_that_of_summer_time(harness: AppHarness, alice: Browser) -> None:
    calls_at(
        harness, "alice", "2026-06-30T22:59:59", "2026-06-30T23:00:00", "2026-07-01T22:59:59", "2026-07-01T23:00:00"
    )
    assert dialled(asked(alice, from_="2026-07-01", to="2026-07-01")) == ["01225959", "30230000"]


@pytest.mark.parametrize(
    ("day", "hours"),
    [("2026-03-29", 23), ("2026-10-25", 25), ("2026-10-26", 24)],
)
def test_the_days_on_which_clocks_change_have_all_their_hours(
    harness: AppHarness, alice: Browser, day: str, hours: int
) -> None:
    for hour in range(72):
        created = datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp() + (hour - 24) * 3600
        harness.cdr("alice", created=datetime.fromtimestamp(created, UTC), dst_uri=f"sip:{hour}@h")
    page = asked(alice, from_=day, to=day, size=100)
    assert len(cells(page)) == hours


@pytest.mark.parametrize(
    ("day", "zone", "start"),
    [
        ("2026-09-06", "America/Santiago", "2026-09-06T04:00"),  # midnight is skipped: the day begins at 01:00
        ("2026-04-05", "America/Santiago", "2026-04-05T04:00"),  # the hour before midnight comes twice
        ("2026-11-01", "America/Havana", "2026-11-01T04:00"),  # midnight comes twice: the first
        ("2026-11-01", "Asia/Kathmandu", "2026-10-31T18:15"),
        ("0001-01-01", "Asia/Tokyo", None),
        ("9999-12-31", "America/New_York", "9999-12-31T05:00"),
    ],
)
def test_a_day_begins_by_the_offset_valid_then(day: str, zone: str, start: str | None) -> None:
    expected = datetime.fromisoformat(start).replace(tzinfo=UTC) if start else None
    assert start_of(date.fromisoformat(day), ZoneInfo(zone)) == expected


def test_days_in_santiago_where_midnight_is_skipped(harness: AppHarness) -> None:
    harness.add_customer("carol", time_zone=SANTIAGO)
    browser = harness.browser()
    browser.sign_in("carol")
    calls_at(
        harness, "carol", "2026-09-06T03:59:59", "2026-09-06T04:00:00", "2026-09-07T02:59:59", "2026-09-07T03:00:00"
    )
    page = asked(browser, from_="2026-09-06", to="2026-09-06")
    assert dialled(page) == ["07025959", "06040000"]


@pytest.mark.parametrize(("first", "last"), [("0001-01-01", "9999-12-31"), ("1500-02-28", ""), ("", "9999-12-31")])
def test_days_at_the_ends_of_the_calendar_shut_nobody_out(
    harness: AppHarness, alice: Browser, first: str, last: str
) -> None:
    harness.cdr("alice")
    assert len(cells(asked(alice, from_=first, to=last))) == 1


@pytest.mark.parametrize(
    "wrong",
    ["12.11.2026", "2026-02-30", "2026-13-01", "yesterday", "20261112", "2026-11-12T00:00", "٢٠٢٦-١٣-١٢", "x" * 999],
)
def test_what_is_no_day_is_told_at_its_field_and_nothing_is_lost(
    harness: AppHarness, alice: Browser, wrong: str
) -> None:
    harness.cdr("alice")
    harness.forget_calls()
    page = asked(alice, from_=wrong, to="2026-11-12", q="0871", direction="in", status="busy", challenges="1", size=50)
    assert page.status == 422
    assert page.title == "Error: Call records · SIPSorcery"
    assert page.errors == {"from": "This is not a day. One looks like 2026-11-12."}
    assert page.notes == [
        "There is 1 problem. Nothing was looked for. From day: This is not a day. One looks like 2026-11-12."
    ]
    assert page.control("from").get("type") == "text"
    kept = {name: page.value(name) for name in ("from", "to", "q", "direction", "status", "challenges")}
    assert kept == {
        "from": wrong[:200],
        "to": "2026-11-12",
        "q": "0871",
        "direction": "in",
        "status": "busy",
        "challenges": "1",
    }
    assert cells(page) == []
    assert not {"GetCDRs", "GetCDRsCount"} & {*harness.calls}


def test_a_last_day_before_the_first_is_told_at_its_field(harness: AppHarness, alice: Browser) -> None:
    page = asked(alice, from_="2026-11-12", to="2026-11-11")
    assert page.errors == {"to": "The last day is before the first one."}


def test_a_file_of_no_day_is_refused_with_the_same_words(alice: Browser) -> None:
    page = alice.open("/cdrs.csv?from=yesterday")
    assert page.status == 422
    assert page.errors == {"from": "This is not a day. One looks like 2026-11-12."}


# Numbers, directions, results


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("0871550198", 1),
        ("155", 1),
        ("NORTHLINE", 1),
        ("oonagh", 1),
        ("Ó Briain", 1),
        ("caller-user", 1),
        ("tag=zz", 1),
        ("", 2),
        ("0999", 0),
        ("%", 0),
        ("_", 0),
        ('" or true or "', 0),
        ("alice", 0),
    ],
)
def test_a_number_or_address_is_looked_for_on_both_sides(
    harness: AppHarness, alice: Browser, query: str, found: int
) -> None:
    harness.cdr("alice", from_name="Oonagh Ó Briain", from_user="caller-user", from_header="<sip:x@y>;tag=zz")
    harness.cdr("alice", dst="1", dst_uri="sip:1@h", from_name=None, from_user=None, from_header=None)
    assert len(cells(asked(alice, q=query))) == found


@pytest.mark.parametrize(("way", "found"), [("in", ["1"]), ("out", ["2"]), ("", ["2", "1"]), ("sideways", ["2", "1"])])
def test_calls_in_and_out_are_told_apart(harness: AppHarness, alice: Browser, way: str, found: list[str]) -> None:
    calls = {"In": "1", "Out": "2"}
    for number, (direction, dialled_) in enumerate(calls.items()):
        harness.cdr(
            "alice",
            call_direction=direction,
            dst_uri=f"sip:{dialled_}@h",
            created=harness.clock().replace(second=number),
        )
    assert dialled(asked(alice, direction=way)) == found


ANSWERS = (0, 200, 202, 302, 401, 403, 404, 407, 408, 480, 484, 486, 487, 500, 503, 600, 603, 699)


@pytest.mark.parametrize(
    ("more", "found"),
    [
        ({}, {*ANSWERS} - {401, 407}),
        ({"challenges": "1"}, {*ANSWERS}),
        ({"status": "answered"}, {200, 202}),
        ({"status": "not-answered"}, {*ANSWERS} - {200, 202, 401, 407}),
        ({"status": "not-answered", "challenges": "1"}, {*ANSWERS} - {200, 202}),
        ({"status": "busy"}, {486, 600}),
        ({"status": "gave-up"}, {487}),
        ({"status": "no-answer"}, {0, 408, 480}),
        ({"status": "not-found"}, {404, 484}),
        ({"status": "refused"}, {403, 603}),
        ({"status": "failed"}, {500, 503}),
        ({"status": "nonsense"}, {*ANSWERS} - {401, 407}),
        ({"status": "486"}, {486}),
        ({"code": "503"}, {503}),
        ({"code": "401"}, {401}),
        ({"code": "486", "status": "answered"}, {486}),
        ({"code": " 486 "}, {486}),
        ({"code": "699"}, {699}),
        ({"code": "100"}, set()),
    ],
)
def test_results_are_found_by_word_and_by_code(
    harness: AppHarness, alice: Browser, more: dict[str, str], found: set[int]
) -> None:
    for status in ANSWERS:
        harness.cdr("alice", answered_status=status, dst_uri=f"sip:{status}@h")
    assert {int(number) for number in dialled(asked(alice, **more))} == found


@pytest.mark.parametrize("code", ["99", "700", "4861", "-486", "4x6", "٤٨٦", "486 or true", "1e2"])
def test_what_is_no_code_is_told_at_its_field(alice: Browser, code: str) -> None:
    page = asked(alice, code=code)
    assert page.errors == {"code": "A status code is a number from 100 to 699, such as 486."}
    assert page.value("code") == code
    assert page.one("//details[.//*[@name='code']]").get("open") is not None


def test_wrong_passwords_are_hidden_as_the_original_hid_them(harness: AppHarness, alice: Browser) -> None:
    asked_for: list[object] = []
    harness.cdr("alice")
    watched = harness.watched.call

    def note(operation: object, token: object, address: object, arguments: dict[str, object]) -> object:
        asked_for.append(in_text(arguments.get("where_expression")))
        return watched(operation, token, address, arguments)  # type: ignore[arg-type]

    harness.watched.call = note  # type: ignore[method-assign, assignment]
    try:
        alice.open("/cdrs")
    finally:
        del harness.watched.call
    assert asked_for == ["(AnsweredStatus != 401 and AnsweredStatus != 407)"] * 2


# Who


def test_the_administrator_finds_the_calls_of_one_owner(harness: AppHarness, administrator: Browser) -> None:
    harness.cdr("alice")
    harness.cdr("bobby")
    page = asked(administrator, owner="alice")
    assert [row["owner"] for row in cells(page)] == ["alice"]
    assert page.value("owner") == "alice"


def test_a_customer_is_not_asked_for_an_owner(harness: AppHarness, bob: Browser) -> None:
    harness.cdr("alice")
    harness.cdr("bobby", dst_uri="sip:bobs@h")
    page = asked(bob, owner="alice")
    assert dialled(page) == ["bobs"]
    assert not page.has("owner")


# The form and its address


def test_all_conditions_hold_together_and_stand_in_the_form_again(harness: AppHarness, alice: Browser) -> None:
    harness.cdr("alice", call_direction="In", answered_status=486)
    harness.cdr("alice", call_direction="Out", answered_status=486)
    given = {"from": "2026-11-23", "to": "2026-11-23", "direction": "in", "status": "busy", "q": "0871"}
    page = asked(alice, **given)
    assert len(cells(page)) == 1
    assert {name: page.value(name) for name in given} == given
    assert page.follow("Show all").path == "/cdrs"


def test_the_conditions_stay_from_page_to_page_and_in_the_files(harness: AppHarness, alice: Browser) -> None:
    harness.cdrs("alice", 60)
    page = asked(alice, from_="2026-11-23", q="000", status="", code="200", size=50)
    for link in ("Next", "CSV", "JSON"):
        query = parse_qs(urlsplit(page.links[link]).query)
        assert {name: query[name] for name in ("from", "q", "code")} == {
            "from": ["2026-11-23"],
            "q": ["000"],
            "code": ["200"],
        }
    assert page.value("size") == "50"
    assert "page" not in page.source.split("<form")[1].split("</form>")[0].replace("pages", "")


def test_nothing_found_says_so_and_leads_back_to_all(harness: AppHarness, alice: Browser) -> None:
    harness.cdr("alice")
    page = asked(alice, q="nobody")
    assert "No call fits all of this" in page.text
    assert len(cells(page.follow("show all calls"))) == 1


@pytest.mark.parametrize("text", [*HOSTILE, "\x00", '"' * 300, 'DateTime("2026")', "AnsweredStatus = 200"])
def test_hostile_conditions_stay_text(harness: AppHarness, administrator: Browser, text: str) -> None:
    harness.cdr("alice", dst_uri="sip:plain@h")
    check_nothing_runs(asked(administrator, q=text, owner=text, direction=text, status=text, challenges=text))
    page = asked(administrator, from_=text, to=text, code=text, page=text, size=text)
    assert page.status == (422 if text.strip("\x00") else 200)
