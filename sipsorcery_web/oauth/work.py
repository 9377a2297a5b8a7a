"""The work on one request: its transaction, with what the audit is told of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlalchemy import select

from sipsorcery_web.contract.extensions import AuditEntry
from sipsorcery_web.service.audit import recording
from sipsorcery_web.service.context import ServiceContext, UnitOfWork
from sipsorcery_web.service.store.models import CustomerRow
from sipsorcery_web.service.store.oauth import ConsentRow, ProgramRow

Work = UnitOfWork


class WithWork:
    """A grant or an endpoint of Authlib's, which does its part in the work of the server's request."""

    server: Any

    @property
    def work(self) -> Work:
        """Return the work of the request."""
        work: Work = self.server.work
        return work


@contextmanager
def writing(context: ServiceContext, address: str) -> Iterator[Work]:
    """Yield the work of a request that may write, from an address."""
    with context.database.write() as session:
        yield Work(context=context, now=context.clock(), token=None, address=address, session=session)


@contextmanager
def reading(context: ServiceContext) -> Iterator[Work]:
    """Yield the work of a request that reads."""
    with context.database.read() as session:
        yield Work(context=context, now=context.clock(), token=None, address="", session=session)


def note_consent(work: Work, operation: str, consent: ConsentRow, program: ProgramRow, by_program: bool) -> None:
    """Tell the audit of a consent's customer what became of it, and by whom."""
    entry = _entry(work, operation, consent.owner, "consent", consent.id, program.name)
    told = replace(entry, token_name=program.name) if by_program else entry
    recording.write(work.session, work.context, told)


def note_program(work: Work, operation: str, program: ProgramRow) -> None:
    """Tell the audit of a program's customer what they did with it."""
    entry = _entry(work, operation, program.owner, "program", program.id, program.name)
    recording.write(work.session, work.context, entry)


def is_suspended(work: Work, owner: str) -> bool:
    """Return True for a customer who is kept out; for nobody who is not there."""
    named = CustomerRow.customer_username == owner
    return bool(work.session.scalar(select(CustomerRow.suspended).where(named)))


def _entry(work: Work, operation: str, owner: str, kind: str, id: UUID, name: str) -> AuditEntry:
    return AuditEntry(
        actor=owner,
        address=work.address,
        inserted=work.now,
        operation=operation,
        owner=owner,
        record_id=id,
        record_kind=kind,
        record_name=name,
    )
