"""Contents that were tampered with, and a storage that fails."""

import pickle
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, flash, get_flashed_messages, session
from flask_wtf.csrf import generate_csrf

from sipsorcery_web.hashes import hash_secret
from sipsorcery_web.portal.http.session import (
    init_app,
)
from sipsorcery_web.portal.storage.models import session_context
from sipsorcery_web.portal.storage.session_contents import SessionContents
from tests.portal.storage.support import Clock, a_place

from .support import ALICE, ID, NINE, Portal, set_cookies, tiny_app


@pytest.mark.parametrize("forged", ["", "forged", "0000.AAAA"])
def test_contents_that_were_tampered_with_make_an_anonymous_session(portal: Portal, forged: str) -> None:
    session_id = portal.sign_in()
    portal.place.put(session_id, forged)

    assert portal.visitor() is None
    portal.get("/put/colour/green")
    assert portal.id != session_id


def test_the_contents_of_one_session_do_not_open_in_another(portal: Portal) -> None:
    one = portal.place.sealed_text(portal.sign_in())
    elsewhere = portal.app.test_client()
    elsewhere.get("/sign-in/60")
    cookie = elsewhere.get_cookie(ID)
    assert cookie is not None

    portal.place.put(cookie.value, one)

    assert elsewhere.get("/visit").json["username"] is None  # type: ignore[index]


class Bomb:
    def __reduce__(self) -> tuple[Any, ...]:
        return exec, ("raise SystemExit('a pickle was read')",)


@pytest.mark.parametrize("contents", [pickle.dumps(Bomb(), 0), b"[]", b"{}", b"\x80", b'{"values":{"_permanent":1}}'])
def test_contents_that_are_no_session_make_an_anonymous_one(tmp_path: Path, contents: bytes) -> None:
    with a_place("sqlite", tmp_path) as place:
        app = tiny_app()
        init_app(app, place.keeping, Clock(NINE))
        browser = app.test_client()
        browser.get("/sign-in/60")
        cookie = browser.get_cookie(ID)
        assert cookie is not None
        place.put(cookie.value, place.keyring.seal(contents, session_context(hash_secret(cookie.value))))

        assert browser.get("/visit").json == {"username": None, "zone": None, "ended": None}


def test_while_sessions_cannot_be_read_nobody_is_taken_for_a_stranger(portal: Portal) -> None:
    session_id = portal.sign_in()

    portal.keeping.is_down = True
    response = portal.get("/visit")
    assert (response.status_code, response.text) == (503, "unavailable, visitor None")
    assert portal.get("/plain").status_code == 200
    assert set_cookies(portal.get("/form")) == []

    portal.keeping.is_down = False
    assert portal.id == session_id
    assert portal.visitor() == "alice"


def test_while_sessions_cannot_be_read_nobody_signs_in_or_out(portal: Portal) -> None:
    portal.sign_in()

    portal.keeping.is_down = True

    assert portal.get("/sign-in/60").status_code == 503
    assert portal.get("/sign-out").status_code == 503
    portal.keeping.is_down = False
    assert portal.visitor() == "alice"


def test_a_change_that_cannot_be_kept_does_not_spoil_the_answer(
    portal: Portal, caplog: pytest.LogCaptureFixture
) -> None:
    session_id = portal.sign_in()

    def save() -> None:
        session["notice"] = "Saved."
        portal.keeping.is_down = True

    assert portal.do(save).text == "done"
    assert "A change to a session is lost" in caplog.text
    assert portal.id == session_id


def test_a_sign_in_that_cannot_be_kept_is_told_and_signs_nobody_in(portal: Portal) -> None:
    portal.keeping.is_down = True

    response = portal.get("/sign-in/60")

    assert (response.status_code, response.text) == (503, "unavailable, visitor None")
    assert set_cookies(response) == []


def test_flasks_own_messages_pass_through(portal: Portal) -> None:
    shown: list[Any] = []
    portal.do(lambda: flash("Saved.", "success"))

    portal.do(lambda: shown.extend(get_flashed_messages(with_categories=True)))
    portal.do(lambda: shown.extend(get_flashed_messages(with_categories=True)))

    assert shown == [["success", "Saved."]]


def test_a_session_keeps_the_latest_messages_that_nobody_has_been_shown(portal: Portal) -> None:
    shown: list[Any] = []
    for number in range(30):
        portal.do(partial(flash, f"Saved {number}."))

    portal.do(lambda: shown.extend(get_flashed_messages()))

    assert shown == [f"Saved {number}." for number in range(20, 30)]


def test_contents_name_what_flask_wtf_calls_its_secret() -> None:
    app = Flask(__name__)
    app.secret_key = "for this test"
    with app.test_request_context():
        generate_csrf()
        ended = SessionContents(dict(session), ALICE).as_ended(NINE)
        assert ended is not None
        assert ended.csrf_secret == session["csrf_token"]
