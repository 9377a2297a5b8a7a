"""The samples as they stand, against a portal on a socket.

Over SOAP alice has two SIP accounts and an awkward password; in JSON carol has more accounts than a page, and calls.
"""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
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
from sipsorcery_web.rest.routes import PREFIX
from sipsorcery_web.service.context import ServiceContext
from sipsorcery_web.service.dispatch import Service
from sipsorcery_web.service.operators import Operators
from sipsorcery_web.service.passwords import Passwords
from sipsorcery_web.service.store.models import SIPAccountRow, SIPCDRRow
from sipsorcery_web.settings import NewAccounts, Settings
from tests.conftest import HOME, ServiceFixture
from tests.factories import DOMAIN
from tests.factories.records import person, sip_account
from tests.factories.rows import cdr_values, sip_account_values
from tests.running import folder_at_work, portal_at_work

SAMPLES = SOURCE
PASSWORD = "7&<open>sesame"
MANY = 30
LINES = ["Alice", f"alice@{DOMAIN}", f"front-desk@{DOMAIN}"]
RECORDED = [f"front-desk called {number}, 192 s" for number in ("0871550101", "0871550102", "0871550103")]
TOUR = [
    *(f"{name}@{DOMAIN}" for name in ("carol", *(f"line-{number:02}" for number in range(MANY)))),
    "Made once.",
    "Takes calls only: true",
    "It has changed since it was read.",
    *RECORDED,
]
"""The lines of each sample that goes through the resources in JSON."""
BROKEN_RULE = "sip_username: The username must be at least 5 characters long. (sip-username-too-short)"
INVALID = "401: The token is unknown, deleted or over. (no rule)"
UNAUTHORISED = "Attempted to perform an unauthorized operation."
PATIENCE = 60

Run = Callable[..., subprocess.CompletedProcess[str]]
Tour = Run


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
        _fill_for_rest(service_fixture)
    with portal_at_work(app, settings) as address:
        yield f"{address}/provisioning.svc"


def _fill_for_rest(service_fixture: ServiceFixture) -> None:
    context = service_fixture.service.context
    Operators(context).create_customer(person("carol", customer_password=PASSWORD), administrator=False)
    began = now()
    with context.database.write() as session:
        session.add_all(
            SIPAccountRow(**sip_account_values("carol", f"line-{number:02}", began)) for number in range(MANY)
        )
        for number in (1, 2, 3, 4):
            created = began - timedelta(minutes=number)
            session.add(SIPCDRRow(**cdr_values("carol", created, dst=f"087155010{number}")))


@pytest.fixture(scope="session")
def rest_address(service_address: str) -> str:
    """The address of the resources in JSON."""
    return service_address.removesuffix("/provisioning.svc") + PREFIX


@pytest.fixture(scope="session")
def rest_token(service_address: str) -> str:
    """A token of carol's with the scopes that the samples in JSON need."""
    return _token_of(service_address, "carol", "accounts:read accounts:write calls:read")


@pytest.fixture
def tour(rest_address: str, rest_token: str) -> Tour:
    """Run a command that goes through carol's resources with a token: hers, unless there is another one."""

    def tour(command: Sequence[str | Path], token: str = "") -> subprocess.CompletedProcess[str]:
        return _run([*command, rest_address], {"SIPSORCERY_TOKEN": token or rest_token})

    return tour


@pytest.fixture(scope="session")
def token(service_address: str) -> str:
    """A token of alice's with the scopes that the samples need, made over the wire."""
    return _token_of(service_address, "alice", "accounts:read customer:read")


def _token_of(service_address: str, username: str, scopes: str) -> str:
    channel = SoapChannel(service_address, timeout=PATIENCE)
    session = ProvisioningClient(channel, ClientIdentity()).login(username, PASSWORD)
    asked = AccessToken(name="samples", scopes=scopes, ends=now() + timedelta(days=1))
    return ProvisioningClient(channel, ClientIdentity(session)).add_access_token(asked).token or ""


@pytest.fixture
def run(service_address: str) -> Run:
    """Run a command for a customer; the password, or a token, goes by the environment."""

    def run(
        command: Sequence[str | Path], username: str = "alice", password: str = PASSWORD, token: str = ""
    ) -> subprocess.CompletedProcess[str]:
        secret = {"SIPSORCERY_TOKEN": token} if token else {"SIPSORCERY_PASSWORD": password}
        return _run([*command, service_address, username], secret)

    return run


def _run(command: Sequence[str | Path], secret: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, env={**os.environ, **secret}, capture_output=True, text=True, timeout=PATIENCE, check=False
    )


def needs(*programs: str) -> pytest.MarkDecorator:
    """Skip where a program is missing."""
    missing = [program for program in programs if shutil.which(program) is None]
    return pytest.mark.skipif(bool(missing), reason=f"needs {' and '.join(missing)}")


def tells(result: subprocess.CompletedProcess[str]) -> tuple[int, list[str], str]:
    """Exit code, lines and complaint."""
    return result.returncode, result.stdout.splitlines(), result.stderr.strip()
