"""Devices: whoever has started one types its code by hand, and is asked before it may do anything."""

import re

from tests.portal.app_harness import AppHarness
from tests.portal.browser import Browser, Page

from .program import OAuthProgram, error_of, rest_status

ON_BOTH_STORES = True


def typed(browser: Browser, code: str) -> Page:
    """Type a code, and see what comes."""
    return browser.submit("/oauth/device", user_code=code)


def decide(page: Page, decision: str) -> Page:
    """Press a button of the page that asks."""
    return page.submit(None, decision, user_code=page.value("user_code"))


def test_alice_types_the_code_and_allows_it_and_the_device_gets_its_tokens(
    harness: AppHarness, alice: Browser, program: OAuthProgram
) -> None:
    device = program.device()
    assert error_of(program.poll(device)) == (400, "authorization_pending")

    page = typed(alice, device["user_code"].lower().replace("-", " "))
    assert page.h1 == "May Reception desk act for you?"
    assert "Read SIP accounts and registrations" in page.text
    assert "Asks from 192.0.2.7" in page.text
    assert decide(page, "Allow").h1 == "Reception desk may act for you"

    told = program.poll(device).get_json()
    assert rest_status(harness, told["access_token"]) == 200
    assert program.refresh(told["refresh_token"]).status_code == 200
    assert program.poll(device).status_code == 400  # a code is good once


def test_what_alice_refuses_the_device_is_told(alice: Browser, program: OAuthProgram) -> None:
    device = program.device()
    assert decide(typed(alice, device["user_code"]), "Refuse").h1 == "Reception desk is refused"
    assert error_of(program.poll(device)) == (400, "access_denied")


def test_a_code_has_8_letters_that_do_not_look_alike_and_is_in_no_address(program: OAuthProgram) -> None:
    device = program.device()
    assert re.fullmatch("[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}", device["user_code"])
    assert {name: device[name] for name in device if name not in ("device_code", "user_code")} == {
        "verification_uri": "http://localhost/oauth/device",
        "expires_in": 600,
        "interval": 5,
    }


def test_a_code_in_the_address_is_not_typed(alice: Browser, program: OAuthProgram) -> None:
    code = program.device()["user_code"]
    page = alice.open(f"/oauth/device?user_code={code}&decision=allow")
    assert page.h1 == "A program’s code"
    assert page.value("user_code") == ""


def test_to_type_a_code_allows_nothing_yet(alice: Browser, program: OAuthProgram) -> None:
    device = program.device()
    typed(alice, device["user_code"])
    assert error_of(program.poll(device)) == (400, "authorization_pending")


def test_a_code_is_good_for_ten_minutes(harness: AppHarness, alice: Browser, program: OAuthProgram) -> None:
    device = program.device()
    harness.clock.pass_(minutes=10)
    alice.sign_in("alice")
    assert "No program waits for this code." in typed(alice, device["user_code"]).errors["user_code"]
    assert error_of(program.poll(device)) == (400, "expired_token")


def test_after_five_wrong_codes_not_even_the_right_one_is_looked_at(
    alice: Browser, bob: Browser, program: OAuthProgram
) -> None:
    device = program.device()
    for _ in range(5):
        assert typed(alice, "BBBB-BBBB").status == 422
    assert typed(alice, device["user_code"]).status == 429
    csrf_token = alice.token()
    sent = {"csrf_token": csrf_token, "user_code": device["user_code"], "decision": "allow"}
    assert alice.post("/oauth/device", sent).status == 429
    assert error_of(program.poll(device)) == (400, "authorization_pending")
    assert typed(bob, device["user_code"]).status == 200


def test_guesses_with_a_decision_count_as_well(alice: Browser, program: OAuthProgram) -> None:
    sent = {"csrf_token": alice.token(), "user_code": "BBBB-BBBB", "decision": "allow"}
    assert [alice.post("/oauth/device", sent).status for _ in range(6)] == [422] * 5 + [429]


def test_right_codes_do_not_count(alice: Browser, program: OAuthProgram) -> None:
    for _ in range(6):
        assert typed(alice, program.device()["user_code"]).status == 200


def test_a_device_that_does_not_wait_is_told_to_wait_longer(
    harness: AppHarness, alice: Browser, program: OAuthProgram
) -> None:
    device = program.device()
    program.poll(device)
    harness.clock.pass_(seconds=4)
    assert error_of(program.poll(device)) == (400, "slow_down")
    harness.clock.pass_(seconds=9)
    assert error_of(program.poll(device)) == (400, "slow_down")
    harness.clock.pass_(seconds=15)
    assert error_of(program.poll(device)) == (400, "authorization_pending")


def test_what_was_decided_once_is_decided(alice: Browser, bob: Browser, program: OAuthProgram) -> None:
    device = program.device()
    decide(typed(alice, device["user_code"]), "Refuse")
    assert typed(bob, device["user_code"]).status == 422
    assert error_of(program.poll(device)) == (400, "access_denied")


def test_the_device_of_another_program_gets_nothing(
    alice: Browser, program: OAuthProgram, server_program: OAuthProgram
) -> None:
    device = program.device()
    decide(typed(alice, device["user_code"]), "Allow")
    assert error_of(server_program.poll(device)) == (400, "unauthorized_client")
    assert error_of(server_program.poll({"device_code": "unknown"})) == (400, "invalid_request")


def test_only_programs_that_were_registered_for_it_get_codes(harness: AppHarness) -> None:
    program = OAuthProgram(harness, harness.program("bobby", takes_device_codes=False))
    answer = program.ask("/oauth/device-authorization", {"scope": "accounts:read"})
    assert error_of(answer) == (400, "unauthorized_client")


def test_a_device_says_what_it_asks_for(program: OAuthProgram) -> None:
    for scope in ("", "sign-in", "everything"):
        answer = program.ask("/oauth/device-authorization", {"scope": scope})
        assert error_of(answer) == (400, "invalid_scope")


def test_an_address_asks_for_30_codes_an_hour(program: OAuthProgram) -> None:
    for _ in range(30):
        program.device()
    answer = program.ask("/oauth/device-authorization", {"scope": "accounts:read"})
    assert error_of(answer) == (429, "temporarily_unavailable")
    assert 0 < int(answer.headers["Retry-After"]) <= 3600


def test_a_customer_who_was_suspended_meanwhile_lets_nobody_in(
    harness: AppHarness, alice: Browser, program: OAuthProgram
) -> None:
    device = program.device()
    decide(typed(alice, device["user_code"]), "Allow")
    harness.operators().suspend("alice", None)
    assert error_of(program.poll(device)) == (400, "access_denied")
