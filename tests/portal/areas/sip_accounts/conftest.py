"""Fixtures that the tests of this folder share."""

import pytest

from sipsorcery_web.contract.records import SIPAccount
from tests.portal.app_harness import AppHarness
from tests.portal.browser import Browser


@pytest.fixture
def desk(harness: AppHarness, alice: Browser) -> SIPAccount:
    """An account of alice."""
    return harness.account("alice", "front-desk", out_dial_plan_name="default", network_id="5th-floor")
