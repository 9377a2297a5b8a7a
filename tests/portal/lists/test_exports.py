"""A list as a file: what stands in it, what does not, and what happens while it is being read."""

import csv
import io
import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from sqlalchemy import update
from werkzeug.test import TestResponse

from sipsorcery_web.contract.errors import BadFilter, SessionExpired, Unavailable
from sipsorcery_web.portal.http.backend import Backend
from sipsorcery_web.portal.http.parts import parts_of
from sipsorcery_web.portal.lists.exports import INCOMPLETE, ExportSlots
from sipsorcery_web.service.store.models import SIPAccountRow
from tests.factories import DOMAIN

from ..app_harness import AppHarness
from ..browser import SECRETS, Browser
from .test_search import PlainStore

CSV = "/sip-accounts.csv"
JSON = "/sip-accounts.json"
FORMS = pytest.mark.parametrize("address", [CSV, JSON])
DUBLIN = "(GMT) Greenwich Mean Time : Dublin, Edinburgh, Lisbon, London"


@pytest.fixture
def plain(harness: AppHarness) -> Iterator[PlainStore]:
    backend = parts_of(harness.app)[Backend]
    rich = backend.channel
    backend.channel = plain = PlainStore(rich)
    yield plain
    backend.channel = rich


def file_of(browser: Browser, address: str) -> str:
    answer = browser.raw("GET", address)
    assert answer.status_code == 200, answer.text
    return answer.get_data().decode("utf-8")


def table(browser: Browser, address: str = CSV) -> list[dict[str, str]]:
    """A CSV file as a spreadsheet reads it."""
    text = file_of(browser, address).removeprefix("\ufeff")
    return list(csv.DictReader(io.StringIO(text, newline=""), strict=True))


def entries(browser: Browser, address: str = JSON) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(file_of(browser, address))
    return found


def names(browser: Browser, address: str) -> list[str]:
    if address.startswith(JSON):
        return [entry["sip_username"] for entry in entries(browser, address)]
    return [row["Username"] for row in table(browser, address)]


def at_call(harness: AppHarness, operation: str, number: int, deed: Callable[[], object]) -> None:
    """Do this just before the call of that number."""
    calls = iter(range(1, 1000))
    harness.watched.before[operation] = lambda: deed() if next(calls) == number else None


def fails(error: Exception) -> Callable[[], object]:
    def fail() -> None:
        raise error

    return fail


# What stands in it


def test_a_csv_file_is_what_spreadsheets_read(harness: AppHarness, alice: Browser) -> None:
    harness.account("alice", "front-desk", network_id='5th, "east"')
    answer = alice.raw("GET", CSV)
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="sip-accounts-2026-11-23.csv"'
    text = answer.get_data()
    assert text.startswith(b"\xef\xbb\xbfUsername,Domain,")
    lines = text.split(b"\r\n")
    assert len(lines) == 4
    assert lines[-1] == b""
    assert not [line for line in lines if b"\n" in line or b"\r" in line]
    assert b'"5th, ""east"""' in lines[2]


def test_a_json_file_is_a_list_of_objects(harness: AppHarness, alice: Browser) -> None:
    account = harness.account("alice", "front-desk", out_dial_plan_name="default", send_nat_keep_alives=True)
    answer = alice.raw("GET", JSON)
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="sip-accounts-2026-11-23.json"'
    assert json.loads(answer.text)[1] == {
        "sip_username": "front-desk",
        "sip_domain": DOMAIN,
        "out_dial_plan_name": "default",
        "in_dial_plan_name": None,
        "is_incoming_only": False,
        "is_switchboard_enabled": account.is_switchboard_enabled,
        "send_nat_keep_alives": True,
        "dont_mangle_enabled": False,
        "network_id": None,
        "ip_address_acl": None,
        "is_user_disabled": False,
        "is_admin_disabled": False,
        "admin_disabled_reason": None,
        "inserted": "2026-11-23T12:00:00+00:00",
        "id": str(account.id),
        "time_zone": "Europe/Dublin",
    }


