"""Times.

Wherever a page tells one, it tells machines too, with the offset of the visitor's zone that was valid then.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from lxml import html

from sipsorcery_web.contract.time_zones import zone_of
from sipsorcery_web.contract.wire_types import FOREVER

from ..app_harness import AppHarness
from ..browser import Browser, Page, words
from ..routes import ENDPOINTS, ROUTES, filled_in

NEW_YORK = "(GMT-05:00) Eastern Time (US & Canada)"
ALICE = "alice"
SUMMER = datetime(2026, 7, 15, 16, 30, 5, tzinfo=UTC)
WINTER = datetime(2026, 11, 12, 16, 30, 5, tzinfo=UTC)
BRIDGE = "5d1f1d36-6a5b-4a0e-8c0c-9a3f8d1b7c21"

TOLD = re.compile(
    r"\b\d{1,2} (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4}\b|\b\d\d:\d\d(?::\d\d)?\b(?!\))"
)
NOT_MOMENTS = ("title", "script", "style", "option", "textarea", "pre", "code", "time", "svg")
EXAMPLES = ("/help", "/developers", *ENDPOINTS, "/assets/<file>", "/healthz", "/readyz", "/setup/<secret>")
"""Addresses without a moment of the visitor's own."""


@pytest.fixture
def hers(harness: AppHarness) -> dict[str, UUID]:
    """Return the ids of alice's records: one of everything, from summer and from winter; she is in New York."""
    things = harness.one_of_each(ALICE)
    harness.change_customer(ALICE, time_zone=NEW_YORK)
    for created in (SUMMER, WINTER):
        ended = created + timedelta(hours=12)
        things["cdr_id"] = harness.cdr(
            ALICE, created=created, answered_time=created, hungup_time=ended, bridge_id=BRIDGE, answered_status=480
        )
        harness.call(ALICE, inserted=created, hangup_at=created + timedelta(days=1))
    account = harness.stored_accounts(ALICE)["front-desk"]
    for renewed in (SUMMER, WINTER):
        harness.bind(account, last_update=renewed)
    harness.bind(harness.account(ALICE, "back-desk"), last_update=SUMMER)
    for name, tried, again in (("blueline", SUMMER, FOREVER), ("redline", WINTER, WINTER + timedelta(days=1))):
        wanted: dict[str, Any] = {"register_enabled": True, "register_contact": "sip:alice@sip.example.org"}
        provider = harness.provider(ALICE, name, **wanted)
        harness.registration(
            provider, last_register_attempt=tried, last_register_time=tried, next_registration_time=again
        )
    return things


def visits(harness: AppHarness, things: dict[str, UUID]) -> Iterator[Page]:
    """Every page that alice can open, and some that answer a form."""
    browser = Browser(harness.app, harness.watched.tokens)
    browser.sign_in(ALICE)
    for address, methods in ROUTES.items():
        if "GET" in methods and address not in EXAMPLES and not address.endswith("form>"):
            yield browser.open(filled_in(address, **things))
    yield browser.submit(f"/providers/{things['provider_id']}/delete")
    changed = browser.open(f"/sip-accounts/{things['account_id']}")
    harness.revoke(ALICE)
    yield changed.submit(network_id="attic")


def outside(tree: html.HtmlElement) -> list[str]:
    """Return the days and times of day that do not stand in a time element."""
    found = []
    for element in tree.iter():
        if not isinstance(element.tag, str):
            continue
        own = [] if is_in(element, NOT_MOMENTS) else [element.text or ""]
        parent = element.getparent()
        if parent is not None and not is_in(parent, NOT_MOMENTS):
            own.append(element.tail or "")
        found += [text.strip() for text in own if TOLD.search(text)]
    return found


def is_in(element: html.HtmlElement, tags: tuple[str, ...]) -> bool:
    return element.tag in tags or any(each.tag in tags for each in element.iterancestors())


def told(page: Page) -> list[tuple[str, str]]:
    """The times of a page: what machines read, and what people do."""
    return [(element.get("datetime", ""), words(element)) for element in page.all("//time[not(@data-live-clock)]")]


def test_every_moment_on_every_page_is_told_to_machines_with_the_offset_valid_then(
    harness: AppHarness, hers: dict[str, UUID]
) -> None:
    zone, offsets = zone_of(NEW_YORK), set()
    for page in visits(harness, hers):
        assert outside(page.tree) == [], page.path
        for machine, people in told(page):
            moment = datetime.fromisoformat(machine)
            if "T" not in machine:
                assert f"{moment:%d %b %Y}" in people, page.path
                continue
            assert moment.utcoffset() == moment.astimezone(zone).utcoffset(), (page.path, machine)
            assert f"{moment:%H:%M}" in people, page.path
            assert not re.search("[A-Z]", people) or f"{moment:%d %b %Y}" in people, page.path
            offsets.add(machine[-6:])
    assert offsets == {"-04:00", "-05:00"}


def test_a_stranger_is_told_times_in_utc_and_that_they_are(browser: Browser) -> None:
    for path, words_of_zone in (("/login", r"checked \d\d:\d\d:\d\d UTC"), ("/about", r"All times are UTC\.")):
        page = browser.open(path)
        assert re.search(words_of_zone, page.text), path
        assert [machine[-6:] for machine, _ in told(page)] == ["+00:00"], path


def test_a_session_that_has_ended_is_told_in_the_zone_that_it_had(harness: AppHarness, hers: dict[str, UUID]) -> None:
    alice = harness.browser()
    alice.sign_in(ALICE)
    page = alice.open(f"/sip-accounts/{hers['account_id']}")
    harness.revoke(ALICE)
    message_page = page.submit(network_id="attic")
    assert "It ended at 07:00." in message_page.text
    assert "All times are Eastern time (EST)." in message_page.text


def test_a_moment_that_is_not_set_is_no_time(harness: AppHarness) -> None:
    never = datetime(1, 1, 1, tzinfo=UTC)
    cdr = harness.cdr("alice", created=never, answered_time=never, hungup_time=never)
    harness.call("alice", inserted=never)
    alice = harness.signed_in("alice")
    for path in ("/cdrs", f"/cdrs/{cdr}", "/calls"):
        page = alice.open(path)
        assert "" not in [machine for machine, _ in told(page)], path
        assert "time not told" in page.text.lower(), path
        assert "never" not in page.text, path


def test_a_call_over_the_hour_that_comes_twice_ends_after_it_began(harness: AppHarness) -> None:
    began, ended = datetime(2026, 11, 1, 5, 59, tzinfo=UTC), datetime(2026, 11, 1, 6, 1, tzinfo=UTC)
    cdr = harness.cdr(ALICE, created=began, answered_time=began, hungup_time=ended)
    harness.change_customer(ALICE, time_zone=NEW_YORK)
    alice = harness.browser()
    alice.sign_in(ALICE)
    for path in ("/cdrs", f"/cdrs/{cdr}"):
        text = alice.open(path).text
        assert "01:59:00 EDT" in text, path
        assert "01:01:00 EST" in text, path


def test_so_is_the_end_of_a_session_and_of_an_offer_to_undo(harness: AppHarness) -> None:
    account = harness.account(ALICE, "front-desk")
    harness.change_customer(ALICE, time_zone=NEW_YORK)
    harness.clock.now = datetime(2026, 11, 1, 5, 30, tzinfo=UTC)
    alice = harness.browser()
    alice.sign_in(ALICE)
    page = alice.submit(f"/sip-accounts/{account.id}/delete")
    assert "ends 01:30 EST" in page.text
    assert "until 01:40 EDT" in page.text
