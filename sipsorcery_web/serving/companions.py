"""Companions of the workers, each there once: the SIP engine, call control, and the jobs of the queue."""

import logging
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from flask import Flask

from ..dial_plans.service.client import PlanService
from ..jobs.runner import Chore, Handler, JobRunner
from ..mail.mailer import MAIL, Mailer
from ..service.account_mails import ACCOUNT_MAIL, AccountMails
from ..service.audit.removing import OldEntries
from ..service.dispatch import service_of
from ..service.old_call_records import OldCallRecords
from ..service.unconfirmed_customers import UnconfirmedCustomers
from ..settings import SettingError, Settings
from ..webhooks.distribution import WEBHOOK

if TYPE_CHECKING:  # imported where there is an engine
    from ..calls.third_party.desk import CallService
    from ..kamailio.assembly import KamailioEngine
    from ..kamailio.claim import Claim
    from ..kamailio.launch import Launch
    from ..kamailio.media_relay import MediaLaunch
    from ..kamailio.supervisor import Supervisor

STOP_WITHIN = 15.0

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Companion:
    """A job that runs once, beside the workers: `start` begins it and returns what ends it within so many seconds."""

    name: str
    start: Callable[[], Callable[[], None]]
    ends_within: float = STOP_WITHIN


@dataclass
class RunningKamailio:
    """The parts of the SIP engine that run beside the server; nothing where there is none."""

    kamailio: "KamailioEngine | None"
    supervisor: "Supervisor[Launch] | None" = None
    media: "Supervisor[MediaLaunch] | None" = None
    calls: "CallService | None" = None

    def end(self) -> None:
        """Stop all of it, and take over what the engine wrote while it ended."""
        if self.calls is not None:
            self.calls.stop()
        if self.supervisor is not None:
            self.supervisor.stop()
        if self.media is not None:
            self.media.stop()
        if self.kamailio is not None:
            self.kamailio.poller.stop()
            self.kamailio.poller.take_records_over()


def claim_kamailio(settings: Settings) -> "Claim":
    """Claim Kamailio's folder and ports, before anything is started. SettingError where something else has them."""
    settings.check_engine()
    if not settings.sip.is_on:
        raise SettingError("there is no SIP engine to run. Set SIPSORCERY_SIP_HOST.")
    from ..kamailio.claim import Claim

    claim = Claim.of(settings)
    claim.make()
    return claim


def start_kamailio(app: Flask, runs_it: bool, claim: "Claim | None" = None) -> RunningKamailio:
    """Bring the engine's tables up to date and follow it, if there is one; perhaps run it, under a claim to it.

    Raises SettingError when Kamailio is to be run and cannot be.
    """
    running = RunningKamailio(app.extensions["kamailio"])
    if running.kamailio is not None:
        running.kamailio.mirror.rebuild()
        if runs_it:
            running.media = start_media_relay(running.kamailio.media_launch())
            running.supervisor = running.kamailio.supervisor(claim, may_relay=running.media is not None)
            running.supervisor.start()
        running.kamailio.poller.start()
        running.calls = running.kamailio.call_service()
        running.calls.start()
    return running


def start_media_relay(launch: "MediaLaunch") -> "Supervisor[MediaLaunch] | None":
    """Run rtpengine for calls with a party behind NAT. None where that cannot be, as the log says, or is not wanted."""
    if not launch.settings.media:
        return None
    from ..kamailio.supervisor import Supervisor

    media = Supervisor(launch)
    try:
        media.start()
    except SettingError as obstacle:
        log.warning("Calls go on without a media relay. %s", obstacle)
        return None
    return media


def follow_kamailio(app: Flask, runs_it: bool, claim: "Claim | None") -> list[Companion]:
    """Return what follows the SIP engine, and perhaps runs it, where there is one.

    Raises SettingError when Kamailio is to be run and cannot be.
    """
    kamailio: KamailioEngine | None = app.extensions["kamailio"]
    if kamailio is None:
        return []
    if runs_it:
        from ..kamailio.ports import check_third_party_port

        kamailio.supervisor(claim).launch.check()
        check_third_party_port(kamailio.settings.sip)
    return [
        Companion("call control", lambda: start_call_control(app)),  # which ends before the engine that it serves
        Companion("SIP engine", lambda: start_kamailio(app, runs_it, claim).end),
        Companion("events", lambda: start_events(app, niceness=10)),  # of the engine's end too
    ]


