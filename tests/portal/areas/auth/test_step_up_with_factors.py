"""Confirming that it is you with a second factor: a code of an app, or a passkey, in place of the password."""

from typing import Any

import pytest

from sipsorcery_web.portal.areas.auth.step_up import WRONG
from tests.portal.app_harness import AppHarness
from tests.portal.authenticator import set_up_app
from tests.portal.browser import Browser
from tests.portal.fake_sip_engine import FakeEngine
from tests.portal.passkeys import ALONE, added, options_at, to_second_step
from tests.portal.webauthn_authenticator import Authenticator

from .test_step_up import GUARDED, SECRET, TITLE, Guarded, guarded, send

PROOF = "/security/proof"
SIGN_INS_KEPT = "/security/sign-ins"


@pytest.fixture
def ids(harness: AppHarness, sip_engine: FakeEngine) -> dict[str, Any]:
    return harness.one_of_each("alice") | {"passkey_id": harness.passkey("alice")}


@guarded
def test_a_code_of_the_app_carries_on_as_the_password_does(
    harness: AppHarness, alice: Browser, ids: dict[str, Any], asked: Guarded
) -> None:
    app = set_up_app(alice, harness.clock)
    harness.clock.pass_(minutes=10)
    page = send(alice, asked, ids)
    assert page.h1 == TITLE
    assert asked.done in page.submit(proof_code=app.code()).text


def test_a_code_proves_once_and_a_wrong_one_nothing(harness: AppHarness, alice: Browser, ids: dict[str, Any]) -> None:
    app, asked = set_up_app(alice, harness.clock), GUARDED["the password of a SIP account"]
    harness.clock.pass_(minutes=10)
    wrong = send(alice, asked, ids, proof_code=app.wrong_code())
    assert (wrong.status, wrong.h1, SECRET in wrong.source) == (422, TITLE, False)
    used = app.code()
    assert SECRET in send(alice, asked, ids, proof_code=used).text
    harness.clock.pass_(minutes=10)
    for code in (used, ""):
        assert SECRET not in send(alice, asked, ids, proof_code=code).source
    assert "Right password or session, wrong code" in alice.open(SIGN_INS_KEPT).text


def test_wrong_codes_are_looked_at_so_often(harness: AppHarness, alice: Browser, ids: dict[str, Any]) -> None:
    app, asked = set_up_app(alice, harness.clock), GUARDED["the password of a SIP account"]
    harness.clock.pass_(minutes=10)
    for _ in range(6):
        last = send(alice, asked, ids, proof_code=app.wrong_code())
    assert last.status == 429
    assert SECRET not in send(alice, asked, ids, proof_code=app.code()).source


def test_a_code_proves_nothing_of_who_has_no_app(harness: AppHarness, alice: Browser, ids: dict[str, Any]) -> None:
    asked = GUARDED["the password of a SIP account"]
    harness.clock.pass_(minutes=10)
    assert "authenticator app" not in send(alice, asked, ids).text
    assert SECRET not in send(alice, asked, ids, proof_code="123456").source


@guarded
def test_a_passkey_carries_on_as_the_password_does(
    harness: AppHarness, alice: Browser, ids: dict[str, Any], asked: Guarded
) -> None:
    hers = added(alice)
    harness.clock.pass_(minutes=10)
    page = send(alice, asked, ids)
    answer = hers.get(options_at(alice, PROOF))
    assert asked.done in alice.force_page(page, {"proof_credential": answer}).text


@pytest.mark.parametrize("whose", ["bob's", "forged", "of a sign-in", "of another session", "used before"])
def test_the_answer_of_another_passkey_or_for_something_else_proves_nothing(
    harness: AppHarness, alice: Browser, bob: Browser, browser: Browser, ids: dict[str, Any], whose: str
) -> None:
    asked, hers = GUARDED["the password of a SIP account"], added(alice)
    forged = Authenticator(credential_id=hers.credential_id, user_handle=hers.user_handle)
    to_second_step(browser, "alice")
    answer = {
        "bob's": lambda: added(bob, credential_id=b"bob's").get(options_at(alice, PROOF)),
        "forged": lambda: forged.get(options_at(alice, PROOF)),
        "of a sign-in": lambda: hers.get(options_at(alice, ALONE)),
        "of another session": lambda: hers.get(options_at(bob_with_a_passkey(bob), PROOF)),
        "used before": lambda: hers.get(options_at(alice, PROOF)),
    }[whose]()
    if whose == "used before":
        assert SECRET in send(alice, asked, ids, proof_credential=answer).text
    harness.clock.pass_(minutes=10)
    page = send(alice, asked, ids, proof_credential=answer)
    assert (page.status, page.notes, SECRET in page.source) == (422, [WRONG], False)


def bob_with_a_passkey(bob: Browser) -> Browser:
    added(bob, credential_id=b"bob's")
    return bob


def test_nobody_is_told_challenges_without_a_passkey_or_a_session(alice: Browser, browser: Browser) -> None:
    assert alice.raw("GET", f"{PROOF}/options").status_code == 404
    assert browser.open(f"{PROOF}/options").h1 == "Sign in"
