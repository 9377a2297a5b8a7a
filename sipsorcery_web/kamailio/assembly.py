"""Kamailio's side of an application: all its parts, put together for one portal."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import urllib3
from flask import Flask
from sqlalchemy import select

from sipsorcery_web.calls.messages import CallControl
from sipsorcery_web.calls.third_party.assembly import call_service
from sipsorcery_web.calls.third_party.desk import CallService
from sipsorcery_web.contract.records import Record, SIPDialogueAsset, SIPRegistrarBinding
from sipsorcery_web.contract.sip_engine import PhoneServer
from sipsorcery_web.database.connection import Database
from sipsorcery_web.database.keyring import Keyring
from sipsorcery_web.events.sink import EventSink
from sipsorcery_web.events.store import SqliteEvents
from sipsorcery_web.network.dns_records import KnownRecords
from sipsorcery_web.network.naptr import rules_of
from sipsorcery_web.service.store.domain_events import Outbox
from sipsorcery_web.service.store.models import SIPDomainRow
from sipsorcery_web.settings import Settings, SipSettings

from .call_channel import CallChannel
from .call_channel.ringing_calls import RingingCalls
from .call_facts import CallFacts
from .call_records import write_broken_off
from .claim import Claim
from .config import ANSWER_TIMEOUT, MOST_REGISTRATIONS, KamailioConfig, kamailio_config, kamailio_environment
from .control import Control
from .events import CollectedEvents, collected_events
from .launch import Launch
from .leftovers import sweep
from .leg_ways import LegWays
from .media_relay import MediaLaunch, relays_media
from .memory import Memory, memory_needed
from .mirror import Changes, Mirror
from .plan_requests import PlanRequests
from .poller import Poller
from .ports import CHANNEL_HOST
from .programs import Programs
from .provider_registrations import RegistrationAgent
from .provider_registrations.agent import MOST_AT_ONCE
from .provider_registrations.attempt import KamailioSender
from .provider_registrations.certificates import Certificates
from .provider_registrations.pace import Pace
from .provider_registrations.servers import Resolver, services_of
from .refused_phones import KeptRefusals
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
    programs: Programs
    events: SqliteEvents

    @classmethod
    def assemble(
        cls,
        settings: Settings,
        database: Database,
        keyring: Keyring,
        clock: Callable[[], datetime],
        events: SqliteEvents,
        outbox: Outbox,
    ) -> "KamailioEngine":
        """The parts, with the mirror listening already."""
        rpc = Rpc(settings.sip.rpc_port, settings.engine_secret)
        control = Control(database, rpc, clock)
        agent = registration_agent(settings, database, keyring, clock, events, outbox)
        programs = Programs(database, keyring, outbox, clock)
        watch = Poller(database, rpc, agent, clock, events, programs)

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
        return cls(settings, database, control, mirror, watch, programs, events)

    def config(self, may_relay: bool = True) -> KamailioConfig:
        """Kamailio's configuration, with the domains that the service has now; `may_relay` is False without a relay."""
        with self.database.read() as session:
            domains = session.scalars(select(SIPDomainRow.domain).order_by(SIPDomainRow.domain)).all()
        return kamailio_config(self.settings, domains, may_relay and relays_media(self.settings))

    def call_channel(self, control: CallControl) -> CallChannel:
        """The way to Kamailio for call control; not there until it is started."""
        address = (CHANNEL_HOST, self.settings.sip.rpc_port)
        ringing = RingingCalls(self._record_broken_off, self.programs.tell_ringing)
        return CallChannel(address, self.settings.engine_secret, control, ringing)

    def _record_broken_off(self, invites: Sequence[str]) -> None:
        with self.database.write() as session:
            write_broken_off(session, invites, self.poller.clock())

    def call_facts(self) -> CallFacts:
        """Return what dial plans ask Kamailio's tables for."""
        return CallFacts(self.database)

    def plan_requests(self) -> PlanRequests:
        """Return what sends the requests of plans that are no INVITE."""
        sip, secret = self.settings.sip, self.settings.engine_secret

        def rpc_within(seconds: float) -> Rpc:
            return Rpc(sip.rpc_port, secret, urllib3.Timeout(connect=1.0, read=seconds), 1)

        return PlanRequests(rpc_within, _resolver(self.settings), _sockets(sip))

    def leg_ways(self) -> LegWays:
        """Return what finds the ways to the servers that legs go to; what names list is remembered as they allow."""
        ask = KnownRecords().records_of
        rules, services = partial(rules_of, ask=ask), partial(services_of, ask=ask)
        return LegWays(replace(_resolver(self.settings), rules=rules, services=services))

    def collected_events(self) -> CollectedEvents:
        """Return what collects Kamailio's messages for the console, not started yet."""
        return collected_events(self.settings, self.database, self.events, self.poller.clock)

    def kept_refusals(self) -> KeptRefusals:
        """Return what tells which phones were refused."""
        return KeptRefusals(self.database, self.poller.clock)

    def launch(self, may_relay: bool = True) -> Launch:
        """A start of Kamailio, with the configuration and the tables as they are now."""

        def put_in_order() -> Memory:
            sweep(self.database, self.poller.clock())
            return memory_needed(self.database)

        return Launch(
            self.config(may_relay), kamailio_environment(self.settings), Claim.of(self.settings), put_in_order
        )

    def call_service(self) -> CallService:
        """Return what makes calls between two phones through Kamailio."""
        return call_service(self.settings)

    def supervisor(self, claim: Claim | None = None, may_relay: bool = True) -> Supervisor[Launch]:
        """Return the supervisor that runs Kamailio beside the portal; `claim` is one that was made already."""
        launch = self.launch(may_relay)
        return Supervisor(launch if claim is None else replace(launch, claim=claim))

    def media_launch(self) -> MediaLaunch:
        """Return a start of rtpengine."""
        return MediaLaunch.of(self.settings)


