"""The registration agent: whose turn it is, and what came of it (spec, section 7.5).

All that it knows is in the rows of the bindings, so a restart neither forgets a pause nor registers everybody at once,
and several portals over one database never try the same provider at the same time.
"""

import logging
import threading
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, select, update
from sqlalchemy.orm import Session

from sipsorcery_web.contract.records import SIPProviderBinding
from sipsorcery_web.contract.sip_uris import SIPURI, split_port
from sipsorcery_web.database.connection import Database
from sipsorcery_web.database.keyring import Keyring
from sipsorcery_web.database.locks import advisory_lock
from sipsorcery_web.events.event import Event, EventServer, EventType
from sipsorcery_web.events.redaction import shown
from sipsorcery_web.events.sink import EventSink, NoEvents
from sipsorcery_web.service.store.domain_events import DomainEvent, DomainEventKind, NoOutbox, Outbox
from sipsorcery_web.service.store.models import SIPProviderBindingRow, SIPProviderRow
from sipsorcery_web.service.store.rows import secret_of, to_record

from .attempt import MOST_REQUESTS, Attempt, Registration, Sender
from .digest import Credentials
from .messages import Binding
from .outcomes import Kind, Outcome
from .pace import Pace
from .servers import Resolver, Server

MOST_AT_ONCE = 16
"""Attempts under way at the same time; they mostly wait for an answer."""
CSEQ_EPOCH = datetime(2020, 1, 1, tzinfo=UTC)
LEASE = timedelta(minutes=2)
"""No attempt takes longer. One whose process has died is made again after it."""

log = logging.getLogger(__name__)


def in_a_thread(work: Callable[[], None]) -> None:
    """Run a function in a thread without waiting for it; it ends with the process."""
    threading.Thread(target=work, name="provider-registration", daemon=True).start()


@dataclass(frozen=True)
class Job:
    """An attempt that this process has taken on, and the state of the binding before it."""

    registration: Registration
    provider_id: UUID
    lease: datetime
    attempted_before: datetime | None


