"""Lists in front of a service that has no revisions: read at most once in so many seconds for each login session."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from threading import Event, Thread

import pytest

from sipsorcery_web.contract.errors import Unavailable
from sipsorcery_web.portal.http.parts import add_part, parts_of
from sipsorcery_web.portal.live.recent_lists import MOST_LISTS, RecentLists
from sipsorcery_web.portal.live.stamps import Revisions

from ..app_harness import AppHarness
from ..browser import Browser
from .conftest import look
from .test_views import LIST

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
READ = ["GetSIPAccountsCount", "GetSIPAccounts", "GetSIPRegistrarBindings"]


@pytest.fixture
def without_revisions(harness: AppHarness) -> Iterator[AppHarness]:
    """A portal that knows no revisions, as in front of another service."""
    parts = parts_of(harness.app)
    revisions = parts.pop(Revisions)
    add_part(harness.app, RecentLists(3.0))
    yield harness
    parts[Revisions] = revisions
    del parts[RecentLists]


def calls_of(harness: AppHarness, *looks: Callable[[], object]) -> list[str]:
    """Return the calls of the service that these looks take."""
    harness.forget_calls()
    for each in looks:
        each()
    return list(harness.calls)


def test_in_front_of_another_service_lists_are_kept_for_a_moment(harness_with: Callable[..., AppHarness]) -> None:
    parts = parts_of(harness_with(provisioning_url="http://127.0.0.1:9").app)
    assert RecentLists in parts


def test_two_windows_of_a_session_cost_one_reading(without_revisions: AppHarness, alice: Browser) -> None:
    assert calls_of(without_revisions, lambda: look(alice), lambda: look(alice)) == READ


def test_the_other_window_is_told_the_same_list_and_when_it_was_read(
    without_revisions: AppHarness, alice: Browser
) -> None:
    first = look(alice)
    without_revisions.clock.pass_(seconds=2)
    second = look(alice)
    assert (second.list, second.etag, second.clock) == (first.list, first.etag, "2026-11-23T12:00:00+00:00")
    assert look(alice, seen=second.etag).status == 304


def test_after_the_pause_it_is_read_again(without_revisions: AppHarness, alice: Browser) -> None:
    look(alice)
    without_revisions.account("alice", "front-desk")
    without_revisions.clock.pass_(seconds=3)
    assert "front-desk" in look(alice).list


def test_another_list_another_session_and_another_customer_are_read_for_themselves(
    without_revisions: AppHarness, alice: Browser, bob: Browser
) -> None:
    other = without_revisions.signed_in("alice")
    others = (
        lambda: look(alice, f"{LIST}?q=front"),
        lambda: look(other),
        lambda: look(bob),
    )
    look(alice)
    assert calls_of(without_revisions, *others).count("GetSIPAccountsCount") == 3


def test_a_service_that_is_away_is_asked_once_too(without_revisions: AppHarness, alice: Browser) -> None:
    def fails() -> None:
        raise Unavailable("gone")

    without_revisions.watched.before["GetSIPAccountsCount"] = fails
    told = [look(alice), look(alice)]
    assert [each.state for each in told] == ["away", "away"]
    assert without_revisions.calls.count("GetSIPAccountsCount") == 1
    without_revisions.watched.before.clear()
    without_revisions.clock.pass_(seconds=3)
    assert look(alice).state == "on"


def test_a_session_that_has_ended_is_told_even_if_its_list_is_known(
    without_revisions: AppHarness, alice: Browser
) -> None:
    before = look(alice)
    alice.sign_out()
    assert look(alice, seen=before.etag).state == "ended"


def test_a_page_is_always_read(without_revisions: AppHarness, alice: Browser) -> None:
    look(alice)
    without_revisions.account("alice", "front-desk")
    assert "front-desk" in alice.open(LIST).source


# Who comes at once


def test_who_comes_while_a_list_is_read_waits_for_it() -> None:
    recent, began, go_on = RecentLists(3.0), Event(), Event()
    readings: list[str] = []

    def read() -> str:
        began.set()
        go_on.wait(10)
        readings.append("read")
        return "<p>list</p>"

    found: list[str] = []
    threads = [Thread(target=lambda: found.append(recent.list_of("one", NOON, read).html)) for _ in range(3)]
    for thread in threads:
        thread.start()
    began.wait(10)
    go_on.set()
    for thread in threads:
        thread.join()
    assert (readings, found) == (["read"], ["<p>list</p>"] * 3)


def test_an_error_that_nobody_foresaw_is_not_remembered() -> None:
    recent = RecentLists(3.0)
    with pytest.raises(ZeroDivisionError):
        recent.list_of("one", NOON, lambda: str(1 // 0))
    assert recent.list_of("one", NOON, lambda: "list").html == "list"


def test_so_many_lists_are_kept_and_no_more() -> None:
    recent = RecentLists(3.0)
    for number in range(MOST_LISTS + 1):
        recent.list_of(str(number), NOON, lambda: "old")
    assert recent.list_of("0", NOON, lambda: "read again").html == "read again"
    assert recent.list_of(str(MOST_LISTS), NOON, lambda: "read again").html == "old"


def test_lists_that_are_over_go_before_one_that_is_good() -> None:
    recent = RecentLists(3.0)
    recent.list_of("good", NOON + timedelta(seconds=2), lambda: "old")
    for number in range(1, MOST_LISTS):
        recent.list_of(str(number), NOON, lambda: "old")
    later = NOON + timedelta(seconds=3)
    recent.list_of("another", later, lambda: "new")
    assert recent.list_of("good", later, lambda: "read again").html == "old"
