"""The ids of sessions: which the portal takes, and when it gives a new one."""

from datetime import timedelta

import pytest

from sipsorcery_web.portal.storage.sessions import (
    SessionRecord,
)

from .support import DUBLIN, ID, NINE, TOKEN, Portal, calls_of


@pytest.mark.parametrize("chosen", ["A" * 43, "short", "A" * 4000, "../../etc/passwd", "' OR 1=1 --", "ÿ" * 43])
def test_an_id_that_the_browser_chose_is_never_taken_over(portal: Portal, chosen: str) -> None:
    portal.browser.set_cookie(ID, chosen)

    portal.get("/put/colour/green")

    assert portal.id != chosen
    assert portal.keeping.keeping.read(chosen) is None


def test_an_id_of_another_shape_is_not_looked_up(portal: Portal) -> None:
    portal.browser.set_cookie(ID, "short")

    assert calls_of(portal, "/visit") == []


def test_signing_in_gives_a_new_id_and_drops_what_was_there(portal: Portal) -> None:
    portal.get("/form")
    before = portal.id

    after = portal.sign_in()

    assert after != before
    assert portal.keeping.keeping.read(before) is None
    assert portal.get("/values").json == {}
    assert portal.visitor() == "alice"
    assert portal.place.count() == 1


def test_a_session_that_an_earlier_version_has_stored_goes_on(portal: Portal) -> None:
    """Its id, and its contents as text, are what Flask-Session's classes were given."""
    earlier = "Zk3vB1xqT0m9-Y2cR_8uLwN5aHsE7jPdGfKoIiVtXbQ"
    contents = (
        '{"ended":null,"values":{"csrf_token":"csrf-s3cret"},"visit":{"ends_at":"2026-03-02T10:00:00+00:00",'
        f'"is_administrator":false,"signed_in_at":"2026-03-02T09:00:00+00:00","time_zone":"{DUBLIN}",'
        f'"token":"{TOKEN}","username":"alice"}}}}'
    )
    ends_at = NINE + timedelta(minutes=60)
    portal.keeping.add(earlier, SessionRecord(contents, "alice", ends_at, ends_at + timedelta(hours=1)), NINE)
    portal.browser.set_cookie(ID, earlier)
    assert portal.visitor() == "alice"
    portal.get("/put/theme/dark")
    assert portal.get("/values").json == {"csrf_token": "csrf-s3cret", "theme": "dark"}
    assert portal.id == earlier


def test_signing_in_again_ends_the_visit_before(portal: Portal) -> None:
    first = portal.sign_in()

    assert portal.sign_in() != first
    assert portal.place.count() == 1


def test_one_browser_does_not_see_anothers_session(portal: Portal) -> None:
    portal.sign_in()

    assert portal.app.test_client().get("/visit").json == {"username": None, "zone": None, "ended": None}
