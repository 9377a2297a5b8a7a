"""Stamps: a list that is as it was is not read, and one that is not never passes for it."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import delete, update

from sipsorcery_web.portal.live.views import STAMP
from sipsorcery_web.service.store.models import CustomerRow, SIPAccountRow, SIPRegistrarBindingRow
from tests.factories.rows import sip_account_values
from tests.statements import counted_statements

from ..app_harness import AppHarness
from ..browser import Browser
from .conftest import Look, look, looks
from .test_views import LIST, LIVE, shown_etag

UNREAD: list[str] = []
"""The calls of a look that reads no list."""


def stamp_of_page(browser: Browser, path: str = LIST) -> str:
    (stamp,) = browser.open(path).tree.xpath("//@data-live-stamp")
    return str(stamp)


def again(harness: AppHarness, browser: Browser, before: Look, path: str = LIST) -> tuple[int, list[str]]:
    """Return the status of another look, and the calls of the service that it took."""
    harness.forget_calls()
    return look(browser, path, before.etag, before.stamp).status, list(harness.calls)


# At what cost


@pytest.mark.parametrize("path", LIVE)
def test_a_list_that_is_as_it_was_costs_two_statements_and_no_call(
    harness: AppHarness, alice: Browser, path: str
) -> None:
    before = look(alice, path)
    harness.forget_calls()
    with counted_statements() as noted:
        after = look(alice, path, before.etag, before.stamp)
    assert (after.status, after.state, after.stamp) == (304, "on", before.stamp)
    assert [statement.split("FROM ")[-1].split()[0] for statement in noted] == ["browser_sessions", "customersessions"]
    assert harness.calls == UNREAD


@pytest.mark.parametrize("path", LIVE)
def test_the_first_look_goes_on_from_what_the_page_shows(harness: AppHarness, alice: Browser, path: str) -> None:
    harness.bind(harness.account("alice", "front-desk"))
    etag, stamp = shown_etag(alice, path), stamp_of_page(alice, path)
    harness.forget_calls()
    assert look(alice, path, etag, stamp).status == 304
    assert harness.calls == UNREAD


def test_a_page_costs_no_statement_more_for_its_stamp(harness: AppHarness, alice: Browser) -> None:
    alice.open(LIST)
    with counted_statements() as noted:
        alice.open(LIST)
    assert sum("customersessions" in statement for statement in noted) == 1


# What changes it


@pytest.mark.parametrize("path", LIVE)
def test_bobs_lists_are_not_read_for_what_alice_changes(harness: AppHarness, bob: Browser, path: str) -> None:
    before = look(bob, path)
    account = harness.account("alice", "front-desk")
    harness.bind(account)
    harness.call("alice")
    harness.provider("alice", "northline", register_enabled=True, register_contact="sip:alice@sip.example.org")
    assert again(harness, bob, before, path) == (304, UNREAD)


def test_a_change_that_this_list_does_not_show_is_read_once(harness: AppHarness, alice: Browser) -> None:
    before = look(alice, "/calls")
    harness.account("alice", "front-desk")
    after = look(alice, "/calls", before.etag, before.stamp)
    assert (after.status, after.etag) == (304, before.etag)
    assert after.stamp != before.stamp
    assert again(harness, alice, after, "/calls") == (304, UNREAD)


def test_the_administrator_of_members_is_told_of_their_accounts(harness: AppHarness, alice: Browser) -> None:
    def stored(name: str, member: str) -> Callable[[], None]:
        def add() -> None:
            with harness.database.write() as session:
                session.add(SIPAccountRow(**sip_account_values("bobby", name, harness.clock(), admin_member_id=member)))

        return add

    harness.add_users("bobby")
    harness.change_customer("alice", admin_id="partner")
    _, strange, own = looks(alice, stored("anothers-desk", "another"), stored("members-desk", "partner"))
    assert strange.status == 304
    assert "members-desk" in own.list


@pytest.mark.parametrize("path", ["/sip-accounts?q=front", "/sip-accounts?page=2", "/registrations"])
def test_a_stamp_is_good_for_its_own_list(harness: AppHarness, alice: Browser, path: str) -> None:
    before = look(alice)
    assert again(harness, alice, before, path)[1] != UNREAD


def test_a_stamp_is_good_for_its_own_visitor(harness: AppHarness, alice: Browser, bob: Browser) -> None:
    assert again(harness, bob, look(alice))[1] != UNREAD


def test_a_stamp_is_good_for_its_own_etag(harness: AppHarness, alice: Browser) -> None:
    before = look(alice)
    harness.account("alice", "front-desk")
    after = look(alice)
    harness.forget_calls()
    assert look(alice, seen=before.etag, stamp=after.stamp).status == 200


def test_a_choice_of_the_visitor_makes_a_stamp_worthless(harness: AppHarness, alice: Browser) -> None:
    before = look(alice)
    alice.client.set_cookie("page_size", "50")
    assert again(harness, alice, before)[1] != UNREAD


def test_a_new_time_zone_is_told(harness: AppHarness, alice: Browser) -> None:
    before = look(alice)
    page = alice.open("/account")
    (tokyo,) = page.tree.xpath("//select[@name='time_zone']//option[contains(@value, 'Tokyo')]/@value")
    page.submit(time_zone=tokyo)
    assert look(alice, seen=before.etag, stamp=before.stamp).status == 200


@pytest.mark.parametrize("stamp", ["", ".", "zz.0", "-1.0", "é", "." + "0" * 24, "ffff." + "0" * 24, "f" * 5000])
def test_a_stamp_that_nobody_gave_is_worth_nothing(harness: AppHarness, alice: Browser, stamp: str) -> None:
    before = look(alice)
    harness.forget_calls()
    assert look(alice, seen=before.etag, stamp=stamp.encode().decode("latin-1")).status == 304
    assert harness.calls != UNREAD


@pytest.mark.parametrize("seen", ["", "*", '"', 'W/"x"', 'W/"0123456789abcdef"'])
def test_a_stamp_without_the_etag_that_it_came_with_is_worth_nothing(
    harness: AppHarness, alice: Browser, seen: str
) -> None:
    before = look(alice)
    harness.forget_calls()
    look(alice, seen=seen, stamp=before.stamp)
    assert harness.calls != UNREAD


# What time alone changes


def test_times_of_a_registration_that_is_only_renewed_are_told_within_a_minute(
    harness: AppHarness, alice: Browser
) -> None:
    harness.bind(harness.account("alice", "front-desk"))
    before = look(alice, "/registrations")
    harness.clock.pass_(seconds=30)
    with harness.database.write() as session:
        session.execute(update(SIPRegistrarBindingRow).values(last_update=harness.clock()))
    assert again(harness, alice, before, "/registrations") == (304, UNREAD)
    harness.clock.pass_(seconds=30)
    assert "12:00:30" in look(alice, "/registrations", before.etag, before.stamp).list


def test_a_registration_that_runs_out_is_looked_at_when_it_does(harness: AppHarness, alice: Browser) -> None:
    harness.bind(harness.account("alice", "front-desk"), expiry=20)
    before = look(alice)
    harness.clock.pass_(seconds=19)
    assert again(harness, alice, before) == (304, UNREAD)
    harness.clock.pass_(seconds=1)
    assert again(harness, alice, before)[1] != UNREAD


def test_without_phones_no_time_changes_a_list(harness: AppHarness, alice: Browser) -> None:
    before = look(alice)
    harness.clock.pass_(minutes=50)
    assert again(harness, alice, before) == (304, UNREAD)


@pytest.mark.parametrize(
    ("began", "same", "other"),
    [(20, 0.5, 1), (59, 0.5, 1), (90, 29, 30), (3 * 3600, 59, 60), (47.5 * 3600, 1799, 1800)],
)
def test_the_duration_of_a_call_is_told_when_it_reads_otherwise(
    harness: AppHarness, alice: Browser, began: float, same: float, other: float
) -> None:
    harness.call("alice", inserted=harness.clock() - timedelta(seconds=began))
    before = look(alice, "/calls")
    harness.clock.pass_(seconds=same)
    assert again(harness, alice, before, "/calls") == (304, UNREAD)
    harness.clock.pass_(seconds=other - same)
    assert look(alice, "/calls", before.etag, before.stamp).status == 200


# The end of the session


@pytest.mark.parametrize("how", ["signed out", "revoked", "suspended", "over"])
def test_a_good_stamp_does_not_outlive_the_session(harness: AppHarness, alice: Browser, how: str) -> None:
    before = look(alice)
    match how:
        case "signed out":
            other = harness.browser()
            other.client._cookies = {} if alice.client._cookies is None else alice.client._cookies.copy()
            other.sign_out()
        case "revoked":
            harness.revoke("alice")
        case "suspended":
            harness.change_customer("alice", suspended=True)
        case _:
            harness.clock.pass_(minutes=61)
    after = look(alice, seen=before.etag, stamp=before.stamp)
    assert (after.status, after.state, STAMP in after.response.headers) == (403, "ended", False)


def test_a_customer_who_is_deleted_is_told_that_the_session_has_ended(harness: AppHarness, alice: Browser) -> None:
    before = look(alice)
    with harness.database.write() as session:
        session.execute(delete(CustomerRow).where(CustomerRow.customer_username == "alice"))
    assert look(alice, seen=before.etag, stamp=before.stamp).state == "ended"
