"""Invite codes: GUIDs, stored hashed, each good for one customer (spec, section 4.8)."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import update
from sqlalchemy.orm import Session

from sipsorcery_web.contract.errors import Rule
from sipsorcery_web.contract.extensions import OPERATOR
from sipsorcery_web.contract.rules import is_blank
from sipsorcery_web.contract.rules.catalogue import INVITE_MISSING, INVITE_OVER, INVITE_UNKNOWN, INVITE_USED
from sipsorcery_web.hashes import hash_secret, shown_id

from .store.models import InviteCodeRow


def make_code(
    session: Session,
    now: datetime,
    made_by: str = OPERATOR,
    note: str | None = None,
    ends: datetime | None = None,
    label: str | None = None,
) -> str:
    """A new code; it is shown once and cannot be read from the store. Whoever uses it becomes the label's member."""
    code = str(uuid4())
    row = InviteCodeRow(id=id_of(code), code_hash=hash_secret(code), inserted=now, made_by=made_by, note=note)
    row.ends_at, row.admin_member_id = ends, label
    session.add(row)
    return code


def id_of(code: str) -> UUID:
    """Return the id that a new code is known by, which leads back to nothing."""
    return shown_id(hash_secret(code))


def broken_rule(session: Session, code: str | None, now: datetime) -> Rule | None:
    """Return why a code cannot be used; None when it can."""
    if code is None or is_blank(code):
        return INVITE_MISSING
    row = session.get(InviteCodeRow, hash_secret(_normal(code)))
    if row is None:
        return INVITE_UNKNOWN
    if row.used_at is not None:
        return INVITE_USED
    return INVITE_OVER if row.ends_at is not None and row.ends_at <= now else None


def spend(session: Session, code: str | None, username: str, now: datetime) -> bool:
    """Use a code up; False when somebody else has been faster."""
    unused = (InviteCodeRow.code_hash == hash_secret(_normal(code or "")), InviteCodeRow.used_at.is_(None))
    spent = session.execute(update(InviteCodeRow).where(*unused).values(used_at=now, used_by=username))
    return bool(getattr(spent, "rowcount", 0) == 1)


def label_of(session: Session, code: str | None) -> str | None:
    """Return the label that a code's customer becomes a member of; None for none."""
    row = session.get(InviteCodeRow, hash_secret(_normal(code or "")))
    return row.admin_member_id if row is not None else None


def _normal(code: str) -> str:
    try:
        return str(UUID(code.strip()))
    except ValueError:
        return code
