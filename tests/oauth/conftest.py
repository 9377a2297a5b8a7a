"""A house whose customers are asked by bob's program."""

import pytest

from tests.portal.app_harness import AppHarness
from tests.portal.conftest import alice, bob, genuine_services, harness_with, harnesses, mysql_front
from tests.rest.conftest import harness, postgres_house, pytest_generate_tests

from .program import OAuthProgram

__all__ = [
    "alice",
    "bob",
    "genuine_services",
    "harness",
    "harness_with",
    "harnesses",
    "mysql_front",
    "postgres_house",
    "pytest_generate_tests",
]


@pytest.fixture
def program(harness: AppHarness) -> OAuthProgram:
    """A program of bob's without a secret, for browsers and devices."""
    return OAuthProgram(harness, harness.program("bobby"))


@pytest.fixture
def server_program(harness: AppHarness) -> OAuthProgram:
    """A program of bob's with a secret."""
    return OAuthProgram(harness, harness.program("bobby", "Office", is_confidential=True))
