"""The ladder of what has no record: live calls, refused phones, failing providers, and any line of the console."""

from urllib.parse import quote, urlsplit

import pytest

from sipsorcery_web.contract.records import SIPProvider
from sipsorcery_web.events.event import Event, EventType
from sipsorcery_web.invisible import visible
from tests.factories.events import CALL_ID, SDP, SERVICE, EventsInMemory, noted, refused_call, request, response, traced
from tests.portal.app_harness import AppHarness
from tests.portal.areas.calls.strangers import HOSTILE, check_nothing_runs
from tests.portal.areas.sip_providers.provider_forms import REGISTERING
from tests.portal.browser import Browser

LADDER = f"/console/ladder?call={CALL_ID}"


@pytest.fixture(autouse=True)
def kept(events: EventsInMemory) -> EventsInMemory:
    """The messages of a call of alice's."""
    events.add(refused_call())
    return events


def registration(after: float) -> list[Event]:
    asked = request("REGISTER", "sip:sip.example.org", body="", cseq=str(after))
    return [
        traced(asked, after, call_id="reg"),
        traced(response("401 Unauthorized", "REGISTER", cseq=str(after)), after + 0.1, SERVICE, call_id="reg"),
    ]


def test_the_lines_of_the_console_lead_to_their_ladder(alice: Browser) -> None:
    page = alice.open("/console?filter=event+full")

    link = page.all("//*[@id='lines']//a")[0]
    ladder = alice.open(link.get("href") or "")
    assert ladder.h1 == "Messages of a call"
    assert ladder.current_nav_items == ["Console"]
    assert len(ladder.all("//main//*[@class='ladder']//a")) == 10


def test_a_line_that_belongs_to_no_call_is_no_link(events: EventsInMemory, alice: Browser) -> None:
    events.kept.clear()
    events.add([noted(EventType.Monitor, "A sign-in.", call_id="")])

    assert not alice.open("/console?filter=event+*").all("//*[@id='lines']//a")


@pytest.mark.parametrize("form", ["", ".pcap", ".txt"])
def test_bob_finds_no_ladder_by_alices_call_id(alice: Browser, bob: Browser, form: str) -> None:
    path = LADDER.replace("ladder", f"ladder{form}")

    assert bob.raw("GET", path).status_code == 404
    assert bob.raw("GET", path.replace(CALL_ID, "nothing")).status_code == 404
    assert alice.raw("GET", path).status_code == 200


def test_the_administrator_sees_the_ladder_of_anybody(administrator: Browser) -> None:
    assert administrator.open(LADDER).status == 200


@pytest.mark.parametrize("asked", ["", "?call=", f"?call={'x' * 1025}", "?" + "&".join(["call=x"] * 11), "?call=%00"])
def test_what_names_no_call_is_not_found(alice: Browser, asked: str) -> None:
    assert alice.raw("GET", f"/console/ladder{asked}").status_code == 404


def test_both_files_have_the_messages(alice: Browser) -> None:
    page = alice.open(LADDER)

    capture = alice.raw("GET", page.one("//a[contains(., '.pcap')]").get("href") or "")
    text = alice.raw("GET", page.one("//a[contains(., 'As text')]").get("href") or "")
    assert capture.data[:4] == bytes.fromhex("4d3cb2a1")
    assert capture.headers["Content-Disposition"] == 'attachment; filename="messages.pcap"'
    assert "486 Busy Here" in text.text


def test_a_registration_is_called_one_and_only_its_last_messages_are_shown(
    events: EventsInMemory, alice: Browser
) -> None:
    for number in range(60):
        events.add(registration(number))
    whole = alice.open("/console/ladder?call=reg")
    events.add(registration(60))
    page = alice.open("/console/ladder?call=reg")

    assert page.h1 == "Messages of a registration"
    assert "than these" not in whole.text
    assert "There are more messages and lines than these: the last 120." in page.text
    assert [len(each.all("//ol[@class='ladder-told']/li/details")) for each in (whole, page)] == [120, 120]


def test_the_text_and_a_shared_link_say_too_that_there_was_more(events: EventsInMemory, alice: Browser) -> None:
    for number in range(61):
        events.add(registration(number))
    page = alice.open("/console/ladder?call=reg")

    written = alice.raw("GET", page.one("//a[contains(., 'As text')]").get("href") or "")
    assert "There are more messages and lines than these: the last 120.\n" in written.text
    made = page.submit(page.one("//form[contains(@action, '/share')]").get("action", ""))
    link = urlsplit(made.one("//*[@id='shared-link']").text_content()).path
    assert "There were more messages and lines than these: the last 120." in alice.open(link).text


def test_a_live_call_leads_to_the_messages_of_all_its_legs(harness: AppHarness, alice: Browser) -> None:
    bridge = "5d1f1d36-6a5b-4a0e-8c0c-9a3f8d1b7c21"
    harness.call("alice", call_id=CALL_ID, bridge_id=bridge, direction="In")
    harness.call("alice", call_id="second-leg", bridge_id=bridge, direction="Out")

    (link,) = alice.open("/calls").all("//a[starts-with(., 'Messages')]")

    assert link.get("href") == f"/console/ladder?call={CALL_ID}&call=second-leg"
    assert alice.open(link.get("href") or "").h1 == "Messages of a call"


