"""The samples as they stand, against the endpoint on a socket; alice has two SIP accounts and an awkward password."""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from sipsorcery_web import create_app
from sipsorcery_web.contract.extensions import AccessToken
from sipsorcery_web.database.connection import open_database
from sipsorcery_web.database.keyring import Keyring
from sipsorcery_web.portal.areas.developers import SOURCE
from sipsorcery_web.provisioning.client import ClientIdentity, ProvisioningClient
from sipsorcery_web.provisioning.soap import SoapChannel
from sipsorcery_web.service.context import ServiceContext
from sipsorcery_web.service.dispatch import Service
from sipsorcery_web.service.operators import Operators
from sipsorcery_web.service.passwords import Passwords
from sipsorcery_web.settings import NewAccounts, Settings
from tests.conftest import HOME, ServiceFixture
from tests.factories import DOMAIN
from tests.factories.records import person, sip_account
from tests.running import folder_at_work, portal_at_work

SAMPLES = SOURCE
PASSWORD = "7&<open>sesame"
LINES = ["Alice", f"alice@{DOMAIN}", f"front-desk@{DOMAIN}"]
UNAUTHORISED = "Attempted to perform an unauthorized operation."
PATIENCE = 60

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="session")
def site_port() -> Iterator[int]:
    """Another site, which has the JavaScript sample."""
    with folder_at_work(SAMPLES / "javascript") as port:
        yield port


def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture(scope="session")
def service_address(site_port: int, tmp_path_factory: pytest.TempPathFactory, passwords: Passwords) -> Iterator[str]:
    settings = Settings(
        data_dir=tmp_path_factory.mktemp("samples"),
        domain=DOMAIN,
        new_accounts=NewAccounts("open", chosen=True),
        cors_origins=(f"http://{HOME}:{site_port}",),
    )
    app = create_app(settings, passwords=passwords)
    with closing(open_database(settings.store_url)) as database:
        keyring = Keyring.load(settings.data_dir / "keys")
        service_fixture = ServiceFixture(
            Service(
                ServiceContext(
                    database=database,
                    keyring=keyring,
                    passwords=passwords,
                    clock=now,
                    new_accounts=settings.new_accounts,
                )
            )
        )
        Operators(service_fixture.service.context).create_customer(
            person("alice", customer_password=PASSWORD), administrator=False
        )
        service_fixture.client(service_fixture.token_of("alice", PASSWORD)).sip_accounts.add(sip_account("front-desk"))
    with portal_at_work(app, settings) as address:
        yield f"{address}/provisioning.svc"


@pytest.fixture(scope="session")
def token(service_address: str) -> str:
    """A token of alice's with the scopes that the samples need, made over the wire."""
    channel = SoapChannel(service_address, timeout=PATIENCE)
    session = ProvisioningClient(channel, ClientIdentity()).login("alice", PASSWORD)
    asked = AccessToken(name="samples", scopes="accounts:read customer:read", ends=now() + timedelta(days=1))
    return ProvisioningClient(channel, ClientIdentity(session)).add_access_token(asked).token or ""


@pytest.fixture
def run(service_address: str) -> Run:
    """Run a command for a customer; the password, or a token, goes by the environment."""

    def run(
        command: Sequence[str | Path], username: str = "alice", password: str = PASSWORD, token: str = ""
    ) -> subprocess.CompletedProcess[str]:
        secret = {"SIPSORCERY_TOKEN": token} if token else {"SIPSORCERY_PASSWORD": password}
        return subprocess.run(
            [*command, service_address, username],
            env={**os.environ, **secret},
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )

    return run


def needs(*programs: str) -> pytest.MarkDecorator:
    """Skip where a program is missing."""
    missing = [program for program in programs if shutil.which(program) is None]
    return pytest.mark.skipif(bool(missing), reason=f"needs {' and '.join(missing)}")


def tells(result: subprocess.CompletedProcess[str]) -> tuple[int, list[str], str]:
    """Exit code, lines and complaint."""
    return result.returncode, result.stdout.splitlines(), result.stderr.strip()
