"""Live lists: what is told to whom, for how long, and what it costs."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import delete

from sipsorcery_web.contract.errors import ContractError, OutcomeUnknown, Refused, Unavailable
from sipsorcery_web.portal.live.streams import Streams
from sipsorcery_web.portal.live.views import ASKED_AGAIN_AFTER, LONGEST
from sipsorcery_web.portal.storage.errors import StorageUnavailable
from sipsorcery_web.portal.storage.sessions import SqlSessions
from sipsorcery_web.service.store.models import SIPDialogueRow, SIPRegistrarBindingRow
from tests.portal.app_harness import AppHarness, counted_statements
from tests.portal.browser import Browser

from .conftest import nothing, told, told_with_pauses

LIST = "/sip-accounts"
LIVE = (LIST, "/registrations", "/providers", "/provider-registrations", "/calls")

pytestmark = pytest.mark.usefixtures("streams")


def shown_digest(browser: Browser, path: str = LIST) -> str:
    """The name of the list on a page."""
    (name,) = browser.open(path).tree.xpath("//@data-live-list")
    return str(name)


def states(messages: list[dict[str, Any]]) -> list[str]:
    return [message["state"] for message in messages]


# What is told


def test_the_list_is_told_when_it_has_changed_and_the_time_at_every_look(harness: AppHarness, alice: Browser) -> None:
    account = harness.account("alice", "front-desk")
    before, after, quiet = told(alice, lambda: harness.bind(account), lambda: harness.clock.pass_(seconds=3))
    assert "Not registered" in before["list"]
    assert "Snom/10.1" in after["list"]
    assert before["digest"] != after["digest"]
    assert quiet == {"state": "on", "again": 1.0, "clock": "2026-11-23T12:00:03+00:00"}


def test_a_browser_that_shows_the_list_as_it_is_is_told_the_time_only(alice: Browser) -> None:
    (message,) = told(alice, Last_Event_ID=shown_digest(alice))
    assert message == {"state": "on", "again": 1.0, "clock": "2026-11-23T12:00:00+00:00"}


def test_what_is_told_is_what_the_page_shows(harness: AppHarness, alice: Browser) -> None:
    harness.account("alice", "front-desk")
    (message,) = told(alice)
    assert message["list"] in alice.open(LIST).source
    assert message["digest"] == shown_digest(alice)


@pytest.mark.parametrize("path", LIVE)
@pytest.mark.parametrize("username", ["alice", "root-admin"])
def test_every_live_list_is_told_as_its_page_shows_it(harness: AppHarness, path: str, username: str) -> None:
    browser = harness.signed_in(username)
    harness.bind(harness.account("alice", "front-desk"))
    (message,) = told(browser, path=path)
    assert message["list"] in browser.open(path).source
    assert told(browser, path=path, Last_Event_ID=shown_digest(browser, path))[0].keys() == {"state", "again", "clock"}


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
    before, during, after = told(alice, comes, goes, path=path)
    present = [fresh.get(path, "Snom/10.1") in message["list"] for message in (before, during, after)]
    assert present == [False, True, False]


@pytest.mark.parametrize("asked", ["?q=front", "?size=1&page=2", "?q=nowhere"])
def test_the_list_is_the_one_that_was_asked_for(harness: AppHarness, alice: Browser, asked: str) -> None:
    harness.account("alice", "front-desk")
    harness.account("alice", "back-desk")
    (message,) = told(alice, path=LIST + asked)
    assert message["digest"] == shown_digest(alice, LIST + asked)


def test_many_changes_between_two_looks_are_one(harness: AppHarness, alice: Browser) -> None:
    def burst() -> None:
        for number in range(20):
            harness.account("alice", f"line-{number:02}")

    _, after = told(alice, burst)
    assert "line-00" in after["list"]
    assert "line-19" in after["list"]


def test_an_empty_list_fills_itself(harness: AppHarness, alice: Browser) -> None:
    harness.accounts("alice", 0)
    before, after = told(alice, lambda: harness.accounts("alice", 1))
    assert "No SIP accounts yet" in before["list"]
    assert "line-00001" in after["list"]


def test_markup_that_somebody_has_stored_is_told_as_text(harness: AppHarness, alice: Browser) -> None:
    account = harness.account("alice", "front-desk")
    _, after = told(alice, lambda: harness.bind(account, user_agent='\r\rdata: {"state": "ended"}\r\r<img src=x>'))
    assert "&lt;img src=x&gt;" in after["list"]
    assert "<img" not in after["list"]


def test_a_page_stays_a_page_for_everybody_who_does_not_ask_for_events(alice: Browser) -> None:
    for accepted in ("text/html", "*/*", "text/html, text/event-stream;q=0.5"):
        assert alice.open(LIST, headers={"Accept": accepted}).h1 == "SIP accounts"


# To whom


def test_bob_is_told_nothing_of_alices_lines_and_phones(harness: AppHarness, bob: Browser) -> None:
    def alice_changes_much() -> None:
        harness.bind(harness.account("alice", "front-desk"))

    before, after = told(bob, alice_changes_much)
    assert "front-desk" not in str([before, after])
    assert "list" not in after


def test_bob_is_told_nothing_of_alices_registrations(harness: AppHarness, bob: Browser) -> None:
    def a_phone_of_alice_registers() -> None:
        harness.bind(harness.account("alice", "front-desk"))

    assert "front-desk" not in str(told(bob, a_phone_of_alice_registers, path="/registrations?q=front"))


def test_the_administrator_is_told_of_all(harness: AppHarness, administrator: Browser) -> None:
    _, after = told(administrator, lambda: harness.account("alice", "front-desk"))
    assert "front-desk" in after["list"]


def test_a_stranger_is_told_that_there_is_no_session_and_given_no_cookie(browser: Browser) -> None:
    assert told(browser) == [{"state": "ended"}]
    assert not browser.client._cookies


# The end of the session


def ends(harness: AppHarness, alice: Browser, how: str) -> None:
    match how:
        case "signed out in another tab":
            harness.service_fixture.alice.is_alive()  # the test's browser shares its cookie with the stream
            other = harness.browser()
            other.client._cookies = alice.client._cookies
            other.sign_out()
        case "ended at the service":
            harness.revoke("alice")
        case _:
            harness.clock.pass_(minutes=61)


@pytest.mark.parametrize("how", ["signed out in another tab", "ended at the service", "timed out"])
def test_a_session_that_ends_ends_the_stream(harness: AppHarness, alice: Browser, how: str) -> None:
    messages = told(alice, lambda: ends(harness, alice, how), nothing)
    assert states(messages) == ["on", "ended"]
    assert "again" not in messages[-1]


def test_a_stream_ends_with_the_browsers_session_even_if_the_service_goes_on(
    harness: AppHarness, alice: Browser
) -> None:
    def goodbye_that_does_not_arrive() -> None:
        harness.watched.before["Logout"] = unavailable
        ends(harness, alice, "signed out in another tab")

    assert states(told(alice, goodbye_that_does_not_arrive, nothing)) == ["on", "ended"]


def stay_longer(browser: Browser) -> None:
    """From now on the session ends an hour after its last use, and not with its token."""
    browser.post("/session/extend", {"csrf_token": browser.token()})


def unavailable() -> None:
    raise Unavailable("gone")


def test_looking_on_does_not_put_the_end_of_the_session_off(harness: AppHarness, alice: Browser) -> None:
    stay_longer(alice)
    for _ in range(4):
        assert states(told(alice, lambda: harness.clock.pass_(minutes=8))) == ["on", "on"]
    for _ in range(4):
        assert states(told(alice, Prefer="wait=0")) == ["on"]
        harness.clock.pass_(minutes=8)
    assert alice.open(LIST).h1 == "Sign in"


def test_after_the_end_the_browser_is_still_known_for_what_was_typed(harness: AppHarness, alice: Browser) -> None:
    page = alice.open("/sip-accounts/add")
    told(alice, lambda: harness.revoke("alice"))
    told(alice)
    message_page = page.submit(sip_username="front-desk", sip_password="bl4ckbird!")
    assert "front-desk" in message_page.text
    assert harness.saved_forms() == 1


def test_looking_on_writes_nothing(harness: AppHarness, alice: Browser) -> None:
    stay_longer(alice)
    harness.clock.pass_(minutes=20)  # a page would put the end of the session off now
    with counted_statements() as noted:
        told(alice, nothing, nothing)
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

    messages, pauses = told_with_pauses(alice, goes_away, nothing, comes_back, nothing)
    assert states(messages) == ["on", "away", "away", "on", "on"]
    assert messages[1] == {"state": "away", "again": 10.0}
    assert "front-desk" in messages[3]["list"]
    assert pauses == [3.0, 10.0, 10.0, 3.0, 3.0]


def test_a_database_that_is_away_ends_nothing(
    harness: AppHarness, alice: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise StorageUnavailable("gone")

    def goes_away() -> None:
        monkeypatch.setattr(SqlSessions, "read", fails)

    assert states(told(alice, goes_away, monkeypatch.undo)) == ["on", "away", "on"]
    goes_away()
    assert told(alice) == [{"state": "away", "again": 10.0}]


def test_an_error_that_nobody_foresaw_is_logged_and_may_be_over_next_time(
    harness: AppHarness, alice: Browser, caplog: pytest.LogCaptureFixture
) -> None:
    def fails() -> None:
        raise ZeroDivisionError

    def goes_wrong() -> None:
        harness.watched.before["GetSIPAccounts"] = fails

    assert states(told(alice, goes_wrong, harness.watched.before.clear)) == ["on", "away", "on"]
    assert "The live list /sip-accounts failed" in caplog.text


# How many, for how long, at what cost


def open_streams(harness: AppHarness, count: int) -> Callable[[], None]:
    """Take places, and give them back when called."""
    places = [harness.app.extensions["streams"].place() for _ in range(count)]
    for place in places:
        place.__enter__()

    def leave() -> None:
        for place in places:
            place.__exit__(None, None, None)

    return leave


def test_without_a_place_the_list_is_told_once_and_asked_for_again_after_5_s(
    harness: AppHarness, alice: Browser
) -> None:
    leave = open_streams(harness, 2)
    messages, pauses = told_with_pauses(alice, nothing)
    assert [message["again"] for message in messages] == [ASKED_AGAIN_AFTER]
    assert "alice" in messages[0]["list"]
    assert pauses == []
    harness.watched.before["GetSIPAccountsCount"] = unavailable
    assert told(alice) == [{"state": "away", "again": 10.0}]
    leave()


def test_a_place_that_was_given_back_serves_the_next(harness: AppHarness, alice: Browser, streams: Streams) -> None:
    open_streams(harness, 2)()
    assert len(told(alice, nothing)) == 2
    assert streams.count == 0


def test_one_who_wants_no_stream_is_told_once_and_takes_no_place(alice: Browser, streams: Streams) -> None:
    streams.most = 0
    assert len(told(alice, nothing, Prefer="wait=0")) == 1


def test_a_stream_has_its_place_for_5_minutes_at_most(alice: Browser) -> None:
    messages, pauses = told_with_pauses(alice, *[nothing] * 1000)
    assert sum(pauses) == LONGEST == 300.0
    assert messages[-1]["again"] == 1.0


def test_a_look_costs_what_the_page_costs(harness: AppHarness, alice: Browser) -> None:
    alice.open(LIST)
    harness.forget_calls()
    told(alice, harness.forget_calls)
    assert harness.calls == ["GetSIPAccountsCount", "GetSIPAccounts", "GetSIPRegistrarBindings"]


def test_the_operator_says_how_often_to_look(harness_with: Callable[..., AppHarness]) -> None:
    harness = harness_with(live_seconds=20.0)
    alice = harness.signed_in("alice")
    harness.app.extensions["streams"].most = 1
    assert told_with_pauses(alice)[1] == [20.0]
    assert told(alice, Prefer="wait=0")[0]["again"] == 20.0
    harness.app.extensions["streams"].most = 0
