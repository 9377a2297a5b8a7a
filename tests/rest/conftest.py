"""Programs of alice's and bob's, which ask a whole application for resources."""

from collections.abc import Iterator

import pytest

from tests.database.conftest import postgres_schema
from tests.mail.post_office import mail_port, post_office
from tests.portal.app_harness import AppHarness
from tests.portal.conftest import HarnessWith, genuine_services, harness_with, harnesses, mysql_front, sip_engine

from .program import Program, program_of

__all__ = [
    "genuine_services",
    "harness_with",
    "harnesses",
    "mail_port",
    "mysql_front",
    "post_office",
    "sip_engine",
]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run the tests of modules that say so over either store, and all others over SQLite alone, which takes less."""
    if "harness" in metafunc.fixturenames and getattr(metafunc.module, "ON_BOTH_STORES", False):
        metafunc.parametrize("harness", ["sqlite", "postgresql"], indirect=True)


@pytest.fixture(scope="session")
def postgres_house() -> Iterator[str]:
    """A schema of its own in PostgreSQL, for the house of all tests on it."""
    yield from postgres_schema()


@pytest.fixture
def harness(request: pytest.FixtureRequest, harness_with: HarnessWith) -> AppHarness:
    """A house that takes new customers, over the store that a test asks for."""
    if getattr(request, "param", "sqlite") == "sqlite":
        return harness_with()
    return harness_with(database_url=request.getfixturevalue("postgres_house"))


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