def test_words_stand_for_yes_and_no_and_an_empty_cell_for_nothing(harness: AppHarness, alice: Browser) -> None:
    harness.account("alice", "front-desk", is_incoming_only=True)
    row = table(alice)[1]
    assert (row["Incoming only"], row["Disabled"], row["Network id"]) == ("yes", "no", "")


def test_moments_are_in_the_visitors_zone_and_the_heading_names_it(harness: AppHarness) -> None:
    harness.account("alice", "front-desk")
    harness.change_customer("alice", time_zone=DUBLIN)
    with harness.database.write() as session:
        session.execute(update(SIPAccountRow).values(inserted=harness.clock().replace(month=7)))
    browser = harness.browser()
    browser.sign_in("alice")
    assert table(browser)[0]["Created (Europe/Dublin)"] == "2026-07-23 13:00:00+01:00"
    assert entries(browser)[0]["inserted"] == "2026-07-23T13:00:00+01:00"


def test_without_a_known_zone_the_heading_says_utc(harness: AppHarness) -> None:
    harness.add_users("alice")
    harness.change_customer("alice", time_zone="(GMT+03:30) Atlantis")
    browser = harness.browser()
    browser.sign_in("alice")
    assert table(browser)[0]["Created (UTC)"] == "2026-11-23 12:00:00+00:00"


@pytest.mark.parametrize("begins", ["=", "+", "-", "@", "\t", "\r", "\n"])
def test_no_cell_is_a_formula_and_json_keeps_the_text(harness: AppHarness, alice: Browser, begins: str) -> None:
    harness.account("alice", "front-desk")
    with harness.database.write() as session:
        session.execute(update(SIPAccountRow).values(network_id=f"{begins}1+cmd"))
    assert table(alice)[0]["Network id"] == f"'{begins}1+cmd"
    assert entries(alice)[0]["network_id"] == f"{begins}1+cmd"


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ('x;=HYPERLINK("//a")', 'x;\'=HYPERLINK("//a")'),
        ("x\t@cmd", "x\t'@cmd"),
        ("\uff1d1+1", "'\uff1d1+1"),
        ("x;y=1-2+3", "x;y=1-2+3"),
        ("sip:a@b.example;tag=-1", "sip:a@b.example;tag=-1"),
    ],
)
def test_nor_is_what_some_countries_programs_take_for_a_cell(
    harness: AppHarness, alice: Browser, text: str, cell: str
) -> None:
    """A semicolon parts cells where a comma is the decimal point; and signs may have double width."""
    harness.account("alice", "front-desk")
    with harness.database.write() as session:
        session.execute(update(SIPAccountRow).values(network_id=text))
    assert table(alice)[0]["Network id"] == cell
    assert entries(alice)[0]["network_id"] == text


def test_letters_of_all_languages_arrive(harness: AppHarness, alice: Browser) -> None:
    harness.lock(harness.account("alice", "front-desk"), "Ünpaid 請求書 \N{TELEPHONE RECEIVER}")
    assert table(alice)[1]["Reason"] == "Ünpaid 請求書 \N{TELEPHONE RECEIVER}"
    assert entries(alice)[1]["admin_disabled_reason"] == "Ünpaid 請求書 \N{TELEPHONE RECEIVER}"


def test_an_empty_list_is_a_file_too(harness: AppHarness, alice: Browser) -> None:
    harness.accounts("alice", 0)
    assert file_of(alice, CSV).count("\r\n") == 1
    assert entries(alice) == []


@FORMS
def test_the_file_has_what_the_address_finds(harness: AppHarness, alice: Browser, address: str) -> None:
    for name in ("front-desk", "back-desk", "kitchen-wall"):
        harness.account("alice", name, is_user_disabled=name == "back-desk")
    assert names(alice, f"{address}?q=desk") == ["back-desk", "front-desk"]
    assert names(alice, f"{address}?q=desk&state=off&page=2&size=1") == ["back-desk"]


# What does not stand in it


@FORMS
def test_no_password_is_in_a_file(harness: AppHarness, alice: Browser, address: str) -> None:
    harness.account("alice", "front-desk")
    text = file_of(alice, address)
    assert not [secret for secret in SECRETS if secret in text]
    assert "password" not in text.lower()


