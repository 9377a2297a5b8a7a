"""The sessions of a customer, seen and ended by that customer (an extension)."""

from uuid import UUID

from sqlalchemy import ColumnElement, delete, select

from sipsorcery_web.contract.errors import NotFound
from sipsorcery_web.contract.extensions import AuditEntry, OpenSession
from sipsorcery_web.hashes import shown_id

from .. import tokens
from ..audit import recording
from ..context import AuthedUnitOfWork
from ..store.models import CustomerSessionRow

MOST_SESSIONS = 200
"""As many are told, the newest."""


def get_sessions(work: AuthedUnitOfWork) -> list[OpenSession]:
    """The caller's sessions that go on, the one that ends last first; ended ones are not told."""
    newest = select(CustomerSessionRow).where(*_open(work)).order_by(CustomerSessionRow.ends_at.desc())
    return [
        OpenSession(ends=row.ends_at, ip_address=row.ip_address, id=shown_id(row.token_hash), inserted=row.inserted)
        for row in work.session.scalars(newest.limit(MOST_SESSIONS))
    ]


def end_session(work: AuthedUnitOfWork, id: UUID) -> None:
    """End one of the caller's sessions. NotFound for somebody else's, as for one that does not exist or has ended."""
    hashes = work.session.scalars(select(CustomerSessionRow.token_hash).where(*_open(work)))
    found = next((each for each in hashes if shown_id(each) == id), None)
    if found is None:
        raise NotFound("The session was not found.")
    work.session.execute(delete(CustomerSessionRow).where(CustomerSessionRow.token_hash == found))
    recording.record(work, AuditEntry(owner=work.caller.username, record_kind="session", record_id=id))


def end_other_sessions(work: AuthedUnitOfWork) -> None:
    """End all sessions of the caller but the one that asks."""
    tokens.end_sessions(work.session, work.caller.username, but=work.token)
    recording.record(work, AuditEntry(owner=work.caller.username, record_kind="session"))


def _open(work: AuthedUnitOfWork) -> tuple[ColumnElement[bool], ...]:
    ends_at = CustomerSessionRow.ends_at
    hers = CustomerSessionRow.customer_username == work.caller.username
    return hers, ends_at > work.now, ends_at <= work.now + tokens.LONGEST