def test_a_line_of_one_leg_leads_to_the_messages_of_all_legs_that_are_the_visitors(
    harness: AppHarness, events: EventsInMemory, alice: Browser, bob: Browser
) -> None:
    ended, going_on = "5d1f1d36-6a5b-4a0e-8c0c-9a3f8d1b7c21", "7a1f1d36-6a5b-4a0e-8c0c-9a3f8d1b7c22"
    harness.cdr("alice", call_id=CALL_ID, bridge_id=ended)
    harness.cdr("alice", call_id="second-leg", bridge_id=ended)
    harness.cdr("bobby", call_id="his-leg", bridge_id=ended)
    harness.call("alice", call_id="first-leg", bridge_id=going_on, direction="In")
    harness.call("alice", call_id="live-leg", bridge_id=going_on, direction="Out")
    for call_id, owner in (
        ("second-leg", "alice"),
        ("his-leg", "bobby"),
        ("first-leg", "alice"),
        ("live-leg", "alice"),
    ):
        events.add([traced(request("BYE", call_id, body=""), 20, call_id=call_id, owners=frozenset({owner}))])

    def legs(browser: Browser, call_id: str) -> set[str]:
        arrows = browser.open(f"/console/ladder?call={call_id}").all("//main//*[@class='ladder']//a")
        return {
            name
            for arrow in arrows
            for name in (arrow.get("aria-label") or "").split()
            if "leg" in name or name == "live"
        }

    assert legs(alice, CALL_ID) == legs(alice, "second-leg") == {"second-leg,"}
    assert legs(alice, "live-leg") == {"first-leg,", "live-leg,"}
    assert legs(bob, "his-leg") == {"his-leg,"}


def test_a_failing_provider_leads_to_the_messages_of_its_registrations(
    harness: AppHarness, events: EventsInMemory, alice: Browser, bob: Browser
) -> None:
    provider: SIPProvider = harness.provider("alice", "blueline", **REGISTERING)
    harness.registration(provider, is_registered=False, registration_failure_message="403 Forbidden")
    call_id = f"{provider.id.hex}@{SERVICE}"
    events.add([traced(request("REGISTER", "sip:blueline.example"), call_id=call_id)])

    (link,) = alice.open(f"/providers/{provider.id}").all("//a[starts-with(., 'Messages')]")

    assert alice.open(link.get("href") or "").h1 == "Messages of a registration"
    assert bob.open(link.get("href") or "").status == 404


STRANGE = [*HOSTILE, "\x1b]0;title\x07\x9b31m", "é" * 40_000, "a b " * 10_000, "sip:\ud800@x"]


@pytest.mark.parametrize("strange", STRANGE, ids=range(len(STRANGE)))
def test_whatever_a_stranger_writes_is_text_on_the_ladder_in_its_files_and_behind_a_link(
    events: EventsInMemory, alice: Browser, browser: Browser, strange: str
) -> None:
    flat = " ".join(strange.split())
    more = {"source": strange, "destination": strange, "transport": strange, "call_id": "odd"}
    texts = [
        strange,
        request(uri=f"sip:{flat}@x", method=f"INVITE{flat[:20]}"),
        response(f"486 {flat}", via=flat).replace("Telephone 1.0", flat).replace("Alice Adams", flat),
        request(body=SDP + f"a={flat}\r\n{strange}"),
    ]
    events.add([*(traced(text, number, **more) for number, text in enumerate(texts))])
    events.add([noted(EventType.DialPlan, strange, 9, call_id="odd")])

    made = alice.open("/console/ladder?call=odd").submit("/console/ladder/share?call=odd", names=True)
    behind = browser.open(urlsplit(made.one("//*[@id='shared-link']").text_content()).path)
    pages = (made, behind, alice.open("/ladder-links"), alice.open("/console?filter=event+*"))
    for page in pages:
        check_nothing_runs(page)
        assert visible(page.source) == page.source
    assert all(len(label.text_content()) < 300 for label in made.all("//*[@class='ladder-what']//b/bdi"))
    text = alice.raw("GET", "/console/ladder.txt?call=odd").data.decode()
    assert visible(text) == text
    assert alice.raw("GET", "/console/ladder.pcap?call=odd").status_code == 200


@pytest.mark.parametrize("strange", ["\u202e", '"><b>', "a\\b", "'; --", "{{ 1 }}", "x" * 300, "\ud800"])
def test_a_strange_call_id_leads_to_its_own_messages_alone(
    events: EventsInMemory, alice: Browser, bob: Browser, strange: str
) -> None:
    events.add([traced(request(), call_id=strange)])
    address = f"/console/ladder?call={quote(strange, errors='surrogatepass')}"

    assert bob.raw("GET", address).status_code == 404
    page = alice.open(address)
    assert page.status == (404 if strange == "\ud800" else 200)
    assert page.status == 404 or alice.raw("GET", page.links["As text"]).status_code == 200
