"""The console in front of another service: its lines as it tells them, at a connection that no other visitor reaches."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import quote_plus

import pytest
from werkzeug.test import TestResponse

from sipsorcery_web import create_app
from sipsorcery_web.contract import names
from sipsorcery_web.contract.errors import Refused, SessionExpired, Unavailable
from sipsorcery_web.contract.notifications import CONNECTION
from sipsorcery_web.contract.operations import Operation
from sipsorcery_web.events.filters.parsing import DEFAULT
from sipsorcery_web.portal.areas.console.elsewhere import LinesElsewhere
from sipsorcery_web.portal.areas.console.pages import CURSOR
from sipsorcery_web.portal.areas.console.reading import LINES_AT_ONCE, Console
from sipsorcery_web.portal.http.capabilities import OF_ANOTHER, Capabilities
from sipsorcery_web.portal.http.parts import parts_of
from sipsorcery_web.portal.live.views import HEADER, STATE
from sipsorcery_web.provisioning.notifications import NotificationClient
from sipsorcery_web.service.passwords import Passwords
from sipsorcery_web.settings import Settings
from tests.conftest import Clock, ServiceFixture
from tests.events.samples import event
from tests.portal.app_harness import AppHarness
from tests.portal.areas.calls.strangers import HOSTILE, check_nothing_runs
from tests.portal.browser import Browser, Page
from tests.portal.conftest import HarnessWith
from tests.running import portal_at_work

LINES = "//div[@id='lines']/p"
IN_FORCE = "Monitor 12:00:00:000 1(4711): filter in force"


@dataclass
class OriginalNotifications:
    """A notification service as the original is one: whoever names a connection is told, and no poll needs a token."""

    told: list[str] = field(default_factory=list)
    """What the next poll of any connection is told."""
    connections: dict[str, str] = field(default_factory=dict)
    """The filters that connections have subscribed to, by the connections' addresses."""
    tokens: set[str | None] = field(default_factory=set)
    fails: Exception | None = None

    def call(self, operation: Operation, token: str | None, address: str, arguments: Mapping[str, Any]) -> Any:
        self.tokens.add(token)
        if self.fails is not None:
            raise self.fails
        if operation.name == "Subscribe":
            assert arguments["subject"] == "Console"
            self.connections[arguments[CONNECTION]] = arguments["filter"]
            self.told.insert(0, f"{IN_FORCE}\r\n")
            return "3f0e7c1a"
        return self._poll(arguments[CONNECTION])

    def _poll(self, connection: str) -> Mapping[str, Sequence[str]] | None:
        if connection not in self.connections or not self.told:
            return None
        told, self.told = self.told, []
        return {"3f0e7c1a": told}


@pytest.fixture
def original(harness: AppHarness) -> Iterator[OriginalNotifications]:
    """Another service behind the console, for as long as the test lasts."""
    parts, service = parts_of(harness.app), OriginalNotifications()
    before = parts[Capabilities]
    parts[Console], parts[Capabilities] = Console(LinesElsewhere(NotificationClient(service))), OF_ANOTHER
    yield service
    parts.pop(Console)
    parts[Capabilities] = before


def connect(browser: Browser, text: str = DEFAULT) -> Page:
    return browser.open(f"/console?filter={quote_plus(text)}")


def lines(page: Page) -> list[str]:
    return [line.text_content().removesuffix("\n") for line in page.all(LINES)]


def cursor_of(page: Page) -> str:
    return page.one("//div[@data-console]").get("data-cursor", "")


def look(browser: Browser, cursor: str, text: str = DEFAULT) -> TestResponse:
    """Return the answer to a script that asks for new lines."""
    return browser.raw("GET", f"/console/lines?filter={quote_plus(text)}&after={cursor}", headers={HEADER: "1"})


def test_the_first_line_is_the_filter_as_the_service_applies_it(
    original: OriginalNotifications, alice: Browser
) -> None:
    page = connect(alice, "event 53")
    assert lines(page) == [IN_FORCE]
    assert [*original.connections.values()] == ["event 53"]
    assert "Filter in force: event 53 and user" not in page.text


def test_lines_come_as_they_are_told_and_families_are_told_apart(
    original: OriginalNotifications, alice: Browser
) -> None:
    cursor = cursor_of(connect(alice))
    original.told = [
        "FullSIPTrace 12:00:01:000 1(4711):\r\nINVITE sip:x SIP/2.0\r\n",
        "an odd line\r\n",
        "Warn 12: no\r\n",
    ]
    answer = look(alice, cursor)
    assert (answer.status_code, answer.headers[STATE]) == (200, "on")
    for part in ('class="line line-trace"', "INVITE sip:x SIP/2.0", "an odd line", 'class="line line-trouble"'):
        assert part in answer.text
    assert look(alice, answer.headers[CURSOR]).status_code == 204


def test_the_token_of_the_visitors_session_goes_with_every_question(
    harness: AppHarness, original: OriginalNotifications, alice: Browser
) -> None:
    look(alice, cursor_of(connect(alice)))
    assert original.tokens <= harness.watched.tokens
    assert None not in original.tokens


def test_bob_who_has_alices_cursor_is_told_nothing_of_hers(
    original: OriginalNotifications, alice: Browser, bob: Browser
) -> None:
    cursor = cursor_of(connect(alice))
    original.told = ["DialPlan 12:00:01:000 1(4711): hers\r\n"]
    assert look(bob, cursor).status_code == 204
    assert "hers" in look(alice, cursor).text


def test_each_page_has_a_connection_of_its_own(original: OriginalNotifications, alice: Browser) -> None:
    assert len({cursor_of(connect(alice)) for _ in range(3)}) == len(original.connections) == 3


