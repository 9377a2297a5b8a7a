"""Tokens for programs, made and ended by the customer whom they stand for (an extension)."""

from uuid import UUID, uuid4

from sqlalchemy import delete, select

from sipsorcery_web.contract.access_token_text import new_token
from sipsorcery_web.contract.errors import NotFound, Refused
from sipsorcery_web.contract.extensions import AccessToken, AuditEntry
from sipsorcery_web.contract.rules import refuse
from sipsorcery_web.contract.rules.access_tokens import MOST_TOKENS, access_token_violations
from sipsorcery_web.contract.rules.catalogue import RECORD_MISSING, TOO_MANY_TOKENS
from sipsorcery_web.contract.scopes import in_order
from sipsorcery_web.hashes import hash_secret

from ..audit import recording
from ..context import AuthedUnitOfWork
from ..store.access_tokens import MADE_BY_HAND, AccessTokenRow
from ..tokens import end_sessions_of
from .quotas import refuse_one_too_many


def get_access_tokens(work: AuthedUnitOfWork) -> list[AccessToken]:
    """The caller's own tokens by name, without what opens the service."""
    mine = AccessTokenRow.owner == work.caller.username
    rows = work.session.scalars(select(AccessTokenRow).where(mine, MADE_BY_HAND).order_by(AccessTokenRow.name))
    return [record_of(row) for row in rows]


def add_access_token(work: AuthedUnitOfWork, access_token: AccessToken | None) -> AccessToken:
    """Make a token and tell it, this once: what is stored is its hash.

    Conflict for a name that another of the caller's tokens has, Refused for a broken rule and for one too many.
    """
    if access_token is None:
        raise Refused(RECORD_MISSING, values={"noun": "token"})
    wanted = access_token.with_(name=" ".join((access_token.name or "").split()))
    refuse(access_token_violations(wanted, work.now))
    too_many = Refused(TOO_MANY_TOKENS)
    refuse_one_too_many(work.session, AccessTokenRow, work.caller.username, MOST_TOKENS, too_many, MADE_BY_HAND)
    token = new_token()
    row = AccessTokenRow(
        id=uuid4(),
        token_hash=hash_secret(token),
        owner=work.caller.username,
        name=wanted.name,
        scopes=in_order(wanted.scopes or ""),
        inserted=work.now,
        ends=wanted.ends,
    )
    work.session.add(row)
    work.session.flush()
    _audit(work, row.id, row.name)
    return record_of(row).with_(token=token)


def delete_access_token(work: AuthedUnitOfWork, id: UUID) -> None:
    """End one of the caller's tokens, and the sessions that it has opened as an app password.

    NotFound for somebody else's, as for one that does not exist.
    """
    hers = (AccessTokenRow.id == id, AccessTokenRow.owner == work.caller.username, MADE_BY_HAND)
    name = work.session.scalars(delete(AccessTokenRow).where(*hers).returning(AccessTokenRow.name)).one_or_none()
    if name is None:
        raise NotFound("The token was not found.")
    end_sessions_of(work.session, id)
    _audit(work, id, name)


def _audit(work: AuthedUnitOfWork, id: UUID, name: str) -> None:
    entry = AuditEntry(owner=work.caller.username, record_kind="token", record_id=id, record_name=name)
    recording.record(work, entry)


def record_of(row: AccessTokenRow) -> AccessToken:
    """Return a token without what opens the service."""
    return AccessToken(
        ends=row.ends,
        id=row.id,
        inserted=row.inserted,
        last_used=row.last_used,
        last_used_from=row.last_used_from,
        name=row.name,
        scopes=row.scopes,
    )
