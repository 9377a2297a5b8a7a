"""The console: who is shown which lines, what a filter that is refused says, and what looking on costs."""

from collections.abc import Iterable
from functools import partial
from urllib.parse import quote_plus

import pytest
from werkzeug.test import TestResponse

from sipsorcery_web.events import event as event_store
from sipsorcery_web.events.event import EventServer, EventType, NumberedEvent, Stretch, Wanted
from sipsorcery_web.events.filters.parsing import LONGEST
from sipsorcery_web.portal.areas.console.pages import CURSOR, LINES_OF_FILE, MORE
from sipsorcery_web.portal.areas.console.reading import FIRST_LINES, LINES_AT_ONCE
from sipsorcery_web.portal.live.views import HEADER, STATE
from tests.events.samples import INVITE, event, trace
from tests.factories.events import EventsInMemory
from tests.portal.app_harness import AppHarness
from tests.portal.areas.calls.strangers import HOSTILE, check_nothing_runs
from tests.portal.browser import Browser, Page
from tests.statements import counted_statements

LINES = "//div[@id='lines']/p"


def connect(browser: Browser, text: str = "event *") -> Page:
    return browser.open(f"/console?filter={quote_plus(text)}")


def lines(page: Page) -> list[str]:
    """The lines of a page, without the end of the last one."""
    return [line.text_content().removesuffix("\n") for line in page.all(LINES)]


def look(browser: Browser, after: object, text: str = "event *") -> TestResponse:
    """Return the answer to a script that asks for the lines behind a cursor."""
    address = f"/console/lines?filter={quote_plus(text)}&after={after}"
    return browser.raw("GET", address, headers={HEADER: "1"})


# The command box


def test_the_box_begins_with_all_events_and_nothing_is_read_until_one_connects(
    events: EventsInMemory, alice: Browser
) -> None:
    page = alice.open("/console")
    box = page.control("filter")
    assert (box.get("value"), box.get("maxlength")) == ("event *", "256")
    assert "Connect" in page.buttons
    assert lines(page) == []
    assert events.asked == 0


def test_enter_connects_and_the_filter_stands_in_the_address(events: EventsInMemory, alice: Browser) -> None:
    events.add([event("Calling 0301.", "alice")])
    form = alice.open("/console").one("//form[@action='/console']")
    assert form.get("method", "get") == "get"
    assert form.xpath(".//input/@name") == ["filter"]
    page = connect(alice, "event 53")
    assert page.links["Refresh"] == "/console?filter=event+53"
    assert page.value("filter") == "event 53"
    assert lines(page) == ["DialPlan 12:00:00:117 AppServer(11): Calling 0301."]


@pytest.mark.parametrize("blank", ["", "   "])
def test_a_blank_filter_is_event_all(events: EventsInMemory, alice: Browser, blank: str) -> None:
    page = connect(alice, blank)
    assert page.value("filter") == "event *"
    assert "Filter in force: event * and user alice" in page.text


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("event * and colour red", "Filter colour was not recognised. (At character 13.)"),
        ("event", "Invalid item in filter: event. (At character 1.)"),
        ("event * and regex (", "This regular expression cannot be read: missing ). (At character 20.)"),
        ("event * and file log", "nothing is written there. Save the lines from the page. (At character 13.)"),
        ("event " + "x" * LONGEST, "A filter has at most 256 characters. (At character 257.)"),
        ("event \x00", "control"),
    ],
)
def test_a_bad_filter_is_refused_at_the_box_with_the_reason_and_the_place(
    events: EventsInMemory, alice: Browser, text: str, words: str
) -> None:
    for page in (connect(alice, text), alice.open(f"/console/lines.txt?filter={quote_plus(text)}")):
        assert (page.status, page.h1) == (422, "Console")
        assert words in page.errors["filter"]
        assert lines(page) == []
    assert events.asked == 0


def test_a_search_that_takes_too_long_is_refused_at_the_box_and_while_one_looks_on(
    events: EventsInMemory, alice: Browser
) -> None:
    events.add([event("a" * 3_000 + "!", "alice")])
    slow = "event * and regex (a|aa)+$"
    assert "takes too long" in connect(alice, slow).errors["filter"]
    answer = look(alice, 0, slow)
    assert (answer.status_code, answer.headers[STATE]) == (422, "refused")
    assert "takes too long" in answer.text


