"""A small application with sessions, the place where they are stored, and a browser."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Flask, g, jsonify, session
from flask.testing import FlaskClient
from flask.typing import ResponseReturnValue
from werkzeug.test import TestResponse

from sipsorcery_web.portal.http.session import (
    LoginSession,
    cookie_needs_https,
    current,
    end_session,
    extend_until,
    sign_in,
    sign_out,
    update_login,
)
from sipsorcery_web.portal.storage.errors import StorageUnavailable
from sipsorcery_web.portal.storage.sessions import (
    Rewrite,
    SessionRecord,
    SessionStorage,
    StoredSession,
)
from tests.portal.storage.support import Clock, Place

TOKEN = "4a0e1c55-0b1f-4f07-9d3b-55c1b8b1a7a4"
NINE = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
DUBLIN = "Dublin, Edinburgh, Lisbon, London"
ALICE = LoginSession("alice", TOKEN, NINE, NINE + timedelta(minutes=60), False, DUBLIN, proved_at=NINE)
ID = "sipsorcery_session"
KEY = "for these tests"


class Failing:
    """A storage of sessions that answers or does not, as it is told."""

    def __init__(self, keeping: SessionStorage) -> None:
        self.keeping = keeping
        self.is_down = False

    def _check(self) -> None:
        if self.is_down:
            raise StorageUnavailable("down")

    def read(self, session_id: str) -> StoredSession | None:
        self._check()
        return self.keeping.read(session_id)

    def is_stored(self, session_id: str, version: str, ends_at: datetime) -> bool:
        self._check()
        return self.keeping.is_stored(session_id, version, ends_at)

    def add(self, session_id: str, record: SessionRecord, now: datetime) -> None:
        self._check()
        self.keeping.add(session_id, record, now)

    def replace(self, session_id: str, record: SessionRecord, version: str, now: datetime) -> bool:
        self._check()
        return self.keeping.replace(session_id, record, version, now)

    def delete(self, session_id: str) -> None:
        self._check()
        self.keeping.delete(session_id)

    def try_to_write(self) -> None:
        self._check()
        self.keeping.try_to_write()

    def of_user(self, username: str) -> Sequence[StoredSession]:
        self._check()
        return self.keeping.of_user(username)

    def rewrite_others(self, session_id: str, username: str, change: Rewrite, now: datetime) -> None:
        self._check()
        self.keeping.rewrite_others(session_id, username, change, now)


@dataclass
class Portal:
    """A small application, the place of its sessions and a browser."""

    app: Flask
    place: Place
    keeping: Failing
    clock: Clock
    browser: FlaskClient

    def get(self, path: str, **options: Any) -> TestResponse:
        return self.browser.get(path, **options)

    def sign_in(self, minutes: int = 60) -> str:
        """Sign alice in and answer the id of her session."""
        self.get(f"/sign-in/{minutes}")
        return self.id

    @property
    def id(self) -> str:
        cookie = self.browser.get_cookie(ID)
        assert cookie is not None
        return cookie.value

    def do(self, action: Callable[[], object]) -> TestResponse:
        """A request that does this."""
        self.app.config["ACTIONS"]["this"] = action
        return self.get("/do/this")

    def visitor(self) -> str | None:
        return self.browser.get("/visit").json["username"]  # type: ignore[index,no-any-return]

    def meanwhile(self, path: str) -> TestResponse:
        """Do what another request of this browser does while one is under way."""
        other = self.app.test_client()
        other.set_cookie(ID, self.id)
        return other.get(path)


def tiny_app() -> Flask:
    app = Flask(__name__)
    app.secret_key = KEY
    app.config |= {"TESTING": True, "ACTIONS": {}}

    @app.get("/do/<action>")
    def do(action: str) -> ResponseReturnValue:
        app.config["ACTIONS"][action]()
        return "done"

    @app.get("/plain")
    def plain() -> ResponseReturnValue:
        return "plain"

    @app.get("/form")
    def form() -> ResponseReturnValue:
        session.setdefault("csrf_token", "csrf-s3cret")
        return str(session["csrf_token"])

    @app.get("/put/<name>/<value>")
    def put(name: str, value: str) -> ResponseReturnValue:
        session[name] = value
        return "put"

    @app.get("/clear")
    def clear() -> ResponseReturnValue:
        session.clear()
        return "cleared"

    @app.get("/values")
    def values() -> ResponseReturnValue:
        return jsonify(dict(session))

    @app.get("/sign-in/<int:minutes>")
    def signs_in(minutes: int) -> ResponseReturnValue:
        sign_in("alice", TOKEN, minutes, False, DUBLIN)
        return "in"

    @app.get("/sign-out")
    def signs_out() -> ResponseReturnValue:
        sign_out()
        return "out"

    @app.get("/sign-out-with-notice")
    def signs_out_with_notice() -> ResponseReturnValue:
        sign_out()
        session["notice"] = "You have signed out."
        return "out"

    @app.get("/expired")
    def expired() -> ResponseReturnValue:
        end_session()
        return jsonify(login=current() is not None, ended=_ended())

    @app.get("/extend/<int:minutes>")
    def extend(minutes: int) -> ResponseReturnValue:
        login = current()
        assert login is not None
        extend_until(login.signed_in_at + timedelta(minutes=minutes))
        return "extended"

    @app.get("/zone")
    def zone() -> ResponseReturnValue:
        update_login(time_zone="UTC")
        return "changed"

    @app.get("/visit")
    def login() -> ResponseReturnValue:
        login = current()
        return jsonify(username=login and login.username, zone=login and login.time_zone, ended=_ended())

    @app.get("/https")
    def https() -> ResponseReturnValue:
        return jsonify(cookie_needs_https())

    @app.errorhandler(StorageUnavailable)
    def unavailable(_error: StorageUnavailable) -> ResponseReturnValue:
        return f"unavailable, visitor {current()}", 503

    return app


def _ended() -> list[Any] | None:
    ended = g.ended_session
    return ended and [ended.username, ended.ended_at.isoformat(), ended.csrf_secret]


def set_cookies(response: TestResponse) -> list[str]:
    return response.headers.getlist("Set-Cookie")


def calls_of(portal: Portal, path: str) -> list[str]:
    """The verbs that the keeping is asked for in one request."""
    calls: list[str] = []
    kept = portal.keeping.keeping

    class Recorder:
        def __getattr__(self, name: str) -> Any:
            calls.append(name)
            return getattr(kept, name)

    portal.keeping.keeping = Recorder()
    assert portal.get(path).status_code == 200
    portal.keeping.keeping = kept
    return calls
