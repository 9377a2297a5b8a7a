"""The end of a login session, and what moves it."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from sipsorcery_web.portal.http.session import (
    PortalSession,
    ends_at,
    init_app,
)
from tests.portal.storage.support import Clock, a_place

from .support import ALICE, ID, NINE, Portal, calls_of, tiny_app


def test_a_visit_is_what_the_sign_in_told(portal: Portal) -> None:
    portal.get("/sign-in/60")

    with portal.browser.session_transaction() as opened:
        assert isinstance(opened, PortalSession)
        assert opened.login is not None
        assert replace(opened.login, address="", user_agent="", last_used_at=None) == ALICE


def test_the_zone_can_be_changed(portal: Portal) -> None:
    portal.sign_in()

    portal.get("/zone")

    assert portal.get("/visit").json == {"username": "alice", "zone": "UTC", "ended": None}


def test_nobodys_visit_cannot_be_changed(portal: Portal) -> None:
    with pytest.raises(LookupError):
        portal.get("/zone")


def test_the_visit_ends_with_the_token(portal: Portal) -> None:
    portal.sign_in(minutes=10)

    portal.clock.advance(minutes=9, seconds=59)
    assert portal.visitor() == "alice"
    portal.clock.advance(seconds=1)
    assert portal.visitor() is None


def test_a_session_that_a_clock_which_was_ahead_has_begun_has_ended(portal: Portal) -> None:
    portal.clock.advance(days=30)
    portal.sign_in(minutes=600)
    portal.clock.advance(days=-30)

    assert portal.visitor() is None
    assert portal.get("/visit").json["ended"][0] == "alice"  # type: ignore[index]
    portal.sign_in()
    assert portal.visitor() == "alice"


def test_a_session_begun_while_the_clock_was_behind_ends_when_it_is_right_again(portal: Portal) -> None:
    portal.clock.advance(days=-30)
    portal.sign_in()
    assert portal.visitor() == "alice"
    portal.clock.advance(days=30)

    assert portal.visitor() is None


def test_the_visit_ends_sixty_minutes_after_its_last_use(portal: Portal) -> None:
    portal.sign_in(minutes=600)
    portal.clock.advance(minutes=40)
    assert portal.visitor() == "alice"

    portal.clock.advance(minutes=59, seconds=59)
    assert portal.visitor() == "alice"
    portal.clock.advance(minutes=60)
    assert portal.visitor() is None


def test_the_idle_end_is_moved_at_most_every_five_minutes(portal: Portal) -> None:
    portal.sign_in(minutes=600)

    written = []
    for minute in range(1, 13):
        portal.clock.advance(minutes=1)
        if "replace" in calls_of(portal, "/plain"):
            written.append(minute)

    assert written == [5, 10]


def test_a_visit_in_use_lasts_to_the_end_of_its_token(portal: Portal) -> None:
    portal.sign_in(minutes=117)
    portal.clock.advance(minutes=56)
    assert portal.visitor() == "alice"

    portal.clock.advance(minutes=3)
    assert calls_of(portal, "/plain") == ["read", "replace"]
    assert calls_of(portal, "/plain") == ["read"]
    portal.clock.advance(minutes=57, seconds=59)
    assert portal.visitor() == "alice"
    portal.clock.advance(seconds=1)
    assert portal.visitor() is None


def test_the_session_tells_when_it_ends(portal: Portal) -> None:
    portal.sign_in(minutes=90)
    told: list[datetime] = []

    for _ in range(3):
        portal.do(lambda: told.append(ends_at()))
        portal.clock.advance(minutes=20)
    assert told == [NINE + timedelta(minutes=minutes) for minutes in (60, 80, 90)]


def test_an_extended_visit_lasts_longer(portal: Portal) -> None:
    portal.sign_in(minutes=60)
    portal.clock.advance(minutes=50)
    portal.get("/extend/120")

    portal.clock.advance(minutes=30)

    assert portal.visitor() == "alice"


def test_a_stored_end_that_somebody_put_later_does_not_outlast_the_token(tmp_path: Path) -> None:
    with a_place("sqlite", tmp_path) as place:
        app, clock = tiny_app(), Clock(NINE)
        init_app(app, place.keeping, clock)
        browser = app.test_client()
        browser.get("/sign-in/60")
        cookie = browser.get_cookie(ID)
        assert cookie is not None
        stored = place.keeping.read(cookie.value)
        assert stored is not None
        place.keeping.replace(cookie.value, replace(stored, ends_at=NINE + timedelta(days=9)), stored.version, NINE)

        clock.advance(minutes=60)

        assert browser.get("/visit").json["username"] is None  # type: ignore[index]


def test_an_anonymous_session_lasts_two_hours_from_its_last_use(portal: Portal) -> None:
    portal.get("/form")
    portal.clock.advance(minutes=119)
    assert portal.get("/values").json == {"csrf_token": "csrf-s3cret"}
    portal.clock.advance(minutes=119)
    assert portal.get("/values").json == {"csrf_token": "csrf-s3cret"}

    portal.clock.advance(minutes=120)

    assert portal.get("/visit").json == {"username": None, "zone": None, "ended": None}
    assert portal.get("/values").json == {}
