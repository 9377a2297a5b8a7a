"""Passkeys on their pages: added, listed, removed, and what adds none."""

from collections.abc import Callable

import pytest
from werkzeug.datastructures import MultiDict

from tests.portal.app_harness import AppHarness
from tests.portal.browser import Browser
from tests.portal.passkeys import PAGE, added, options_at, send_new
from tests.portal.webauthn_authenticator import Authenticator

HarnessWith = Callable[..., AppHarness]
NOT_ACCEPTED = "This passkey was not accepted. Try again, or go another way."


def test_alice_adds_a_passkey_and_sees_it_in_the_list(alice: Browser) -> None:
    page = send_new(alice, Authenticator().create(options_at(alice, PAGE)), "my telephone")
    assert page.h1 == "The passkey is added"
    assert alice.open(PAGE).rows == ["my telephone 23 Nov 2026 12:00:00 Never localhost Remove my telephone"]


def test_recovery_codes_come_with_the_first_factor_alone(alice: Browser) -> None:
    page = send_new(alice, Authenticator().create(options_at(alice, PAGE)))
    assert len(page.all("//*[@id='recovery-codes']/li")) == 10
    second = Authenticator(credential_id=b"another one")
    page = send_new(alice, second.create(options_at(alice, PAGE)), "security key")
    assert (page.path, page.notes) == (PAGE, ["The passkey security key is added."])


def test_with_the_first_one_other_browsers_are_signed_out(harness: AppHarness, alice: Browser) -> None:
    elsewhere = harness.browser()
    elsewhere.sign_in("alice")
    added(alice)
    assert elsewhere.open("/sip-accounts").h1 == "Sign in"
    assert alice.open("/sip-accounts").h1 == "SIP accounts"


def test_the_browser_is_told_whom_and_what_for(alice: Browser) -> None:
    added(alice)
    options = options_at(alice, PAGE)
    assert options["rp"] == {"name": "SIPSorcery", "id": "localhost"}
    assert options["user"]["name"] == "alice"
    assert options["attestation"] == "none"
    assert options["timeout"] == 300_000
    assert len(options["excludeCredentials"]) == 1


@pytest.mark.parametrize(
    ("name", "error"),
    [(" ", "Give the passkey a name."), ("n" * 65, "The name can have at most 64 characters.")],
)
def test_a_passkey_needs_a_name_of_one_line(alice: Browser, name: str, error: str) -> None:
    page = send_new(alice, Authenticator().create(options_at(alice, PAGE)), name)
    assert (page.status, page.errors) == (422, {"name": error})
    assert page.rows == []


def test_names_are_shown_as_text(alice: Browser) -> None:
    added(alice, "<b>&\"'</b>\u202e")
    assert alice.open(PAGE).rows[0].startswith("<b>&\"'</b>[U+202E]")


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ("", "The browser sent no passkey. That takes a browser that has passkeys, with scripts."),
        ("none", NOT_ACCEPTED),
        ("{}", NOT_ACCEPTED),
        ("[" * 15_000, NOT_ACCEPTED),
        ("x" * 30_000, NOT_ACCEPTED),
    ],
)
def test_what_is_no_answer_adds_nothing(alice: Browser, answer: str, why: str) -> None:
    page = send_new(alice, answer)
    assert (page.status, page.notes) == (422, [why])
    assert page.rows == []


def test_an_answer_is_never_put_back_into_a_page(alice: Browser) -> None:
    page = send_new(alice, '{"an": "answer"}')
    assert page.value("credential") == ""
    assert "answer" not in page.source


def test_the_challenge_of_bob_adds_nothing_to_alice(alice: Browser, bob: Browser) -> None:
    page = send_new(alice, Authenticator().create(options_at(bob, PAGE)))
    assert (page.notes, page.rows) == ([NOT_ACCEPTED], [])


def test_the_challenge_of_another_session_of_hers_adds_nothing(harness: AppHarness, alice: Browser) -> None:
    elsewhere = harness.browser()
    elsewhere.sign_in("alice")
    page = send_new(alice, Authenticator().create(options_at(elsewhere, PAGE)))
    assert (page.notes, page.rows) == ([NOT_ACCEPTED], [])


def test_a_challenge_is_answered_once(alice: Browser) -> None:
    options = options_at(alice, PAGE)
    send_new(alice, Authenticator(credential_id=b"one").create(options))
    page = send_new(alice, Authenticator(credential_id=b"two").create(options))
    assert (page.notes, len(page.rows)) == ([NOT_ACCEPTED], 1)


def test_a_challenge_is_good_for_five_minutes(harness: AppHarness, alice: Browser) -> None:
    options = options_at(alice, PAGE)
    harness.clock.pass_(minutes=5)
    page = send_new(alice, Authenticator().create(options))
    assert (page.notes, page.rows) == ([NOT_ACCEPTED], [])