def start_events(app: Flask, niceness: int = 0) -> Callable[[], None]:
    """Begin to collect the SIP engine's messages for the console; what ends that. Calls go on without it.

    With `niceness` this process gives way to others: calls come first.
    """
    os.nice(niceness)
    kamailio: KamailioEngine = app.extensions["kamailio"]
    events = kamailio.collected_events()
    try:
        events.start()
    except OSError as obstacle:
        log.warning(
            "The console shows no SIP messages: UDP port %d of %s: %s", *reversed(events.messages.address), obstacle
        )
        return lambda: None
    return events.stop


def start_call_control(app: Flask) -> Callable[[], None]:
    """Begin to run dial plans for calls, beside an engine; what ends that."""
    from ..calls.assembly import call_control_threads

    kamailio: KamailioEngine = app.extensions["kamailio"]
    service = service_of(app)
    assert service is not None  # noqa: S101 (an engine needs the built-in service)
    context = service.context
    plans: PlanService = app.extensions["plan_service"]
    threads = call_control_threads(
        kamailio.settings,
        context.database,
        context.keyring,
        plans,
        kamailio.call_facts(),
        app.extensions["mailer"],
        kamailio.plan_requests().send,
        kamailio.leg_ways().find,
        context.clock,
        context.events,
    )
    channel = kamailio.call_channel(threads.control)
    threads.start(channel)
    channel.start()

    def end() -> None:
        channel.stop()
        threads.stop()
        plans.stop()  # where it is this process's; another one starts the next

    return end


def run_jobs(app: Flask) -> list[Companion]:
    """Return what runs the jobs of the queue and the chores, where this installation has any."""
    handlers = dict(handlers_of(app))
    chores = list(chores_of(app))
    if not handlers and not chores:
        return []
    return [Companion("jobs", partial(start_jobs, app, handlers, chores))]


def start_jobs(app: Flask, handlers: Mapping[str, Handler], chores: Sequence[Chore]) -> Callable[[], None]:
    """Begin to run jobs and chores; what ends that."""
    runner = JobRunner(app.extensions["jobs"], handlers, chores)
    runner.start()
    return runner.stop


def run_webhooks(app: Flask) -> list[Companion]:
    """Return what posts to webhooks, if this installation has them: with threads of its own, lest mails wait."""
    if not app.extensions["settings"].embedded:
        return []

    def start() -> Callable[[], None]:
        distribution, delivery = app.extensions["webhooks"]()
        chore = Chore(distribution.distribute, timedelta(seconds=1))
        return start_jobs(app, {WEBHOOK: delivery.send_job}, [chore])

    return [Companion("webhooks", start)]


def handlers_of(app: Flask) -> Iterator[tuple[str, Handler]]:
    """Yield the kinds of jobs that there can be here, each with what does them."""
    mailer: Mailer | None = app.extensions["mailer"]
    mails: AccountMails | None = app.extensions["account_mails"]
    if mailer is not None:
        yield MAIL, mailer.send_job
    if mails is not None:
        yield ACCOUNT_MAIL, mails.send_job


def chores_of(app: Flask) -> Iterator[Chore]:
    """Yield what deletes customers, entries of the audit, call records and executions that are too old."""
    mails: AccountMails | None = app.extensions["account_mails"]
    service = service_of(app)
    if mails is not None and service is not None:
        yield Chore(UnconfirmedCustomers(service.context).delete)
    entries: OldEntries | None = app.extensions["old_audit_entries"]
    if entries is not None:
        yield Chore(entries.delete)
    records: OldCallRecords | None = app.extensions["old_call_records"]
    if records is not None:
        yield Chore(records.delete)
    if records is not None or app.extensions["kamailio"] is not None:
        yield Chore(app.extensions["executions"].delete_old)
