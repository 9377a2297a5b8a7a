"""The interface as HTTP has it: tokens, methods, pages of other sites, and what goes wrong."""

import re
from collections.abc import Iterator
from uuid import UUID

import pytest
from werkzeug.test import Client, TestResponse

from sipsorcery_web.contract.errors import Busy, OutcomeUnknown, TooManyAttempts, Unavailable
from sipsorcery_web.rest.acts import ACTS, Act
from sipsorcery_web.rest.application import Api
from sipsorcery_web.rest.routes import DOCUMENT, PREFIX, ROUTES, Route
from sipsorcery_web.service.operators import Operators
from tests.portal.app_harness import AppHarness
from tests.portal.conftest import HarnessWith
from tests.portal.genuine import Front

from .program import Program, problem, program_of

SITE = "https://phones.example.org"


EVERY_ROUTE: list[Route | Act] = [*ROUTES, *ACTS]


def address_of(route: Route | Act) -> str:
    return re.sub(r"{\w+}", "6f0f8a3e-61c5-4a2b-8a64-7a2f5a3b1c11", route.path)


def asked_with(harness: AppHarness, authorization: str) -> TestResponse:
    client = Client(harness.app.wsgi_app)
    return client.get(f"{PREFIX}/sip-accounts", headers={"Authorization": authorization} if authorization else {})


# Tokens


def test_nobody_without_a_token_is_told_anything_or_led_elsewhere(stranger: Program) -> None:
    for route in EVERY_ROUTE:
        answer = stranger.ask(route.method, address_of(route), json={})
        assert problem(answer)[0] == 401, route
        assert answer.headers["WWW-Authenticate"] == 'Bearer realm="sipsorcery"'
        assert "Location" not in answer.headers


@pytest.mark.parametrize(
    "authorization", ["Basic YWxpY2U6b3BlbnNlc2FtZTc=", "Bearer", "Bearer a b", "sips_0", "Bearer\u00a0x", "Bearer é"]
)
def test_what_is_no_bearer_token_is_none(harness: AppHarness, authorization: str) -> None:
    answer = asked_with(harness, authorization)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="sipsorcery"'


def test_a_token_that_is_not_good_any_more_is_said_to_be_invalid(harness: AppHarness, alice: Program) -> None:
    tampered = alice.token[:-1] + ("a" if alice.token[-1] != "a" else "b")
    session = harness.service_fixture.token_of("alice")
    for token in (tampered, session, "sips_", "0" * 96):
        answer = asked_with(harness, f"Bearer {token}")
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"].endswith('error="invalid_token"')
    harness.clock.pass_(days=8)
    assert problem(alice.get("/sip-accounts"))[0] == 401


def test_neither_a_deleted_token_nor_one_of_a_suspended_customer_is_good(harness: AppHarness, alice: Program) -> None:
    other = program_of(harness, "alice", name="other")
    (found,) = [token for token in alice.items("/tokens") if token["name"] == "other"]
    harness.service_fixture.alice.delete_access_token(UUID(found["id"]))
    for path in ("/sip-accounts", "/customer", "/cdrs"):
        assert problem(other.get(path))[0] == 401
    Operators(harness.service.context).suspend("alice", None)
    for path in ("/sip-accounts", "/customer", "/cdrs"):
        assert problem(alice.get(path))[0] == 401


def test_the_cookie_of_a_browser_opens_nothing(harness: AppHarness) -> None:
    browser = harness.signed_in("alice")
    answer = browser.raw("GET", f"{PREFIX}/sip-accounts")
    assert answer.status_code == 401
    assert "Set-Cookie" not in answer.headers


def test_a_token_in_an_address_is_not_looked_at(stranger: Program, alice: Program) -> None:
    assert problem(stranger.get(f"/sip-accounts?access_token={alice.token}"))[0] == 401


def test_a_request_notes_that_its_token_was_used(harness: AppHarness, alice: Program) -> None:
    harness.clock.pass_(minutes=5)
    alice.get("/calls")
    (token,) = alice.items("/tokens")
    assert token["last_used"] == "2026-11-23T12:05:00Z"


# Methods and addresses


def test_every_address_says_what_may_be_done_there(stranger: Program) -> None:
    for route in EVERY_ROUTE:
        answer = stranger.ask("OPTIONS", address_of(route))
        assert answer.status_code == 204
        assert route.method in answer.headers["Allow"].split(", "), route


@pytest.mark.parametrize("method", ["POST", "DELETE", "TRACE", "PROPFIND"])
def test_what_may_not_be_done_is_a_problem_with_what_may(alice: Program, method: str) -> None:
    answer = alice.ask(method, "/calls", json={})
    assert problem(answer)[0] == 405
    assert answer.headers["Allow"] == "GET, HEAD, OPTIONS"


@pytest.mark.parametrize(
    "path",
    ["", "/", "/nowhere", "/sip-accounts/", "/sip-accounts/1", "/sip-accounts//", "/sip-accounts/x/y", "/customer/1"],
)
def test_where_nothing_is_there_is_a_problem_and_no_page(alice: Program, path: str) -> None:
    assert problem(alice.get(path))[0] == 404


def test_a_head_is_a_get_without_its_content(alice: Program) -> None:
    full, head = alice.get("/sip-accounts"), alice.ask("HEAD", "/sip-accounts")
    assert head.status_code == 200
    assert head.headers["Content-Length"] == full.headers["Content-Length"]


