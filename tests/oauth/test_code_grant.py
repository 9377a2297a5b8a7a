"""Authorization codes: each opens what was allowed, once, for the program that asked."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from sipsorcery_web.contract.scopes import SIGN_IN
from sipsorcery_web.oauth import consents
from sipsorcery_web.service.store.oauth import ConsentRow
from tests.portal.app_harness import AppHarness
from tests.portal.browser import Browser

from .program import BACK, VERIFIER, OAuthProgram, challenge_of, error_of, parameters_of, rest_status

ON_BOTH_STORES = True


def test_what_alice_allows_opens_rest_and_soap_within_the_scopes(
    harness: AppHarness, alice: Browser, program: OAuthProgram
) -> None:
    told = program.tokens(alice, "accounts:read calls:read")

    assert (told["token_type"], told["expires_in"], told["scope"]) == ("Bearer", 3600, "accounts:read calls:read")
    assert rest_status(harness, told["access_token"]) == 200
    assert rest_status(harness, told["access_token"], "/api/v1/dial-plans") == 403
    assert harness.service_fixture.client(told["access_token"]).sip_accounts.count() == 1


def test_the_browser_is_sent_back_with_the_state_and_the_issuer(alice: Browser, program: OAuthProgram) -> None:
    told = program.answer_of(alice)
    assert (told["state"], told["iss"]) == ("xyzzy", "http://localhost")


def test_what_alice_refuses_is_told_to_the_program_and_nothing_is_kept(
    harness: AppHarness, alice: Browser, program: OAuthProgram
) -> None:
    told = program.answer_of(alice, "deny")
    assert (told["error"], told["state"], told["iss"]) == ("access_denied", "xyzzy", "http://localhost")
    assert "code" not in told
    with harness.database.read() as session:
        assert session.scalars(select(ConsentRow)).all() == []


def test_a_code_that_comes_back_opens_nothing_and_ends_what_came_of_it(
    harness: AppHarness, alice: Browser, program: OAuthProgram
) -> None:
    code = program.code_of(alice)
    told = program.redeem(code).get_json()

    assert error_of(program.redeem(code)) == (400, "invalid_grant")
    assert rest_status(harness, told["access_token"]) == 401
    assert error_of(program.refresh(told["refresh_token"])) == (400, "invalid_grant")


def test_of_too_many_consents_the_first_gives_way_and_nobody_elses(
    harness: AppHarness, alice: Browser, bob: Browser, program: OAuthProgram, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consents, "MOST_CONSENTS", 2)
    bobs = program.tokens(bob)["access_token"]
    given = []
    for _ in range(3):
        harness.clock.pass_(seconds=1)
        given.append(program.tokens(alice)["access_token"])
    assert [rest_status(harness, token) for token in given] == [401, 200, 200]
    assert rest_status(harness, bobs) == 200


def test_of_those_who_come_at_once_with_a_code_one_gets_tokens(alice: Browser, program: OAuthProgram) -> None:
    code = program.code_of(alice)
    with ThreadPoolExecutor(6) as pool:
        told = list(pool.map(lambda _: program.redeem(code).status_code, range(6)))
    assert sorted(told) == [200] + [400] * 5


@pytest.mark.parametrize("verifier", [VERIFIER + "x", challenge_of(VERIFIER), "short", None])
def test_a_code_opens_nothing_without_the_verifier_of_its_program(
    alice: Browser, program: OAuthProgram, verifier: str | None
) -> None:
    code = program.code_of(alice)
    answer = program.redeem(code, code_verifier=verifier)
    assert error_of(answer)[0] == 400
    assert "access_token" not in answer.text


@pytest.mark.parametrize(
    "changed",
    [
        {"code_challenge": None},
        {"code_challenge_method": None},
        {"code_challenge_method": "plain"},
        {"code_challenge_method": None, "code_challenge": None},
        {"code_challenge": VERIFIER, "code_challenge_method": "plain"},
        {"code_challenge": "short"},
    ],
)
def test_nobody_is_asked_without_s256(alice: Browser, program: OAuthProgram, changed: dict[str, str | None]) -> None:
    page = alice.open(program.address(**changed))
    assert page.status == 422
    assert "decision" not in page.source
    assert parameters_of(page.links["Back to the program"])["error"] == "invalid_request"


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example/back",
        "http://127.0.0.1:49152/back/",
        "http://127.0.0.1:49152/back?x=1",
        "http://127.0.0.1:49152@evil.example/back",
        "http://localhost:49152/back",
        "http://[::1]:49152/back",
        "http://127.0.0.1.evil.example/back",
        'http://127.0.0.1:49152/back"',
        "javascript:alert(1)",
        "//evil.example",
        "",
        None,
    ],
)
def test_a_browser_is_sent_to_no_address_that_was_not_registered(
    alice: Browser, program: OAuthProgram, address: str | None
) -> None:
    page = alice.open(program.address(redirect_uri=address))
    assert page.status == 422
    assert "Back to the program" not in page.links
    sent = alice.raw(
        "POST", program.address(redirect_uri=address), data={"csrf_token": alice.token(), "decision": "allow"}
    )
    assert sent.status_code == 422
    assert sent.location is None


def test_a_code_is_given_back_with_the_address_that_it_was_asked_for(alice: Browser, program: OAuthProgram) -> None:
    code = program.code_of(alice)
    for address in ("http://127.0.0.1:49153/back", None):
        assert error_of(program.redeem(code, redirect_uri=address)) == (400, "invalid_grant")
    assert program.redeem(code).status_code == 200


@pytest.mark.parametrize("scope", ["accounts:read accounts:admin", SIGN_IN, f"accounts:read {SIGN_IN}", "*", "", None])
def test_nobody_is_asked_for_what_no_program_can_have(alice: Browser, program: OAuthProgram, scope: str | None) -> None:
    page = alice.open(program.address(scope=scope))
    assert page.status == 422
    assert parameters_of(page.links["Back to the program"])["error"] == "invalid_scope"


def test_a_code_is_good_for_a_minute(harness: AppHarness, alice: Browser, program: OAuthProgram) -> None:
    code = program.code_of(alice)
    harness.clock.pass_(seconds=60)
    assert error_of(program.redeem(code)) == (400, "invalid_grant")


def test_a_code_of_another_program_opens_nothing_and_stays_good_for_its_own(
    harness: AppHarness, alice: Browser, program: OAuthProgram, server_program: OAuthProgram
) -> None:
    code = program.code_of(alice)
    assert error_of(server_program.redeem(code)) == (400, "invalid_grant")
    assert program.redeem(code).status_code == 200


@pytest.mark.parametrize("response_type", ["token", "code token", "id_token", '"', None])
def test_there_is_no_way_but_codes(alice: Browser, program: OAuthProgram, response_type: str | None) -> None:
    assert alice.open(program.address(response_type=response_type)).status == 422


@pytest.mark.parametrize("client_id", ["nobody", "3f0e7c1a-9a0b-4c55-9d0e-2f8f0b6f7a11", '"\\', "", None])
def test_a_program_that_nobody_registered_is_none(alice: Browser, program: OAuthProgram, client_id: str | None) -> None:
    page = alice.open(program.address(client_id=client_id))
    assert page.status == 422
    assert "Back to the program" not in page.links


def test_a_parameter_that_is_there_twice_is_refused(alice: Browser, program: OAuthProgram) -> None:
    page = alice.open(f"{program.address()}&scope=accounts:write")
    assert page.status == 422


def test_a_program_for_devices_alone_cannot_lead_browsers_here(harness: AppHarness, alice: Browser) -> None:
    program = OAuthProgram(harness, harness.program("bobby", redirect_addresses=()))
    assert alice.open(program.address()).status == 422


def test_a_program_with_a_secret_needs_it_and_one_without_gives_none(
    alice: Browser, program: OAuthProgram, server_program: OAuthProgram
) -> None:
    code = server_program.code_of(alice)
    for secret in (None, "", "sipc_wrong", server_program.registered.name):
        assert error_of(server_program.redeem(code, client_secret=secret)) == (401, "invalid_client")
    assert server_program.redeem(code).status_code == 200
    assert error_of(program.redeem(program.code_of(alice), client_secret="x")) == (401, "invalid_client")


def test_the_tokens_of_a_customer_who_is_suspended_open_nothing(
    harness: AppHarness, alice: Browser, program: OAuthProgram
) -> None:
    told, code = program.tokens(alice), program.code_of(alice)
    harness.operators().suspend("alice", None)

    assert rest_status(harness, told["access_token"]) == 401
    assert error_of(program.redeem(code)) == (400, "invalid_grant")
    assert program.refresh(told["refresh_token"]).status_code == 400
    harness.operators().resume("alice")
    assert rest_status(harness, told["access_token"]) == 200


def test_the_program_of_a_customer_who_is_suspended_is_none_until_they_are_let_in_again(
    harness: AppHarness, alice: Browser, program: OAuthProgram
) -> None:
    told = program.tokens(alice)
    harness.operators().suspend("bobby", None)
    assert error_of(program.refresh(told["refresh_token"])) == (400, "invalid_client")
    assert alice.open(program.address()).status == 422
    harness.operators().resume("bobby")
    assert program.refresh(told["refresh_token"]).status_code == 200


def test_a_new_password_leaves_tokens_good_and_a_deleted_account_ends_them(
    harness: AppHarness, alice: Browser, program: OAuthProgram
) -> None:
    told = program.tokens(alice)
    harness.operators().set_password("alice", "n1ghtingale-owl")
    assert rest_status(harness, told["access_token"]) == 200
    harness.service_fixture.administrator  # noqa: B018 (somebody who stays)
    alice.sign_in("alice", "n1ghtingale-owl")
    alice.submit("/account/delete", customer_username="alice")
    assert rest_status(harness, told["access_token"]) == 401


def test_nothing_that_is_stored_opens_anything(
    harness: AppHarness, alice: Browser, server_program: OAuthProgram
) -> None:
    code = server_program.code_of(alice)
    told = server_program.redeem(code).get_json()
    device = server_program.device()
    secrets = (code, told["access_token"], told["refresh_token"], device["device_code"], device["user_code"])

    stored = harness.stored_rows()

    for secret in (*secrets, device["user_code"].replace("-", ""), server_program.registered.secret or ""):
        assert secret not in stored


def test_an_address_with_any_port_of_the_own_machine_is_the_one_that_was_registered(
    alice: Browser, program: OAuthProgram
) -> None:
    assert program.code_of(alice, redirect_uri="http://127.0.0.1/back")
    assert program.code_of(alice, redirect_uri=BACK)
