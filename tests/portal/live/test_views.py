"""Live lists: what is told to whom, and what it costs."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from sqlalchemy import delete

from sipsorcery_web.contract.errors import ContractError, OutcomeUnknown, Refused, Unavailable
from sipsorcery_web.portal.http.csrf import masked
from sipsorcery_web.portal.live.views import HEADER, digest
from sipsorcery_web.portal.storage.errors import StorageUnavailable
from sipsorcery_web.portal.storage.sessions import SqlSessions
from sipsorcery_web.service.store.models import SIPDialogueRow, SIPRegistrarBindingRow
from tests.portal.app_harness import AppHarness
from tests.portal.browser import Browser
from tests.statements import counted_statements

from .conftest import Look, look, looks, nothing

LIST = "/sip-accounts"
LIVE = (LIST, "/registrations", "/providers", "/provider-registrations", "/calls")


def shown_etag(browser: Browser, path: str = LIST) -> str:
    """The ETag of the list on a page."""
    (name,) = browser.open(path).tree.xpath("//@data-live-list")
    return f'W/"{name}"'


def states(found: list[Look]) -> list[str]:
    return [each.state for each in found]


# The name of a list as it is


def form_with(token: str, words: str = "End call") -> str:
    return f'<form><input type="hidden" name="csrf_token" value="{masked(token)}"><button>{words}</button></form>'


def test_lists_that_differ_in_the_masks_of_their_tokens_have_one_name() -> None:
    assert digest(form_with("secret")) == digest(f"\n{form_with('secret')} \n")


def test_lists_that_differ_in_anything_else_have_two() -> None:
    assert digest(form_with("secret")) != digest(form_with("secret", "End both calls"))


# What is told


def test_the_list_is_told_when_it_has_changed_and_the_time_at_every_look(harness: AppHarness, alice: Browser) -> None:
    account = harness.account("alice", "front-desk")
    before, after, quiet = looks(alice, lambda: harness.bind(account), lambda: harness.clock.pass_(seconds=3))
    assert (before.status, after.status, quiet.status) == (200, 200, 304)
    assert "Not registered" in before.list
    assert "Snom/10.1" in after.list
    assert before.etag != after.etag == quiet.etag
    assert (quiet.state, quiet.list, quiet.clock) == ("on", "", "2026-11-23T12:00:03+00:00")


def test_where_clocks_are_put_back_the_time_says_which_of_the_two_hours_it_is(
    harness: AppHarness, alice: Browser
) -> None:
    harness.clock.now = datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    later = look(harness.signed_in("alice"))
    assert (later.clock, later.zone) == ("2026-10-25T01:30:00+00:00", "GMT")


def test_a_browser_that_shows_the_list_as_it_is_is_told_the_time_only(alice: Browser) -> None:
    told = look(alice, seen=shown_etag(alice))
    assert (told.status, told.state, told.list, told.clock) == (304, "on", "", "2026-11-23T12:00:00+00:00")


def test_what_is_told_is_what_the_page_shows(harness: AppHarness, alice: Browser) -> None:
    harness.account("alice", "front-desk")
    told = look(alice)
    assert told.response.content_type == "text/html; charset=utf-8"
    assert told.list in alice.open(LIST).source
    assert told.etag == shown_etag(alice)


def test_a_compressed_list_has_the_same_name(alice: Browser) -> None:
    response = alice.client.get(LIST, headers={HEADER: "1", "Accept-Encoding": "br"})
    assert response.headers["Content-Encoding"] == "br"
    assert look(alice, seen=response.headers["ETag"]).status == 304


@pytest.mark.parametrize("path", LIVE)
@pytest.mark.parametrize("username", ["alice", "root-admin"])
def test_every_live_list_is_told_as_its_page_shows_it(harness: AppHarness, path: str, username: str) -> None:
    browser = harness.signed_in(username)
    harness.bind(harness.account("alice", "front-desk"))
    told = look(browser, path)
    assert told.list in browser.open(path).source
    assert look(browser, path, seen=shown_etag(browser, path)).status == 304


@pytest.mark.parametrize("path", LIVE)
def test_what_comes_and_goes_is_told_of_every_live_list(harness: AppHarness, alice: Browser, path: str) -> None:
    account = harness.account("alice", "front-desk")
    provider = harness.provider(
        "alice", "northline", register_enabled=True, register_contact="sip:alice@sip.example.org"
    )
    harness.registration(provider, is_registered=True)

    def comes() -> None:
        harness.bind(account)
        harness.call("alice", remote_user_field="<sip:+35315550163@northline.example>")
        harness.registration(provider, is_registered=False, registration_failure_message="403 Forbidden")

    def goes() -> None:
        harness.registration(provider, is_registered=True, registration_failure_message=None)
        with harness.database.write() as session:
            for row in (SIPRegistrarBindingRow, SIPDialogueRow):
                session.execute(delete(row))

    fresh = {"/calls": "+35315550163", "/providers": "Provider refused", "/provider-registrations": "Provider refused"}
    found = looks(alice, comes, goes, path=path)
    assert [fresh.get(path, "Snom/10.1") in each.list for each in found] == [False, True, False]
    assert [each.status for each in found] == [200, 200, 200]


@pytest.mark.parametrize("asked", ["?q=front", "?size=1&page=2", "?q=nowhere"])
def test_the_list_is_the_one_that_was_asked_for(harness: AppHarness, alice: Browser, asked: str) -> None:
    harness.account("alice", "front-desk")
    harness.account("alice", "back-desk")
    assert look(alice, LIST + asked).etag == shown_etag(alice, LIST + asked)


def test_many_changes_between_two_looks_are_one(harness: AppHarness, alice: Browser) -> None:
    def burst() -> None:
        for number in range(20):
            harness.account("alice", f"line-{number:02}")

    _, after = looks(alice, burst)
    assert "line-00" in after.list
    assert "line-19" in after.list


def test_an_empty_list_fills_itself(harness: AppHarness, alice: Browser) -> None:
    harness.accounts("alice", 0)
    before, after = looks(alice, lambda: harness.accounts("alice", 1))
    assert "No SIP accounts yet" in before.list
    assert "line-00001" in after.list


def test_markup_that_somebody_has_stored_is_told_as_text(harness: AppHarness, alice: Browser) -> None:
    account = harness.account("alice", "front-desk")
    _, after = looks(alice, lambda: harness.bind(account, user_agent="\r\rLive-State: ended\r\r<img src=x>"))
    assert after.state == "on"
    assert "&lt;img src=x&gt;" in after.list
    assert "<img" not in after.list


def test_a_page_stays_a_page_for_everybody_who_does_not_ask_for_the_list_alone(alice: Browser) -> None:
    page = alice.open(LIST, headers={"If-None-Match": shown_etag(alice)})
    assert (page.status, page.h1) == (200, "SIP accounts")
    assert "ETag" not in page.response.headers
    assert HEADER in page.response.vary
    assert HEADER in look(alice).response.vary


def test_where_nothing_is_live_the_page_is_told(alice: Browser) -> None:
    page = alice.open("/dial-plans", headers={HEADER: "1"})
    assert page.h1 == "Dial plans"


def test_the_operator_says_how_often_to_look(harness_with: Callable[..., AppHarness]) -> None:
    alice = harness_with(live_seconds=20.0).signed_in("alice")
    assert alice.open(LIST).tree.xpath("//@data-live-seconds") == ["20.0"]


# To whom


def test_bob_is_told_nothing_of_alices_lines_and_phones(harness: AppHarness, bob: Browser) -> None:
    def alice_changes_much() -> None:
        harness.bind(harness.account("alice", "front-desk"))

    before, after = looks(bob, alice_changes_much)
    assert "front-desk" not in before.list
    assert after.status == 304


def test_bob_is_told_nothing_of_alices_registrations(harness: AppHarness, bob: Browser) -> None:
    def a_phone_of_alice_registers() -> None:
        harness.bind(harness.account("alice", "front-desk"))

    before, after = looks(bob, a_phone_of_alice_registers, path="/registrations?q=front")
    assert "Snom" not in before.list
    assert after.status == 304


def test_the_name_of_alices_list_tells_bob_nothing(harness: AppHarness, alice: Browser, bob: Browser) -> None:
    harness.bind(harness.account("alice", "front-desk"))
    told = look(bob, seen=shown_etag(alice))
    assert told.status == 200
    assert "front-desk" not in told.list


def test_the_administrator_is_told_of_all(harness: AppHarness, administrator: Browser) -> None:
    _, after = looks(administrator, lambda: harness.account("alice", "front-desk"))
    assert "front-desk" in after.list


def test_a_stranger_is_told_that_there_is_no_session_and_given_no_cookie(browser: Browser) -> None:
    told = look(browser)
    assert (told.status, told.state, told.list) == (403, "ended", "")
    assert not browser.client._cookies


# The end of the session


def ends(harness: AppHarness, alice: Browser, how: str) -> None:
    match how:
        case "signed out in another tab":
            harness.service_fixture.alice.is_alive()  # the test's browser shares its cookie with the one that looks on
            other = harness.browser()
            other.client._cookies = {} if alice.client._cookies is None else alice.client._cookies.copy()
            other.sign_out()
        case "ended at the service":
            harness.revoke("alice")
        case _:
            harness.clock.pass_(minutes=61)


@pytest.mark.parametrize("how", ["signed out in another tab", "ended at the service", "timed out"])
def test_whoever_looks_on_is_told_that_the_session_has_ended(harness: AppHarness, alice: Browser, how: str) -> None:
    assert states(looks(alice, lambda: ends(harness, alice, how), nothing)) == ["on", "ended", "ended"]


def test_to_look_on_ends_with_the_browsers_session_even_if_the_service_goes_on(
    harness: AppHarness, alice: Browser
) -> None:
    def goodbye_that_does_not_arrive() -> None:
        harness.watched.before["Logout"] = unavailable
        ends(harness, alice, "signed out in another tab")

    assert states(looks(alice, goodbye_that_does_not_arrive)) == ["on", "ended"]


def stay_longer(browser: Browser) -> None:
    """Make the session end an hour after its last use, and not with its token."""
    browser.post("/session/extend", {"csrf_token": browser.token()})


def unavailable() -> None:
    raise Unavailable("gone")


def test_looking_on_does_not_put_the_end_of_the_session_off(harness: AppHarness, alice: Browser) -> None:
    stay_longer(alice)
    for _ in range(8):
        assert look(alice).state == "on"
        harness.clock.pass_(minutes=8)
    assert look(alice).state == "ended"
    assert alice.open(LIST).h1 == "Sign in"


def test_after_the_end_the_browser_is_still_known_for_what_was_typed(harness: AppHarness, alice: Browser) -> None:
    page = alice.open("/sip-accounts/add")
    assert states(looks(alice, lambda: harness.revoke("alice"), nothing)) == ["on", "ended", "ended"]
    message_page = page.submit(sip_username="front-desk", sip_password="bl4ckbird!")
    assert "front-desk" in message_page.text
    assert harness.saved_forms() == 1


def test_looking_on_writes_nothing(harness: AppHarness, alice: Browser) -> None:
    stay_longer(alice)
    harness.clock.pass_(minutes=20)  # a page would put the end of the session off now
    with counted_statements() as noted:
        looks(alice, nothing)
    assert {statement.split()[0].upper() for statement in noted} == {"SELECT"}


# Trouble


@pytest.mark.parametrize(
    "error", [Unavailable("gone"), OutcomeUnknown("late"), ContractError("unreadable"), Refused("not today")]
)
def test_a_service_that_is_away_is_asked_again_after_10_s_and_all_is_well_when_it_is_back(
    harness: AppHarness, alice: Browser, error: Exception
) -> None:
    def goes_away() -> None:
        harness.watched.before["GetSIPAccountsCount"] = fails

    def fails() -> None:
        raise error

    def comes_back() -> None:
        harness.watched.before.clear()
        harness.account("alice", "front-desk")

    found = looks(alice, goes_away, nothing, comes_back, nothing, stamped=False)
    assert states(found) == ["on", "away", "away", "on", "on"]
    assert (found[1].status, found[1].response.headers["Retry-After"], found[1].list) == (503, "10", "")
    assert "front-desk" in found[3].list


def test_a_database_that_is_away_ends_nothing(
    harness: AppHarness, alice: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise StorageUnavailable("gone")

    def goes_away() -> None:
        monkeypatch.setattr(SqlSessions, "read", fails)

    assert states(looks(alice, goes_away, monkeypatch.undo)) == ["on", "away", "on"]


def test_an_error_that_nobody_foresaw_is_logged_and_may_be_over_next_time(
    harness: AppHarness, alice: Browser, caplog: pytest.LogCaptureFixture
) -> None:
    def fails() -> None:
        raise ZeroDivisionError

    def goes_wrong() -> None:
        harness.watched.before["GetSIPAccounts"] = fails

    found = looks(alice, goes_wrong, harness.watched.before.clear, stamped=False)
    assert states(found) == ["on", "away", "on"]
    assert "The live list /sip-accounts failed" in caplog.text


# At what cost


def test_a_look_costs_what_the_page_costs(harness: AppHarness, alice: Browser) -> None:
    alice.open(LIST)
    harness.forget_calls()
    look(alice)
    assert harness.calls == ["GetSIPAccountsCount", "GetSIPAccounts", "GetSIPRegistrarBindings"]
