"""The context of an operation: the parts of the service, and the caller with the address."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from sipsorcery_web.contract.records import Record
from sipsorcery_web.contract.sip_engine import SIPEngineControls
from sipsorcery_web.database.connection import Database
from sipsorcery_web.database.keyring import Keyring
from sipsorcery_web.events.sink import EventSink, NoEvents
from sipsorcery_web.settings import NewAccounts

from .account_mails import AccountMails
from .audit.heads import Heads
from .passwords import Passwords
from .provider_policy import ProviderPolicy
from .store.domain_events import NoOutbox, Outbox
from .tokens import Caller


@dataclass(frozen=True, kw_only=True)
class ServiceContext:
    """The parts of the service."""

    database: Database
    keyring: Keyring
    passwords: Passwords
    clock: Callable[[], datetime]
    new_accounts: NewAccounts
    provider_policy: ProviderPolicy = ProviderPolicy()
    quotas: Mapping[type[Record], int] = field(default_factory=dict)
    """The records of a kind that a customer may have; 0 is any number, and so is none here."""
    audit_heads: Heads | None = None
    """Where the ends of the audit's chains are noted, if anywhere."""
    sip_engine_rows: Mapping[type[Record], Any] = field(default_factory=dict)
    """The rows of records that a SIP engine keeps, in place of the service's own."""
    sip_engine: SIPEngineControls | None = None
    """None where no SIP engine carries the calls."""
    forget_customer: Callable[[Session, str], None] | None = None
    """Deletes, in the transaction that deletes a customer, what others keep by the customer's name."""
    events: EventSink = NoEvents()
    """Where it is told what has happened, for the console."""
    outbox: Outbox = NoOutbox()
    """Where it is told what has happened, for customers' programs."""
    mails: AccountMails | None = None
    """None where no mail is sent: addresses then count as confirmed, and operators set new passwords."""


@dataclass(frozen=True, kw_only=True)
class ServiceRequest:
    """One call of an operation; `address` is where the person sits, also when a portal stands between."""

    context: ServiceContext
    now: datetime
    token: str | None
    address: str
    operation: str = ""
    """The name of what is done, as the audit tells it."""
    actor: str = ""
    """Who does it, where nobody has signed in and it is not the customer whom it is about."""
    reason: str | None = None
    """Why an administrator does it."""


@dataclass(frozen=True, kw_only=True)
class UnitOfWork(ServiceRequest):
    """A call with its unit of work."""

    session: Session


@dataclass(frozen=True, kw_only=True)
class AuthedUnitOfWork(UnitOfWork):
    """A unit of work of a caller with a session."""

    caller: Caller
