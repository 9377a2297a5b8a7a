"""The contents of a session, and when they are stored."""

from pathlib import Path

from sipsorcery_web.hashes import hash_secret
from sipsorcery_web.portal.http.session import (
    init_app,
)
from tests.portal.storage.support import Clock, a_place
from tests.statements import counted_statements

from .support import ID, NINE, TOKEN, Portal, calls_of, set_cookies, tiny_app


def test_a_session_that_holds_nothing_is_not_kept_and_sets_no_cookie(portal: Portal) -> None:
    for path in ("/plain", "/values", "/visit"):
        assert set_cookies(portal.get(path)) == []

    assert portal.place.count() == 0


def test_values_come_back_with_the_cookie(portal: Portal) -> None:
    portal.get("/put/colour/green")

    assert portal.get("/values").json == {"colour": "green"}
    assert portal.app.test_client().get("/values").json == {}


def test_the_cookie_of_a_sign_in_is_a_random_id_for_this_browser_session_only(portal: Portal) -> None:
    (cookie,) = set_cookies(portal.get("/sign-in/60"))

    name, _, rest = cookie.partition("=")
    value, *rules = rest.split("; ")
    assert name == "sipsorcery_session"
    assert len(value) == 43
    assert sorted(rules) == ["HttpOnly", "Path=/", "SameSite=Lax"]


def test_the_cookie_of_a_sign_in_is_set_once(portal: Portal) -> None:
    portal.sign_in()

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
        app = tiny_app()
        init_app(app, place.keeping, Clock(NINE))
        browser = app.test_client()
        browser.get("/sign-in/60")
        with counted_statements() as statements:
            browser.get("/visit")
            browser.get("/put/colour/green")
    assert [statement.split()[0] for statement in statements] == ["SELECT", "SELECT", "UPDATE"]


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
