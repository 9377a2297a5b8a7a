"""Strangers' sessions, which stand in their cookies and are stored nowhere."""

from datetime import timedelta
from secrets import token_urlsafe

import pytest

from sipsorcery_web.portal.http.anonymous_cookie import LONGEST, AnonymousCookie
from sipsorcery_web.portal.storage.session_contents import SessionContents
from sipsorcery_web.portal.storage.sessions import SessionRecord

from .support import ALICE, ID, KEY, NINE, Portal, calls_of, set_cookies

NOBODY = {"username": None, "zone": None, "ended": None}


def signed(contents: SessionContents, key: str = KEY) -> str:
    return AnonymousCookie(contents.to_json(), NINE + timedelta(hours=1)).text(key)


def test_a_stranger_is_stored_nowhere(portal: Portal) -> None:
    for _ in range(20):
        portal.app.test_client().get("/form")
    assert calls_of(portal, "/form") == []
    assert calls_of(portal, "/put/colour/green") == []

    assert portal.place.count() == 0
    assert portal.get("/values").json == {"csrf_token": "csrf-s3cret", "colour": "green"}


def test_while_the_storage_is_away_forms_are_shown_all_the_same(portal: Portal) -> None:
    portal.keeping.is_down = True

    assert portal.get("/form").status_code == 200
    assert portal.get("/values").json == {"csrf_token": "csrf-s3cret"}


def test_the_cookie_is_for_this_browser_session_only_and_out_of_reach_of_scripts(portal: Portal) -> None:
    (cookie,) = set_cookies(portal.get("/form"))

    assert sorted(cookie.split("; ")[1:]) == ["HttpOnly", "Path=/", "SameSite=Lax"]


def test_the_cookie_is_set_again_when_something_has_changed_and_every_five_minutes(portal: Portal) -> None:
    portal.get("/form")

    assert set_cookies(portal.get("/form")) == []
    assert set_cookies(portal.get("/put/colour/green"))
    portal.clock.advance(minutes=4, seconds=59)
    assert set_cookies(portal.get("/form")) == []
    portal.clock.advance(seconds=1)
    assert set_cookies(portal.get("/form"))


@pytest.mark.parametrize("key", ["another key", ""])
def test_a_cookie_that_somebody_else_has_signed_holds_nothing(portal: Portal, key: str) -> None:
    portal.browser.set_cookie(ID, signed(SessionContents({"csrf_token": "chosen"}), key))

    assert portal.get("/values").json == {}


@pytest.mark.parametrize("number", [0, 5, -1])
def test_a_cookie_that_was_changed_holds_nothing(portal: Portal, number: int) -> None:
    portal.get("/form")
    letters = list(portal.id)
    letters[number] = "A" if letters[number] != "A" else "B"
    portal.browser.set_cookie(ID, "".join(letters))

    assert portal.get("/values").json == {}


def test_a_cookie_alone_signs_nobody_in_whoever_has_signed_it(portal: Portal) -> None:
    portal.browser.set_cookie(ID, signed(SessionContents({"colour": "green"}, login=ALICE)))

    assert portal.get("/visit").json == NOBODY
    assert portal.get("/values").json == {}


def test_what_a_browser_would_not_keep_is_left_out_but_for_the_secret_of_forms(portal: Portal) -> None:
    portal.get("/form")
    portal.get(f"/put/notice/{token_urlsafe(4_000)}")

    assert len(portal.id) <= LONGEST
    assert portal.get("/values").json == {"csrf_token": "csrf-s3cret"}


def test_a_stranger_whom_an_earlier_version_has_stored_goes_on(portal: Portal) -> None:
    earlier = "Zk3vB1xqT0m9-Y2cR_8uLwN5aHsE7jPdGfKoIiVtXbQ"
    contents = SessionContents({"csrf_token": "csrf-s3cret"}).to_json()
    ends_at = NINE + timedelta(hours=2)
    portal.keeping.add(earlier, SessionRecord(contents, None, ends_at, ends_at), NINE)
    portal.browser.set_cookie(ID, earlier)

    assert portal.get("/form").text == "csrf-s3cret"
    assert portal.id != earlier
    assert calls_of(portal, "/form") == []
