"""The pages where somebody decides about a program."""

import re

import pytest
from werkzeug.datastructures import MultiDict

from sipsorcery_web.portal.http.security_headers import HEADERS, POLICY
from tests.factories import PASSWORD
from tests.oauth.program import OAuthProgram, parameters_of
from tests.portal.app_harness import AppHarness
from tests.portal.browser import Browser


@pytest.fixture
def program(harness: AppHarness) -> OAuthProgram:
    """A program of bob's."""
    return OAuthProgram(harness, harness.program("bobby"))


def test_the_page_says_who_asks_what_for_whom_and_where_it_leads(alice: Browser, program: OAuthProgram) -> None:
    page = alice.open(program.address(scope="calls:write accounts:read"))
    assert page.h1 == "May Reception desk act for you?"
    assert [each.text for each in page.all("//main//li")] == [
        "Read SIP accounts and registrations",
        "Hang up calls in progress",
    ]
    assert "for alice, for a year at most, and until you take it back" in page.text
    assert "Registered by bobby" in page.text
    assert "Leads back to http://127.0.0.1:49152" in page.text
    assert page.buttons == ["Allow", "Refuse"]


def test_a_stranger_signs_in_first_and_comes_back_to_the_page(
    harness: AppHarness, browser: Browser, program: OAuthProgram
) -> None:
    harness.add_users("alice")
    page = browser.open(program.address())
    assert page.h1 == "Sign in"
    assert page.submit(username="alice", password=PASSWORD).h1 == "May Reception desk act for you?"
    assert browser.redirects == [program.address()]


def test_whoever_signed_in_long_ago_confirms_that_it_is_them_before_they_are_asked(
    harness: AppHarness, alice: Browser, program: OAuthProgram
) -> None:
    harness.clock.pass_(minutes=10)
    page = alice.open(program.address())
    assert page.h1 == "Confirm that it is you"
    page = page.submit(proof_password=PASSWORD)
    assert page.h1 == "May Reception desk act for you?"

    harness.clock.pass_(minutes=10)
    answer = alice.raw("POST", program.address(), data={"csrf_token": alice.token(), "decision": "allow"})
    assert answer.status_code == 403
    assert answer.location is None


def test_a_decision_without_the_token_against_forgery_is_none(alice: Browser, program: OAuthProgram) -> None:
    for path, more in ((program.address(), {}), ("/oauth/device", {"user_code": program.device()["user_code"]})):
        answer = alice.raw("POST", path, data={"decision": "allow", **more})
        assert answer.status_code == 400
        assert answer.location is None
    assert alice.open("/security/consents").rows == []


@pytest.mark.parametrize("decision", ["", "maybe", "allow deny"])
def test_neither_yes_nor_no_asks_again(alice: Browser, program: OAuthProgram, decision: str) -> None:
    sent = MultiDict({"csrf_token": alice.token(), "decision": decision})
    assert alice.post(program.address(), sent).h1 == "May Reception desk act for you?"
    assert alice.open(f"{program.address()}&decision=allow").h1 == "May Reception desk act for you?"
    assert alice.open("/security/consents").rows == []


def test_no_site_can_frame_the_page_and_its_form_leads_here_or_to_the_program(
    alice: Browser, program: OAuthProgram
) -> None:
    answer = alice.raw("GET", program.address())
    policy = answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert policy == POLICY.replace("form-action 'self'", "form-action 'self' http://127.0.0.1:49152")
    assert alice.raw("GET", "/oauth/device").headers["Content-Security-Policy"] == HEADERS["Content-Security-Policy"]


def test_the_address_of_ipv6_that_no_policy_can_name_is_let_through_as_http(
    harness: AppHarness, alice: Browser
) -> None:
    program = OAuthProgram(harness, harness.program("bobby", redirect_addresses=("http://[::1]/back",)))
    policy = alice.raw("GET", program.address(redirect_uri="http://[::1]:5000/back")).headers["Content-Security-Policy"]
    assert "form-action 'self' http:;" in policy


def test_what_is_asked_wrongly_is_said_and_leads_back_with_the_error(alice: Browser, program: OAuthProgram) -> None:
    page = alice.open(program.address(scope="everything"))
    assert (page.status, page.h1) == (422, "The program asks wrongly")
    told = parameters_of(page.links["Back to the program"])
    assert (told["error"], told["state"], told["iss"]) == ("invalid_scope", "xyzzy", "http://localhost")


HOSTILE = "\"'></title><script>alert(1)</script>{{7*191}}"


@pytest.mark.parametrize("name", ["response_type", "client_id", "redirect_uri", "scope", "state", "code_challenge"])
def test_no_page_takes_markup_out_of_what_a_program_sends(alice: Browser, program: OAuthProgram, name: str) -> None:
    page = alice.open(program.address(**{name: HOSTILE}))
    assert page.status == (200 if name == "state" else 422)
    assert "<script>alert" not in page.source
    assert "1337" not in page.text


def test_what_a_customer_allows_is_theirs_whatever_the_form_says(
    harness: AppHarness, alice: Browser, bob: Browser, program: OAuthProgram
) -> None:
    sent = {"csrf_token": alice.token(), "decision": "allow", "username": "bobby", "owner": "bobby", "user": "bobby"}
    assert alice.raw("POST", program.address(), data=sent).status_code == 303
    assert len(alice.open("/security/consents").rows) == 1
    assert bob.open("/security/consents").rows == []


def test_no_secret_stands_in_the_log(caplog: pytest.LogCaptureFixture, alice: Browser, harness: AppHarness) -> None:
    caplog.set_level("DEBUG")
    program = OAuthProgram(harness, harness.program("bobby", is_confidential=True))
    told = program.tokens(alice)
    program.refresh(told["refresh_token"])
    said = "\n".join(record.getMessage() for record in caplog.records if record.name.startswith("sipsorcery"))
    for secret in (told["access_token"], told["refresh_token"], program.registered.secret or ""):
        assert secret not in said
    assert not re.search("sip[src]_", said)
