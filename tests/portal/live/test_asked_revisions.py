"""Revisions of a service in another process: of one that has them, and of one that does not know the question."""

from collections.abc import Callable, Iterator

import pytest

from sipsorcery_web.contract.envelope import UnknownAction
from sipsorcery_web.contract.errors import InternalFault, Refused, Unavailable
from sipsorcery_web.portal.http.parts import add_part, parts_of
from sipsorcery_web.portal.live.asked_revisions import AskedRevisions
from sipsorcery_web.portal.live.recent_lists import RecentLists
from sipsorcery_web.portal.live.stamps import Revisions
from tests.portal.app_harness import AppHarness
from tests.portal.browser import Browser

from .conftest import look

LIST = "/sip-accounts"
READ = ["GetSIPAccountsCount", "GetSIPAccounts", "GetSIPRegistrarBindings"]


@pytest.fixture
def in_front(harness: AppHarness) -> Iterator[AppHarness]:
    """A portal that asks its service for revisions, as in front of another one."""
    parts = parts_of(harness.app)
    before = parts[Revisions]
    add_part(harness.app, Revisions(AskedRevisions(harness.clock).read))
    add_part(harness.app, RecentLists(3.0))
    yield harness
    parts[Revisions] = before
    del parts[RecentLists]


def calls_of(harness: AppHarness, action: Callable[[], object]) -> list[str]:
    harness.forget_calls()
    action()
    return list(harness.calls)


def refuse_the_question(harness: AppHarness, error: Exception) -> None:
    def fails() -> None:
        raise error

    harness.watched.before["GetRevision"] = fails


def test_a_page_that_has_not_changed_costs_one_question(in_front: AppHarness, alice: Browser) -> None:
    assert calls_of(in_front, lambda: alice.open(LIST)) == ["GetRevision", *READ]
    assert calls_of(in_front, lambda: alice.open(LIST)) == ["GetRevision"]


def test_a_look_at_a_list_that_has_not_changed_costs_one_question(in_front: AppHarness, alice: Browser) -> None:
    first = look(alice)
    assert calls_of(in_front, lambda: look(alice, seen=first.etag, stamp=first.stamp)) == ["GetRevision"]


def test_a_change_is_shown_by_the_next_page(in_front: AppHarness, alice: Browser) -> None:
    alice.open(LIST)
    in_front.account("alice", "front-desk")
    assert "front-desk" in alice.open(LIST).source


def test_bob_is_given_no_page_of_alices(in_front: AppHarness, alice: Browser, bob: Browser) -> None:
    in_front.account("alice", "front-desk")
    alice.open(LIST)
    assert "front-desk" not in bob.open(LIST).source


def test_a_session_that_the_service_has_ended_is_given_no_kept_page(in_front: AppHarness, alice: Browser) -> None:
    alice.open(LIST)
    in_front.clock.pass_(minutes=61)
    assert alice.raw("GET", LIST).status_code == 303


@pytest.mark.parametrize(
    "error",
    [UnknownAction("No such action."), Refused("What?"), InternalFault("")],
    ids=lambda error: type(error).__name__,
)
def test_a_service_that_does_not_know_the_question_is_asked_once_an_hour(
    in_front: AppHarness, alice: Browser, error: Exception
) -> None:
    refuse_the_question(in_front, error)
    assert calls_of(in_front, lambda: alice.open(LIST)) == ["GetRevision", *READ]
    assert calls_of(in_front, lambda: alice.open(LIST)) == READ
    in_front.clock.pass_(minutes=30)
    assert calls_of(in_front, lambda: alice.open(LIST)) == READ
    in_front.clock.pass_(minutes=30)
    assert calls_of(in_front, lambda: in_front.signed_in("alice").open(LIST)).count("GetRevision") == 1


def test_a_service_that_is_away_is_not_taken_for_one_that_has_none(in_front: AppHarness, alice: Browser) -> None:
    refuse_the_question(in_front, Unavailable("gone"))
    assert alice.raw("GET", LIST).status_code == 503
    in_front.watched.before.clear()
    assert calls_of(in_front, lambda: alice.open(LIST)) == ["GetRevision", *READ]
