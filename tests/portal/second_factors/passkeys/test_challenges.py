"""Challenges: what they are bound to."""

import pytest
from flask import session

from sipsorcery_web.portal.second_factors.passkeys.challenges import LIFE, Ceremony, expiry_of, new_challenge
from tests.portal.app_harness import AppHarness


def test_a_challenge_is_good_for_its_ceremony_and_whom_it_is_about(harness: AppHarness) -> None:
    with harness.app.test_request_context():
        challenge = new_challenge(Ceremony.ADD, "alice")
        assert expiry_of(challenge, Ceremony.ADD, "alice") == harness.clock.now + LIFE
        assert expiry_of(challenge, Ceremony.ADD, "bobby") is None
        for other in (Ceremony.SECOND_STEP, Ceremony.ALONE):
            assert expiry_of(challenge, other, "alice") is None


def test_a_challenge_is_good_for_one_browser(harness: AppHarness) -> None:
    with harness.app.test_request_context():
        challenge = new_challenge(Ceremony.ALONE)
        secret = session["csrf_token"]
    with harness.app.test_request_context():
        session["csrf_token"] = secret
        assert expiry_of(challenge, Ceremony.ALONE) is not None
    with harness.app.test_request_context():
        assert expiry_of(challenge, Ceremony.ALONE) is None


def test_no_two_challenges_are_alike(harness: AppHarness) -> None:
    with harness.app.test_request_context():
        assert len({new_challenge(Ceremony.ALONE) for _ in range(100)}) == 100


@pytest.mark.parametrize("text", ["", ".", "..", "a.b.c", "a.1.", "\ud800.1.x", "é.1.ü"])
def test_what_is_no_challenge_is_none(harness: AppHarness, text: str) -> None:
    with harness.app.test_request_context():
        assert expiry_of(text, Ceremony.ALONE) is None


def test_a_challenge_of_a_clock_that_was_ahead_is_none(harness: AppHarness) -> None:
    with harness.app.test_request_context():
        harness.clock.pass_(minutes=10)
        challenge = new_challenge(Ceremony.ALONE)
        harness.clock.pass_(minutes=-10)
        assert expiry_of(challenge, Ceremony.ALONE) is None
