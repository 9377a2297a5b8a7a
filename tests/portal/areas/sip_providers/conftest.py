"""Fixtures that the tests of this folder share."""

import pytest

from sipsorcery_web.contract.records import SIPProvider
from tests.portal.app_harness import AppHarness
from tests.portal.browser import Browser


@pytest.fixture
def northline(harness: AppHarness, alice: Browser) -> SIPProvider:
    """A provider of alice."""
    return harness.provider("alice", "northline")
