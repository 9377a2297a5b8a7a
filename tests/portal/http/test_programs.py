"""Programs that ask for the files of lists: with a token, without anything, and in front of another service."""

import csv
import io
from uuid import UUID

import pytest
from werkzeug.test import Client, TestResponse

from sipsorcery_web.contract.scopes import SCOPES
from sipsorcery_web.portal.http.parts import parts_of
from sipsorcery_web.portal.lists.exports import ExportSlots

from ..app_harness import AppHarness
from ..genuine import Front

FILE = "/sip-accounts.csv"
WINDOW = {"Sec-Fetch-Mode": "navigate", "Accept": "*/*"}
WINDOW_OVER_HTTP = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
OF_TOKENS = {
    "/security/changes": "audit:read",
    "/calls": "calls:read",
    "/cdrs": "calls:read",
    "/dial-plans": "dial-plans:read",
    "/provider-registrations": "providers:read",
    "/providers": "providers:read",
    "/registrations": "accounts:read",
    "/sip-accounts": "accounts:read",
}
"""The lists whose files tokens open, with the scope."""
PEOPLES = {"/security/sign-ins", "/security/networks", "/admin/customers", "/admin/invites"}
"""The lists that no token reads."""


def asked(harness: AppHarness, address: str = FILE, token: str = "", **headers: str) -> TestResponse:
    bearer = {"Authorization": f"Bearer {token}"} if token else {}
    return Client(harness.app).get(address, headers=bearer | headers, buffered=True)


def token_of(harness: AppHarness, owner: str = "alice", scopes: str = " ".join(SCOPES)) -> str:
    return harness.access_token(owner, "report", scopes=scopes).token or ""


def files(harness: AppHarness) -> set[str]:
    """The addresses of all files, without their ends."""
    rules = [rule for rule in harness.app.url_map.iter_rules() if rule.endpoint.endswith(".export")]
    return {rule.rule.removesuffix(".<any(csv, json):form>") for rule in rules}


def accounts(answer: TestResponse) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [row["Username"] for row in csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff")))]


@pytest.mark.parametrize("headers", [{}, {"Accept": "*/*"}, {"Sec-Fetch-Mode": "cors", "Accept": "text/html"}])
def test_a_program_without_a_token_is_told_so_and_led_nowhere(harness: AppHarness, headers: dict[str, str]) -> None:
    for address in files(harness):
        for form in ("csv", "json"):
            answer = asked(harness, f"{address}.{form}", **headers)
            assert (answer.status_code, answer.mimetype) == (401, "application/problem+json")
            assert answer.headers["WWW-Authenticate"] == 'Bearer realm="sipsorcery"'
            assert not {"Location", "Set-Cookie"} & set(answer.headers.keys())


@pytest.mark.parametrize("headers", [WINDOW, WINDOW_OVER_HTTP])
def test_whoever_opens_the_address_in_a_browser_may_sign_in(harness: AppHarness, headers: dict[str, str]) -> None:
    answer = asked(harness, f"{FILE}?q=x", **headers)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/login?next=/sip-accounts.csv?q%3Dx")


def test_a_browser_whose_session_is_over_may_sign_in(harness: AppHarness) -> None:
    alice = harness.signed_in("alice")
    harness.clock.pass_(hours=2)
    assert alice.raw("GET", FILE).status_code == 303


@pytest.mark.usefixtures("sip_engine")
def test_a_token_opens_every_file_within_its_scopes(harness: AppHarness) -> None:
    assert files(harness) == OF_TOKENS.keys() | PEOPLES
    for number, (address, scope) in enumerate(OF_TOKENS.items()):
        good = harness.access_token("alice", f"good {number}", scopes=scope).token or ""
        bad = harness.access_token("alice", f"bad {number}", scopes="sign-in").token or ""
        for form in ("csv", "json"):
            answer = asked(harness, f"{address}.{form}", good)
            assert answer.status_code == 200
            assert "Set-Cookie" not in answer.headers
            refused = asked(harness, f"{address}.{form}", bad)
            assert refused.status_code == 403
            assert f'error="insufficient_scope", scope="{scope}"' in refused.headers["WWW-Authenticate"]
    everything = token_of(harness)
    for address in PEOPLES:
        assert asked(harness, f"{address}.csv", everything).status_code == 403


@pytest.mark.parametrize("owner", ["bobby", "root-admin"])
def test_a_token_reads_what_is_its_owners_alone(harness: AppHarness, owner: str) -> None:
    harness.account("alice", "front-desk")
    answer = asked(harness, token=token_of(harness, owner))
    assert accounts(answer) == [owner]
    assert "Owner" not in answer.text.splitlines()[0]
    assert "Created (UTC)" in answer.text


def test_a_token_counts_and_not_the_session_beside_it(harness: AppHarness) -> None:
    bob = harness.signed_in("bobby")
    bearer = {"Authorization": f"Bearer {token_of(harness)}"}
    assert accounts(bob.client.get(FILE, headers=bearer, buffered=True)) == ["alice"]
    assert accounts(bob.client.get(FILE, buffered=True)) == ["bobby"]
    assert accounts(bob.client.get(FILE, headers={"Authorization": "Basic Ym9iOmJvYg=="}, buffered=True)) == ["bobby"]


def test_a_token_that_is_not_good_opens_nothing(harness: AppHarness) -> None:
    good = token_of(harness)
    for token in (good[:-1], "sips_", "0" * 96, harness.service_fixture.token_of("alice")):
        answer = asked(harness, token=token)
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"].endswith('error="invalid_token"')
    (made,) = harness.service_fixture.alice.access_tokens()
    harness.service_fixture.alice.delete_access_token(UUID(str(made.id)))
    assert asked(harness, token=good).status_code == 401


@pytest.mark.parametrize("path", ["/sip-accounts", "/account", "/sip-accounts/add", "/security"])
def test_a_token_opens_no_page(harness: AppHarness, path: str) -> None:
    answer = asked(harness, path, token_of(harness))
    assert answer.status_code == 303
    assert answer.headers["Location"].startswith("/login?")


def test_what_a_program_asks_wrongly_is_a_problem(harness: AppHarness) -> None:
    token = token_of(harness)
    with parts_of(harness.app)[ExportSlots].slot("alice"):
        busy = asked(harness, token=token)
    assert (busy.status_code, busy.headers["Retry-After"], busy.mimetype) == (503, "1", "application/problem+json")
    assert asked(harness, token=token).status_code == 200


def test_in_front_of_another_service_everybody_is_led_to_the_sign_in(mysql_front: Front) -> None:
    answer = asked(mysql_front.harness, token="sips_" + "0" * 36)
    assert answer.status_code == 303
