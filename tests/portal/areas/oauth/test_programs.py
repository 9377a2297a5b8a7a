"""The pages of the programs that somebody has registered."""

import re
from uuid import UUID

import pytest

from sipsorcery_web.contract.rules.programs import MOST_PROGRAMS
from tests.oauth.program import OAuthProgram, error_of
from tests.portal.app_harness import AppHarness
from tests.portal.browser import Browser, Page

SECRET = re.compile(r"sipc_[\w-]{43}")
BACK = "https://app.example.org/back"


def register(browser: Browser, name: str = "Reception desk", **more: str | bool) -> Page:
    """Fill in the form and send it."""
    return browser.submit("/security/programs", **({"name": name, "redirect_addresses": BACK} | more))


def test_security_leads_there(alice: Browser) -> None:
    assert alice.open("/security").follow("Your programs").h1 == "Your programs"


def test_a_program_without_a_secret_is_told_its_id(alice: Browser) -> None:
    page = register(alice)
    assert page.h1 == "Program Reception desk"
    assert not SECRET.search(page.source)
    (row,) = alice.open("/security/programs").rows
    assert BACK in row
    assert str(UUID(page.one("//*[@id='client-id']").text_content())) in row


def test_a_secret_is_shown_once_and_proves_the_program(harness: AppHarness, alice: Browser) -> None:
    page = register(alice, is_confidential=True)
    (secret,) = SECRET.findall(page.text)
    assert secret not in alice.open("/security/programs").source
    assert secret not in harness.stored_rows()


def test_another_secret_takes_the_place_of_the_one_before(harness: AppHarness, alice: Browser) -> None:
    program = harness.program("alice", is_confidential=True)
    asked = alice.open("/security/programs").follow("Make another secret for Reception desk")
    assert asked.h1 == "Another secret for Reception desk?"
    (secret,) = SECRET.findall(asked.submit().text)

    before, now = OAuthProgram(harness, program), {"client_secret": secret, "token": "x"}
    assert error_of(before.ask("/oauth/introspect", {"token": "x"})) == (401, "invalid_client")
    assert before.ask("/oauth/introspect", now).get_json() == {"active": False}


def test_a_program_without_a_secret_is_given_none(harness: AppHarness, alice: Browser) -> None:
    program = harness.program("alice")
    address = f"/security/programs/{program.id}/secret"
    assert alice.open(address).status == 404
    assert alice.post(address, {"csrf_token": alice.token()}).status == 404


def test_a_deleted_program_is_there_for_nobody(harness: AppHarness, alice: Browser, bob: Browser) -> None:
    program = OAuthProgram(harness, harness.program("alice"))
    told = program.tokens(bob)
    asked = alice.open("/security/programs").follow("Delete Reception desk")
    assert asked.h1 == "Delete the program Reception desk?"
    assert asked.submit().notes == ["Reception desk is deleted, and acts for nobody any more."]

    assert error_of(program.refresh(told["refresh_token"])) == (400, "invalid_client")
    assert "No program acts for you" in bob.open("/security/consents").text
    assert bob.open(program.address()).status == 422


@pytest.mark.parametrize(
    ("typed", "field", "words"),
    [
        ({"name": " "}, "name", "Give the program a name."),
        ({"redirect_addresses": "http://app.example.org"}, "redirect_addresses", "http://app.example.org is none that"),
        ({"redirect_addresses": ""}, "redirect_addresses", "Give an address, or let"),
        ({"redirect_addresses": f"{BACK} myapp://back"}, "redirect_addresses", "myapp://back is none that"),
    ],
)
def test_what_is_wrong_is_told_at_the_field_and_nothing_is_registered(
    alice: Browser, typed: dict[str, str], field: str, words: str
) -> None:
    page = register(alice, **typed)
    assert page.status == 422
    assert page.errors[field].startswith(words)
    assert alice.open("/security/programs").rows == []


def test_with_20_there_is_no_form(harness: AppHarness, alice: Browser) -> None:
    page = alice.open("/security/programs")
    for number in range(MOST_PROGRAMS):
        harness.program("alice", f"program {number}")
    refused = alice.force_page(page, {}, name="one more", redirect_addresses=BACK)
    assert "There are 20 programs" in refused.text
    assert not alice.open("/security/programs").has("name")


def test_bob_sees_nothing_of_alices_programs(harness: AppHarness, bob: Browser) -> None:
    program = harness.program("alice", is_confidential=True)
    assert bob.open("/security/programs").rows == []
    for what in ("delete", "secret"):
        address = f"/security/programs/{program.id}/{what}"
        assert bob.open(address).status == 404
        assert bob.post(address, {"csrf_token": bob.token()}).status == 404
    assert OAuthProgram(harness, program).ask("/oauth/introspect", {"token": "x"}).status_code == 200


def test_whoever_has_a_session_alone_registers_nothing(harness: AppHarness, alice: Browser) -> None:
    harness.clock.pass_(minutes=10)
    assert register(alice).h1 == "Confirm that it is you"
    assert alice.open("/security/programs").rows == []


def test_the_audit_tells_what_became_of_programs(harness: AppHarness, alice: Browser) -> None:
    register(alice, is_confidential=True)
    alice.open("/security/programs").follow("Make another secret").submit()
    alice.open("/security/programs").follow("Delete Reception desk").submit()
    told = alice.open("/security/changes").text
    for words in ("Program registered", "Another secret given to a program", "Program deleted"):
        assert f"{words} Reception desk" in told


def test_names_are_shown_as_text(alice: Browser, bob: Browser, harness: AppHarness) -> None:
    name = "<b>&\"'</b>\u202e"
    register(alice, name)
    assert "<b>&\"'</b>[U+202E]" in alice.open("/security/programs").rows[0]
    program = OAuthProgram(harness, harness.program("alice", name))
    program.tokens(bob)
    for path in (program.address(), "/security/consents"):
        assert "<b>&\"'</b>[U+202E]" in bob.open(path).text
