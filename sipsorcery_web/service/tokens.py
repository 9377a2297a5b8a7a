"""Sessions of the service (spec, section 2): random tokens, stored hashed, 60 minutes and at most 600."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Executable, bindparam, delete, select
from sqlalchemy.orm import Session

from sipsorcery_web.contract.errors import Refused, SessionExpired
from sipsorcery_web.contract.operations import LONGEST_SESSION_MINUTES, SESSION_MINUTES
from sipsorcery_web.contract.rules.catalogue import EXTENSION_TOO_SHORT, SESSION_LIMIT_REACHED
from sipsorcery_web.hashes import hash_secret

from .store.access_tokens import AccessTokenRow
from .store.lists import Scope
from .store.models import CustomerRow, CustomerSessionRow

LONGEST = timedelta(minutes=LONGEST_SESSION_MINUTES + 5)
"""What ends later was begun by a clock that was ahead, and is no session."""


@dataclass(frozen=True)
class Caller:
    """The caller: the customer behind a token."""

    username: str
    admin_id: str | None
    tells_passwords: bool = True
    """Whether the operation may tell the caller passwords that are stored."""
    token_name: str | None = None
    """The name of the token for programs that stands for the customer here."""

    @property
    def scope(self) -> Scope:
        """Return the scope of the records that the caller sees."""
        return Scope(self.username, self.admin_id)

    @property
    def is_administrator(self) -> bool:
        """Return True when the caller is the top-level administrator."""
        return self.scope.sees_all


@dataclass(frozen=True)
class AppPassword:
    """A token for programs that opens a session in place of the password, and the end of its life."""

    id: UUID
    ends: datetime


def open_session(
    session: Session, username: str, address: str, now: datetime, app_password: AppPassword | None = None
) -> str:
    """Begin a session and give its token; sessions that have long ended are swept out on the way."""
    ends_at = CustomerSessionRow.ends_at
    session.execute(delete(CustomerSessionRow).where((ends_at < now - timedelta(days=1)) | (ends_at > now + LONGEST)))
    token = secrets.token_hex(48)
    session.add(
        CustomerSessionRow(
            token_hash=hash_secret(token),
            customer_username=username,
            inserted=now,
            ends_at=_end_of(now, SESSION_MINUTES, app_password.ends if app_password else None),
            time_limit_minutes=SESSION_MINUTES,
            ip_address=address,
            access_token_id=app_password.id if app_password else None,
        )
    )
    return token


SIGNED_IN = (
    select(
        CustomerRow.customer_username,
        CustomerRow.admin_id,
        CustomerSessionRow.ends_at,
        CustomerSessionRow.access_token_id,
    )
    .join_from(CustomerSessionRow, CustomerRow, CustomerSessionRow.customer_username == CustomerRow.customer_username)
    .where(CustomerSessionRow.token_hash == bindparam("token_hash"))
    .where(CustomerRow.suspended.is_(False))
)
"""The customer of a token, unless suspended, when the session ends, and the app password that has opened it."""


def caller_of(session: Session, token: str | None, now: datetime) -> Caller:
    """The caller behind a token; SessionExpired when it is missing, unknown or over, or its customer suspended.

    A unit of work looks a token up once. A session that an app password has opened has none of an administrator's
    reach.
    """
    found = session.info.get(hash_secret(token or "")) or look_up(session, token, now)
    return Caller(found.customer_username, None if found.access_token_id else found.admin_id)


def look_up(session: Session, token: str | None, now: datetime, statement: Executable = SIGNED_IN) -> Any:
    """Return what SIGNED_IN, or a statement with more columns, gives for a token, for `caller_of` too.

    SessionExpired as there.
    """
    key = hash_secret(token or "")
    found = session.connection().execute(statement, {"token_hash": key}).one_or_none()
    if found is None or not is_on(found, now):
        raise SessionExpired
    session.info[key] = found
    return found


def is_on(found: Any, now: datetime) -> bool:
    """Return True for a session, as SIGNED_IN gives it, that has not ended."""
    return bool(now < found.ends_at <= now + LONGEST)


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
    longest = session.scalar(select(AccessTokenRow.ends).where(AccessTokenRow.id == row.access_token_id))
    row.ends_at = _end_of(row.inserted, row.time_limit_minutes, longest)


def close_session(session: Session, token: str | None) -> None:
    """End the session of a token, if there is one."""
    session.execute(delete(CustomerSessionRow).where(CustomerSessionRow.token_hash == hash_secret(token or "")))


def end_sessions_of(session: Session, access_token_id: UUID) -> None:
    """End all sessions that an app password has opened."""
    session.execute(delete(CustomerSessionRow).where(CustomerSessionRow.access_token_id == access_token_id))


def end_sessions(session: Session, username: str, but: str | None = None) -> None:
    """End all sessions of a customer, but for the one of the token `but`."""
    others = CustomerSessionRow.token_hash != hash_secret(but or "")
    session.execute(delete(CustomerSessionRow).where(CustomerSessionRow.customer_username == username, others))


def _end_of(began: datetime, minutes: int, longest: datetime | None) -> datetime:
    """Return when a session ends: no later than the app password that has opened it."""
    end = began + timedelta(minutes=minutes)
    return end if longest is None else min(end, longest)
