"""The context of an operation: the parts of the service, and the caller with the address."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from sipsorcery_web.contract.records import Record
from sipsorcery_web.database.connection import Database
from sipsorcery_web.database.keyring import Keyring
from sipsorcery_web.settings import NewAccounts

from .passwords import Passwords
from .provider_policy import ProviderPolicy
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
    sip_engine_rows: Mapping[type[Record], Any] = field(default_factory=dict)
    """The rows of records that a SIP engine keeps, in place of the service's own."""


@dataclass(frozen=True, kw_only=True)
class ServiceRequest:
    """One call of an operation; `address` is where the person sits, also when a portal stands between."""

    context: ServiceContext
    now: datetime
    token: str | None
    address: str


@dataclass(frozen=True, kw_only=True)
class UnitOfWork(ServiceRequest):
    """A call with its unit of work."""

    session: Session


@dataclass(frozen=True, kw_only=True)
class AuthedUnitOfWork(UnitOfWork):
    """A unit of work of a caller with a session."""

    caller: Caller
