"""A store that fails: pages say so with what was typed, in time, and monitors learn it; then all is as before."""

from collections.abc import Iterator
from pathlib import Path
from time import monotonic

import pytest

from sipsorcery_web.portal.http import readiness
from sipsorcery_web.service.passwords import Passwords
from tests.factories import PASSWORD

from .stores import KINDS, FailingPortal, failing_portal

PATIENCE = 20.0
QUICKLY = 6.0
"""Seconds: twice the time that a connection to PostgreSQL may take."""


@pytest.fixture(params=KINDS)
def portal(
    request: pytest.FixtureRequest, tmp_path: Path, passwords: Passwords, monkeypatch: pytest.MonkeyPatch
) -> Iterator[FailingPortal]:
    monkeypatch.setattr(readiness, "GOOD_FOR", 0.0)
    with failing_portal(request.param, tmp_path, passwords, monkeypatch) as portal:
        yield portal
        portal.heal()


def test_what_is_typed_is_given_back_and_can_be_saved_when_the_store_is_there_again(portal: FailingPortal) -> None:
    alice = portal.alice()
    form = alice.open("/sip-accounts/add")
    portal.fail()
    began = monotonic()
    refused = form.submit(sip_username="front-desk", sip_password="bl4ckbird!", network_id="5th-floor")

    assert monotonic() - began < QUICKLY
    assert refused.status == 503
    assert "front-desk" in refused.source
    assert "5th-floor" in refused.source
    assert alice.open("/sip-accounts").status == (200 if portal.is_read_on else 503)

    portal.heal()
    deadline = monotonic() + PATIENCE
    while form.submit(sip_username="front-desk", sip_password="bl4ckbird!").status == 503:
        assert monotonic() < deadline
    assert "front-desk" in alice.open("/sip-accounts").names


def test_nobody_is_signed_in_and_the_username_is_given_back(portal: FailingPortal) -> None:
    browser = portal.browser()
    page = browser.open("/login")
    portal.fail()
    refused = page.submit(username="alice", password=PASSWORD)

    assert refused.status == 503
    assert "alice" in refused.source
    assert "Signed in as" not in refused.text
    portal.heal()
    deadline = monotonic() + PATIENCE
    while page.submit(username="alice", password=PASSWORD).status == 503:
        assert monotonic() < deadline
    assert browser.open("/sip-accounts").names == ["alice"]


def test_a_stranger_is_told_and_a_monitor_learns_it(portal: FailingPortal) -> None:
    alice = portal.alice()
    (styles,) = alice.open("/sip-accounts").tree.xpath("//link[@rel='stylesheet']/@href")
    assert portal.browser().raw("GET", "/readyz").status_code == 200
    portal.fail()

    assert portal.browser().open("/login").status in (200, 503)
    began = monotonic()
    ready = portal.browser().raw("GET", "/readyz")
    assert (ready.status_code, ready.get_json()["status"]) == (503, "unavailable")
    assert monotonic() - began < QUICKLY
    assert alice.raw("GET", "/healthz").status_code == 200
    assert alice.raw("GET", styles).status_code == 200
    portal.heal()
    deadline = monotonic() + PATIENCE
    while portal.browser().raw("GET", "/readyz").status_code != 200:
        assert monotonic() < deadline