def kamailio_of(app: Flask) -> KamailioEngine | None:
    """Return the engine of an application: `app.extensions["kamailio"]`; None where there is none."""
    kamailio: KamailioEngine | None = app.extensions["kamailio"]
    return kamailio


def phone_server(settings: Settings) -> PhoneServer:
    """Return where phones find the engine."""
    sip = settings.sip
    tls_port = sip.tls_port if sip.certificate else None
    transports = ("UDP", "TCP") if tls_port is None else ("UDP", "TCP", "TLS")
    return PhoneServer(
        settings.domain,
        sip.public_host,
        sip.port,
        tls_port,
        transports,
        sip.digest,
        MOST_REGISTRATIONS,
        str(settings.media_ports) if relays_media(settings) else "",
    )


def registration_agent(
    settings: Settings,
    database: Database,
    keyring: Keyring,
    clock: Callable[[], datetime],
    events: EventSink,
    outbox: Outbox,
) -> RegistrationAgent:
    """Return the agent that registers with providers through Kamailio and from its address."""
    sip = settings.sip
    contacts = {transport: f"{sip.public_host}:{port}" for transport, port in sip.transports.items()}
    patience = urllib3.Timeout(connect=1.0, read=ANSWER_TIMEOUT / 1000 + 5.0)
    rpc = Rpc(sip.rpc_port, settings.engine_secret, patience, MOST_AT_ONCE)
    return RegistrationAgent(
        database,
        keyring,
        KamailioSender(rpc, _sockets(sip)),
        _resolver(settings),
        Pace(timedelta(seconds=sip.register_retry)),
        contacts,
        clock,
        events,
        outbox,
    )


def _sockets(sip: SipSettings) -> dict[str, str]:
    """Return Kamailio's own address for each transport."""
    return {transport: f"{transport}:{sip.bracketed_host}:{port}" for transport, port in sip.transports.items()}


def _resolver(settings: Settings) -> Resolver:
    """Return what finds the servers that requests of customers may go to."""
    sip = settings.sip
    prove = Certificates.of(sip).prove
    return Resolver(sip.ip_version, frozenset(sip.transports), settings.contacts, prove=prove)
