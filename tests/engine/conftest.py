"""Real Kamailio, on SQLite and on PostgreSQL."""

import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from sipsorcery_web.service.passwords import Passwords
from tests.schemas import own_schema

from .house import EngineHouse
from .sipp import end_all

NEEDED = {"/usr/sbin/kamailio": "kamailio", "/usr/bin/sipp": "sip-tester", "/usr/bin/baresip": "baresip-core"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Without the programs there is nothing to test with; `make test` installs them where it can."""
    missing = [package for program, package in NEEDED.items() if not shutil.which(program)]
    for item in items:
        if missing and "house" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.skip(reason=f"needs Debian's {', '.join(missing)}"))


@pytest.fixture(autouse=True)
def no_phone_goes_on() -> Iterator[None]:
    """Whatever becomes of a test, its phones end with it."""
    yield
    end_all()


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def house(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, passwords: Passwords
) -> Iterator[EngineHouse]:
    with ExitStack() as stack:
        url = "" if request.param == "sqlite" else stack.enter_context(own_schema())
        folder: Path = tmp_path_factory.mktemp("engine")
        yield stack.enter_context(EngineHouse(folder, passwords, url).open())
