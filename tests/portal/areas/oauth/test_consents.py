"""The page of the programs that act for somebody."""

from tests.oauth.program import ADDRESS, OAuthProgram, error_of, rest_status
from tests.portal.app_harness import AppHarness
from tests.portal.browser import Browser


def program_of_bob(harness: AppHarness) -> OAuthProgram:
    return OAuthProgram(harness, harness.program("bobby"))


def test_alice_sees_what_she_allowed_and_when_it_was_used_last(harness: AppHarness, alice: Browser) -> None:
    told = program_of_bob(harness).tokens(alice, "accounts:read calls:read")
    page = alice.open("/security").follow("Programs with access")
    (row,) = page.rows
    assert row.startswith("Reception desk registered by bobby Read SIP accounts and registrations; Read calls in")
    assert "Not since then" in row
    harness.service_fixture.client(told["access_token"], ADDRESS).sip_accounts.count()
    assert f"from {ADDRESS}" in alice.open("/security/consents").rows[0]


def test_tokens_of_programs_are_none_of_those_that_alice_makes_herself(harness: AppHarness, alice: Browser) -> None:
    program_of_bob(harness).tokens(alice)
    assert alice.open("/security/tokens").rows == []
    assert "There is no token that is good at present." in alice.open("/security").text
    harness.access_token("alice", "Reception desk")
    program_of_bob(harness).tokens(alice)
    assert len(alice.open("/security/tokens").rows) == 1


def test_alice_ends_the_access_after_being_asked(harness: AppHarness, alice: Browser) -> None:
    program = program_of_bob(harness)
    told = program.tokens(alice)
    asked = alice.open("/security/consents").follow("End the access of Reception desk")
    assert asked.h1 == "End the access of Reception desk?"
    page = asked.submit()
    assert page.notes == ["Reception desk is kept out from now on."]
    assert page.rows == []
    assert rest_status(harness, told["access_token"]) == 401
    assert error_of(program.refresh(told["refresh_token"])) == (400, "invalid_grant")


def test_bob_sees_nothing_of_what_alice_allowed_his_program(harness: AppHarness, alice: Browser, bob: Browser) -> None:
    told = program_of_bob(harness).tokens(alice)
    address = alice.open("/security/consents").links["End the access of Reception desk"]
    assert bob.open("/security/consents").rows == []
    assert bob.open(address).status == 404
    assert bob.post(address, {"csrf_token": bob.token()}).status == 404
    assert rest_status(harness, told["access_token"]) == 200


def test_what_has_ended_is_not_shown(harness: AppHarness, alice: Browser) -> None:
    program_of_bob(harness).tokens(alice)
    harness.clock.pass_(days=30)
    alice.sign_in("alice")
    assert alice.open("/security/consents").rows == []


def test_the_operator_ends_them_with_all_tokens(harness: AppHarness, alice: Browser) -> None:
    told = program_of_bob(harness).tokens(alice)
    harness.access_token("alice")
    assert harness.operators().end_access_tokens("alice", None) == 2
    assert rest_status(harness, told["access_token"]) == 401
    assert alice.open("/security/consents").rows == []


def test_the_audit_tells_who_was_let_in_and_how_it_ended(harness: AppHarness, alice: Browser) -> None:
    program = program_of_bob(harness)
    code = program.code_of(alice)
    first = program.redeem(code).get_json()
    program.redeem(code)
    first = program.tokens(alice)
    program.refresh(first["refresh_token"])
    program.refresh(first["refresh_token"])
    program.ask("/oauth/revoke", {"token": program.tokens(alice)["refresh_token"]})
    program.tokens(alice)
    alice.open("/security/consents").follow("End").submit()

    told = alice.open("/security/changes").text

    assert told.count("Program allowed to act for you Reception desk you") == 4
    assert "Access of a program ended: its code came twice Reception desk you with the token Reception desk" in told
    assert "its refresh token came twice Reception desk you with the token Reception desk" in told
    assert "Access of a program ended Reception desk you with the token Reception desk 192.0.2.7" in told
    assert "Access of a program ended Reception desk you 127.0.0.1" in told