def test_a_page_that_nobody_looked_at_for_a_while_subscribes_again(
    harness: AppHarness, original: OriginalNotifications, alice: Browser
) -> None:
    cursor = cursor_of(connect(alice))
    harness.clock.pass_(seconds=20)
    cursor = look(alice, cursor).headers[CURSOR]
    harness.clock.pass_(seconds=20)
    cursor = look(alice, cursor).headers[CURSOR]
    assert len(original.connections) == 1
    harness.clock.pass_(seconds=60)
    assert IN_FORCE in look(alice, cursor).text.replace("<b>Monitor</b>", "Monitor")
    assert len(original.connections) == 2


def test_without_scripts_a_link_leads_to_the_lines_that_are_new(
    original: OriginalNotifications, alice: Browser
) -> None:
    page = connect(alice)
    assert not {"Save as text", "Refresh"} & {*page.links}
    original.told = ["DialPlan 12:00:01:000 1(4711): new\r\n"]
    assert lines(page := page.follow("New lines")) == ["DialPlan 12:00:01:000 1(4711): new"]
    assert lines(page := page.follow("New lines")) == []
    assert "There is no new line." in page.text
    assert len(original.connections) == 1


def test_there_is_no_file_of_lines_that_nobody_keeps(original: OriginalNotifications, alice: Browser) -> None:
    assert alice.open("/console/lines.txt?filter=event+*").status == 404


@pytest.mark.parametrize("cursor", ["", "0", "7", "x" * 32, f"{'a' * 32}-", f"{'a' * 32}-1x", "-1"])
def test_what_is_no_cursor_is_refused(original: OriginalNotifications, alice: Browser, cursor: str) -> None:
    assert look(alice, cursor).status_code == 400
    assert original.connections == {}


def test_a_filter_that_cannot_be_read_is_not_sent(original: OriginalNotifications, alice: Browser) -> None:
    page = connect(alice, "event * and colour red")
    assert page.errors["filter"].endswith("Filter colour was not recognised. (At character 13.)")
    assert original.connections == {}


def test_what_the_service_refuses_stands_at_the_box_in_its_words(
    original: OriginalNotifications, alice: Browser
) -> None:
    original.fails = Refused("Filter event was not recognised.")
    page = connect(alice)
    assert (page.status, page.h1) == (422, "Console")
    assert page.errors["filter"].endswith("Filter event was not recognised.")


def test_a_service_that_is_away_is_told_apart_from_a_bad_filter(
    original: OriginalNotifications, alice: Browser
) -> None:
    cursor = cursor_of(connect(alice))
    original.fails = Unavailable("away")
    answer = look(alice, cursor)
    assert (answer.status_code, answer.headers[STATE]) == (503, "away")
    assert connect(alice).status == 503


def test_who_is_signed_out_at_the_service_is_told_that_the_session_is_over(
    original: OriginalNotifications, alice: Browser
) -> None:
    cursor = cursor_of(connect(alice))
    original.fails = SessionExpired()
    assert look(alice, cursor).headers[STATE] == "ended"


def test_of_very_many_lines_the_last_are_shown_and_the_others_counted(
    original: OriginalNotifications, alice: Browser
) -> None:
    cursor = cursor_of(connect(alice))
    original.told = [f"DialPlan 12:00:01:000 1(4711): line {number}\r\n" for number in range(LINES_AT_ONCE + 7)]
    text = look(alice, cursor).text
    assert "7 earlier lines that the service told are left out." in text
    assert (": line 6\n" in text, ": line 7\n" in text) == (False, True)


@pytest.mark.parametrize("hostile", HOSTILE)
def test_markup_and_control_characters_of_another_service_are_harmless(
    original: OriginalNotifications, alice: Browser, hostile: str
) -> None:
    original.told = [f"DialPlan {hostile} \x1b[31m\u202e\r\n", hostile, f"{hostile} DialPlan"]
    page = connect(alice)
    check_nothing_runs(page)
    assert "[U+001B][31m[U+202E]" in lines(page)[1]
    assert len(lines(page)) == 4


def test_no_page_promises_what_another_service_does_not_keep(original: OriginalNotifications, alice: Browser) -> None:
    told = f"{connect(alice).text} {alice.open('/help').text}"
    for words in ("Lines are kept", "of the last 24 hours", "last 200 lines", "Save as text", "last 1,000 lines"):
        assert words not in told
    assert "lines from when you connect, while the page is in sight, with times of its own." in told


def test_without_an_address_of_notifications_there_is_no_console(harness_with: HarnessWith) -> None:
    front = harness_with(users=False, provisioning_url="http://127.0.0.1:9/provisioning.svc")
    assert Console not in parts_of(front.app)


def test_over_the_wire_lines_of_this_projects_own_service_are_shown_in_front_of_it(
    harness_with: HarnessWith, settings: Settings, clock: Clock, passwords: Passwords
) -> None:
    keeper = create_app(settings, clock=clock, passwords=passwords)
    assert ServiceFixture(keeper.extensions["service"]).alice
    with portal_at_work(keeper, settings) as address:
        urls = {"provisioning_url": names.ENDPOINT_PATH, "notifications_url": names.NOTIFICATIONS_PATH}
        front = harness_with(users=False, **{name: address + path for name, path in urls.items()})
        browser = front.browser()
        browser.sign_in("alice")
        page = connect(browser, "event 53")
        assert lines(page) == ["Monitor 12:00:00:000 Monitor(5): Filter in force: event 53 and user alice"]
        keeper.extensions["events"].note(*(replace(event(each, each), time=clock()) for each in ("alice", "bobby")))
        assert lines(page.follow("New lines")) == ["DialPlan 12:00:00:000 AppServer(11): alice"]
