"""The time after the end of a login session."""

from datetime import timedelta

from flask import session

from sipsorcery_web.portal.http.session import (
    end_others,
)

from .support import DUBLIN, ID, NINE, TOKEN, Portal, calls_of, set_cookies


def test_signing_out_elsewhere_ends_the_users_other_visits_and_no_more(portal: Portal) -> None:
    elsewhere, nobodys = portal.app.test_client(), portal.app.test_client()
    elsewhere.get("/sign-in/60")
    elsewhere.get("/form")
    nobodys.get("/put/colour/teal")
    portal.sign_in()

    portal.do(end_others)

    told = elsewhere.get("/visit").json
    assert told == {"username": None, "zone": None, "ended": ["alice", portal.clock().isoformat(), "csrf-s3cret"]}
    assert portal.visitor() == "alice"
    assert nobodys.get("/values").json == {"colour": "teal"}


def test_nobody_signs_nobody_out(portal: Portal) -> None:
    elsewhere = portal.app.test_client()
    elsewhere.get("/sign-in/60")

    portal.do(end_others)

    assert elsewhere.get("/visit").json["username"] == "alice"  # type: ignore[index]


def test_a_visit_that_is_ended_from_elsewhere_is_not_brought_back_by_a_request_under_way(portal: Portal) -> None:
    portal.sign_in()
    elsewhere = portal.app.test_client()
    elsewhere.get("/sign-in/60")
    portal.app.config["ACTIONS"]["elsewhere"] = end_others

    def lasts() -> None:
        elsewhere.get("/do/elsewhere")
        session["colour"] = "teal"

    portal.do(lasts)

    assert portal.visitor() is None


def test_a_session_that_has_ended_is_recognised_for_an_hour(portal: Portal) -> None:
    portal.sign_in()
    portal.get("/form")

    portal.clock.advance(minutes=60)
    ended = ["alice", "2026-03-02T10:00:00+00:00", "csrf-s3cret"]
    assert portal.get("/visit").json == {"username": None, "zone": None, "ended": ended}
    assert portal.get("/values").json == {}

    portal.clock.advance(minutes=59, seconds=59)
    assert portal.get("/visit").json["ended"] == ended  # type: ignore[index]
    portal.clock.advance(seconds=1)
    assert portal.get("/visit").json["ended"] is None  # type: ignore[index]


def test_an_ended_session_is_recognised_in_the_anonymous_one_that_follows(portal: Portal) -> None:
    session_id = portal.sign_in()
    portal.clock.advance(minutes=60)
    portal.get("/form")
    assert portal.id != session_id

    ended = ["alice", "2026-03-02T10:00:00+00:00", None]
    assert portal.get("/visit").json == {"username": None, "zone": None, "ended": ended}

    portal.clock.advance(minutes=60)
    assert portal.get("/visit").json["ended"] is None  # type: ignore[index]
    assert portal.get("/values").json == {"csrf_token": "csrf-s3cret"}


def test_a_forgotten_end_costs_no_write(portal: Portal) -> None:
    portal.sign_in()
    portal.clock.advance(minutes=60)
    portal.get("/form")
    portal.clock.advance(minutes=60)
    portal.get("/visit")

    assert calls_of(portal, "/visit") == []


def test_an_ended_session_cannot_be_written_to(portal: Portal) -> None:
    session_id = portal.sign_in()
    portal.clock.advance(minutes=60)

    portal.get("/put/colour/green")

    assert portal.id != session_id
    stored = portal.keeping.keeping.read(session_id)
    assert stored is not None
    assert stored.ends_at == NINE + timedelta(minutes=60)


def test_signing_in_again_forgets_the_end(portal: Portal) -> None:
    portal.sign_in()
    portal.clock.advance(minutes=60)
    portal.get("/form")

    portal.sign_in()

    assert portal.get("/visit").json == {"username": "alice", "zone": DUBLIN, "ended": None}


def test_when_the_service_says_expired_the_session_is_ended_at_once(portal: Portal) -> None:
    portal.sign_in()
    portal.get("/form")
    portal.clock.advance(minutes=20)

    ended = ["alice", "2026-03-02T09:20:00+00:00", "csrf-s3cret"]
    assert portal.get("/expired").json == {"login": False, "ended": ended}

    assert portal.get("/visit").json == {"username": None, "zone": None, "ended": ended}
    portal.clock.advance(minutes=60)
    assert portal.get("/visit").json == {"username": None, "zone": None, "ended": None}


def test_the_token_goes_when_the_service_said_expired(portal: Portal) -> None:
    session_id = portal.sign_in()
    portal.get("/expired")

    stored = portal.keeping.keeping.read(session_id)

    assert stored is not None
    assert TOKEN not in stored.contents


def test_nobody_cannot_expire(portal: Portal) -> None:
    portal.get("/form")

    assert portal.get("/expired").json == {"login": False, "ended": None}
    assert portal.get("/values").json == {"csrf_token": "csrf-s3cret"}


def test_signing_out_deletes_the_session_and_its_cookie(portal: Portal) -> None:
    session_id = portal.sign_in()
    portal.get("/form")

    response = portal.get("/sign-out")

    assert "Max-Age=0" in set_cookies(response)[0]
    assert portal.browser.get_cookie(ID) is None
    assert portal.place.count() == 0
    portal.browser.set_cookie(ID, session_id)
    assert portal.get("/visit").json == {"username": None, "zone": None, "ended": None}


def test_a_notice_after_signing_out_has_a_session_of_its_own(portal: Portal) -> None:
    session_id = portal.sign_in()

    portal.get("/sign-out-with-notice")

    assert portal.id != session_id
    assert portal.get("/values").json == {"notice": "You have signed out."}
    assert portal.visitor() is None