@FORMS
def test_bob_gets_nothing_of_alices(harness: AppHarness, bob: Browser, address: str) -> None:
    harness.account("alice", "front-desk")
    assert names(bob, f"{address}?owner=alice") == ["bobby"]
    assert names(bob, f"{address}?q=front") == []


def test_the_administrator_gets_the_owner_of_each(harness: AppHarness, administrator: Browser) -> None:
    harness.account("alice", "front-desk")
    harness.account("bobby", "bobs-line")
    assert {row["Username"]: row["Owner"] for row in table(administrator)} == {
        "alice": "alice",
        "bobby": "bobby",
        "bobs-line": "bobby",
        "front-desk": "alice",
        "root-admin": "root-admin",
    }
    assert entries(administrator)[0]["owner"] == "alice"


# Long lists


@FORMS
@pytest.mark.parametrize(("count", "calls"), [(0, 1), (99, 1), (100, 2), (1_101, 3)])
def test_100_rows_are_asked_for_at_first_and_then_1000_at_once(
    harness: AppHarness, alice: Browser, address: str, count: int, calls: int
) -> None:
    harness.accounts("alice", count)
    harness.forget_calls()
    assert names(alice, address) == [f"line-{number:05}" for number in range(1, count + 1)]
    assert harness.calls == ["GetSIPAccounts"] * calls


@FORMS
def test_a_file_is_read_from_the_service_no_faster_than_it_is_taken(
    harness: AppHarness, alice: Browser, address: str
) -> None:
    harness.accounts("alice", 2_000)
    harness.forget_calls()
    answer = alice.client.get(address)
    next(answer.response)  # type: ignore[call-overload]
    assert len(harness.calls) == 1
    answer.close()
    assert len(harness.calls) == 1


@FORMS
def test_a_row_that_moves_while_the_file_is_read_comes_once(harness: AppHarness, alice: Browser, address: str) -> None:
    harness.accounts("alice", 700)
    at_call(harness, "GetSIPAccounts", 2, lambda: harness.account("alice", "a-new-line"))
    assert names(alice, address) == [f"line-{number:05}" for number in range(1, 701)]


# Where the service gives out


def test_a_csv_file_that_breaks_off_says_so_in_its_last_row(harness: AppHarness, alice: Browser) -> None:
    harness.accounts("alice", 700)
    at_call(harness, "GetSIPAccounts", 2, fails(Unavailable("no answer")))
    rows = table(alice)
    assert len(rows) == 101
    assert rows[-1]["Username"] == INCOMPLETE


def test_a_json_file_that_breaks_off_says_so_in_its_last_object(harness: AppHarness, alice: Browser) -> None:
    harness.accounts("alice", 700)
    at_call(harness, "GetSIPAccounts", 2, fails(Unavailable("no answer")))
    found = entries(alice)
    assert len(found) == 101
    assert found[-1] == {"incomplete": INCOMPLETE}


@FORMS
def test_a_session_that_ends_midway_breaks_the_file_off(harness: AppHarness, alice: Browser, address: str) -> None:
    harness.accounts("alice", 700)
    at_call(harness, "GetSIPAccounts", 2, fails(SessionExpired()))
    assert "INCOMPLETE" in file_of(alice, address)


@FORMS
def test_a_service_that_is_away_from_the_first_is_a_page_and_no_file(
    harness: AppHarness, alice: Browser, address: str
) -> None:
    harness.watched.before["GetSIPAccounts"] = fails(Unavailable("no answer"))
    page = alice.open(address)
    assert (page.status, page.h1) == (503, "The service does not answer")
    assert "Content-Disposition" not in page.response.headers


@FORMS
def test_a_session_that_has_ended_leads_to_the_sign_in_and_back(
    harness: AppHarness, alice: Browser, address: str
) -> None:
    harness.revoke("alice")
    page = alice.open(f"{address}?q=desk")
    assert page.h1 == "Sign in"
    assert page.value("next") == f"{address}?q=desk"


def test_a_head_request_gets_the_headers_alone(harness: AppHarness, alice: Browser) -> None:
    harness.accounts("alice", 700)
    harness.forget_calls()
    answer: TestResponse = alice.raw("HEAD", CSV)
    assert (answer.status_code, answer.get_data()) == (200, b"")
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert len(harness.calls) == 1


