"""The changes of second factors among those that their owner sees."""

import pytest

from tests.factories import PASSWORD
from tests.portal.app_harness import AppHarness
from tests.portal.authenticator import set_up_app
from tests.portal.browser import Browser
from tests.portal.genuine import Front
from tests.portal.sign_ins import try_to_sign_in


def changes_seen_by(browser: Browser) -> str:
    return " | ".join(reversed(browser.open("/security/changes").rows))


def test_what_becomes_of_an_app_and_its_recovery_codes_is_told(harness: AppHarness, alice: Browser) -> None:
    app = set_up_app(alice, harness.clock)
    browser = harness.browser()
    try_to_sign_in(browser, "alice", PASSWORD)
    browser.submit("/login/recovery-code", code=app.recovery_codes[0])
    alice.submit("/security/recovery-codes")
    alice.submit("/security/totp/remove")

    seen = changes_seen_by(alice)
    told = ["Authenticator app added", "Recovery code used to sign in", "Recovery codes changed", "app deleted"]
    at = [seen.find(words) for words in told]
    assert -1 not in at
    assert at == sorted(at)
    assert app.secret not in seen


def test_bob_who_signs_in_as_alice_with_a_recovery_code_is_alice_there(
    harness: AppHarness, alice: Browser, bob: Browser
) -> None:
    app = set_up_app(alice, harness.clock)
    try_to_sign_in(bob, "alice", PASSWORD)
    bob.submit("/login/recovery-code", code=app.recovery_codes[0])
    assert "Recovery code used to sign in" in changes_seen_by(bob)
    assert "bobby" not in changes_seen_by(alice)


def test_the_operators_removal_is_told(harness: AppHarness, alice: Browser) -> None:
    set_up_app(alice, harness.clock)
    harness.app.test_cli_runner().invoke(args=["second-factors", "remove", "alice"])
    assert "Second step removed" in changes_seen_by(alice)


def test_in_front_of_another_service_the_log_tells_it(mysql_front: Front, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("INFO"):
        set_up_app(mysql_front.signed_in("alice-kelly"), mysql_front.harness.clock)
    assert "AddTotp of alice-kelly by alice-kelly, authenticator app" in caplog.text
