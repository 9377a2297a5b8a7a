"""A portal with a real Kamailio beside it, and phones that use them."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4

from flask import Flask
from sqlalchemy import select

from sipsorcery_web import create_app
from sipsorcery_web.contract.records import SIPAccount, SIPCDRAsset, SIPDialogueAsset
from sipsorcery_web.kamailio.assembly import KamailioEngine, kamailio_of
from sipsorcery_web.kamailio.launch import Launch
from sipsorcery_web.kamailio.provider_registrations.addresses import MARK
from sipsorcery_web.kamailio.rpc import KamailioAbsent
from sipsorcery_web.kamailio.supervisor import Supervisor
from sipsorcery_web.kamailio.tables import LOCATION, PROVIDER_CONTACT, SUBSCRIBER
from sipsorcery_web.provisioning.client import ClientIdentity, ProvisioningClient
from sipsorcery_web.service.context import ServiceContext
from sipsorcery_web.service.dispatch import Service, service_of
from sipsorcery_web.service.passwords import Passwords
from sipsorcery_web.service.store.models import SIPCDRRow
from sipsorcery_web.serving.companions import start_kamailio
from sipsorcery_web.settings import NewAccounts, PortRange, Settings
from tests.conftest import HOME
from tests.factories import DOMAIN, PASSWORD
from tests.factories.records import person, sip_account
from tests.portal.browser import Browser, Page
from tests.running import free_port, portal_at_work

from .sipp import Phone

T = TypeVar("T")
PATIENCE = 15.0
MEDIA_PORTS = PortRange(16_000, 19_999)
"""Apart from the ports that are given to phones."""


def eventually(look: Callable[[], T], wanted: Callable[[T], object] = bool, seconds: float = PATIENCE) -> T:
    """Return the result of a look as soon as it is as wanted; the test fails when it never is."""
    deadline = time.monotonic() + seconds
    while True:
        found = look()
        if wanted(found):
            return found
        assert time.monotonic() < deadline, f"still {found!r}"
        time.sleep(0.1)


class KamailioHarness:
    """The service with its engine, and a portal in front of it that knows it over SOAP alone."""

    def __init__(self, folder: Path, passwords: Passwords, database_url: str = "", **more: Any) -> None:
        self.folder = folder
        self.passwords = passwords
        usual: dict[str, Any] = {"sip_host": HOME, "sip_register_retry": 5, "private_providers": True}
        self.settings = Settings(
            data_dir=folder,
            database_url=database_url,
            domain=DOMAIN,
            new_accounts=NewAccounts("open", chosen=True),
            port=free_port(),
            sip_port=free_port(),
            sip_tls_port=free_port(),
            sip_rpc_port=free_port(),
            sip_third_party_port=free_port(),
            media_ports=MEDIA_PORTS,
            media_control_port=free_port(),
            **usual | more,
        )

    @contextmanager
    def open(self) -> Iterator["KamailioHarness"]:
        with ExitStack() as stack:
            self.app: Flask = create_app(self.settings, passwords=self.passwords)
            self.app.testing = True
            self.start_engine()
            stack.callback(self.stop_engine)
            address = stack.enter_context(portal_at_work(self.app, self.settings))
            over_soap = replace(
                self.settings,
                sip_host="",
                sip_advertise="",
                data_dir=self.folder / "portal",
                provisioning_url=f"{address}/provisioning.svc",
                database_url="",
            )
            self.portal: Flask = create_app(over_soap, passwords=self.passwords)
            self.portal.testing = True
            self._browsers: dict[tuple[str, bool], Browser] = {}
            self._clients: dict[str, ProvisioningClient] = {}
            yield self

    @property
    def kamailio(self) -> KamailioEngine:
        kamailio = kamailio_of(self.app)
        assert kamailio is not None
        return kamailio

    def start_engine(self) -> None:
        """Start the engine as the server does."""
        self.running = start_kamailio(self.app, runs_it=True)
        eventually(self.knows_providers)

    def stop_engine(self) -> None:
        self.running.end()
        self.app.extensions["database"].close()

    @property
    def supervisor(self) -> Supervisor[Launch]:
        assert self.running.supervisor is not None
        return self.running.supervisor

    def stop_kamailio(self) -> None:
        """Kamailio alone; the portal goes on."""
        self.supervisor.stop()

    def start_kamailio(self) -> None:
        self.running.supervisor = self.kamailio.supervisor()
        self.running.supervisor.start()
        eventually(self.knows_providers)

    def answers(self) -> bool:
        """Return True when the engine answers its control channel."""
        try:
            return bool(self.kamailio.control.version())
        except KamailioAbsent:
            return False

    def knows_providers(self) -> bool:
        """Return True when the engine has been told where all providers call from, and so who is a stranger."""
        return self.answers() and MARK in self.addresses_of_providers()

    def client(self, username: str) -> ProvisioningClient:
        """The service as a customer sees it."""
        if username not in self._clients:
            channel = self.service
            ProvisioningClient(channel, ClientIdentity(None, HOME)).create_customer(person(username))
            token = ProvisioningClient(channel, ClientIdentity(None, HOME)).login(username, PASSWORD)
            self._clients[username] = ProvisioningClient(channel, ClientIdentity(token, HOME))
        return self._clients[username]

    def account(self, owner: str, sip_username: str, **more: Any) -> SIPAccount:
        return self.client(owner).sip_accounts.add(sip_account(sip_username, id=uuid4(), **more))

    def phone(self, account: SIPAccount, password: str = "", **more: Any) -> Phone:
        """A telephone with the account's name and password, in the hands of whoever knows them."""
        return Phone(
            self.folder / "sipp",
            f"{HOME}:{self.settings.sip_port}",
            account.sip_username or "",
            password or account.sip_password or "",
            DOMAIN,
            **more,
        )

    def pair(self, name: str, **of_the_caller: Any) -> tuple[Phone, Phone, str]:
        """A phone of alice's and one of bob's, which is registered, and how bob's is dialled."""
        hers = self.phone(self.account("alice", f"{name}-hers", **of_the_caller))
        his = self.phone(self.account("bobby", f"{name}-his"))
        his.register()
        return hers, his, f"{his.username}@{DOMAIN}"

    def page(self, username: str, path: str) -> Page:
        """A page of the portal that knows the service over SOAP."""
        return self._browser(username, self.portal).open(path)

    def own_browser(self, username: str) -> Browser:
        """A browser in the portal that the engine belongs to, which has the buttons."""
        return self._browser(username, self.app)

    def _browser(self, username: str, app: Flask) -> Browser:
        self.client(username)
        key = (username, app is self.app)
        if key not in self._browsers:
            self._browsers[key] = Browser(app, set())
            self._browsers[key].sign_in(username)
        return self._browsers[key]

    def stored(self, owner: str, sip_username: str) -> SIPAccount:
        """An account as its owner gets it."""
        accounts = self.client(owner).sip_accounts.page()
        return next(account for account in accounts if account.sip_username == sip_username)

    def bindings_of(self, account: SIPAccount) -> list[str]:
        """The contacts that the engine has in its table for an account, whoever may see them."""
        mine = (LOCATION.c.username == account.sip_username) & (LOCATION.c.domain == account.sip_domain)
        with self.kamailio.database.read() as session:
            return list(session.scalars(select(LOCATION.c.contact).where(mine)))

    @property
    def service_context(self) -> ServiceContext:
        """The context that the operator's commands work with."""
        return self.service.context

    @property
    def service(self) -> Service:
        service = service_of(self.app)
        assert service is not None
        return service

    def legs(self, owner: str, called: str) -> list[SIPDialogueAsset]:
        """The legs that an owner has of calls to somebody."""
        return [leg for leg in self.client(owner).calls.page() if f"{called}@" in (leg.remote_target or "")]

    def records(self, owner: str) -> list[SIPCDRAsset]:
        """The records of calls that an owner gets now."""
        self.kamailio.poller.wake()
        return list(self.client(owner).cdrs.page())

    def addresses_of_providers(self) -> set[str]:
        """Return where the engine has been told that providers call from, with and without a username behind it."""
        told = self.kamailio.poller.rpc.call("htable.dump", "providers") or []
        return {entry["name"] for slot in told for entry in slot["slot"]}

    def nobodys_records(self) -> list[str | None]:
        """Return the callers of the records that belong to no customer."""
        self.kamailio.poller.poll()
        with self.kamailio.database.read() as session:
            return list(session.scalars(select(SIPCDRRow.from_user).where(SIPCDRRow.owner.is_(None))))

    def engine_tables(self) -> str:
        """All that stands in the tables that Kamailio reads, as one text."""
        with self.kamailio.database.read() as session:
            return repr([session.execute(select(table)).all() for table in (SUBSCRIBER, PROVIDER_CONTACT)])