def test_help_on_keys_events_and_servers_stands_beside_the_box(events: EventsInMemory, alice: Browser) -> None:
    page = alice.open("/console")
    for words in ("event full and request invite", "ipserver", "53 DialPlan", "11 AppServer", "user always you"):
        assert words in page.text
    numbers = page.all("//ul[@class='console-numbers']/li")
    assert len(numbers) == len(EventType) + len(EventServer)
    for example in page.all("//ul[@id='filter-examples']//a"):
        assert alice.open(example.get("href", "")).status == 200


# The lines


@pytest.fixture
def rare(events: EventsInMemory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two rare lines with so many common ones between them that one answer looks at a part alone."""
    monkeypatch.setattr("tests.factories.events.look", partial(_look_at, 100))
    events.add([event("rare 1", "alice"), *(event("common", "alice") for _ in range(150)), event("rare 2", "alice")])


def _look_at(most: int, kept: Iterable[NumberedEvent], wanted: Wanted, at_most: int, _look_at: int) -> Stretch:
    return event_store.look(kept, wanted, at_most, most)


@pytest.mark.usefixtures("rare")
def test_a_page_says_how_far_back_it_looked_and_leads_further_back(alice: Browser) -> None:
    page = connect(alice, "event * and regex rare")
    assert [line[-6:] for line in lines(page)] == ["rare 2"]
    assert "Looked back to 23 Nov 2026 12:00:00. Look further back" in page.text
    page = page.follow("Look further back")
    assert [line[-6:] for line in lines(page)] == ["rare 1"]
    assert "Earlier lines. Go to the last ones" in page.text
    assert not page.all("//*[@data-console]")
    assert "Look further back" not in page.links
    saved = alice.raw("GET", page.links["Save as text"]).text.split("\r\n")
    assert (saved[0], saved[1][-6:]) == ("Filter in force: event * and user alice and regex rare", "rare 1")
    assert lines(page.follow("Go to the last ones"))[0].endswith("rare 2")


@pytest.mark.usefixtures("rare")
def test_a_page_that_found_nothing_yet_does_not_say_that_there_is_nothing(alice: Browser) -> None:
    page = connect(alice, "event * and regex rare.1")
    assert "No line that was looked at fits this filter; there may be earlier ones." in page.text
    page = connect(alice, "event * and regex never").follow("Look further back")
    assert "No earlier line fits this filter." in page.text


@pytest.mark.usefixtures("rare")
def test_a_script_goes_on_at_once_where_an_answer_looked_at_a_part_alone(alice: Browser) -> None:
    first = look(alice, 2, "event * and regex rare")
    assert (first.status_code, first.headers[MORE]) == (204, "1")
    second = look(alice, first.headers[CURSOR], "event * and regex rare")
    assert "rare 2" in second.text
    assert MORE not in second.headers


@pytest.mark.usefixtures("events")
@pytest.mark.parametrize("before", ["x", "-1", str(2**63), "1.5"])
def test_what_is_no_event_leads_nowhere(alice: Browser, before: str) -> None:
    for path in ("/console", "/console/lines.txt"):
        assert alice.raw("GET", f"{path}?filter=event+*&before={before}").status_code == 400


def test_the_last_200_lines_are_there_without_scripts_the_newest_at_the_end(
    events: EventsInMemory, alice: Browser
) -> None:
    events.add([event(f"line {number}", "alice") for number in range(FIRST_LINES + 5)])
    page = connect(alice)
    assert len(lines(page)) == FIRST_LINES == 200
    assert lines(page)[0].endswith(": line 5")
    assert lines(page)[-1].endswith(": line 204")
    assert page.links["Refresh"] == page.path
    assert page.links["Close"] == "/console"


def test_times_are_those_of_the_visitor(harness: AppHarness, events: EventsInMemory, administrator: Browser) -> None:
    harness.change_customer("alice", time_zone="(UTC+05:30) Chennai, Kolkata, Mumbai, New Delhi")
    harness.forget_sessions()
    events.add([event("x", "alice")])
    (line,) = lines(connect(harness.signed_in("alice")))
    assert line.startswith("DialPlan 17:30:00:117 ")


def test_messages_keep_their_line_breaks(events: EventsInMemory, alice: Browser) -> None:
    events.add([trace(INVITE, "alice")])
    (line,) = lines(connect(alice, "event full"))
    assert line.splitlines() == [
        "FullSIPTrace 12:00:00:117 SIPProxy(1): udp 203.0.113.41:5061 to 192.0.2.5:5060",
        *INVITE.rstrip().splitlines(),
    ]


def test_families_of_events_are_told_apart(events: EventsInMemory, alice: Browser) -> None:
    kinds = {
        EventType.FullSIPTrace: "trace",
        EventType.NewCall: "call",
        EventType.DialPlan: "call",
        EventType.RegisterSuccess: "registration",
        EventType.RegisterFail: "trouble",
        EventType.Error: "trouble",
        EventType.Monitor: "other",
    }
    for kind, family in kinds.items():
        events.add([event("x", "alice", type=kind)])
        page = connect(alice, f"event {int(kind)}")
        assert page.one(LINES).get("class") == f"line line-{family}"
        assert page.one(f"{LINES}/b").text == kind.name


@pytest.mark.parametrize("hostile", HOSTILE)
def test_markup_and_control_characters_are_harmless(events: EventsInMemory, alice: Browser, hostile: str) -> None:
    events.add([event(hostile, "alice"), trace(f"{hostile}\r\n", "alice", source=hostile)])
    for text in ("event *", "event full"):
        page = connect(alice, text)
        check_nothing_runs(page)
        answer = look(alice, 0, text)
        saved = alice.raw("GET", f"/console/lines.txt?filter={quote_plus(text)}")
        assert saved.headers["Content-Type"] == "text/plain; charset=utf-8"
        for told in (page.source, answer.text, saved.text):
            assert not {*"\x07\x1b\u202e\u2066"} & {*told}
        assert "<script>alert" not in answer.text
        assert "<img" not in answer.text


# Who sees what


def test_alice_sees_her_lines_and_the_administrator_those_of_all_with_their_owners(
    events: EventsInMemory, alice: Browser, administrator: Browser
) -> None:
    events.add([event("hers", "alice"), event("his", "bobby"), event("of both", "alice", "bobby"), event("nobody's")])
    assert [line.rpartition(": ")[2] for line in lines(connect(alice))] == ["hers", "of both"]
    assert [line.partition("(11)")[2] for line in lines(connect(administrator))] == [
        " alice: hers",
        " bobby: his",
        " alice, bobby: of both",
        ": nobody's",
    ]
    assert [line.rpartition(": ")[2] for line in lines(connect(administrator, "event * and user bobby"))] == [
        "his",
        "of both",
    ]


@pytest.mark.parametrize(
    "text",
    ["event *", "event * and user alice", "event * and user *", "event full", "event full and user alice",
     "event full and request invite", "event full and regex :alice@", "server 11", "event * and regex alice"],
)  # fmt: skip
def test_bob_sees_no_line_of_alice_whatever_he_asks_for(events: EventsInMemory, bob: Browser, text: str) -> None:
    events.add([event("Calling alice.", "alice"), trace(INVITE, "alice"), event("nobody's alice")])
    assert lines(connect(bob, text)) == []
    assert look(bob, 0, text).status_code == 204
    saved = bob.raw("GET", f"/console/lines.txt?filter={quote_plus(text)}").text
    assert len(saved.splitlines()) == 1
    assert "user bobby" in saved


def test_a_filter_that_shows_nothing_says_why(events: EventsInMemory, alice: Browser) -> None:
    page = connect(alice, "event DialPlan")
    assert "Nothing is shown: event takes a number, and DialPlan is event 53." in page.text


# To look on


def test_a_script_is_told_what_came_behind_its_cursor_and_where_to_go_on(
    events: EventsInMemory, alice: Browser
) -> None:
    events.add([event("before", "alice")])
    cursor = connect(alice).one("//*[@data-cursor]").get("data-cursor")
    assert (look(alice, cursor).status_code, look(alice, cursor).headers[CURSOR]) == (204, cursor)
    events.add([event("after", "alice"), event("his", "bobby")])
    told = look(alice, cursor)
    assert (told.status_code, told.headers[STATE]) == (200, "on")
    assert told.text.count("<p ") == 1
    assert ": after" in told.text
    assert int(told.headers[CURSOR]) == events.newest()
    assert look(alice, told.headers[CURSOR]).text == ""


def test_many_lines_come_in_pieces_and_none_is_lost(events: EventsInMemory, alice: Browser) -> None:
    events.add([event(f"line {number}.", "alice") for number in range(2 * LINES_AT_ONCE + 1)])
    cursor, told = "0", ""
    for more in ("1", "1", None):
        answer = look(alice, cursor)
        assert answer.headers.get(MORE) == more
        cursor, told = answer.headers[CURSOR], told + answer.text
    assert [f": line {number}." in told for number in range(2 * LINES_AT_ONCE + 1)].count(False) == 0
    assert told.count("<p ") == 2 * LINES_AT_ONCE + 1


@pytest.mark.parametrize("after", ["", "-1", "x", "1.5", "9" * 30])
def test_a_cursor_that_is_none_is_refused(events: EventsInMemory, alice: Browser, after: str) -> None:
    assert look(alice, after).status_code == 400


def test_an_unchanged_console_costs_two_statements_and_one_question_to_the_store(
    harness: AppHarness, events: EventsInMemory, alice: Browser
) -> None:
    look(alice, 0)
    harness.forget_calls()
    asked = events.asked
    with counted_statements() as noted:
        assert look(alice, 0).status_code == 204
    assert harness.calls == []
    assert len(noted) == 2  # the session, and the token
    assert events.asked == asked + 1


def test_to_look_on_is_no_work_and_does_not_put_the_end_of_the_session_off(
    harness: AppHarness, events: EventsInMemory, alice: Browser
) -> None:
    alice.open("/console")
    for _ in range(5):
        harness.clock.pass_(minutes=11)
        assert look(alice, 0).status_code == 204
    harness.clock.pass_(minutes=6)
    answer = look(alice, 0)
    assert (answer.status_code, answer.headers[STATE]) == (403, "ended")
    assert "Set-Cookie" not in answer.headers


def test_who_is_signed_out_at_the_service_is_shown_no_more_lines(
    harness: AppHarness, events: EventsInMemory, alice: Browser
) -> None:
    events.add([event("x", "alice")])
    assert look(alice, 0).status_code == 200
    harness.revoke("alice")
    answer = look(alice, 0)
    assert (answer.status_code, answer.headers[STATE], answer.text) == (403, "ended", "")


def test_a_stranger_is_shown_nothing(events: EventsInMemory, browser: Browser) -> None:
    events.add([event("x")])
    assert look(browser, 0).headers[STATE] == "ended"
    assert browser.open("/console").h1 == "Sign in"


# As text


def test_the_lines_are_saved_as_text_below_the_filter_in_force(events: EventsInMemory, alice: Browser) -> None:
    events.add([event(f"line {number}", "alice") for number in range(LINES_OF_FILE + 1)])
    saved = alice.raw("GET", connect(alice).links["Save as text"])
    told = saved.text.split("\r\n")
    assert told[0] == (
        "Filter in force: event * and user alice Looked back to 2026-11-23 12:00:00, and not at what was before."
    )
    assert told[1] == "DialPlan 12:00:00:117 AppServer(11): line 1"
    assert told[-2:] == ["DialPlan 12:00:00:117 AppServer(11): line 1000", ""]
    assert saved.headers["Content-Disposition"] == "attachment; filename=console-2026-11-23-120000.txt"


# Where it is


def test_the_console_is_one_of_the_places_and_has_its_help(events: EventsInMemory, alice: Browser) -> None:
    page = alice.open("/console")
    assert page.nav_items["Console"] == "/console"
    assert page.current_nav_items == ["Console"]
    assert page.follow("Help with this page").path == "/help#console"
    assert "In the old client: the monitoring console." in alice.open("/help").text


@pytest.mark.parametrize(
    "path", ["/console", "/console?filter=event+*", "/console/lines?after=0", "/console/lines.txt"]
)
def test_without_events_to_show_there_is_no_console(alice: Browser, path: str) -> None:
    page = alice.open(path)
    assert page.status == 404
    assert "Console" not in page.nav_items
    assert "monitoring console" not in alice.open("/help").text
