"""Real Kamailio, on SQLite and on PostgreSQL."""

import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import pytest

from sipsorcery_web.database.connection import Database, open_database
from sipsorcery_web.database.migrate import migrate
from sipsorcery_web.service.passwords import Passwords
from sipsorcery_web.serving.companions import start_events
from tests.factories import DOMAIN
from tests.portal.storage.support import a_schema, postgres_url
from tests.schemas import own_schema

from .harness import KamailioHarness
from .sipp import end_all
from .user_agent import UserAgent
from .wiretap import Wiretap, wiretap

NEEDED = {
    "/usr/sbin/kamailio": "kamailio",
    "/usr/bin/sipp": "sip-tester",
    "/usr/bin/baresip": "baresip-core",
    "/usr/bin/linphonec": "linphone-cli",
}


ON_BOTH_STORES = frozenset({
    "test_account_networks", "test_calls", "test_config", "test_control", "test_dials", "test_events",
    "test_events_on_the_wire", "test_killed", "test_live_lists", "test_order", "test_providers", "test_refused_phones",
    "test_registrar", "test_restarts", "test_revisions", "test_several_credentials", "test_slice",
    "test_unproved_callers", "test_views",
})  # fmt: skip
"""The modules about what Kamailio reads from the store and writes to it. What others show is its configuration's, which
is the same for both stores: with PostgreSQL `make test-sip` and `make test-long` run them, and `make test` does not."""


@pytest.fixture(autouse=True)
def hangups_end_what_is_started() -> Iterator[None]:
    """Let SIGHUP end the processes of a test, also where the tests themselves were started with nohup."""
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGHUP, before)


@pytest.hookimpl(tryfirst=True)  # before those that are marked are left out
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Without the programs there is nothing to test with; `make test` installs them where it can."""
    missing = [package for program, package in NEEDED.items() if not shutil.which(program)]
    for item in items:
        if "kamailio" in item.path.parts and "postgresql" in item.name and item.path.stem not in ON_BOTH_STORES:
            item.add_marker(pytest.mark.long)
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
def collected(harness: KamailioHarness) -> Iterator[None]:
    """The collector of events runs, as a companion of the server."""
    end = start_events(harness.app)
    yield
    end()


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


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """An empty database with every table."""
    if request.param == "sqlite":
        with closing(open_database(f"sqlite:///{tmp_path}/store.db")) as database:
            migrate(database)
            yield database
        return
    with a_schema(postgres_url()) as url, closing(open_database(url)) as database:
        migrate(database)
        yield database


@pytest.fixture
def wire(harness: KamailioHarness, tmp_path: Path) -> Iterator[Wiretap]:
    with wiretap(tmp_path, harness.settings.sip_port) as tap:
        yield tap