@dataclass
class RegistrationAgent:
    """The agent that registers with providers, at each one's pace."""

    database: Database
    keyring: Keyring
    sender: Sender
    resolver: Resolver
    pace: Pace
    contact_hosts: Mapping[str, str]
    """Where calls from providers arrive, for each transport, with the port."""
    clock: Callable[[], datetime]
    events: EventSink = NoEvents()
    outbox: Outbox = NoOutbox()
    start: Callable[[Callable[[], None]], None] = in_a_thread
    _running: set[UUID] = field(default_factory=set)
    _one_ended: threading.Condition = field(default_factory=threading.Condition)
    _is_stopped: bool = False
    _has_moved: bool = True
    """Until it was looked whether Kamailio's address is still the one that providers know."""

    def look(self, now: datetime) -> None:
        """Begin what is due."""
        if self._has_moved:
            self._call_on_those_that_know_another_address(now)
            self._has_moved = False
        with self.database.read() as session:
            lapsed = session.scalar(select(SIPProviderBindingRow.id).where(*_lapsed(now)).limit(1))
            due = session.scalars(self._due(now).limit(MOST_AT_ONCE - len(self._running))).all()
        if lapsed is not None:
            self._note_lapsed(now)
        for job in self._taken_on(due, now) if due else ():
            self._running.add(job.provider_id)
            self.start(partial(self._carry_out, job))

    def stop(self, patience: float) -> None:
        """Wait so many seconds for what is under way. What goes on after that is not noted, and comes again later."""
        with self._one_ended:
            self._one_ended.wait_for(lambda: not self._running, patience)
            self._is_stopped = True

    def end(self, provider: SIPProviderRow) -> None:
        """Tell a provider that has been deleted here that the registration is over."""
        self._tell_the_end(self._registration(provider, 0, _cseq(self.clock()) + MOST_REQUESTS))

    def _tell_the_end(self, registration: Registration) -> None:
        def tell() -> None:
            outcome = Attempt(registration, self.resolver, self.sender).run()
            log.info("End of the registration at %s: %s", registration.server, outcome.message or outcome.kind.value)

        self.start(tell)

    def _call_on_those_that_know_another_address(self, now: datetime) -> None:
        known = SIPProviderBindingRow.registered_from
        moved = known.is_not(None) & known.not_in(self.contact_hosts.values())
        with self.database.write() as session:
            session.execute(update(SIPProviderBindingRow).where(moved).values(next_registration_time=now))

    def _note_lapsed(self, now: datetime) -> None:
        with self.database.write() as session:
            session.execute(update(SIPProviderBindingRow).where(*_lapsed(now)).values(is_registered=False))

    def _due(self, now: datetime) -> Select[UUID]:
        row = SIPProviderBindingRow
        is_rested = row.last_register_attempt.is_(None) | (row.last_register_attempt <= now - self.pace.shortest_asked)
        return (
            select(row.provider_id)
            .where(row.next_registration_time <= now, is_rested)
            .order_by(row.next_registration_time)
        )

    def _taken_on(self, due: Collection[UUID], now: datetime) -> list[Job]:
        """Return what is still due once no other process looks; it is due again only after the lease."""
        with self.database.write() as session:
            advisory_lock(session, "provider registrations")
            still = set(session.scalars(self._due(now).where(SIPProviderBindingRow.provider_id.in_(due))))
            rows = session.scalars(select(SIPProviderBindingRow).where(SIPProviderBindingRow.provider_id.in_(still)))
            return [self._take_on(session, row, now) for row in rows.all()]

    def _take_on(self, session: Session, row: SIPProviderBindingRow, now: datetime) -> Job:
        provider = session.get_one(SIPProviderRow, row.provider_id)
        expires = max(provider.register_expiry, row.min_expires) if _is_wanted(provider, row) else 0
        row.cseq = _cseq(now)
        registration = self._registration(provider, expires, row.cseq, row.failures)
        lease = (now + LEASE).replace(microsecond=0)
        job = Job(registration, provider.id, lease, row.last_register_attempt)
        row.last_register_attempt, row.next_registration_time = now, lease
        return job

    def _registration(self, provider: SIPProviderRow, expires: int, cseq: int, turn: int = 0) -> Registration:
        server = server_of(provider)
        transport = transport_of(server)
        binding = Binding(
            username=provider.provider_username or "anonymous",
            domain=_domain(provider.provider_server or server),
            contact_user=provider.id.hex,
            contact_host=self.contact_hosts.get(transport, self.contact_hosts["udp"]),
            transport=transport,
            contact_hosts=self.contact_hosts,
            custom_headers=[part.strip() for part in (provider.custom_headers or "").split("|") if part.strip()],
        )
        credentials = Credentials(
            provider.provider_auth_username or provider.provider_username or "",
            secret_of(provider, "provider_password", self.keyring) or "",
            provider.register_realm or "",
        )
        return Registration(binding, server, credentials, expires, cseq, turn)

    def _carry_out(self, job: Job) -> None:
        try:
            outcome = Attempt(job.registration, self.resolver, self.sender).run()
            with self._one_ended:
                if not self._is_stopped:
                    self._note(job, outcome)
        except Exception:  # whatever one attempt meets, others go on, and this one comes again
            log.exception("A registration with a provider could not be carried out.")
        finally:
            self._ended(job.provider_id)

    def _ended(self, provider_id: UUID) -> None:
        with self._one_ended:
            self._running.discard(provider_id)
            self._one_ended.notify_all()

    def _note(self, job: Job, outcome: Outcome) -> None:
        now = self.clock()
        with self.database.write() as session:
            query = select(SIPProviderBindingRow).where(SIPProviderBindingRow.provider_id == job.provider_id)
            row = session.scalars(query).one_or_none()
            told = None if row is None else _event(session.get_one(SIPProviderRow, row.provider_id), job, outcome, now)
            if row is not None:
                self._write(session, row, job, outcome, now)
        if told is not None:
            self.events.note(told)
        if row is None and outcome.kind is Kind.REGISTERED:  # the provider was deleted or switched off meanwhile
            last = job.registration.cseq + MOST_REQUESTS
            self._tell_the_end(replace(job.registration, expires=0, cseq=last))

    def _write(self, session: Session, row: SIPProviderBindingRow, job: Job, outcome: Outcome, now: datetime) -> None:
        provider = session.get_one(SIPProviderRow, row.provider_id)
        is_changed = row.next_registration_time != job.lease
        if outcome.kind is Kind.NOT_TRIED:
            row.last_register_attempt = job.attempted_before
        elif not _is_wanted(provider, row) and not is_changed:
            session.delete(row)
            return
        else:
            failures = row.failures
            _write_outcome(row, provider, job, outcome, now)
            self._tell_programs(session, row, outcome, failures, now)
        if not is_changed:
            row.next_registration_time = self.pace.next_attempt(outcome, row.failures, now)

    def _tell_programs(
        self, session: Session, row: SIPProviderBindingRow, outcome: Outcome, failures: int, now: datetime
    ) -> None:
        """Tell the owner's programs where an attempt is the first that fails, or that succeeds again."""
        if (kind := _turn(outcome, failures)) is not None:
            record = to_record(SIPProviderBinding, row, self.keyring)
            self.outbox.put(session, DomainEvent(kind, row.owner, now, record))


