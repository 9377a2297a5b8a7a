"""Call records as files: every row that was found, in words and zone of the visitor."""

import csv

from sqlalchemy import update

from sipsorcery_web.service.store.models import SIPCDRRow
from tests.portal.app_harness import AppHarness
from tests.portal.browser import Browser


def rows(browser: Browser, query: str = "") -> list[dict[str, str]]:
    answer = browser.raw("GET", f"/cdrs.csv{query}")
    assert answer.status_code == 200
    return list(csv.DictReader(answer.get_data(as_text=True).removeprefix("\ufeff").splitlines()))


def test_a_row_has_every_column(harness: AppHarness, alice: Browser) -> None:
    cdr = harness.cdr("alice", created=harness.clock().replace(month=7), ring_duration=5)
    assert rows(alice) == [
        {
            "Call date (Europe/Dublin)": "2026-07-23 13:00:00+01:00",
            "Direction": "Out",
            "From": '"Front desk" <sip:front-desk@sip.example.org>;tag=1',
            "Caller's name": "Front desk",
            "Caller's user": "front-desk",
            "Destination": "sip:0871550198@northline.example",
            "Through provider": "",
            "Result": "Answered",
            "Status": "200",
            "Answer reason": "OK",
            "Ringing (seconds)": "5",
            "Duration (seconds)": "192",
            "Answered (Europe/Dublin)": "2026-11-23 12:00:06+00:00",
            "Final answer (Europe/Dublin)": "2026-11-23 12:00:06+00:00",
            "Hung up (Europe/Dublin)": "2026-11-23 12:03:18+00:00",
            "Hang-up reason": "Client dialogue hungup",
            "Call-ID": "3c26700c57f1@203.0.113.41",
            "Bridge": "",
            "Id": str(cdr),
        }
    ]


def test_a_refused_call_has_no_time_of_an_answer(harness: AppHarness, alice: Browser) -> None:
    harness.cdr("alice", answered_status=486, answered_reason="Busy Here")

    (row,) = rows(alice)

    assert row["Answered (Europe/Dublin)"] == ""
    assert row["Final answer (Europe/Dublin)"] == "2026-11-23 12:00:06+00:00"


def test_a_call_through_a_provider_names_it(harness: AppHarness, alice: Browser) -> None:
    harness.cdr("alice", call_direction="In", dst_uri="sip:front-desk@sip.example.org;provider=north%20line")

    (row,) = rows(alice)

    assert row["Through provider"] == "north line"
    assert "through north line" in alice.open("/cdrs").text


def test_a_file_holds_all_pages_and_only_what_was_asked_for(harness: AppHarness, alice: Browser) -> None:
    harness.cdrs("alice", 1100)
    found = alice.raw("GET", "/cdrs.json?q=:000&direction=out&size=25&page=2").get_json()
    assert [row["destination"][4:9] for row in found] == [f"{number:05}" for number in range(1, 100)]
    harness.forget_calls()
    assert len(rows(alice)) == 1100
    assert harness.calls == ["GetCDRs"] * 3


def test_calls_of_one_moment_come_once_each_however_many_there_are(harness: AppHarness, alice: Browser) -> None:
    harness.cdrs("alice", 2_400)
    with harness.database.write() as session:
        behind_the_newest = SIPCDRRow.dst.between("00051", "02350")
        session.execute(update(SIPCDRRow).where(behind_the_newest).values(created=harness.clock().replace(month=1)))
    harness.forget_calls()
    found = [row["Id"] for row in rows(alice)]
    assert len(found) == len(set(found)) == 2_400
    assert harness.calls == ["GetCDRs"] * 5


def test_wrong_passwords_are_left_out_unless_they_are_asked_for(harness: AppHarness, alice: Browser) -> None:
    harness.cdr("alice", answered_status=401)
    assert rows(alice) == []
    assert len(rows(alice, "?challenges=1")) == 1


def test_what_a_stranger_wrote_is_no_formula(harness: AppHarness, alice: Browser) -> None:
    harness.cdr("alice", from_name="=cmd|' /C calc'!A0", from_user="+353", dst_uri="@SUM(1)", hungup_reason="-1")
    (row,) = rows(alice)
    written = [row[name] for name in ("Caller's name", "Caller's user", "Destination", "Hang-up reason")]
    assert written == ["'=cmd|' /C calc'!A0", "'+353", "'@SUM(1)", "'-1"]


def test_only_the_administrators_files_name_owners(harness: AppHarness, alice: Browser, administrator: Browser) -> None:
    harness.cdr("alice")
    assert "Owner" not in rows(alice)[0]
    assert rows(administrator)[0]["Owner"] == "alice"
    assert rows(administrator, "?owner=bobby") == []


def test_bobs_files_hold_nothing_of_alices(harness: AppHarness, bob: Browser) -> None:
    harness.cdr("alice")
    assert rows(bob) == []
    assert bob.raw("GET", "/cdrs.json?owner=alice").get_json() == []
