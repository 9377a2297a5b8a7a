"""Refused phones: on the account, marked in the list, and while a phone is set up."""

from datetime import timedelta

import pytest

from sipsorcery_web.contract.records import SIPAccount
from sipsorcery_web.events.refusals import AttemptKind, RefusalReason
from sipsorcery_web.portal.http.parts import parts_of
from sipsorcery_web.portal.live.stamps import Revisions
from tests.factories.events import EventsInMemory
from tests.factories.refusals import RefusalsInMemory
from tests.portal.app_harness import AppHarness
from tests.portal.browser import Browser, Page, words
from tests.portal.fake_sip_engine import FakeEngine
from tests.portal.live.conftest import look, looks
from tests.portal.test_budgets import cost_of

LIST = "/sip-accounts"
MARK = "Refused"


@pytest.fixture
def desk(harness: AppHarness) -> SIPAccount:
    return harness.account("alice", "front-desk")


def account_page(browser: Browser, account: SIPAccount) -> Page:
    return browser.open(f"{LIST}/{account.id}")


def phone_page(account: SIPAccount) -> str:
    return f"{LIST}/{account.id}/phone"


def told(page: Page) -> list[str]:
    """The rows of the table of refused phones."""
    return [words(row) for row in page.all("//section[@aria-labelledby='refused']//tbody/tr")]


def in_row(browser: Browser) -> str:
    """The words of the row of the desk about its registration."""
    row = "//tr[contains(., 'front-desk')]/td[contains(@class, 'cell-registration')]"
    return words(browser.open(LIST).one(row))


def test_the_account_tells_who_was_refused_when_why_and_what_to_do(
    harness: AppHarness, refusals: RefusalsInMemory, alice: Browser, desk: SIPAccount
) -> None:
    now = harness.clock()
    refusals.add(desk.id, now, times=14, first_at=now - timedelta(hours=1))
    refusals.add(desk.id, now, kind=AttemptKind.CALL, reason=RefusalReason.INCOMING_ONLY, agent="<b>Snom</b>")

    call, registration = told(account_page(alice, desk))

    assert "<b>Snom</b>at 203.0.113.41" in call
    assert "A call: the account takes calls and makes none.Take away “Incoming only”" in call
    assert "14 times since" in registration
    assert "Linphone/5.2at 203.0.113.41" in registration
    assert "Registration: wrong password.Type the password of this account into the phone once more." in registration


@pytest.mark.parametrize("reason", RefusalReason)
def test_each_reason_has_its_words(
    harness: AppHarness, refusals: RefusalsInMemory, alice: Browser, desk: SIPAccount, reason: RefusalReason
) -> None:
    refusals.add(desk.id, harness.clock(), reason=reason, detail="500 Server Internal Error")

    (row,) = told(account_page(alice, desk))

    assert "Registration: " in row
    assert ("500 Server Internal Error" in row) == (reason is RefusalReason.OTHER)


def test_the_messages_of_a_refusal_are_a_link_away_while_they_are_kept(
    harness: AppHarness, refusals: RefusalsInMemory, events: EventsInMemory, alice: Browser, desk: SIPAccount
) -> None:
    refusals.add(desk.id, harness.clock())
    link = account_page(alice, desk).one("//section[@aria-labelledby='refused']//a")
    assert link.get("href") == "/console/ladder?call=refused@203.0.113.41"

    harness.clock.pass_(hours=25)
    assert not account_page(alice, desk).all("//section[@aria-labelledby='refused']//a")


def test_an_account_with_which_no_phone_was_refused_says_nothing_of_it(
    refusals: RefusalsInMemory, alice: Browser, desk: SIPAccount
) -> None:
    assert "Refused" not in account_page(alice, desk).text
    assert MARK not in in_row(alice)


def test_bob_is_told_nothing_of_alices_refusals(
    harness: AppHarness, refusals: RefusalsInMemory, sip_engine: FakeEngine, bob: Browser, desk: SIPAccount
) -> None:
    refusals.add(desk.id, harness.clock())

    assert account_page(bob, desk).status == 404
    assert bob.open(phone_page(desk)).status == 404
    assert "203.0.113.41" not in bob.open(LIST).source
    polled = bob.raw("GET", phone_page(desk), headers={"Live-List": "1"})
    assert "203.0.113.41" not in polled.text
    assert polled.status_code >= 400