def test_a_challenge_of_ones_own_invention_adds_nothing(alice: Browser) -> None:
    options = dict(options_at(alice, PAGE))
    for challenge in ("", "AAAA", "YS4xLmI", options["challenge"][:-4] + "AAAA"):
        page = send_new(alice, Authenticator().create(options | {"challenge": challenge}))
        assert (page.notes, page.rows) == ([NOT_ACCEPTED], [])


@pytest.mark.parametrize("origin", ["https://localhost", "http://localhost:8080", "http://evil.example"])
def test_an_answer_of_another_origin_adds_nothing(alice: Browser, origin: str) -> None:
    page = send_new(alice, Authenticator(origin).create(options_at(alice, PAGE)))
    assert (page.notes, page.rows) == ([NOT_ACCEPTED], [])


def test_an_answer_for_another_name_adds_nothing(alice: Browser) -> None:
    options = options_at(alice, PAGE)
    page = send_new(alice, Authenticator().create(dict(options) | {"rp": {"id": "evil.example"}}))
    assert (page.notes, page.rows) == ([NOT_ACCEPTED], [])


def test_a_credential_of_alices_is_not_bobs_as_well_nor_is_he_guarded_by_it(
    harness: AppHarness, alice: Browser, bob: Browser
) -> None:
    hers = added(alice)
    page = send_new(bob, Authenticator(credential_id=hers.credential_id).create(options_at(bob, PAGE)))
    assert (page.notes, page.rows) == (["This passkey is known already."], [])
    stored = harness.customer("bobby")
    assert stored is not None
    assert not stored.has_second_factor


def test_with_20_there_is_no_form(alice: Browser) -> None:
    for number in range(20):
        added(alice, credential_id=b"%d" % number)
    page = alice.open(PAGE)
    assert not page.has("name")
    assert "Remove one before you add another." in page.text


def test_alice_removes_a_passkey_after_being_asked(alice: Browser) -> None:
    added(alice, "old telephone")
    page = alice.open(PAGE).follow("Remove old telephone")
    assert "It was never used." in page.text
    page = page.submit()
    assert page.notes == ["old telephone is removed. It opens nothing any more."]
    assert page.rows == []


def test_bob_neither_sees_nor_removes_alices(harness: AppHarness, alice: Browser, bob: Browser) -> None:
    added(alice)
    address = alice.open(PAGE).links["Remove telephone"]
    assert bob.open(PAGE).rows == []
    assert bob.open(address).status == 404
    assert bob.post(address, MultiDict({"csrf_token": bob.token()})).status == 404
    assert len(alice.open(PAGE).rows) == 1


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("http://127.0.0.1", "Passkeys belong to a name, and this portal is at an IP address, 127.0.0.1."),
        ("http://[::1]:8080", "Passkeys belong to a name, and this portal is at an IP address, ::1."),
        ("http://portal.localhost:8080", ""),
        ("https://portal.example", ""),
    ],
)
def test_passkeys_are_there_where_the_portal_has_a_name(harness: AppHarness, address: str, why: str) -> None:
    alice = harness.signed_in("alice", base_url=address)
    page = alice.open(PAGE)
    assert page.has("name") == (why == "")
    assert why in page.text
    assert alice.raw("GET", f"{PAGE}/options").status_code == (404 if why else 200)


def test_over_http_from_another_machine_browsers_have_none(harness_with: HarnessWith) -> None:
    alice = harness_with(insecure_http=True).signed_in("alice", base_url="http://portal.example")
    assert "Browsers offer passkeys over https alone" in alice.open(PAGE).text


def test_at_an_ip_address_none_is_added(harness: AppHarness, alice: Browser) -> None:
    there = harness.signed_in("alice", base_url="http://127.0.0.1")
    answer = Authenticator("http://127.0.0.1").create(options_at(alice, PAGE))
    page = there.post(PAGE, {"csrf_token": there.token(), "name": "telephone", "credential": answer})
    assert "IP address" in page.notes[0]
    assert page.rows == []


def test_they_belong_to_the_address_that_the_operator_says(harness_with: HarnessWith) -> None:
    harness = harness_with(public_url="https://sip.example.org/portal")
    elsewhere = harness.signed_in("bobby", base_url="https://other.example.org")
    assert "belong to https://sip.example.org. Open it there" in elsewhere.open(PAGE).text
    alice = harness.signed_in("alice", base_url="https://sip.example.org")
    assert options_at(alice, PAGE)["rp"]["id"] == "sip.example.org"
    added(alice, origin="https://sip.example.org")
    assert "sip.example.org" in alice.open(PAGE).rows[0]


def test_those_of_another_name_are_listed_and_not_asked_for(harness: AppHarness, alice: Browser) -> None:
    harness.passkey("alice", rp_id="old.example")
    assert options_at(alice, PAGE)["excludeCredentials"] == []
    assert "old.example" in alice.open(PAGE).rows[0]
