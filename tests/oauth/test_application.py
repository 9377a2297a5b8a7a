"""The endpoints over HTTP: what they take, what they never take, and how they describe themselves."""

from base64 import b64encode

import pytest
from authlib.oauth2 import rfc8414, rfc9207
from sqlalchemy.exc import OperationalError
from werkzeug.test import Client

from sipsorcery_web.contract.oauth import GRANTABLE
from sipsorcery_web.database.connection import Database
from sipsorcery_web.oauth import application
from sipsorcery_web.oauth.metadata import WELL_KNOWN
from tests.portal.app_harness import AppHarness
from tests.portal.browser import Browser
from tests.portal.conftest import HarnessWith
from tests.portal.genuine import Front

from .program import BACK, VERIFIER, OAuthProgram, error_of

POSTED = ("/oauth/token", "/oauth/revoke", "/oauth/introspect", "/oauth/device-authorization")


@pytest.fixture
def client(harness: AppHarness) -> Client:
    """A client of the house that gives nothing by itself."""
    return Client(harness.app.wsgi_app)


def test_a_token_in_a_query_opens_nothing(harness: AppHarness, alice: Browser, program: OAuthProgram) -> None:
    told = program.tokens(alice)
    client = Client(harness.app.wsgi_app)
    for path in ("/api/v1/sip-accounts", "/sip-accounts.json", "/rest/v0.1/provisioning.svc/sipaccounts/get"):
        answer = client.get(path, query_string={"access_token": told["access_token"], "apikey": told["access_token"]})
        assert "alice" not in answer.text
    assert client.get("/api/v1/sip-accounts", query_string={"access_token": told["access_token"]}).status_code == 401


@pytest.mark.parametrize("path", POSTED)
def test_parameters_in_the_address_are_refused(alice: Browser, server_program: OAuthProgram, path: str) -> None:
    token = server_program.tokens(alice)["refresh_token"]
    secret = server_program.registered.secret or ""
    queries = ({"token": token}, {"refresh_token": token}, {"client_secret": secret}, {"code": "x"})
    for query in queries:
        answer = server_program.ask(path, {"grant_type": "refresh_token"}, query_string=query)
        assert error_of(answer) == (400, "invalid_request")
    assert server_program.refresh(token).status_code == 200


def test_a_secret_is_taken_in_the_header_as_well(alice: Browser, server_program: OAuthProgram, client: Client) -> None:
    proof = b64encode(f"{server_program.id}:{server_program.registered.secret}".encode()).decode()
    given = {"grant_type": "authorization_code", "redirect_uri": BACK, "code_verifier": VERIFIER}
    sent = given | {"code": server_program.code_of(alice)}

    for hostile in (f"Basic {proof[:-4]}xxxx", f"Basic {proof[:-8]}", "Basic /w==", "Basic x", "Basic", "", "Bearer x"):
        wrong = client.post("/oauth/token", data=sent, headers={"Authorization": hostile})
        assert error_of(wrong) == (401, "invalid_client"), hostile
        assert wrong.headers["WWW-Authenticate"].startswith("Basic ")
    assert client.post("/oauth/token", data=sent, headers={"Authorization": f"Basic {proof}"}).status_code == 200


@pytest.mark.parametrize("grant_type", ["password", "client_credentials", "implicit", '"', "", None])
def test_there_are_no_other_grants(program: OAuthProgram, grant_type: str | None) -> None:
    answer = program.ask("/oauth/token", {"grant_type": grant_type, "username": "alice", "password": "opensesame7"})
    assert answer.status_code == 400
    assert "access_token" not in answer.text


def test_a_parameter_that_is_there_twice_is_refused(client: Client, program: OAuthProgram) -> None:
    answer = client.post("/oauth/token", data={"grant_type": "refresh_token", "client_id": [program.id, program.id]})
    assert error_of(answer) == (400, "invalid_request")


