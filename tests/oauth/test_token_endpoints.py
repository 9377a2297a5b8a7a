"""Ending tokens and asking about them: a program reaches its own, and learns nothing of others."""

from tests.portal.app_harness import AppHarness
from tests.portal.browser import Browser

from .program import OAuthProgram, error_of, rest_status

ON_BOTH_STORES = True
TOKENS = ("access_token", "refresh_token")


def test_a_program_ends_all_that_came_of_a_consent_by_either_token(
    harness: AppHarness, alice: Browser, program: OAuthProgram
) -> None:
    for name in TOKENS:
        told = program.tokens(alice)
        for hint in ({}, {"token_type_hint": "refresh_token"}, {"token_type_hint": "something"}):
            answer = program.ask("/oauth/revoke", {"token": told[name], **hint})
            assert answer.status_code == 200
        assert rest_status(harness, told["access_token"]) == 401
        assert error_of(program.refresh(told["refresh_token"])) == (400, "invalid_grant")


def test_a_token_that_is_not_the_programs_is_left_alone_and_answered_as_one_that_is_not_there(
    harness: AppHarness, alice: Browser, program: OAuthProgram, server_program: OAuthProgram
) -> None:
    told, by_hand = program.tokens(alice), harness.access_token("alice").token or ""
    answers = [
        server_program.ask("/oauth/revoke", {"token": token})
        for token in (told["access_token"], told["refresh_token"], by_hand, "unknown")
    ]
    assert {(answer.status_code, answer.text) for answer in answers} == {(200, "")}
    assert rest_status(harness, told["access_token"]) == 200
    assert rest_status(harness, by_hand) == 200


def test_a_program_with_a_secret_is_told_of_its_own_tokens(
    harness: AppHarness, alice: Browser, server_program: OAuthProgram
) -> None:
    told, began = server_program.tokens(alice), int(harness.clock().timestamp())
    known = {
        "active": True,
        "scope": "accounts:read",
        "client_id": server_program.id,
        "username": "alice",
        "sub": "alice",
        "iss": "http://localhost",
        "iat": began,
    }

    access = server_program.ask("/oauth/introspect", {"token": told["access_token"]}).get_json()
    refresh = server_program.ask("/oauth/introspect", {"token": told["refresh_token"]}).get_json()

    assert access == known | {"exp": began + 3600, "token_type": "Bearer"}
    assert refresh == known | {"exp": began + 30 * 24 * 3600}


def test_a_token_is_as_old_as_itself_and_not_as_its_consent(
    harness: AppHarness, alice: Browser, server_program: OAuthProgram
) -> None:
    first = server_program.tokens(alice)
    harness.clock.pass_(minutes=10)
    told, renewed = server_program.refresh(first["refresh_token"]).get_json(), int(harness.clock().timestamp())

    answers = [server_program.ask("/oauth/introspect", {"token": told[name]}) for name in TOKENS]

    assert [answer.get_json()["iat"] for answer in answers] == [renewed, renewed]


def test_what_opens_nothing_is_not_active(
    harness: AppHarness, alice: Browser, program: OAuthProgram, server_program: OAuthProgram
) -> None:
    others, used = program.tokens(alice), server_program.tokens(alice)["refresh_token"]
    told = server_program.refresh(used).get_json()
    by_hand = harness.access_token("alice").token
    tokens = [others["access_token"], others["refresh_token"], used, by_hand, "unknown"]
    harness.clock.pass_(hours=1)

    for token in [*tokens, told["access_token"]]:
        assert server_program.ask("/oauth/introspect", {"token": token}).get_json() == {"active": False}
    assert server_program.ask("/oauth/introspect", {"token": told["refresh_token"]}).get_json()["active"]
    harness.operators().suspend("alice", None)
    assert server_program.ask("/oauth/introspect", {"token": told["refresh_token"]}).get_json() == {"active": False}


def test_a_program_without_a_secret_is_told_nothing(alice: Browser, program: OAuthProgram) -> None:
    token = program.tokens(alice)["access_token"]
    assert error_of(program.ask("/oauth/introspect", {"token": token})) == (401, "invalid_client")


def test_a_request_about_no_token_is_refused(server_program: OAuthProgram) -> None:
    for path in ("/oauth/revoke", "/oauth/introspect"):
        assert error_of(server_program.ask(path, {})) == (400, "invalid_request")
