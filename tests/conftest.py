"""The stage and the cast: alice and bob are customers, root-admin is the administrator."""

import os
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient

from sipsorcery_web import create_app
from sipsorcery_web.contract.operations import OPERATIONS
from sipsorcery_web.database.connection import Database, open_database
from sipsorcery_web.database.keyring import Keyring
from sipsorcery_web.database.migrate import migrate
from sipsorcery_web.kamailio.tables import kamailio_metadata
from sipsorcery_web.provisioning.client import ClientIdentity, ProvisioningClient
from sipsorcery_web.service.context import ServiceContext
from sipsorcery_web.service.dispatch import Service
from sipsorcery_web.service.domains import keep_default_domain
from sipsorcery_web.service.operators import Operators
from sipsorcery_web.service.passwords import Passwords
from sipsorcery_web.settings import NewAccounts, Settings
from tests.chromium import chromium, playwright  # noqa: F401 (fixtures)
from tests.factories import DOMAIN, PASSWORD
from tests.factories.records import person
from tests.shared_cache import own_cache, shared_cache  # noqa: F401 (fixtures)

HOME = "127.0.0.1"


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Return one process more than there are cores, for tests with telephones wait most of their time."""
    return len(os.sched_getaffinity(0)) + 1


class Clock:
    """A clock that stands still until it is told otherwise."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def pass_(self, **duration: float) -> None:
        """Let time pass."""
        self.now += timedelta(**duration)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="session")
def passwords() -> Passwords:
    """Argon2 as cheap as it goes: what is tested is not its strength."""
    return Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


@pytest.fixture
def keyring(tmp_path: Path) -> Keyring:
    return Keyring.load(tmp_path / "keys")


@pytest.fixture(scope="session")
def empty_database() -> Iterator[Database]:
    """A store in memory with every table, which nobody writes to."""
    database = open_database("sqlite:///:memory:")
    migrate(database)
    yield database
    database.close()


@pytest.fixture(scope="session")
def shared_database() -> Iterator[Database]:
    """The store that the tests take turns with, since every engine compiles its statements anew."""
    database = open_database("sqlite:///:memory:")
    migrate(database)
    yield database
    database.close()


@pytest.fixture
def database(empty_database: Database, shared_database: Database) -> Database:
    """A store in memory with every table and no rows."""
    with (
        closing(empty_database.engine.raw_connection()) as source,
        closing(shared_database.engine.raw_connection()) as copy,
    ):
        copy.rollback()
        source.driver_connection.backup(copy.driver_connection)  # type: ignore[union-attr]
    with shared_database.write() as session:  # a backup is of the main file alone
        for table in kamailio_metadata.tables.values():
            session.execute(table.delete())
    return shared_database


@pytest.fixture
def service_context(database: Database, keyring: Keyring, passwords: Passwords, clock: Clock) -> ServiceContext:
    with database.write() as session:
        keep_default_domain(session, DOMAIN, keyring, clock())
    return ServiceContext(
        database=database,
        keyring=keyring,
        passwords=passwords,
        clock=clock,
        new_accounts=NewAccounts("open", chosen=True),
    )


@dataclass
class ServiceFixture:
    """A service with its customers; each signs in the first time somebody asks for them."""

    service: Service
    signed_in: dict[str, ProvisioningClient] = field(default_factory=dict)

    @property
    def stranger(self) -> ProvisioningClient:
        """A client without a session."""
        return self.client(None)

    @property
    def alice(self) -> ProvisioningClient:
        return self.someone("alice")

    @property
    def bob(self) -> ProvisioningClient:
        return self.someone("bobby")

    @property
    def administrator(self) -> ProvisioningClient:
        return self.someone("root-admin", administrator=True)

    def someone(self, username: str, administrator: bool = False) -> ProvisioningClient:
        """A customer who has signed in."""
        if username not in self.signed_in:
            Operators(self.service.context).create_customer(person(username), administrator)
            self.signed_in[username] = self.client(self.token_of(username))
        return self.signed_in[username]

    def token_of(self, username: str, password: str = PASSWORD) -> str:
        """A new session's token."""
        arguments = {"username": username, "password": password}
        token = self.service.call(OPERATIONS["Login"], None, HOME, arguments)
        assert isinstance(token, str)
        return token

    def client(self, token: str | None, address: str = HOME) -> ProvisioningClient:
        """The service through a token."""
        return ProvisioningClient(self.service, ClientIdentity(token, address))


@pytest.fixture
def service_fixture(service_context: ServiceContext) -> ServiceFixture:
    return ServiceFixture(Service(service_context))


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path, domain=DOMAIN, new_accounts=NewAccounts("open", chosen=True))


@pytest.fixture
def app(settings: Settings, clock: Clock, passwords: Passwords) -> Flask:
    app = create_app(settings, clock=clock, passwords=passwords)
    app.testing = True
    return app


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()
