"""Sessions of the service (spec, section 2): random tokens, stored hashed, 60 minutes and at most 600."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from sipsorcery_web.contract.errors import Refused, SessionExpired
from sipsorcery_web.contract.operations import LONGEST_SESSION_MINUTES, SESSION_MINUTES
from sipsorcery_web.contract.rules.catalogue import EXTENSION_TOO_SHORT, SESSION_LIMIT_REACHED
from sipsorcery_web.hashes import hash_secret

from .store.lists import Scope
from .store.models import CustomerRow, CustomerSessionRow


@dataclass(frozen=True)
class Caller:
    """The caller: the customer behind a token."""

    username: str
    admin_id: str | None

    @property
    def scope(self) -> Scope:
        """Return the scope of the records that the caller sees."""
        return Scope(self.username, self.admin_id)

    @property
    def is_administrator(self) -> bool:
        """Return True when the caller is the top-level administrator."""
        return self.scope.sees_all


def open_session(session: Session, username: str, address: str, now: datetime) -> str:
    """Begin a session and give its token; sessions that have long ended are swept out on the way."""
    session.execute(delete(CustomerSessionRow).where(CustomerSessionRow.ends_at < now - timedelta(days=1)))
    token = secrets.token_hex(48)
    session.add(
        CustomerSessionRow(
            token_hash=hash_secret(token),
            customer_username=username,
            inserted=now,
            ends_at=now + timedelta(minutes=SESSION_MINUTES),
            time_limit_minutes=SESSION_MINUTES,
            ip_address=address,
        )
    )
    return token


def caller_of(session: Session, token: str | None, now: datetime) -> Caller:
    """The caller behind a token; SessionExpired when it is missing, unknown or over, or its customer suspended."""
    query = (
        select(CustomerRow.customer_username, CustomerRow.admin_id)
        .join(CustomerSessionRow, CustomerSessionRow.customer_username == CustomerRow.customer_username)
        .where(CustomerSessionRow.token_hash == hash_secret(token or ""))
        .where(CustomerSessionRow.ends_at > now)
        .where(CustomerRow.suspended.is_(False))
    )
    found = session.execute(query).one_or_none()
    if found is None:
        raise SessionExpired
    return Caller(found.customer_username, found.admin_id)


def extend(session: Session, token: str | None, minutes: int) -> None:
    """Lengthen a session, counted from its beginning; Refused below one minute and at the longest life."""
    row = session.get(CustomerSessionRow, hash_secret(token or ""))
    if row is None:
        raise SessionExpired
    if minutes < 1:
        raise Refused(EXTENSION_TOO_SHORT)
    if row.time_limit_minutes >= LONGEST_SESSION_MINUTES:
        raise Refused(SESSION_LIMIT_REACHED)
    row.time_limit_minutes = min(row.time_limit_minutes + minutes, LONGEST_SESSION_MINUTES)
    row.ends_at = row.inserted + timedelta(minutes=row.time_limit_minutes)


def close_session(session: Session, token: str | None) -> None:
    """End the session of a token, if there is one."""
    session.execute(delete(CustomerSessionRow).where(CustomerSessionRow.token_hash == hash_secret(token or "")))


def end_sessions(session: Session, username: str, but: str | None = None) -> None:
    """End all sessions of a customer, but for the one of the token `but`."""
    others = CustomerSessionRow.token_hash != hash_secret(but or "")
    session.execute(delete(CustomerSessionRow).where(CustomerSessionRow.customer_username == username, others))