@pytest.mark.parametrize("path", POSTED)
def test_the_endpoints_take_posts_alone(client: Client, path: str) -> None:
    for method in ("GET", "PUT", "DELETE"):
        answer = client.open(path, method=method)
        assert (answer.status_code, answer.headers["Allow"]) == (405, "POST, OPTIONS")
    assert client.options(path).headers["Allow"] == "POST, OPTIONS"


def test_no_session_and_no_form_token_is_needed_or_looked_at(harness: AppHarness, alice: Browser) -> None:
    answer = alice.client.post("/oauth/token", data={"grant_type": "refresh_token", "refresh_token": "x"})
    assert error_of(answer) == (401, "invalid_client")


def test_the_description_is_what_the_rfcs_have_and_leads_to_what_is_there(client: Client) -> None:
    told = client.get(WELL_KNOWN).get_json()
    rfc8414.AuthorizationServerMetadata(told).validate(metadata_classes=[rfc9207.AuthorizationServerMetadata])

    assert told["issuer"] == "http://localhost"
    assert told["scopes_supported"] == list(GRANTABLE)
    assert told["code_challenge_methods_supported"] == ["S256"]
    for name, address in told.items():
        if name.endswith("_endpoint"):
            assert client.get(address.removeprefix("http://localhost")).status_code != 404


def test_the_issuer_is_the_public_address_whatever_host_was_asked(harness_with: HarnessWith) -> None:
    harness = harness_with(public_url="https://sip.example.org/portal")
    told = Client(harness.app.wsgi_app).get(WELL_KNOWN, base_url="http://localhost").get_json()
    assert told["issuer"] == "https://sip.example.org/portal"
    assert told["token_endpoint"] == "https://sip.example.org/portal/oauth/token"


def test_tokens_are_not_given_over_plain_http_to_other_machines(harness: AppHarness, program: OAuthProgram) -> None:
    answer = program.ask("/oauth/token", {"grant_type": "refresh_token"}, base_url="http://portal.example.org")
    assert error_of(answer) == (400, "insecure_transport")


def test_a_store_that_is_away_is_told_as_such(program: OAuthProgram, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(_self: Database) -> None:
        raise OperationalError("BEGIN", None, Exception("away"))

    monkeypatch.setattr(Database, "write", away)
    assert error_of(program.refresh("x")) == (503, "temporarily_unavailable")


def test_an_error_of_its_own_tells_nothing_of_itself(program: OAuthProgram, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(application, "Server", lambda *_: 1 / 0)
    answer = program.refresh("x")
    assert error_of(answer) == (500, "server_error")
    assert "division" not in answer.text


def test_a_request_that_is_too_large_is_refused(program: OAuthProgram) -> None:
    assert program.refresh("x" * 1_100_000).status_code == 413


def test_pages_of_the_sites_that_the_operator_names_can_ask(harness_with: HarnessWith) -> None:
    client = Client(harness_with(cors_origins=("https://app.example.org",)).app.wsgi_app)
    for origin, allowed in (("https://app.example.org", "https://app.example.org"), ("https://evil.example", None)):
        answer = client.options("/oauth/token", headers={"Origin": origin})
        assert answer.headers.get("Access-Control-Allow-Origin") == allowed
        assert "Access-Control-Allow-Credentials" not in answer.headers


def test_in_front_of_another_service_there_is_none_of_it(mysql_front: Front) -> None:
    browser = mysql_front.signed_in("alice-kelly")
    for path in (WELL_KNOWN, "/oauth/authorize", "/oauth/device", "/security/consents", "/security/programs"):
        assert browser.open(path).status == 404
    client = Client(mysql_front.harness.app.wsgi_app)
    for path in POSTED:
        assert client.post(path, data={"grant_type": "refresh_token"}).status_code in (400, 404, 405)
    assert "Programs with access" not in browser.open("/security").text
    assert "OAuth" not in browser.open("/developers").text
