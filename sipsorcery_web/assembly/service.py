"""The built-in service of an installation, its endpoints for programs, and what grows old in it."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from ..contract.extensions import LinkPurpose
from ..contract.records import Record, SIPAccount, SIPDialPlan, SIPProvider
from ..database.connection import telling
from ..events.store import SqliteEvents
from ..mail.templates import MailTemplates
from ..portal.storage.deleted_customers import forget_customer
from ..rest.idempotency import forget_keys
from ..service.account_mails import AccountMails
from ..service.audit.heads import Heads
from ..service.audit.removing import OldEntries
from ..service.context import ServiceContext
from ..service.dispatch import Service
from ..service.domains import keep_default_domain
from ..service.old_call_records import OldCallRecords
from ..service.passwords import Passwords
from ..service.provider_policy import ProviderPolicy, SIPEngineReach
from ..settings import Settings
from ..settings.values import cores
from ..webhooks.addresses import Addresses

if TYPE_CHECKING:
    from ..webhooks.delivery import Delivery
    from ..webhooks.distribution import Distribution

from .installation import Installation

TEMPLATES = Path(__file__).resolve().parent.parent.parent / "templates"


def service_of(installation: Installation, passwords: Passwords | None) -> Service | None:
    """Return the built-in service, with its default domain in place; None in front of another one."""
    if installation.events is None:
        return None
    settings, database = installation.settings, installation.database
    with telling("cannot be written", database.engine.url), database.write() as session:
        keep_default_domain(session, settings.domain, installation.keyring, installation.clock())
    return Service(_context(installation, installation.events, passwords))


def _context(installation: Installation, events: SqliteEvents, passwords: Passwords | None) -> ServiceContext:
    settings = installation.settings
    return ServiceContext(
        database=installation.database,
        keyring=installation.keyring,
        passwords=passwords or Passwords(turns=max(1, cores() // settings.workers)),
        clock=installation.clock,
        new_accounts=settings.new_accounts,
        provider_policy=_provider_policy(settings),
        quotas={
            SIPAccount: settings.max_accounts,
            SIPProvider: settings.max_providers,
            SIPDialPlan: settings.max_dial_plans,
        },
        audit_heads=Heads(settings.audit_heads),
        sip_engine_rows=_kamailio_rows(settings),
        sip_engine=None if installation.kamailio is None else installation.kamailio.control,
        forget_customer=_forget_customer,
        mails=account_mails(installation),
        events=events,
        outbox=installation.outbox,
    )


def _provider_policy(settings: Settings) -> ProviderPolicy:
    sip = settings.sip
    return ProviderPolicy(
        forbidden=settings.forbidden_providers,
        contacts=settings.contacts,
        registrations=settings.provider_registrations,
        reach=SIPEngineReach(frozenset(sip.transports), sip.ip_version) if sip.is_on else None,
    )


def _kamailio_rows(settings: Settings) -> Mapping[type[Record], Any]:
    if not settings.sip.is_on:
        return {}
    from ..kamailio.assembly import KAMAILIO_ROWS

    return KAMAILIO_ROWS


def _forget_customer(session: Any, username: str) -> None:
    forget_customer(session, username)
    forget_keys(session, username)


def account_mails(installation: Installation) -> AccountMails | None:
    """Return the mails about accounts; None where no link can be mailed, or another service keeps the accounts."""
    settings, mailer = installation.settings, installation.mailer
    if mailer is None or not settings.embedded or not settings.public_url:
        return None
    confirming = f"{settings.public_url}/login/confirm/"
    pages = {
        LinkPurpose.CONFIRMATION: confirming,
        LinkPurpose.ADDRESS_CHANGE: confirming,
        LinkPurpose.RESET: f"{settings.public_url}/login/reset/",
    }
    host = urlsplit(settings.public_url).hostname or ""
    return AccountMails(
        installation.database, installation.jobs, mailer, MailTemplates(TEMPLATES / "mail"), pages, host
    )


def webhook_deliveries(installation: Installation) -> "tuple[Distribution, Delivery] | None":
    """Return what hands messages for webhooks to the queue, and what posts them; None where there are no webhooks."""
    contacts, database, jobs = installation.settings.contacts, installation.database, installation.jobs
    if not installation.settings.embedded:
        return None
    from ..network.checked_requests import CheckedRequests  # where something is posted
    from ..webhooks.delivery import Delivery
    from ..webhooks.distribution import Distribution
    from ..webhooks.posting import Poster

    poster = Poster(Addresses(contacts), CheckedRequests(allows=contacts.allows))
    delivery = Delivery(database, installation.keyring, jobs, poster, installation.clock)
    return Distribution(database, jobs, installation.clock), delivery


def old_call_records(installation: Installation) -> OldCallRecords | None:
    """Return the call records that are to go; None where they stay, or another service keeps them."""
    settings = installation.settings
    if not settings.embedded or not settings.keep_records:
        return None
    return OldCallRecords(installation.database, installation.clock, timedelta(days=settings.keep_records))


def old_audit_entries(settings: Settings, service: Service | None) -> OldEntries | None:
    """Return the entries of the audit that are to go; None where they stay, or another service keeps it."""
    if service is None or not settings.keep_audit:
        return None
    return OldEntries(service.context, timedelta(days=settings.keep_audit))
