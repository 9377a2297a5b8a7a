"""The page of a call's ladder, and its files."""

from dataclasses import replace
from uuid import UUID

import pytest

from tests.factories.events import ALICE, CALL_ID, EventsInMemory, refused_call, request, traced
from tests.portal.app_harness import AppHarness
from tests.portal.browser import Browser, words
from tests.portal.same_pages import text_of_any

BRIDGE = "5d1f1d36-6a5b-4a0e-8c0c-9a3f8d1b7c21"
NOWHERE = "3f0e7c1a-9a0b-4c55-9d0e-2f8f0b6f7a11"


@pytest.fixture
def cdr(harness: AppHarness, events: EventsInMemory) -> UUID:
    """The record of a call of alice's whose messages are kept."""
    events.add(refused_call())
    return harness.cdr("alice", call_id=CALL_ID)


def test_the_record_leads_to_the_ladder(alice: Browser, cdr: UUID) -> None:
    page = alice.open(f"/cdrs/{cdr}").follow("Messages as a ladder")

    assert page.h1 == "Messages of a call"
    assert alice.open(f"/cdrs/{cdr}/ladder").current_nav_items == ["Calls"]


def test_the_drawing_has_the_parties_and_an_arrow_for_each_message_that_leads_to_its_text(
    alice: Browser, cdr: UUID
) -> None:
    page = alice.open(f"/cdrs/{cdr}/ladder")

    names = [words(each) for each in page.all("//main//*[@class='ladder']//*[@class='ladder-name']")]
    assert names == ["alice", "This service", "bob"]
    arrows = page.all("//main//*[@class='ladder']//a")
    assert [arrow.get("href") for arrow in arrows] == [f"#message-{number}" for number in range(1, 11)]
    assert arrows[3].get("aria-label") == "Message 4: INVITE bob@sip.example.org, +0.020 s"
    assert words(arrows[3]).endswith("SDP · ×3")
    assert ["ladder-failed" in arrow.get("class", "") for arrow in arrows].count(True) == 2


def test_the_same_stands_in_words_with_the_text_of_each_message(alice: Browser, cdr: UUID) -> None:
    page = alice.open(f"/cdrs/{cdr}/ladder")

    told = [words(each) for each in page.all("//ol[@class='ladder-told']/li")]
    assert len(told) == 12
    assert told[3].startswith("+0.020 s INVITE bob@sip.example.org alice to This service, with a session description")
    assert "sent 3 times" in told[3]
    assert "again at +0.520 s, +1.520 s" in told[3]
    assert told[4] == "+1.530 s NewCall: New call from alice to bob"
    assert told[8] == "Nothing for 7.0 s."
    assert told[9].startswith("+8.600 s ✕ Failed: 486 Busy Here bob to This service, answers INVITE")
    assert "CSeq: 2 INVITE" in words(page.one("//*[@id='message-4']//pre"))
    assert page.one("//*[@id='ladder-words']").text == (
        "10 messages between alice, This service, bob. Failed: 486 Busy Here, 486 Busy Here."
    )


def test_markup_in_a_message_is_text(harness: AppHarness, events: EventsInMemory, alice: Browser) -> None:
    events.add([traced(request(uri='sip:"><script>alert(1)</script>@x')), traced("<b>\x1b[2J\u202e")])
    page = alice.open(f"/cdrs/{harness.cdr('alice', call_id=CALL_ID)}/ladder")

    assert not page.all("//main//script | //pre/b")
    assert "[U+202E]" in words(page.one("//*[@id='message-2']//pre"))


def test_phones_and_providers_are_named_as_far_as_they_are_registered(
    harness: AppHarness, alice: Browser, cdr: UUID
) -> None:
    harness.bind(harness.account("alice", "front-desk"), remote_sip_socket=ALICE)
    page = alice.open(f"/cdrs/{cdr}/ladder")

    names = [words(each) for each in page.all("//main//*[@class='ladder']//*[@class='ladder-name']")]
    assert names == ["Phone of front-desk", "This service", "bob"]


def test_the_messages_of_the_other_legs_are_in_it(harness: AppHarness, events: EventsInMemory, alice: Browser) -> None:
    cdr = harness.cdr("alice", call_id=CALL_ID, bridge_id=BRIDGE)
    harness.cdr("alice", call_id="second-leg", bridge_id=BRIDGE)
    events.add([traced(request()), traced(request("BYE", body=""), 1, call_id="second-leg")])
    events.add([traced(request("MESSAGE", body=""), 2, call_id="another call")])

    arrows = alice.open(f"/cdrs/{cdr}/ladder").all("//main//*[@class='ladder']//a")
    assert [arrow.get("aria-label", "").split()[2] for arrow in arrows] == ["INVITE", "BYE"]