def test_the_list_marks_an_account_until_a_phone_registers_from_there(
    harness: AppHarness, refusals: RefusalsInMemory, alice: Browser, desk: SIPAccount
) -> None:
    refusals.add(desk.id, harness.clock())
    assert "Refused 12:00:00: wrong password" in in_row(alice)

    harness.clock.pass_(minutes=1)
    harness.bind(desk, remote_sip_socket="udp:198.51.100.7:5060")
    assert MARK in in_row(alice)
    harness.bind(desk, remote_sip_socket="udp:203.0.113.41:5071")
    assert MARK not in in_row(alice)


def test_the_mark_goes_after_a_day_and_the_account_goes_on_telling(
    harness: AppHarness, refusals: RefusalsInMemory, alice: Browser, desk: SIPAccount
) -> None:
    refusals.add(desk.id, harness.clock())
    assert MARK in in_row(alice)

    harness.clock.pass_(hours=24, seconds=1)
    assert MARK not in in_row(harness.signed_in("alice"))
    assert told(account_page(harness.signed_in("alice"), desk))


def test_a_page_of_accounts_reads_refusals_once_however_many_there_are(
    harness: AppHarness, refusals: RefusalsInMemory, alice: Browser
) -> None:
    costs = set()
    for count in (3, 25):
        harness.accounts("alice", count)
        for account in harness.stored_accounts("alice").values():
            for _ in range(5):
                refusals.add(account.id, harness.clock())
        alice.open(LIST)
        refusals.asked = 0
        costs.add((*cost_of(harness, alice, LIST), refusals.asked))
    assert len({cost[0] for cost in costs}) == 1
    assert {cost[2] for cost in costs} <= {1, 2}  # the page before, and the one that is counted


def test_where_no_refusals_are_kept_nothing_promises_them(
    harness: AppHarness, sip_engine: FakeEngine, alice: Browser, desk: SIPAccount
) -> None:
    assert "Refused" not in account_page(alice, desk).text
    assert "is refused" not in alice.open(phone_page(desk)).text


def test_the_phone_page_turns_to_registered_by_itself(
    harness: AppHarness, sip_engine: FakeEngine, refusals: RefusalsInMemory, alice: Browser, desk: SIPAccount
) -> None:
    path = phone_page(desk)

    first, unchanged, refused, registered = looks(
        alice,
        lambda: None,
        lambda: _refuse(harness, refusals, desk),
        lambda: harness.bind(desk, user_agent="Linphone/5.2", remote_sip_socket="udp:203.0.113.41:5071"),
        path=path,
    )

    assert "No phone is registered yet" in first.list
    assert (unchanged.status, unchanged.state) == (304, "on")
    assert "wrong password" in refused.list
    assert "Type the password of this account" in refused.list
    assert "Registered ✓" in registered.list
    assert "Linphone/5.2" in registered.list
    assert "wrong password" not in registered.list
    assert "<html" not in registered.list


def _refuse(harness: AppHarness, refusals: RefusalsInMemory, account: SIPAccount) -> None:
    refusals.add(account.id, harness.clock())
    revisions = parts_of(harness.app)[Revisions]
    parts_of(harness.app)[Revisions] = Revisions(lambda token: f"{revisions.read(token)}+1")


def test_without_scripts_refresh_says_the_same(
    harness: AppHarness, sip_engine: FakeEngine, refusals: RefusalsInMemory, alice: Browser, desk: SIPAccount
) -> None:
    page = alice.open(phone_page(desk))
    harness.bind(desk, user_agent="Linphone/5.2", remote_sip_socket="udp:203.0.113.41:5071")

    again = page.follow("Refresh")

    state = again.one("//*[@data-live-list]//*[@role='status']")
    assert words(state).startswith("Registered ✓ from Linphone/5.2udp:203.0.113.41:5071")
    assert again.one("//*[@data-live-rests]") is not None


def test_to_look_on_does_not_show_the_password_nor_put_the_end_of_the_session_off(
    harness: AppHarness, sip_engine: FakeEngine, alice: Browser, desk: SIPAccount
) -> None:
    alice.open(phone_page(desk)).submit()

    assert "bl4ckbird!" not in look(alice, phone_page(desk)).list
