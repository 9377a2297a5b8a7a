"""The default domain of the service (spec, section 4.5)."""

from datetime import datetime
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from sipsorcery_web.database.keyring import Keyring
from sipsorcery_web.database.locks import advisory_lock

from .store.models import SIPAccountRow, SIPDomainRow
from .store.rows import derive_ha1

DEFAULT_ALIAS = "local"


def keep_default_domain(session: Session, name: str, keyring: Keyring, now: datetime) -> None:
    """Make the public default domain, or rename it to what is set; its accounts follow, with new HA1."""
    advisory_lock(session, "default domain")
    row = _default_row(session)
    if row is None:
        session.add(SIPDomainRow(id=uuid4(), domain=name, alias_list=DEFAULT_ALIAS, inserted=now, owner=None))
    elif row.domain != name:
        row.domain = name
        session.flush()
        for account in session.scalars(select(SIPAccountRow).where(SIPAccountRow.sip_domain == name)):
            derive_ha1(account, keyring)


def default_domain(session: Session) -> str:
    """The domain of a new customer's first SIP account."""
    row = _default_row(session)
    if row is None:
        raise LookupError("The service has no default domain.")
    return row.domain


def _default_row(session: Session) -> SIPDomainRow | None:
    rows = session.scalars(select(SIPDomainRow).where(SIPDomainRow.owner.is_(None)))
    return next((row for row in rows if DEFAULT_ALIAS in (row.alias_list or "").split(";")), None)
