import pickle
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, flash, g, get_flashed_messages, jsonify, session
from flask.testing import FlaskClient
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import generate_csrf
from sqlalchemy import event
from werkzeug.test import TestResponse

from sipsorcery_web.hashes import hash_secret
from sipsorcery_web.portal.http.session import (
    LoginSession,
    PortalSession,
    cookie_needs_https,
    current,
    end_others,
    end_session,
    ends_at,
    extend_until,
    init_app,
    sign_in,
    sign_out,
    update_login,
)
from sipsorcery_web.portal.storage.errors import StorageUnavailable
from sipsorcery_web.portal.storage.session_contents import SessionContents
from sipsorcery_web.portal.storage.sessions import (
    Rewrite,
    SessionRecord,
    SessionStorage,
    StoredSession,
    session_context,
)
from tests.portal.storage.support import KINDS, Clock, Place, a_place

TOKEN = "4a0e1c55-0b1f-4f07-9d3b-55c1b8b1a7a4"
NINE = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
DUBLIN = "Dublin, Edinburgh, Lisbon, London"
ALICE = LoginSession("alice", TOKEN, NINE, NINE + timedelta(minutes=60), False, DUBLIN)
ID = "sipsorcery_session"


class Failing:
    """A keeping that answers or does not, as it is told."""

    def __init__(self, keeping: SessionStorage) -> None:
        self.keeping = keeping
        self.is_down = False

    def _check(self) -> None:
        if self.is_down:
            raise StorageUnavailable("down")

    def read(self, session_id: str) -> StoredSession | None:
        self._check()
        return self.keeping.read(session_id)

    def add(self, session_id: str, record: SessionRecord, now: datetime) -> None:
        self._check()
        self.keeping.add(session_id, record, now)

    def replace(self, session_id: str, record: SessionRecord, version: str, now: datetime) -> bool:
        self._check()
        return self.keeping.replace(session_id, record, version, now)

    def delete(self, session_id: str) -> None:
        self._check()
        self.keeping.delete(session_id)

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


@pytest.fixture(params=KINDS)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    with a_place(request.param, tmp_path) as place:
        yield place


@pytest.fixture
def build(place: Place) -> Callable[..., Portal]:
    def build(**options: bool) -> Portal:
        app, clock, keeping = tiny_app(), Clock(NINE), Failing(place.keeping)
        init_app(app, keeping, clock, **options)
        return Portal(app, place, keeping, clock, app.test_client())

    return build


@pytest.fixture
def portal(build: Callable[..., Portal]) -> Portal:
    return build()


def set_cookies(response: TestResponse) -> list[str]:
    return response.headers.getlist("Set-Cookie")


# What is kept, and when


def test_a_session_that_holds_nothing_is_not_kept_and_sets_no_cookie(portal: Portal) -> None:
    for path in ("/plain", "/values", "/visit"):
        assert set_cookies(portal.get(path)) == []

    assert portal.place.count() == 0


def test_values_come_back_with_the_cookie(portal: Portal) -> None:
    portal.get("/put/colour/green")

    assert portal.get("/values").json == {"colour": "green"}
    assert portal.app.test_client().get("/values").json == {}


def test_the_cookie_is_a_random_id_for_this_browser_session_only(portal: Portal) -> None:
    (cookie,) = set_cookies(portal.get("/form"))

    name, _, rest = cookie.partition("=")
    value, *rules = rest.split("; ")
    assert name == "sipsorcery_session"
    assert len(value) == 43
    assert sorted(rules) == ["HttpOnly", "Path=/", "SameSite=Lax"]


def test_the_cookie_is_set_once(portal: Portal) -> None:
    portal.get("/form")

    assert set_cookies(portal.get("/put/colour/green")) == []


def test_answers_that_looked_at_the_session_vary_by_cookie(portal: Portal) -> None:
    assert portal.get("/visit").headers["Vary"] == "Cookie"
    assert portal.get("/form").headers["Vary"] == "Cookie"
    assert "Vary" not in portal.get("/plain").headers


