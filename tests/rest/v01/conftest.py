"""Programs of alice's and bob's that were written for REST v0.1."""

import pytest

from tests.portal.app_harness import AppHarness
from tests.rest.program import EVERY_SCOPE

from .key_holder import KeyHolder


def holder(harness: AppHarness, owner: str, scopes: str = EVERY_SCOPE, name: str = "old program") -> KeyHolder:
    """A program with a new token of a customer's."""
    return KeyHolder(harness, harness.access_token(owner, name, scopes=scopes).token or "")


@pytest.fixture
def alice_v01(harness: AppHarness) -> KeyHolder:
    """A program of alice's that may do all that a token can be for."""
    return holder(harness, "alice")


@pytest.fixture
def bob_v01(harness: AppHarness) -> KeyHolder:
    """A program of bob's that may do all that a token can be for."""
    return holder(harness, "bobby")
