"""An installation with a row in every table: real ones where the stores keep them, made-up ones in the rest."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from argon2 import PasswordHasher
from sqlalchemy import Table, select
from sqlalchemy.orm import Session

from sipsorcery_web.clock import utc_now
from sipsorcery_web.contract.extensions import AccessToken
from sipsorcery_web.database.connection import Database
from sipsorcery_web.database.keyring import Keyring
from sipsorcery_web.service.audit.heads import Heads
from sipsorcery_web.service.audit.removing import OldEntries
from sipsorcery_web.service.context import ServiceContext
from sipsorcery_web.service.dispatch import Service
from sipsorcery_web.service.passwords import Passwords
from sipsorcery_web.settings import NewAccounts, Settings
from tests.conftest import ServiceFixture
from tests.factories.records import sip_account
from tests.sealed_values import Reader, keep_all

from .backups import OF_THE_INDEX, tables

FOLLOWING = {"numbers", *(f"{OF_THE_INDEX}_{part}".lstrip("_") for part in ("config", "data", "docsize", "idx"))}
"""How the names of SQLite's tables end that its triggers write, beside those of lists that are searched."""
MADE_UP: Mapping[type, Any] = {
    str: "made-up",
    int: 7,
    float: 7.5,
    Decimal: Decimal("7.5"),
    bool: True,
    bytes: b"made-up",
    datetime: datetime(2026, 11, 23, 12, 0, tzinfo=UTC),
    date: date(2026, 11, 23),
    UUID: UUID(int=7),
}


@dataclass(frozen=True)
class Full:
    """Readers of the sealed values, and two tokens of bob's: of a session, and for programs."""

    readers: Mapping[str, Reader]
    session: str
    for_programs: str


def service_over(database: Database, keyring: Keyring, settings: Settings) -> ServiceFixture:
    """Return the service of an installation, with Argon2 as cheap as it goes."""
    context = ServiceContext(
        database=database,
        keyring=keyring,
        passwords=Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)),
        clock=utc_now,
        new_accounts=NewAccounts("open", chosen=True),
        audit_heads=Heads(settings.audit_heads),
    )
    return ServiceFixture(Service(context))


def fill(database: Database, keyring: Keyring, settings: Settings) -> Full:
    """Put something into every table of a new installation."""
    readers = keep_all(database, keyring)
    here = service_over(database, keyring, settings)
    bob = here.bob
    _remove_old_entries(here.service.context)
    for number in range(3):
        bob.sip_accounts.add(sip_account(f"bobs-{number}"))
    token = AccessToken(name="backups", scopes="accounts:read", ends=utc_now() + timedelta(days=30))
    for_programs = bob.add_access_token(token).token or ""
    session = here.token_of("bobby")
    here.stranger.login("bobby", "not bob's password")
    _fill_the_rest(database)
    return Full(readers, session, for_programs)


def _remove_old_entries(context: ServiceContext) -> None:
    tomorrow = replace(context, clock=lambda: utc_now() + timedelta(days=1))
    assert OldEntries(tomorrow, timedelta(), pause=lambda _: None).delete()


def _fill_the_rest(database: Database) -> None:
    for table in tables(database):
        if table.name.partition("_")[2] in FOLLOWING:
            continue
        with database.write() as session:
            if session.execute(select(table).limit(1)).first() is None:
                session.execute(table.insert().values(_made_up(session, table)))


def _made_up(session: Session, table: Table) -> dict[str, Any]:
    values = {}
    for column in (column for column in table.columns if column.computed is None):
        if column.foreign_keys:
            (foreign,) = column.foreign_keys
            values[column.name] = session.scalars(select(foreign.column).limit(1)).one()
        else:
            value = MADE_UP[column.type.python_type]
            values[column.name] = value[: column.type.length] if isinstance(value, str) else value  # type: ignore[attr-defined]
    return values
