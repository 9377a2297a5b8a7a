"""Tokens for programs: whom they stand for, what they may do, and when they were last used."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import bindparam, or_, select, update
from sqlalchemy.orm import Session

from sipsorcery_web.contract.access_token_text import is_access_token, is_well_formed
from sipsorcery_web.contract.errors import Refused, SessionExpired
from sipsorcery_web.contract.operations import Operation
from sipsorcery_web.contract.rules.catalogue import NOT_WITH_APP_PASSWORD, NOT_WITH_TOKEN, TOKEN_LACKS_SCOPE
from sipsorcery_web.contract.scopes import SIGN_IN, tells_passwords
from sipsorcery_web.database.prepared_reads import PreparedRead
from sipsorcery_web.hashes import hash_secret

from .context import ServiceRequest
from .store.access_tokens import AccessTokenRow
from .store.models import CustomerRow, CustomerSessionRow
from .tokens import AppPassword, Caller
from .tokens import caller_of as caller_of_session

USE_NOTED_EVERY = timedelta(minutes=1)
"""The time between two notes of a token's use: otherwise whoever reads would write each time."""
_ROW = (
    select(
        *(AccessTokenRow.id, AccessTokenRow.owner, AccessTokenRow.name, AccessTokenRow.scopes),
        *(AccessTokenRow.ends, AccessTokenRow.last_used),
    )
    .join(CustomerRow, CustomerRow.customer_username == AccessTokenRow.owner)
    .where(AccessTokenRow.token_hash == bindparam("token_hash"), CustomerRow.suspended.is_(False))
)
_PREPARED = PreparedRead(_ROW)


def caller_of(session: Session, token: str | None, now: datetime, operation: Operation) -> Caller:
    """The caller of an operation: the customer of a session, or whom a token for programs stands for.

    SessionExpired as for a session, and for a token that is unknown, deleted or over. Refused for one without the scope
    of the operation. A token has none of an administrator's reach: it stands for its owner alone.
    """
    if not is_access_token(token):
        return caller_of_session(session, token, now)
    row = _good_row(session, token or "", now)
    _refuse_without_scope(row.scopes, operation)
    return Caller(row.owner, None, tells_passwords(row.scopes, operation), token_name=row.name)


def owner_of(session: Session, token: str, now: datetime) -> str:
    """The customer whom a token for programs stands for. SessionExpired as for an operation."""
    owner: str = _good_row(session, token, now).owner
    return owner


def time_zone_of(session: Session, token: str, now: datetime) -> str:
    """The time zone of the customer whom a token stands for; "" for none. SessionExpired as for an operation."""
    named = CustomerRow.customer_username == _good_row(session, token, now).owner
    return session.scalar(select(CustomerRow.time_zone).where(named)) or ""


def is_of_suspended(session: Session, token: str, now: datetime) -> bool:
    """Return True for a token that would be good were its customer not suspended."""
    row = session.scalars(
        select(AccessTokenRow)
        .join(CustomerRow, CustomerRow.customer_username == AccessTokenRow.owner)
        .where(AccessTokenRow.token_hash == hash_secret(token), CustomerRow.suspended.is_(True))
    ).one_or_none()
    return row is not None and row.ends > now


def admit(call: ServiceRequest, operation: Operation) -> None:
    """Look at a token for programs before an operation begins, and note that it is used. Errors as for `caller_of`.

    Refused for a session that an app password has opened, where the operation is not open to it.
    """
    if not is_access_token(call.token):
        _refuse_app_password(call, operation)
    else:
        _refuse_without_scope(_used(call)[1], operation)


def admitted(call: ServiceRequest, scope: str) -> str:
    """Return the customer of a token that has a scope, and note its use, for what is no operation of the contract.

    SessionExpired and Refused as for `caller_of`.
    """
    owner, scopes = _used(call)
    if scope not in scopes.split():
        raise Refused(TOKEN_LACKS_SCOPE, values={"operation": call.operation, "scope": scope})
    return owner


def _used(call: ServiceRequest) -> tuple[str, str]:
    """Return the owner and the scopes of a token, and note its use; SessionExpired for one that is not good."""
    row = _good(partial(_PREPARED.first, call.context.database), call.token or "", call.now)
    if is_use_due(row.last_used, call.now):
        with call.context.database.write() as session:
            note_use(session, call.token or "", call)
    return row.owner, row.scopes


def is_use_due(last_used: datetime | None, now: datetime) -> bool:
    """Return True where the use of a token was not noted for so long that it has to be."""
    return last_used is None or last_used <= now - USE_NOTED_EVERY


def app_password_of(session: Session, username: str, password: str, now: datetime) -> AppPassword | None:
    """Return the app password of a customer that somebody gives as the password; None for anything else."""
    if not is_well_formed(password):
        return None
    row = _row(session, token_hash=hash_secret(password))
    if row is None or row.ends <= now or row.owner != username or SIGN_IN not in row.scopes.split():
        return None
    return AppPassword(row.id, row.ends)


def note_use(session: Session, token: str, call: ServiceRequest) -> None:
    """Note that a token is used now, and from where, unless that was noted within the last minute."""
    is_due = or_(AccessTokenRow.last_used.is_(None), AccessTokenRow.last_used <= call.now - USE_NOTED_EVERY)
    session.execute(
        update(AccessTokenRow)
        .where(AccessTokenRow.token_hash == hash_secret(token), is_due)
        .values(last_used=call.now, last_used_from=call.address)
    )


def _good_row(session: Session, token: str, now: datetime) -> Any:
    return _good(partial(_row, session), token, now)


def _good(find: Callable[..., Any], token: str, now: datetime) -> Any:
    """Return the row of a token, found by its hash; SessionExpired for one that is not good."""
    row = find(token_hash=hash_secret(token)) if is_well_formed(token) else None
    if row is None or row.ends <= now:
        raise SessionExpired
    return row


def _row(session: Session, **asked: str) -> Any:
    return session.connection().execute(_ROW, asked).one_or_none()


def _refuse_without_scope(scopes: str, operation: Operation) -> None:
    if operation.scope is None:
        raise Refused(NOT_WITH_TOKEN, values={"operation": operation.name})
    if operation.scope not in scopes.split():
        raise Refused(TOKEN_LACKS_SCOPE, values={"operation": operation.name, "scope": operation.scope})


def _refuse_app_password(call: ServiceRequest, operation: Operation) -> None:
    if operation.is_open_to_app_passwords:
        return
    opened_by = select(CustomerSessionRow.access_token_id).where(
        CustomerSessionRow.token_hash == hash_secret(call.token or "")
    )
    with call.context.database.read() as session:
        if session.scalar(opened_by) is not None:
            raise Refused(NOT_WITH_APP_PASSWORD, values={"operation": operation.name})
