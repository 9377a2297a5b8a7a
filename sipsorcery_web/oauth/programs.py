"""The programs that a customer has registered."""

import secrets
from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID, uuid4

from sqlalchemy import select

from sipsorcery_web.contract.errors import NotFound, Refused
from sipsorcery_web.contract.oauth import Program
from sipsorcery_web.contract.rules import refuse
from sipsorcery_web.contract.rules.programs import MOST_PROGRAMS, TOO_MANY_PROGRAMS, program_violations
from sipsorcery_web.hashes import hash_secret
from sipsorcery_web.service.operations.quotas import refuse_one_too_many
from sipsorcery_web.service.store.oauth import ProgramRow

from .work import Work, note_program

_SECRET_PREFIX = "sipc_"  # noqa: S105 (no password)


def of_owner(work: Work, owner: str) -> Sequence[Program]:
    """Return a customer's programs by name."""
    rows = select(ProgramRow).where(ProgramRow.owner == owner).order_by(ProgramRow.name, ProgramRow.id)
    return [record_of(row) for row in work.session.scalars(rows)]


def add(work: Work, wanted: Program) -> Program:
    """Register a program, and tell its secret where it has one. Refused for a broken rule and for one too many."""
    wanted = replace(wanted, name=" ".join(wanted.name.split()))
    refuse(program_violations(wanted))
    refuse_one_too_many(work.session, ProgramRow, wanted.owner, MOST_PROGRAMS, Refused(TOO_MANY_PROGRAMS))
    row = ProgramRow(
        id=uuid4(),
        owner=wanted.owner,
        name=wanted.name,
        redirect_addresses=" ".join(wanted.redirect_addresses),
        takes_device_codes=wanted.takes_device_codes,
        inserted=work.now,
    )
    secret = _give_secret(row) if wanted.is_confidential else None
    work.session.add(row)
    work.session.flush()
    note_program(work, "AddProgram", row)
    return replace(record_of(row), secret=secret)


def renew_secret(work: Work, owner: str, program_id: UUID) -> Program:
    """Give a program another secret, and tell it; NotFound as for `delete`, and for a program that has none."""
    row = _of(work, owner, program_id)
    if row.secret_hash is None:
        raise NotFound("The program has no secret.")
    secret = _give_secret(row)
    note_program(work, "UpdateProgramSecret", row)
    return replace(record_of(row), secret=secret)


def delete(work: Work, owner: str, program_id: UUID) -> None:
    """Delete a program with all that customers allowed it. NotFound for somebody else's, as for one not there."""
    row = _of(work, owner, program_id)
    note_program(work, "DeleteProgram", row)
    work.session.delete(row)


def record_of(row: ProgramRow) -> Program:
    """Return a program without its secret, which nobody knows here."""
    return Program(
        id=row.id,
        name=row.name,
        owner=row.owner,
        redirect_addresses=tuple(row.redirect_addresses.split()),
        takes_device_codes=row.takes_device_codes,
        is_confidential=row.secret_hash is not None,
        inserted=row.inserted,
    )


def _of(work: Work, owner: str, program_id: UUID) -> ProgramRow:
    row = work.session.get(ProgramRow, program_id)
    if row is None or row.owner != owner:
        raise NotFound("The program was not found.")
    return row


def _give_secret(row: ProgramRow) -> str:
    secret = _SECRET_PREFIX + secrets.token_urlsafe(32)
    row.secret_hash = hash_secret(secret)
    return secret
