"""SIP domains (spec, section 4.5)."""

from sqlalchemy import ColumnElement, or_, select

from sipsorcery_web.contract.records import SIPDomain

from ..context import AuthedUnitOfWork
from ..store.lists import slice_of
from ..store.models import SIPDomainRow
from ..store.rows import to_record
from ..tokens import Caller


def get_sip_domains(work: AuthedUnitOfWork, filter_expression: str | None, offset: int, count: int) -> list[SIPDomain]:
    """The caller's own domains and the public ones, by name; the filter has never been looked at (section 4.5)."""
    del filter_expression
    query = select(SIPDomainRow).where(usable_by(work.caller)).order_by(SIPDomainRow.domain)
    rows = work.session.scalars(slice_of(query, offset, count))
    return [to_record(SIPDomain, row, work.context.keyring) for row in rows]


def usable_by(caller: Caller) -> ColumnElement[bool]:
    """The condition that a domain is public or the caller's own."""
    return or_(SIPDomainRow.owner.is_(None), SIPDomainRow.owner == caller.username)
