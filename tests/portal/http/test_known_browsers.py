"""Browsers that somebody has signed in with before: what others guess does not keep them from it again."""

import pytest

from sipsorcery_web.portal.http.known_browsers import COOKIE as KNOWN_COOKIE
from tests.factories import PASSWORD
from tests.portal.app_harness import AppHarness
from tests.portal.browser import Browser
from tests.portal.genuine import Front
from tests.portal.sign_ins import fail_to_sign_in, try_to_sign_in


def test_a_browser_that_has_signed_alice_in_before_is_not_shut_out_by_others_at_her_address(
    harness: AppHarness, browser: Browser
) -> None:
    browser.sign_in("alice")
    browser.sign_out()
    stranger = harness.browser()
    for name in ("alice", "carol", "dave1", "erin1"):
        fail_to_sign_in(stranger, name, 5)
    assert try_to_sign_in(stranger, "alice", PASSWORD).status == 429
    assert try_to_sign_in(browser, "bobby", PASSWORD).status == 429

    assert try_to_sign_in(browser, "alice", PASSWORD).h1 == "SIP accounts"


def test_a_known_browser_may_not_guess_on_and_on(browser: Browser) -> None:
    browser.sign_in("alice")
    browser.sign_out()
    fail_to_sign_in(browser, "alice", 5)

    assert try_to_sign_in(browser, "alice", PASSWORD).status == 429


@pytest.mark.parametrize(("days", "is_known"), [(90, True), (91, False)])
def test_a_browser_is_known_for_90_days_after_a_sign_in(
    harness: AppHarness, browser: Browser, days: int, is_known: bool
) -> None:
    browser.sign_in("alice")
    browser.sign_out()
    harness.clock.pass_(days=80)
    browser.sign_in("alice")
    browser.sign_out()
    harness.clock.pass_(days=days)
    fail_to_sign_in(harness.browser(), "alice", 5)

    assert (try_to_sign_in(browser, "alice", PASSWORD).h1 == "SIP accounts") is is_known


def test_a_day_that_was_put_into_the_cookie_counts_for_nothing(harness: AppHarness, browser: Browser) -> None:
    browser.sign_in("alice")
    browser.sign_out()
    harness.clock.pass_(days=91)
    known = browser.client.get_cookie(KNOWN_COOKIE)
    assert known is not None
    number, day, signature = known.value.split(".")
    browser.client.set_cookie(KNOWN_COOKIE, f"{number}.{int(day) + 91}.{signature}")
    fail_to_sign_in(harness.browser(), "alice", 5)

    assert try_to_sign_in(browser, "alice", PASSWORD).status == 429


def test_a_sign_in_does_not_give_a_known_browser_new_tries_under_a_new_number(browser: Browser) -> None:
    def number() -> str:
        known = browser.client.get_cookie(KNOWN_COOKIE)
        assert known is not None
        return str(known.value.partition(".")[0])

    browser.sign_in("alice")
    first = number()
    browser.sign_out()
    browser.sign_in("alice")

    assert number() == first


@pytest.mark.parametrize(
    "forged",
    [
        "",
        "x",
        "x.y",
        "x.y.z",
        "~~.",
        "..",
        "AAAAAAAAAAAAAAAA.AAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "AAAAAAAAAAAAAAAA.739950.AAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "\u20ac.\u20ac.\u20ac",
    ],
)
def test_a_cookie_that_was_made_up_knows_nobody(browser: Browser, forged: str) -> None:
    fail_to_sign_in(browser, "alice", 5)
    browser.client.set_cookie(KNOWN_COOKIE, forged)

    assert try_to_sign_in(browser, "alice", PASSWORD).status == 429


def test_the_cookie_of_a_known_browser_tells_nobody_who_was_there(browser: Browser) -> None:
    for name in ("alice", "bobby"):
        browser.sign_in(name)
        browser.sign_out()
    known = browser.client.get_cookie(KNOWN_COOKIE)

    assert known is not None
    assert known.http_only
    assert len(known.value.split("~")) == 2
    assert not {"alice", "bobby"} & set(known.value.replace("~", ".").split("."))


def test_in_front_of_another_service_a_known_browser_is_known_too(mysql_front: Front) -> None:
    mysql_front.signed_in("alice-kelly")
    browser, stranger = mysql_front.harness.browser(), mysql_front.harness.browser()
    browser.sign_in("alice-kelly")
    browser.sign_out()
    for name in ("carol", "dave1", "erin1", "frank"):
        fail_to_sign_in(stranger, name, 5)
    assert try_to_sign_in(stranger, "alice-kelly", PASSWORD).status == 429

    assert browser.sign_in("alice-kelly").h1 == "SIP accounts"
