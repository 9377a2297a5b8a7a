"""Links that show the ladder of a call to others."""

import logging
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from sqlalchemy import text

from sipsorcery_web.database.address_limit import AN_HOUR
from sipsorcery_web.portal.areas.cdrs.ladder.traces import CallTraces
from sipsorcery_web.portal.http.parts import parts_of
from tests.factories.events import ALICE, CALL_ID, SERVICE, EventsInMemory, refused_call, request, response, traced
from tests.portal.app_harness import AppHarness
from tests.portal.browser import Browser, Page, words

TELLING = ("alice", "bob", "203.0.113.41", "198.51.100.7", "192.0.2.1:", "sip.example.org", "New call from")


@pytest.fixture
def cdr(harness: AppHarness, events: EventsInMemory) -> str:
    """The address of the ladder of a call of alice's that has a record."""
    events.add(refused_call())
    return f"/cdrs/{harness.cdr('alice', call_id=CALL_ID)}/ladder"


@pytest.fixture(params=["a record", "no record"])
def ladder(request: pytest.FixtureRequest, cdr: str) -> str:
    """The address of the ladder of a call, which is found by its record or by its Call-ID alone."""
    return cdr if request.param == "a record" else f"/console/ladder?call={CALL_ID}"


def shares(ladder: str) -> str:
    """The address at which a link to a ladder is made."""
    return ladder.replace("/ladder", "/ladder/share")


def made(browser: Browser, ladder: str, names: bool = False) -> Page:
    """The page that shows a new link."""
    return browser.open(ladder).submit(shares(ladder), names=names)


def link_on(page: Page) -> str:
    return urlsplit(page.one("//*[@id='shared-link']").text_content()).path


def test_a_link_shows_the_ladder_to_anybody_without_whom_it_is_about(
    alice: Browser, browser: Browser, ladder: str
) -> None:
    page = browser.open(link_on(made(alice, ladder)))

    assert (page.status, page.h1) == (200, "Messages of a call")
    assert len(page.all("//main//*[@class='ladder']//a")) == 10
    assert [each for each in TELLING if each in page.source] == []
    assert "Numbers, names and addresses are stand-ins" in page.text
    assert "Telephone 1.0" in page.source
    assert "This service" in page.text


def test_where_it_is_chosen_the_link_shows_names_and_numbers(alice: Browser, browser: Browser, cdr: str) -> None:
    page = browser.open(link_on(made(alice, cdr, names=True)))

    assert "sip:bob@sip.example.org" in page.source
    assert "stand-ins" not in page.text


def test_search_engines_and_other_sites_learn_nothing_of_it(alice: Browser, browser: Browser, cdr: str) -> None:
    page = browser.open(link_on(made(alice, cdr)))

    assert page.response.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert page.response.headers["Referrer-Policy"] == "no-referrer"
    assert page.all("//head/meta[@name='robots' and @content='noindex, nofollow']")
    assert "no-store" in page.response.headers["Cache-Control"]
    assert browser.open("/shared/guess").response.headers["X-Robots-Tag"] == "noindex, nofollow"