def test_legs_of_a_plan_which_have_no_record_are_in_it_from_a_record_and_from_any_line(
    harness: AppHarness, events: EventsInMemory, alice: Browser, bob: Browser
) -> None:
    cdr = harness.cdr("alice", call_id=CALL_ID)
    events.add([traced(request()), traced(request("BYE", body=""), 1, call_id="leg", upper_call_id=CALL_ID)])
    his = traced(request("CANCEL", body=""), 2, call_id="his", upper_call_id="leg", owners=frozenset({"bobby"}))
    events.add([his])

    def methods(browser: Browser, address: str) -> list[str]:
        arrows = browser.open(address).all("//main//*[@class='ladder']//a")
        return [arrow.get("aria-label", "").split()[2] for arrow in arrows]

    for address in (f"/cdrs/{cdr}/ladder", f"/console/ladder?call={CALL_ID}", "/console/ladder?call=leg"):
        assert methods(alice, address) == ["INVITE", "BYE"]
    assert methods(bob, "/console/ladder?call=his") == ["CANCEL"]


def test_a_call_of_somebody_elses_under_the_same_call_id_is_not_in_it(
    harness: AppHarness, events: EventsInMemory, bob: Browser
) -> None:
    events.add(refused_call())
    page = bob.open(f"/cdrs/{harness.cdr('bobby', call_id=CALL_ID)}/ladder")

    assert "No message of this call is kept." in page.text
    assert not page.all("//*[@class='ladder']")


def test_bob_finds_no_ladder_of_alices_and_none_at_all_in_the_same_words(
    alice: Browser, bob: Browser, cdr: UUID
) -> None:
    for path in ("ladder", "ladder.pcap", "ladder.txt"):
        hers, none = bob.open(f"/cdrs/{cdr}/{path}"), bob.open(f"/cdrs/{NOWHERE}/{path}")
        assert (hers.status, text_of_any(hers)) == (404, text_of_any(none))
        assert alice.raw("GET", f"/cdrs/{cdr}/{path}").status_code == 200


def test_the_administrator_sees_the_ladder_of_a_customer_and_what_is_nobodys(
    harness: AppHarness, events: EventsInMemory, administrator: Browser, cdr: UUID
) -> None:
    events.add([replace(event, owners=frozenset(), call_id="nobodys") for event in refused_call()])

    for record in (cdr, harness.cdr(None, call_id="nobodys")):
        assert len(administrator.open(f"/cdrs/{record}/ladder").all("//main//*[@class='ladder']//a")) == 10


def test_the_files_hold_the_messages(alice: Browser, cdr: UUID) -> None:
    capture = alice.raw("GET", f"/cdrs/{cdr}/ladder.pcap")
    assert capture.headers["Content-Type"] == "application/vnd.tcpdump.pcap"
    assert capture.headers["Content-Disposition"] == f'attachment; filename="call-{cdr}.pcap"'
    assert capture.data.count(b"INVITE sip:bob@") == 5
    text = alice.raw("GET", f"/cdrs/{cdr}/ladder.txt")
    assert text.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert "sent 3 times" in text.text


def test_where_nothing_is_kept_of_a_call_there_is_no_link_and_no_file(
    harness: AppHarness, events: EventsInMemory, alice: Browser
) -> None:
    cdr = harness.cdr("alice", call_id="long ago")

    assert "Messages as a ladder" not in alice.open(f"/cdrs/{cdr}").links
    assert alice.open(f"/cdrs/{cdr}/ladder").status == 200
    assert alice.open(f"/cdrs/{cdr}/ladder.pcap").status == 404
    assert alice.open(f"/cdrs/{cdr}/ladder.txt").status == 404


def test_where_no_events_are_kept_there_is_no_ladder(harness: AppHarness, alice: Browser) -> None:
    cdr = harness.cdr("alice", call_id=CALL_ID)

    assert "Messages as a ladder" not in alice.open(f"/cdrs/{cdr}").links
    assert alice.open(f"/cdrs/{cdr}/ladder").status == 404


def test_a_message_over_tcp_has_a_remark(
    harness: AppHarness, events: EventsInMemory, alice: Browser, cdr: UUID
) -> None:
    assert "stand in UDP" not in alice.open(f"/cdrs/{cdr}/ladder").text
    events.add([traced(request("BYE", body=""), 10, transport="tls")])
    assert "all messages stand in UDP" in alice.open(f"/cdrs/{cdr}/ladder").text