def _turn(outcome: Outcome, failures: int) -> DomainEventKind | None:
    """Return how an attempt after so many that failed turns things; None where all is as it was."""
    if outcome.kind is Kind.REGISTERED:
        return DomainEventKind.PROVIDER_REGISTRATION_RECOVERED if failures else None
    return None if failures or outcome.kind is Kind.ENDED else DomainEventKind.PROVIDER_REGISTRATION_FAILED


def _event(provider: SIPProviderRow, job: Job, outcome: Outcome, now: datetime) -> Event | None:
    """Return what there is to tell of an attempt; None of one that was not made."""
    if outcome.kind is Kind.NOT_TRIED:
        return None
    failed = EventType.ContactRegisterFailed, f"is not registered: {outcome.message or 'refused'}"
    kind, state = _STATES.get(outcome.kind, failed)
    text = f"{provider.provider_name} at {shown(job.registration.server)} {state}"
    owners, call_id = frozenset({provider.owner}), job.registration.binding.call_id
    return Event(now, kind, EventServer.RegisterAgent, text, owners, call_id=call_id)


_STATES = {
    Kind.REGISTERED: (EventType.ContactRegistered, "is registered."),
    Kind.ENDED: (EventType.ContactRemoval, "is no longer registered."),
}


def _cseq(now: datetime) -> int:
    """A number above all that were sent before: a registrar takes no other (RFC 3261, section 10.3)."""
    return int((now - CSEQ_EPOCH).total_seconds())


def _write_outcome(
    row: SIPProviderBindingRow, provider: SIPProviderRow, job: Job, outcome: Outcome, now: datetime
) -> None:
    is_registered = outcome.kind is Kind.REGISTERED
    row.is_registered = is_registered
    row.registration_failure_message = outcome.message
    row.registrar_sip_socket = outcome.socket or row.registrar_sip_socket
    row.failures = 0 if is_registered else row.failures + 1
    if _is_wanted(provider, row):
        row.binding_expiry = outcome.granted or max(provider.register_expiry, row.min_expires)
    if is_registered:
        row.min_expires = outcome.min_expires or row.min_expires
        row.last_register_time, row.registered_until = now, now + timedelta(seconds=outcome.granted)
        row.registered_from = job.registration.binding.contact_host


def _is_wanted(provider: SIPProviderRow, row: SIPProviderBindingRow) -> bool:
    """Return True when the provider is to be registered with; else the registration is to be ended."""
    return provider.is_registering and bool(row.binding_expiry)


def _lapsed(now: datetime) -> tuple[ColumnElement[bool], ...]:
    """Return the registrations that have run out, since nobody could renew them."""
    return SIPProviderBindingRow.is_registered.is_(True), SIPProviderBindingRow.registered_until <= now


def server_of(provider: Any) -> str:
    """Return the URI of the server that registrations are sent to, of a row of a provider."""
    return provider.provider_outbound_proxy or provider.register_server or provider.provider_server or ""


def transport_of(server: str) -> str:
    """Return what a server is reached over: udp, tcp or tls."""
    try:
        return Server.of(server).transport
    except ValueError:
        return "udp"


def _domain(server: str) -> str:
    """The host without its port, as an address of record has it."""
    try:
        return split_port(SIPURI.parse(server).host)[0]
    except ValueError:
        return "invalid"
