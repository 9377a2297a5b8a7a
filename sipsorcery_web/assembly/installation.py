"""The parts that service and portal stand on: the store, jobs, mail, dial plans, events, the SIP engine."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from ..calls.executions import KEPT_FOR, Executions
from ..database.connection import Database
from ..database.keyring import Keyring
from ..dial_plans.service.client import PlanService
from ..events.store import NAME as EVENTS
from ..events.store import SqliteEvents
from ..jobs.queue import JobQueue
from ..mail.mailer import Mailer
from ..maintenance.stores import open_store
from ..settings import Settings
from ..webhooks.outbox import Outbox

if TYPE_CHECKING:
    from ..kamailio.assembly import KamailioEngine

Clock = Callable[[], datetime]


@dataclass(frozen=True)
class Installation:
    """The parts of one installation; what it does without is None."""

    settings: Settings
    database: Database
    keyring: Keyring
    clock: Clock
    jobs: JobQueue
    mailer: Mailer | None
    plan_service: PlanService
    executions: Executions
    events: SqliteEvents | None
    """None in front of another service."""
    outbox: Outbox
    kamailio: "KamailioEngine | None"


def assemble(settings: Settings, clock: Clock) -> Installation:
    """Return the parts for these settings, with the store migrated. Raises KeyringError and StoreUnavailable."""
    database, keyring = open_store(settings)
    jobs = JobQueue(database, keyring, clock)
    events = SqliteEvents(settings.data_dir / EVENTS, clock) if settings.embedded else None
    outbox = Outbox(keyring)
    return Installation(
        settings=settings,
        database=database,
        keyring=keyring,
        clock=clock,
        jobs=jobs,
        mailer=_mailer(settings, jobs),
        plan_service=PlanService(settings.data_dir / "plans", keyring.derive("plan service"), settings.log_format),
        executions=Executions(database, keyring, clock, _kept_for(settings, KEPT_FOR)),
        events=events,
        outbox=outbox,
        kamailio=_kamailio(settings, database, keyring, clock, events, outbox),
    )


def _kept_for(settings: Settings, longest: timedelta) -> timedelta:
    """Return how long something is kept that is to go with call records, and after so long at the latest."""
    return min(longest, timedelta(days=settings.keep_records)) if settings.keep_records else longest


def _mailer(settings: Settings, jobs: JobQueue) -> Mailer | None:
    if settings.smtp_url is None or settings.mail_from is None:
        return None
    return Mailer(jobs, settings.smtp_url, settings.mail_from)


def _kamailio(
    settings: Settings,
    database: Database,
    keyring: Keyring,
    clock: Clock,
    events: SqliteEvents | None,
    outbox: Outbox,
) -> "KamailioEngine | None":
    if not settings.sip.is_on or events is None:
        return None
    from ..kamailio.assembly import KamailioEngine  # Kamailio's room takes a tenth of a second to import

    return KamailioEngine.assemble(settings, database, keyring, clock, events, outbox)