def test_a_page_beside_the_interface_stays_a_page(harness: AppHarness) -> None:
    for path in ("/apiary", "/login"):
        assert harness.browser().raw("GET", path).mimetype == "text/html"


@pytest.mark.parametrize(
    "path", ["/api", "/api/", "/api/v10/x", "/api/v2", "/api/v1sip-accounts", f"/api/{'x' * 9_000}"]
)
def test_what_is_beside_it_below_api_is_a_problem_too(harness: AppHarness, path: str) -> None:
    answer = harness.browser().raw("GET", path)
    assert (answer.status_code, answer.mimetype) == (404, "application/problem+json")


def test_an_address_that_is_too_long_is_refused(alice: Program) -> None:
    assert problem(alice.get(f"/cdrs?q={'x' * 17_000}"))[0] == 414


def test_links_are_below_the_path_that_the_portal_is_under(harness_with: HarnessWith) -> None:
    harness = harness_with(trusted_proxies=1)
    harness.accounts("alice", 3)
    program = program_of(harness, "alice")
    answer = program.get("/sip-accounts?limit=2", headers={"X-Forwarded-Prefix": "/phones"})
    assert answer.headers["Link"].startswith(f"</phones{PREFIX}/sip-accounts?")


# Pages of other sites


def test_a_page_of_an_allowed_site_may_ask_with_a_token(harness_with: HarnessWith) -> None:
    program = program_of(harness_with(cors_origins=(SITE,)), "alice")
    preflight = program.ask("OPTIONS", "/sip-accounts", headers={"Origin": SITE})
    assert preflight.headers["Access-Control-Allow-Origin"] == SITE
    assert "PATCH" in preflight.headers["Access-Control-Allow-Methods"].split(", ")
    assert "Authorization" in preflight.headers["Access-Control-Allow-Headers"].split(", ")
    answer = program.get("/sip-accounts", headers={"Origin": SITE})
    assert answer.headers["Access-Control-Allow-Origin"] == SITE
    assert "Link" in answer.headers["Access-Control-Expose-Headers"].split(", ")
    assert "Access-Control-Allow-Credentials" not in answer.headers


def test_a_page_of_another_site_is_told_nothing(harness_with: HarnessWith) -> None:
    program = program_of(harness_with(cors_origins=(SITE,)), "alice")
    for method in ("OPTIONS", "GET"):
        answer = program.ask(method, "/sip-accounts", headers={"Origin": "https://evil.example"})
        assert not [name for name in answer.headers.keys() if name.startswith("Access-Control")]  # noqa: SIM118


# Errors of the service


@pytest.fixture
def failing(harness: AppHarness) -> Iterator[dict[str, Exception]]:
    """Lets the service raise, by the name of an operation, what is put in here."""
    errors: dict[str, Exception] = {}
    api = api_of(harness)
    channel = api._backend.channel

    class Failing:
        def call(self, operation: object, *rest: object) -> object:
            if error := errors.get(getattr(operation, "name", "")):
                raise error
            return channel.call(operation, *rest)  # type: ignore[arg-type]

    object.__setattr__(api._backend, "channel", Failing())
    yield errors
    object.__setattr__(api._backend, "channel", channel)


def api_of(harness: AppHarness) -> Api:
    """Return the interface among the applications that stand in front of the pages."""
    found = harness.app.wsgi_app
    while not isinstance(found, Api):
        inner = [*vars(found).values()] if hasattr(found, "__dict__") and vars(found) else []
        cells = [cell.cell_contents for cell in getattr(found, "__closure__", None) or ()]
        found = next(each for each in (*inner, *cells) if callable(each) and not isinstance(each, type))
    return found


@pytest.mark.parametrize(
    ("error", "status", "retry_after"),
    [
        (Unavailable("The store is away."), 503, None),
        (OutcomeUnknown("Nobody knows."), 503, None),
        (Busy(), 503, "1"),
        (TooManyAttempts(30), 429, "30"),
        (RuntimeError("a secret"), 500, None),
    ],
)
def test_what_fails_in_the_service_is_a_problem_that_tells_no_more(
    failing: dict[str, Exception], alice: Program, error: Exception, status: int, retry_after: str | None
) -> None:
    failing["GetSIPAccounts"] = error
    client = Client(alice.harness.app.wsgi_app)
    answer = client.get(f"{PREFIX}/sip-accounts", headers={"Authorization": f"Bearer {alice.token}"})
    assert problem(answer)[0] == status
    assert answer.headers.get("Retry-After") == retry_after
    assert "a secret" not in answer.text


# The description


def test_everybody_may_read_the_description_and_keep_it(stranger: Program) -> None:
    answer = stranger.get(DOCUMENT)
    assert answer.status_code == 200
    assert answer.get_json()["openapi"] == "3.1.0"
    again = stranger.get(DOCUMENT, headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304
    assert problem(stranger.post(DOCUMENT, {}))[0] == 405


def test_in_front_of_another_service_there_is_no_interface(mysql_front: Front) -> None:
    answer = mysql_front.harness.browser().raw("GET", f"{PREFIX}{DOCUMENT}")
    assert (answer.status_code, answer.mimetype) == (404, "text/html")
