"""Real Kamailio, on SQLite and on PostgreSQL."""

import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from sipsorcery_web.service.passwords import Passwords
from tests.factories import DOMAIN
from tests.schemas import own_schema

from .harness import KamailioHarness
from .sipp import end_all
from .user_agent import UserAgent

NEEDED = {
    "/usr/sbin/kamailio": "kamailio",
    "/usr/bin/sipp": "sip-tester",
    "/usr/bin/baresip": "baresip-core",
    "/usr/bin/linphonec": "linphone-cli",
}


@pytest.fixture(autouse=True)
def hangups_end_what_is_started() -> Iterator[None]:
    """Let SIGHUP end the processes of a test, also where the tests themselves were started with nohup."""
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGHUP, before)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Without the programs there is nothing to test with; `make test` installs them where it can."""
    missing = [package for program, package in NEEDED.items() if not shutil.which(program)]
    for item in items:
        if missing and "harness" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.skip(reason=f"needs Debian's {', '.join(missing)}"))


@pytest.fixture(autouse=True)
def no_phone_goes_on() -> Iterator[None]:
    """End all phones with the test."""
    yield
    end_all()


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def harness(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, passwords: Passwords
) -> Iterator[KamailioHarness]:
    with ExitStack() as stack:
        url = "" if request.param == "sqlite" else stack.enter_context(own_schema())
        folder: Path = tmp_path_factory.mktemp("engine")
        yield stack.enter_context(KamailioHarness(folder, passwords, url).open())


@pytest.fixture
def agent(harness: KamailioHarness) -> Iterator[Callable[..., UserAgent]]:
    """User agents of accounts that are made with them: whose, and what the account is called."""
    with ExitStack() as stack:

        def agent(owner: str, username: str, account: dict[str, Any] | None = None, **more: Any) -> UserAgent:
            made = harness.account(owner, username, **(account or {}))
            return stack.enter_context(UserAgent(harness, username, str(made.sip_password), **more))

        yield agent


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[str, str]:
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    subject = ["-subj", f"/CN={DOMAIN}", "-addext", f"subjectAltName=DNS:{DOMAIN}"]
    made = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-days",
        "2",
        "-keyout",
        str(key),
        "-out",
        str(certificate),
    ]
    subprocess.run([*made, *subject], check=True, capture_output=True)
    return str(certificate), str(key)
