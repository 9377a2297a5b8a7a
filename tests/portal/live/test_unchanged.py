"""Looks that are answered before Flask: as Flask answers them, and for nobody else than Flask answers."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from flask import request_started
from sqlalchemy import delete, update

from sipsorcery_web.portal.http.session import COOKIE, IDLE_FOR
from sipsorcery_web.portal.live import unchanged
from sipsorcery_web.portal.storage.errors import StorageUnavailable
from sipsorcery_web.portal.storage.models import BrowserSession
from sipsorcery_web.portal.storage.sessions import SqlSessions
from sipsorcery_web.service.store.models import CustomerSessionRow
from tests.portal.app_harness import AppHarness
from tests.portal.browser import Browser
from tests.statements import counted_statements

from ..fake_sip_engine import FakeEngine
from .conftest import Look, look

LIST = "/sip-accounts"


@contextmanager
def met_by_flask() -> Iterator[list[object]]:
    """The requests that Flask looks at while this lasts."""
    met: list[object] = []

    def note(app: object, **_: object) -> None:
        met.append(app)

    with request_started.connected_to(note):
        yield met


def watching(browser: Browser, path: str = LIST) -> Look:
    """Return the second look in vain: what it was answered is remembered."""
    first = look(browser, path)
    again = look(browser, path, first.etag, first.stamp)
    assert again.status == 304
    return again


def goes_to_flask(browser: Browser, seen: Look) -> Look:
    """Return the answer to the same look, which Flask has given."""
    with met_by_flask() as met:
        answer = look(browser, LIST, seen.etag, seen.stamp)
    assert len(met) == 1
    return answer


def test_the_same_look_is_answered_without_flask_at_the_cost_of_two_statements(alice: Browser) -> None:
    seen = watching(alice)
    with met_by_flask() as met, counted_statements() as noted:
        assert look(alice, LIST, seen.etag, seen.stamp).status == 304
    assert met == []
    assert len(noted) == 2


def test_the_answer_is_the_one_of_flask_but_for_the_time(harness: AppHarness, alice: Browser) -> None:
    seen = watching(alice)
    harness.clock.pass_(seconds=3)
    again = look(alice, LIST, seen.etag, seen.stamp)
    before, after = (set(each.response.headers.items()) for each in (seen, again))
    assert {name for name, _ in before} == {name for name, _ in after}
    assert {name for name, _ in before ^ after} == {"X-Request-ID", "Live-Clock"}
    assert (again.clock, again.list) == ("2026-11-23T12:00:03+00:00", "")


def test_who_has_signed_out_is_told_that_the_session_has_ended(alice: Browser) -> None:
    seen = watching(alice)
    cookie = alice.client.get_cookie(COOKIE)
    assert cookie is not None
    alice.sign_out()
    alice.client.set_cookie(COOKIE, cookie.value)
    assert goes_to_flask(alice, seen).state == "ended"


def test_a_session_that_was_ended_elsewhere_is_none(harness: AppHarness, alice: Browser) -> None:
    seen = watching(alice)
    with harness.database.write() as session:
        session.execute(delete(BrowserSession))
    assert goes_to_flask(alice, seen).state == "ended"


def test_a_session_that_was_changed_meanwhile_is_read_anew(harness: AppHarness, alice: Browser) -> None:
    seen = watching(alice)
    with harness.database.write() as session:
        session.execute(update(BrowserSession).values(ends_at=harness.clock()))
    assert goes_to_flask(alice, seen).state == "ended"


def test_looking_on_keeps_no_session_alive(harness: AppHarness, alice: Browser) -> None:
    seen = watching(alice)
    for _ in range(int(IDLE_FOR / timedelta(minutes=10))):
        assert look(alice, LIST, seen.etag, seen.stamp).state == "on"
        harness.clock.pass_(minutes=10)
    assert look(alice, LIST, seen.etag, seen.stamp).state == "ended"


def test_a_token_that_the_service_has_ended_is_good_for_nothing(harness: AppHarness, alice: Browser) -> None:
    seen = watching(alice)
    with harness.database.write() as session:
        session.execute(delete(CustomerSessionRow))
    assert goes_to_flask(alice, seen).state == "ended"


def test_a_suspended_customer_is_turned_away(harness: AppHarness, alice: Browser) -> None:
    seen = watching(alice)
    harness.change_customer("alice", suspended=True)
    assert goes_to_flask(alice, seen).state == "ended"


def test_the_cookie_of_somebody_else_is_answered_for_somebody_else(
    harness: AppHarness, alice: Browser, browser: Browser
) -> None:
    harness.account("alice", "front-desk")
    seen = watching(alice)
    bobs = goes_to_flask(harness.signed_in("bobby"), seen)
    assert bobs.status == 200
    assert "front-desk" not in bobs.list
    assert goes_to_flask(browser, seen).state == "ended"


def test_what_has_changed_is_told(harness: AppHarness, alice: Browser) -> None:
    seen = watching(alice)
    harness.account("alice", "front-desk")
    told = goes_to_flask(alice, seen)
    assert told.status == 200
    assert "front-desk" in told.list


def test_a_list_that_reads_otherwise_later_is_read_then(harness: AppHarness, alice: Browser) -> None:
    harness.bind(harness.account("alice", "front-desk"))
    seen = watching(alice)
    harness.clock.pass_(seconds=61)
    assert goes_to_flask(alice, seen).stamp != seen.stamp


def test_an_engine_that_has_gone_is_told(sip_engine: FakeEngine, alice: Browser) -> None:
    seen = watching(alice)
    sip_engine.leave()
    assert goes_to_flask(alice, seen).stamp != seen.stamp


@pytest.mark.parametrize(
    "other", [{"If-None-Match": 'W/"0123456789abcdef"'}, {"Live-Stamp": ".0123456789abcdef01234567"}]
)
def test_another_question_is_another_look(alice: Browser, other: dict[str, str]) -> None:
    seen = watching(alice)
    asked = {"Live-List": "1", "Live-Stamp": seen.stamp, "If-None-Match": seen.etag}
    with met_by_flask() as met:
        assert alice.raw("GET", LIST, headers=asked | other).status_code in (200, 304)
        assert alice.raw("GET", f"{LIST}?q=desk", headers=asked).status_code == 200
    assert len(met) == 2


def test_a_page_that_is_opened_is_a_page(alice: Browser) -> None:
    seen = watching(alice)
    asked = {"Live-Stamp": seen.stamp, "If-None-Match": seen.etag}
    assert alice.raw("GET", LIST, headers=asked).status_code == 200


def test_sessions_that_cannot_be_read_are_said_to_be_away(alice: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: object) -> None:
        raise StorageUnavailable("away")

    seen = watching(alice)
    monkeypatch.setattr(SqlSessions, "is_stored", away)
    monkeypatch.setattr(SqlSessions, "read", away)
    assert goes_to_flask(alice, seen).state == "away"


def test_a_process_remembers_only_so_many_looks(alice: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unchanged, "MOST", 1)
    seen = watching(alice)
    watching(alice, f"{LIST}?q=front")
    assert goes_to_flask(alice, seen).status == 304
