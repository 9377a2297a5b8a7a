"""The operator's help for whoever has lost a second factor."""

import pytest

from tests.factories import PASSWORD
from tests.portal.app_harness import AppHarness
from tests.portal.authenticator import set_up_app
from tests.portal.browser import Browser
from tests.portal.genuine import Front
from tests.portal.sign_ins import try_to_sign_in


def remove(harness: AppHarness, username: str) -> tuple[int, str]:
    done = harness.app.test_cli_runner().invoke(args=["second-factors", "remove", username])
    return done.exit_code, done.output


def test_the_operator_removes_what_is_lost_and_the_log_says_so(
    harness: AppHarness, alice: Browser, caplog: pytest.LogCaptureFixture
) -> None:
    set_up_app(alice, harness.clock)
    said = "alice signs in with the password alone. Whoever asked for it should set up another one.\n"
    assert remove(harness, " ALICE ") == (0, said)
    assert harness.browser().sign_in("alice").h1 == "SIP accounts"
    assert harness.service_fixture.stranger.login("alice", PASSWORD)
    assert "The operator has removed the second factors of alice" in caplog.text


def test_bobs_stays(harness: AppHarness, alice: Browser, bob: Browser) -> None:
    set_up_app(alice, harness.clock)
    set_up_app(bob, harness.clock)
    remove(harness, "alice")
    assert try_to_sign_in(harness.browser(), "bobby", PASSWORD).h1 == "Code from your app"


def test_a_sign_in_that_waits_for_the_lost_one_is_over(harness: AppHarness, alice: Browser, browser: Browser) -> None:
    set_up_app(alice, harness.clock)
    try_to_sign_in(browser, "alice", PASSWORD)
    remove(harness, "alice")
    assert browser.open("/login/code").h1 == "Sign in"


def test_a_customer_who_is_not_there_is_named(harness: AppHarness) -> None:
    assert remove(harness, "nobody") == (1, "Error: There is no customer 'nobody'.\n")


def test_a_new_password_removes_no_second_factor(harness: AppHarness, alice: Browser) -> None:
    set_up_app(alice, harness.clock)
    harness.operators().set_password("alice", "tr0ubad0ur")
    assert try_to_sign_in(harness.browser(), "alice", "tr0ubad0ur").h1 == "Code from your app"


def test_in_front_of_another_service_the_operator_can_do_it_too(mysql_front: Front) -> None:
    hers, harness = mysql_front.signed_in("alice-kelly"), mysql_front.harness
    assert remove(harness, "alice-kelly") == (1, "Error: There is no second factor of alice-kelly.\n")
    set_up_app(hers, harness.clock)
    assert remove(harness, "alice-kelly")[0] == 0
    assert harness.browser().sign_in("alice-kelly").h1 == "SIP accounts"
