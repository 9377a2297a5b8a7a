"""A clock that is put forward or back by a month: nobody is shut out, then or when it is right again."""

import pytest
from flask import Flask

from sipsorcery_web.service.operators import Operators
from tests.conftest import Clock
from tests.factories import PASSWORD
from tests.factories.records import person
from tests.portal.browser import Browser

MONTH = 30


@pytest.fixture
def alice(app: Flask) -> Browser:
    """The browser of alice, who has signed in."""
    Operators(app.extensions["service"].context).create_customer(person("alice"), administrator=False)
    browser = Browser(app, set())
    browser.sign_in("alice")
    return browser


def saves(browser: Browser, network_id: str) -> bool:
    """Return True when alice's account is saved with this."""
    page = browser.open("/sip-accounts").follow("alice")
    return page.submit(network_id=network_id).notes == ["alice@sip.example.org is saved."]


@pytest.mark.parametrize("days", [MONTH, -MONTH])
def test_whoever_is_signed_out_by_a_clock_that_jumps_signs_in_again(
    app: Flask, clock: Clock, alice: Browser, days: int
) -> None:
    for jump in (days, -days):
        clock.pass_(days=jump)
        asked = alice.open("/sip-accounts")
        assert (asked.status, asked.h1) == (200, "Sign in")
        assert asked.submit(username="alice", password=PASSWORD).h1 == "SIP accounts"
        assert saves(alice, f"after {jump} days")


@pytest.mark.parametrize("days", [MONTH, -MONTH])
def test_what_failed_meanwhile_shuts_nobody_out_when_it_is_right_again(
    app: Flask, clock: Clock, alice: Browser, days: int
) -> None:
    clock.pass_(days=days)
    stranger = Browser(app, set())
    for _ in range(6):
        last = stranger.submit("/login", username="alice", password="n1ghtingale")
    assert last.status == 429
    clock.pass_(days=-days)

    assert stranger.submit("/login", username="alice", password=PASSWORD).h1 == "SIP accounts"
