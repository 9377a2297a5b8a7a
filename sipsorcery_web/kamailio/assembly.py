"""Kamailio's side of an application: all its parts, put together for one portal."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import urllib3
from flask import Flask
from sqlalchemy import select

from sipsorcery_web.contract.records import Record, SIPDialogueAsset, SIPRegistrarBinding
from sipsorcery_web.contract.sip_engine import PhoneServer
from sipsorcery_web.database.connection import Database
from sipsorcery_web.database.keyring import Keyring
from sipsorcery_web.service.store.models import SIPDomainRow
from sipsorcery_web.settings import Settings

from .claim import Claim
from .config import ANSWER_TIMEOUT, MOST_REGISTRATIONS, KamailioConfig, kamailio_config, kamailio_environment
from .control import Control
from .launch import Launch
from .leftovers import sweep
from .memory import Memory, memory_needed
from .mirror import Changes, Mirror
from .poller import Poller
from .provider_registrations import RegistrationAgent
from .provider_registrations.agent import MOST_AT_ONCE
from .provider_registrations.attempt import KamailioSender
from .provider_registrations.pace import Pace
from .provider_registrations.servers import Resolver
from .rpc import Rpc
from .supervisor import Supervisor
from .views import BindingRow, CallRow

KAMAILIO_ROWS: dict[type[Record], Any] = {SIPRegistrarBinding: BindingRow, SIPDialogueAsset: CallRow}
"""The records that Kamailio keeps, and where."""


@dataclass(frozen=True)
class KamailioEngine:
    """A portal's SIP engine: what mirrors, follows, controls and runs it."""

    settings: Settings
    database: Database
    control: Control
    mirror: Mirror
    poller: Poller

    @classmethod
    def assemble(
        cls, settings: Settings, database: Database, keyring: Keyring, clock: Callable[[], datetime]
    ) -> "KamailioEngine":
        """The parts, with the mirror listening already."""
        rpc = Rpc(settings.sip.rpc_port, settings.engine_secret)
        control = Control(database, rpc, clock)
        agent = registration_agent(settings, database, keyring, clock)
        watch = Poller(database, rpc, agent, clock)

        def carry_out(changes: Changes) -> None:
            if changes.providers:
                watch.wake()
            for provider in changes.deleted_providers:
                agent.end(provider)
            for username, domain in changes.ended:
                control.end_bindings(username, domain)

        def domain_of(host: str) -> str:
            return settings.domain if host in settings.sip.own_hosts else host

        mirror = Mirror(database, keyring, domain_of, carry_out)
        mirror.listen()
        return cls(settings, database, control, mirror, watch)

    def config(self) -> KamailioConfig:
        """Kamailio's configuration, with the domains that the service has now."""
        with self.database.read() as session:
            domains = session.scalars(select(SIPDomainRow.domain).order_by(SIPDomainRow.domain)).all()
        return kamailio_config(self.settings, domains)

    def launch(self) -> Launch:
        """A start of Kamailio, with the configuration and the tables as they are now."""

        def put_in_order() -> Memory:
            sweep(self.database, self.poller.clock())
            return memory_needed(self.database)

        return Launch(self.config(), kamailio_environment(self.settings), Claim.of(self.settings), put_in_order)

    def supervisor(self, claim: Claim | None = None) -> Supervisor:
        """Return the supervisor that runs Kamailio beside the portal; `claim` is one that was made already."""
        launch = self.launch()
        return Supervisor(launch if claim is None else replace(launch, claim=claim))


def kamailio_of(app: Flask) -> KamailioEngine | None:
    """Return the engine of an application: `app.extensions["kamailio"]`; None where there is none."""
    kamailio: KamailioEngine | None = app.extensions["kamailio"]
    return kamailio


def phone_server(settings: Settings) -> PhoneServer:
    """Return where phones find the engine."""
    sip = settings.sip
    tls_port = sip.tls_port if sip.certificate else None
    transports = ("UDP", "TCP") if tls_port is None else ("UDP", "TCP", "TLS")
    return PhoneServer(settings.domain, sip.public_host, sip.port, tls_port, transports, sip.digest, MOST_REGISTRATIONS)


def registration_agent(
    settings: Settings, database: Database, keyring: Keyring, clock: Callable[[], datetime]
) -> RegistrationAgent:
    """Return the agent that registers with providers through Kamailio and from its address."""
    sip = settings.sip
    contacts = {transport: f"{sip.public_host}:{port}" for transport, port in sip.transports.items()}
    sockets = {transport: f"{transport}:{sip.bracketed_host}:{port}" for transport, port in sip.transports.items()}
    patience = urllib3.Timeout(connect=1.0, read=ANSWER_TIMEOUT / 1000 + 5.0)
    rpc = Rpc(sip.rpc_port, settings.engine_secret, patience, MOST_AT_ONCE)
    return RegistrationAgent(
        database,
        keyring,
        KamailioSender(rpc, sockets),
        Resolver(sip.ip_version, frozenset(sip.transports), settings.private_providers),
        Pace(timedelta(seconds=sip.register_retry)),
        contacts,
        clock,
    )
