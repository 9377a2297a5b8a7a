"""Programs of alice's and bob's, which ask a whole application for resources."""

import pytest

from tests.mail.post_office import mail_port, post_office
from tests.portal.app_harness import AppHarness
from tests.portal.conftest import genuine_services, harness, harness_with, harnesses, mysql_front, sip_engine

from .program import Program, program_of

__all__ = [
    "genuine_services",
    "harness",
    "harness_with",
    "harnesses",
    "mail_port",
    "mysql_front",
    "post_office",
    "sip_engine",
]


@pytest.fixture
def alice(harness: AppHarness) -> Program:
    """A program of alice's that may do all that a token can be for."""
    return program_of(harness, "alice")


@pytest.fixture
def bob(harness: AppHarness) -> Program:
    """A program of bob's that may do all that a token can be for."""
    return program_of(harness, "bobby")


@pytest.fixture
def stranger(harness: AppHarness) -> Program:
    """A program without a token."""
    return Program(harness, "")