def test_neither_id_nor_token_can_be_read_in_the_database(portal: Portal) -> None:
    session_id = portal.sign_in()
    raw = portal.place.raw()

    assert hash_secret(session_id) in raw
    assert session_id not in raw
    assert TOKEN not in raw


def test_the_token_is_not_in_the_cookie_or_the_views_values(portal: Portal) -> None:
    response = portal.get("/sign-in/60")

    assert TOKEN not in str(response.headers)
    assert portal.get("/values").json == {}


def test_an_unchanged_request_is_one_read_and_no_write(portal: Portal) -> None:
    portal.sign_in()
    portal.get("/form")
    assert calls_of(portal, "/plain") == ["read"]
    assert calls_of(portal, "/visit") == ["read"]
    assert calls_of(portal, "/form") == ["read"]
    assert calls_of(portal, "/put/csrf_token/csrf-s3cret") == ["read"]
    assert calls_of(portal, "/put/colour/green") == ["read", "replace"]


def test_a_request_without_a_cookie_reads_nothing(portal: Portal) -> None:
    assert calls_of(portal, "/visit") == []


def test_in_sql_that_is_one_select_and_one_update(tmp_path: Path) -> None:
    with a_place("sqlite", tmp_path) as place:
        app, statements = tiny_app(), list[str]()
        init_app(app, place.keeping, Clock(NINE))
        browser = app.test_client()
        browser.get("/sign-in/60")
        assert place.database is not None
        event.listen(
            place.database.engine, "before_cursor_execute", lambda *call: statements.append(call[2].split()[0])
        )

        browser.get("/visit")
        assert statements == ["SELECT"]
        browser.get("/put/colour/green")
        assert statements == ["SELECT", "SELECT", "UPDATE"]


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


def test_a_value_that_was_changed_in_place_is_kept(portal: Portal) -> None:
    with portal.browser.session_transaction() as values:
        values["list"] = [1]
    with portal.browser.session_transaction() as values:
        values["list"].append(2)

    assert portal.get("/values").json == {"list": [1, 2]}


def test_a_session_that_was_emptied_goes_with_its_cookie(portal: Portal) -> None:
    portal.get("/form")

    response = portal.get("/clear")

    assert portal.place.count() == 0
    assert portal.browser.get_cookie(ID) is None
    assert "Max-Age=0" in set_cookies(response)[0]


# Which ids are taken


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


# Where the cookie may travel


@pytest.mark.parametrize(
    "base",
    [
        "http://localhost:8080",
        "http://127.0.0.1",
        "http://127.8.9.10:1",
        "http://[::1]:8080",
        "http://portal.localhost",
    ],
)
def test_on_this_machine_the_cookie_may_travel_over_http(portal: Portal, base: str) -> None:
    (cookie,) = set_cookies(portal.get("/form", base_url=base))

    assert cookie.startswith("sipsorcery_session=")
    assert "Secure" not in cookie
    assert portal.get("/https", base_url=base).json is False


@pytest.mark.parametrize(
    "base",
    [
        "http://portal.example.com",
        "http://192.0.2.7:8080",
        "http://localhost.example.com",
        "http://mylocalhost",
        "http://128.0.0.1",
    ],
)
def test_from_elsewhere_the_cookie_needs_https(portal: Portal, base: str) -> None:
    (cookie,) = set_cookies(portal.get("/form", base_url=base))

    assert cookie.startswith("__Host-sipsorcery_session=")
    assert sorted(cookie.split("; ")[1:]) == ["HttpOnly", "Path=/", "SameSite=Lax", "Secure"]
    assert portal.get("/https", base_url=base).json is True


@pytest.mark.parametrize("base", ["https://portal.example.com", "https://localhost:8443"])
def test_over_https_the_cookie_is_secure(portal: Portal, base: str) -> None:
    (cookie,) = set_cookies(portal.get("/form", base_url=base))

    assert cookie.startswith("__Host-sipsorcery_session=")
    assert portal.get("/https", base_url=base).json is False


