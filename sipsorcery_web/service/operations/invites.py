"""Invite codes in the hands of administrators (extensions); whoever uses one of a label becomes its member."""

from uuid import UUID

from sqlalchemy import ColumnElement, delete, select, true

from sipsorcery_web.contract.errors import NotFound, Refused
from sipsorcery_web.contract.extensions import AuditEntry, Invite
from sipsorcery_web.contract.filters import Where
from sipsorcery_web.contract.rules import refuse
from sipsorcery_web.contract.rules.catalogue import INVITE_USED, RECORD_MISSING
from sipsorcery_web.contract.rules.invites import invite_violations

from .. import invites
from ..audit import recording
from ..context import AuthedUnitOfWork
from ..store.invites import INVITES
from ..store.models import InviteCodeRow
from ..store.reading import StoredPage
from ..tokens import Caller
from .customer_accounts import refuse_customer


def get_invites(
    work: AuthedUnitOfWork, where_expression: Where, offset: int, count: int, from_end: bool = False
) -> StoredPage[Invite]:
    """A page of the caller's invite codes, those of the label or all, the newest first, without the codes."""
    refuse_customer(work)
    return INVITES.page(work.session, work.caller.scope, where_expression, offset, count, None, from_end)


def get_invites_count(work: AuthedUnitOfWork, where_expression: Where, at_most: int | None = None) -> int:
    """The number of these invite codes."""
    refuse_customer(work)
    return INVITES.count(work.session, work.caller.scope, where_expression, at_most)


def add_invites(work: AuthedUnitOfWork, invite: Invite | None, count: int) -> list[Invite]:
    """Make so many codes with a note and an end, and tell them, this once: what is stored are hashes."""
    refuse_customer(work)
    if invite is None:
        raise Refused(RECORD_MISSING, values={"noun": "invite"})
    refuse(invite_violations(invite, count, work.now))
    made = [_made(work, invite) for _ in range(count)]
    _audit(work, "invite codes", str(count))
    return made


def delete_invite(work: AuthedUnitOfWork, id: UUID) -> None:
    """Withdraw a code that nobody has used. NotFound for another label's, Refused for one that is used."""
    refuse_customer(work)
    theirs = (InviteCodeRow.id == id, _looked_after(work.caller))
    row = work.session.scalars(select(InviteCodeRow).where(*theirs)).one_or_none()
    if row is None:
        raise NotFound("The invite was not found.")
    unused = delete(InviteCodeRow).where(*theirs, InviteCodeRow.used_at.is_(None))
    if not getattr(work.session.execute(unused), "rowcount", 0):
        raise Refused(INVITE_USED)
    _audit(work, "invite code", row.note or "", id)


def _made(work: AuthedUnitOfWork, invite: Invite) -> Invite:
    caller = work.caller
    label = None if caller.is_administrator else caller.admin_id
    note = (invite.note or "").strip() or None
    code = invites.make_code(work.session, work.now, caller.username, note, invite.ends, label)
    id = invites.id_of(code)
    return Invite(code=code, ends=invite.ends, id=id, inserted=work.now, made_by=caller.username, note=note)


def _looked_after(caller: Caller) -> ColumnElement[bool]:
    return true() if caller.is_administrator else InviteCodeRow.admin_member_id == caller.admin_id


def _audit(work: AuthedUnitOfWork, kind: str, name: str, id: UUID = recording.OPERATORS_CHAIN) -> None:
    entry = AuditEntry(owner=work.caller.username, record_kind=kind, record_id=id, record_name=name)
    recording.record(work, entry)