@pytest.mark.parametrize("form", ["xml", "CSV", "csv/", "", "csv.csv"])
def test_there_are_no_other_forms(alice: Browser, form: str) -> None:
    assert alice.raw("GET", f"/sip-accounts.{form}").status_code == 404


# In front of a service that searches little


@FORMS
@pytest.mark.usefixtures("plain")
def test_a_service_that_refuses_the_filter_gives_the_same_file(
    harness: AppHarness, alice: Browser, address: str
) -> None:
    harness.accounts("alice", 700)
    for _ in range(2):
        assert names(alice, f"{address}?q=LINE-006") == [f"line-{number:05}" for number in range(600, 700)]


def test_in_front_of_such_a_service_a_file_is_read_no_faster_than_it_is_taken(
    harness: AppHarness, plain: PlainStore, alice: Browser
) -> None:
    harness.accounts("alice", 2_000)
    file_of(alice, f"{CSV}?q=nothing")
    plain.asked.clear()
    answer = alice.client.get(f"{CSV}?q=line")
    next(answer.response)  # type: ignore[call-overload]
    assert len(plain.asked) == 1
    answer.close()


def test_a_service_that_refuses_everything_is_a_page(harness: AppHarness, alice: Browser) -> None:
    harness.watched.before["GetSIPAccounts"] = fails(BadFilter("no filters here"))
    assert alice.open(f"{CSV}?q=desk").status == 409


# The way there


def test_the_list_leads_to_its_files_with_what_was_asked(harness: AppHarness, alice: Browser) -> None:
    harness.accounts("alice", 60)
    page = alice.open("/sip-accounts?q=line&state=on&page=2&size=25")
    assert "All 60 as CSV or JSON" in page.text
    assert page.links["CSV"] == "/sip-accounts.csv?q=line&state=on"
    assert page.links["JSON"] == "/sip-accounts.json?q=line&state=on"


@pytest.mark.parametrize(
    "more", ["form=xml", "endpoint=x", "_external=1", "_anchor=x", "_scheme=javascript", "values=1"]
)
def test_words_that_somebody_puts_into_an_address_do_not_bend_the_way(alice: Browser, more: str) -> None:
    page = alice.open(f"/sip-accounts?{more}")
    assert page.links["CSV"] == f"/sip-accounts.csv?{more}"


def test_an_id_in_a_file_leads_to_its_account(harness: AppHarness, alice: Browser) -> None:
    harness.account("alice", "front-desk")
    row = table(alice)[1]
    assert alice.open(f"/sip-accounts/{row['Id']}").h1 == f"front-desk@{DOMAIN}"


# How many there may be at once: each keeps a thread for as long as its reader takes


@FORMS
def test_a_second_file_of_the_same_visitor_waits_for_the_first(
    harness: AppHarness, alice: Browser, address: str
) -> None:
    harness.accounts("alice", 3)
    under_way = alice.client.get(address)
    next(under_way.iter_encoded())
    answer = alice.raw("GET", address)
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "5")
    assert "Another file is being written" in answer.text
    assert harness.signed_in("bobby").raw("GET", address).status_code == 200
    under_way.close()
    assert len(names(alice, address)) == 3


def test_files_never_take_all_threads(harness: AppHarness, alice: Browser) -> None:
    turns: ExportSlots = parts_of(harness.app)[ExportSlots]
    with ExitStack() as others:
        for name in ("bobby", "root-admin"):
            assert others.enter_context(turns.slot(name)) is not None
        assert alice.raw("GET", CSV).status_code == 429
        assert alice.open("/sip-accounts").status == 200
    assert alice.raw("GET", CSV).status_code == 200


def test_a_file_that_nobody_reads_or_that_fails_gives_its_turn_back(harness: AppHarness, alice: Browser) -> None:
    alice.client.get(CSV).close()
    assert alice.raw("HEAD", CSV).status_code == 200
    harness.watched.before["GetSIPAccounts"] = lambda: (_ for _ in ()).throw(Unavailable("away"))
    assert alice.raw("GET", CSV).status_code == 503
    harness.watched.before.clear()
    assert names(alice, CSV)