def test_the_token_is_told_once_and_stands_in_no_log_and_not_in_the_store(
    harness: AppHarness, alice: Browser, browser: Browser, ladder: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    page = made(alice, ladder)
    link = link_on(page)
    token = link.rpartition("/")[2]
    browser.open(link)

    assert len(token) == 43
    assert token not in alice.open(ladder).source
    assert token not in caplog.text
    with harness.database.read() as session:
        rows = session.execute(text("SELECT * FROM shared_ladders")).all()
    assert len(rows) == 1
    assert token not in repr(rows)
    assert "Proxy Authentication" not in repr(rows)


def test_it_shows_the_call_as_it_was_when_the_events_are_gone(
    events: EventsInMemory, alice: Browser, browser: Browser, ladder: str
) -> None:
    link = link_on(made(alice, ladder))
    events.kept.clear()

    assert len(browser.open(link).all("//main//*[@class='ladder']//a")) == 10


def test_it_ends_after_seven_days(harness: AppHarness, alice: Browser, browser: Browser, cdr: str) -> None:
    link = link_on(made(alice, cdr))
    harness.clock.now += timedelta(days=7, seconds=-1)
    assert browser.open(link).status == 200
    harness.clock.now += timedelta(seconds=1)

    page = browser.open(link)
    assert (page.status, page.h1) == (404, "This link is not good any more")


def test_whoever_made_it_sees_it_in_a_list_and_can_end_it(alice: Browser, browser: Browser, ladder: str) -> None:
    link = link_on(made(alice, ladder))
    page = alice.open(ladder)
    assert len(page.all("//ul[@class='ladder-links']/li")) == 1
    assert "With stand-ins" in page.text

    action = page.one("//form[contains(@action, '/end')]").get("action")
    page = page.submit(action)
    assert page.notes[0] == "The link is ended. It opens nothing any more."
    assert "There is no link of yours." in page.text
    assert browser.open(link).status == 404


def test_all_links_are_listed_together_also_when_what_they_were_made_of_is_gone(
    events: EventsInMemory, alice: Browser, bob: Browser, cdr: str
) -> None:
    link, other = made(alice, f"/console/ladder?call={CALL_ID}"), made(alice, cdr)
    events.kept.clear()
    page = alice.open(other.links["All links that you have made"])

    titles = [words(each) for each in page.all("//ul[@class='ladder-links']/li//bdi")]
    assert titles == ["Call: alice, bob"] * 2
    assert page.current_nav_items == ["Calls"]
    assert "There is no link of yours." in bob.open("/ladder-links").text
    assert link_on(link) not in page.source


def test_a_link_can_be_ended_where_events_are_not_kept_any_more(
    harness: AppHarness, alice: Browser, browser: Browser, cdr: str
) -> None:
    link = link_on(made(alice, cdr))
    parts_of(harness.app).pop(CallTraces)
    assert browser.open(link).status == 200

    page = alice.open("/ladder-links")
    page.submit(page.one("//form[contains(@action, '/end')]").get("action", ""))
    assert browser.open(link).status == 404


def test_a_registration_is_shared_as_one(events: EventsInMemory, alice: Browser, browser: Browser) -> None:
    asked = request("REGISTER", "sip:sip.example.org", body="")
    events.add([traced(asked, call_id="reg"), traced(response("401 Unauthorized", "REGISTER"), 1, SERVICE, ALICE)])
    events.add([traced(asked, 2, call_id="reg")])
    page = browser.open(link_on(made(alice, "/console/ladder?call=reg")))

    assert page.h1 == "Messages of a registration"
    assert "Somebody has shared this registration with you." in page.text


def test_bob_can_neither_share_a_call_of_alices_nor_end_her_link(
    alice: Browser, bob: Browser, browser: Browser, ladder: str
) -> None:
    page = made(alice, ladder)
    end = page.one("//form[contains(@action, '/end')]").get("action", "")

    for path in (shares(ladder), end):
        assert bob.raw("POST", path, data={"csrf_token": bob.token()}).status_code == 404
    assert browser.open(link_on(page)).status == 200


def test_the_administrator_does_not_end_a_link_that_is_not_theirs(
    alice: Browser, administrator: Browser, browser: Browser, cdr: str
) -> None:
    page = made(alice, cdr)
    end = page.one("//form[contains(@action, '/end')]").get("action", "")

    assert administrator.raw("POST", end, data={"csrf_token": administrator.token()}).status_code == 404
    assert browser.open(link_on(page)).status == 200


def test_a_form_without_its_token_shares_nothing(harness: AppHarness, alice: Browser, ladder: str) -> None:
    assert alice.raw("POST", shares(ladder), data={}).status_code == 400
    with harness.database.read() as session:
        assert session.scalar(text("SELECT count(*) FROM shared_ladders")) == 0


def test_where_nothing_is_kept_there_is_nothing_to_share(harness: AppHarness, alice: Browser, cdr: str) -> None:
    empty = f"/cdrs/{harness.cdr('alice', call_id='long ago')}/ladder"

    for ladder in (empty, "/console/ladder?call=long+ago"):
        assert alice.raw("POST", shares(ladder), data={"csrf_token": alice.token()}).status_code == 404


def test_links_go_with_the_customer_who_made_them(
    harness: AppHarness, alice: Browser, browser: Browser, cdr: str
) -> None:
    link = link_on(made(alice, cdr))
    alice.submit("/account/delete", customer_username="alice")

    assert harness.customer("alice") is None
    assert browser.open(link).status == 404


def test_more_than_thirty_wrong_links_an_hour_from_an_address_have_to_wait(
    harness: AppHarness, alice: Browser, browser: Browser, cdr: str
) -> None:
    link = link_on(made(alice, cdr))
    for _ in range(AN_HOUR):
        assert browser.open("/shared/guess").status == 404

    page = browser.open("/shared/guess")
    assert (page.status, page.response.headers["Retry-After"]) == (429, "3600")
    assert "Too many links to calls were tried from this address." in page.text
    assert browser.open(link).status == 200
