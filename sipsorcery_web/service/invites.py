"""Invite codes: GUIDs, stored hashed, each good for one customer (spec, section 4.8)."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import update
from sqlalchemy.orm import Session

from sipsorcery_web.contract.errors import Rule
from sipsorcery_web.contract.rules import is_blank
from sipsorcery_web.contract.rules.catalogue import INVITE_MISSING, INVITE_UNKNOWN, INVITE_USED
from sipsorcery_web.hashes import hash_secret

from .store.models import InviteCodeRow


def make_code(session: Session, now: datetime) -> str:
    """A new code; it is shown once and cannot be read from the store."""
    code = str(uuid4())
    session.add(InviteCodeRow(id=uuid4(), code_hash=hash_secret(code), inserted=now, used_at=None, used_by=None))
    return code


def broken_rule(session: Session, code: str | None) -> Rule | None:
    """Return why a code cannot be used; None when it can."""
    if code is None or is_blank(code):
        return INVITE_MISSING
    row = session.get(InviteCodeRow, hash_secret(_normal(code)))
    if row is None:
        return INVITE_UNKNOWN
    return None if row.used_at is None else INVITE_USED


def spend(session: Session, code: str | None, username: str, now: datetime) -> bool:
    """Use a code up; False when somebody else has been faster."""
    unused = (InviteCodeRow.code_hash == hash_secret(_normal(code or "")), InviteCodeRow.used_at.is_(None))
    spent = session.execute(update(InviteCodeRow).where(*unused).values(used_at=now, used_by=username))
    return bool(getattr(spent, "rowcount", 0) == 1)


def _normal(code: str) -> str:
    try:
        return str(UUID(code.strip()))
    except ValueError:
        return code