def test_the_operator_may_allow_http(build: Callable[..., Portal]) -> None:
    portal = build(insecure_http=True)

    assert "Secure" not in set_cookies(portal.get("/form", base_url="http://portal.example.com"))[0]
    assert "Secure" in set_cookies(portal.get("/sign-in/60", base_url="https://portal.example.com"))[0]


@pytest.mark.parametrize("host", ["", "bad host!", "[", "evil.example.com\\@localhost"])
def test_a_host_that_cannot_be_read_is_not_this_machine(portal: Portal, host: str) -> None:
    response = portal.get("/form", headers={"Host": host})

    assert "Secure" in set_cookies(response)[0]


def test_a_host_that_is_not_trusted_is_no_error_here(portal: Portal) -> None:
    portal.app.config["TRUSTED_HOSTS"] = ["portal.example.com"]

    assert portal.get("/form", headers={"Host": "evil.example.com"}).status_code == 400


def test_a_secure_cookie_is_deleted_as_it_was_set(portal: Portal) -> None:
    portal.get("/sign-in/60", base_url="https://portal.example.com")

    (cookie,) = set_cookies(portal.get("/sign-out", base_url="https://portal.example.com"))

    parsed = SimpleCookie(cookie)["__Host-sipsorcery_session"]
    assert (parsed.value, parsed["max-age"], parsed["path"], parsed["secure"]) == ("", "0", "/", True)


def test_over_https_a_cookie_without_the_prefix_counts_for_nothing(portal: Portal) -> None:
    session_id = portal.sign_in()
    browser = portal.app.test_client()
    browser.set_cookie(ID, session_id, domain="portal.example.com")

    assert browser.get("/visit", base_url="https://portal.example.com").json["username"] is None  # type: ignore[index]


# The visit


def test_a_visit_is_what_the_sign_in_told(portal: Portal) -> None:
    portal.get("/sign-in/60")

    with portal.browser.session_transaction() as opened:
        assert isinstance(opened, PortalSession)
        assert opened.login == ALICE


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


# After the end


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

    assert calls_of(portal, "/visit") == ["read"]


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


# Two requests at the same time


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


# Tampering and failures


@pytest.mark.parametrize("forged", ["", "forged", "0000.AAAA"])
def test_contents_that_were_tampered_with_make_an_anonymous_session(portal: Portal, forged: str) -> None:
    session_id = portal.sign_in()
    portal.place.put(session_id, forged)

    assert portal.visitor() is None
    portal.get("/put/colour/green")
    assert portal.id != session_id


def test_the_contents_of_one_session_do_not_open_in_another(portal: Portal) -> None:
    alices = portal.place.sealed_text(portal.sign_in())
    stranger = portal.app.test_client()
    stranger.get("/form")
    cookie = stranger.get_cookie(ID)
    assert cookie is not None

    portal.place.put(cookie.value, alices)

    assert stranger.get("/visit").json["username"] is None  # type: ignore[index]


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


def test_a_new_session_that_cannot_be_kept_is_an_error(portal: Portal) -> None:
    portal.keeping.is_down = True

    with pytest.raises(StorageUnavailable):
        portal.get("/form")


def test_flasks_own_messages_pass_through(portal: Portal) -> None:
    shown: list[Any] = []
    portal.do(lambda: flash("Saved.", "success"))

    portal.do(lambda: shown.extend(get_flashed_messages(with_categories=True)))
    portal.do(lambda: shown.extend(get_flashed_messages(with_categories=True)))

    assert shown == [["success", "Saved."]]


def test_contents_name_what_flask_wtf_calls_its_secret() -> None:
    app = Flask(__name__)
    app.secret_key = "for this test"
    with app.test_request_context():
        generate_csrf()
        ended = SessionContents(dict(session), ALICE).as_ended(NINE)
        assert ended is not None
        assert ended.csrf_secret == session["csrf_token"]
