"""The places to which the cookie of a session may travel."""

from collections.abc import Callable
from http.cookies import SimpleCookie

import pytest

from .support import ID, Portal, set_cookies


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
