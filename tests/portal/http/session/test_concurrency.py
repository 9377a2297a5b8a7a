"""Two requests of one session at the same time."""

import pytest
from flask import session

from sipsorcery_web.portal.http.session import (
    end_session,
)

from .support import ID, Portal, set_cookies


@pytest.mark.parametrize("path", ["/sign-out", "/sign-in/60", "/expired"])
def test_a_request_under_way_does_not_bring_a_session_back(portal: Portal, path: str) -> None:
    session_id = portal.sign_in()

    with portal.browser.session_transaction() as slow:
        slow["colour"] = "green"
        portal.meanwhile(path)

    portal.browser.set_cookie(ID, session_id)
    assert portal.visitor() is None
    assert portal.get("/values").json == {}


def test_a_request_under_way_does_not_set_a_cookie_for_a_session_that_is_gone(portal: Portal) -> None:
    portal.sign_in()

    def slow() -> None:
        session["colour"] = "green"
        portal.meanwhile("/sign-out")

    assert set_cookies(portal.do(slow)) == []


def test_a_session_that_ended_during_a_request_stays_ended(portal: Portal) -> None:
    portal.sign_in()

    with portal.browser.session_transaction() as slow:
        slow["colour"] = "green"
        portal.clock.advance(minutes=60)

    assert portal.visitor() is None


def test_two_requests_both_keep_their_changes(portal: Portal) -> None:
    portal.sign_in(minutes=60)

    with portal.browser.session_transaction() as slow:
        slow["colour"] = "green"
        portal.meanwhile("/put/size/large")
        portal.meanwhile("/extend/90")
        portal.meanwhile("/zone")

    assert portal.get("/values").json == {"colour": "green", "size": "large"}
    portal.clock.advance(minutes=50)
    assert portal.get("/visit").json == {"username": "alice", "zone": "UTC", "ended": None}
    portal.clock.advance(minutes=39)
    assert portal.visitor() == "alice"


def test_a_session_ends_even_when_another_request_writes_meanwhile(portal: Portal) -> None:
    portal.sign_in()

    def slow() -> None:
        portal.meanwhile("/put/colour/green")
        end_session()

    portal.do(slow)

    assert portal.visitor() is None
