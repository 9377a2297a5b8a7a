"""Writing an entry, in the transaction that makes the change: one indexed read and one insert.

Who writes to the same chain meanwhile waits, so that a chain has one end. What concerns no customer yet, such as an
invite code, is in the operator's own chain, which administrators read.
"""

import secrets
from dataclasses import replace
from functools import cache, partial
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import String, bindparam, event, func, insert, select
from sqlalchemy.orm import Session, aliased

from sipsorcery_web.contract.errors import NotFound
from sipsorcery_web.contract.extensions import OPERATOR, AuditEntry
from sipsorcery_web.contract.records import Record, wire_fields
from sipsorcery_web.contract.wire_types import ZERO_ID
from sipsorcery_web.database.locks import advisory_lock
from sipsorcery_web.logs.request_ids import request_id

from ..context import AuthedUnitOfWork, ServiceContext, UnitOfWork
from ..store.audit import AuditRemovedRow, AuditRow, lengths
from ..store.models import CustomerRow
from ..telling import change, tell
from .chain import BEGINNING, ENTRY, Seals, hash_of
from .heads import Head

GIVEN = (
    *("actor", "address", "changed", "inserted", "operation", "owner", "reason"),
    *("record_id", "record_kind", "record_name", "token_name"),
)
"""The fields of an entry that are told; the others follow."""
LOCALLY = "operator"
"""The address of the operator's commands."""
UNTOLD = frozenset({"last_update"})
"""Fields that change with every other one."""
_FIRST_ID = 1 << 127
_OF_CHAIN = aliased(AuditRow)
_LAST = (
    select(func.max(_OF_CHAIN.number)).where(_OF_CHAIN.chain == CustomerRow.id).correlate(CustomerRow).scalar_subquery()
)
_END: Any = (
    select(
        CustomerRow.id,
        CustomerRow.admin_member_id,
        AuditRow.number,
        AuditRow.hash,
        AuditRemovedRow.number.label("removed"),
        AuditRemovedRow.hash.label("removed_hash"),
    )
    .select_from(CustomerRow)
    .outerjoin(AuditRow, (AuditRow.chain == CustomerRow.id) & (AuditRow.number == _LAST.scalar_subquery()))
    .outerjoin(AuditRemovedRow, AuditRemovedRow.chain == CustomerRow.id)
    .where(CustomerRow.customer_username == bindparam("owner", type_=String))
)
"""A customer's id and label, and the end of the chain."""
OPERATORS_CHAIN = ZERO_ID
"""The operator's chain, which no customer's id can be."""


class _End(NamedTuple):
    """The end of a chain that an entry is to stand behind, and the label of its customer."""

    chain: UUID
    label: str | None
    number: int
    hash: str


def record(work: UnitOfWork, entry: AuditEntry) -> None:
    """Put an entry into the chain of its owner; who, from where and by which operation are those of the call.

    Where nobody has signed in, and the call tells no actor, it is the owner. NotFound for an owner who does not exist.
    """
    caller = work.caller if isinstance(work, AuthedUnitOfWork) else None
    told = replace(
        entry,
        actor=caller.username if caller else work.actor or entry.owner,
        address=work.address,
        operation=work.operation,
        inserted=work.now,
        token_name=caller.token_name if caller else None,
    )
    write(work.session, work.context, told)


def write(session: Session, context: ServiceContext, entry: AuditEntry) -> None:
    """Put an entry that says who and from where into the chain of its owner. NotFound as for `record`."""
    lock_chain(session, entry.owner or "")
    end = _end_of_operators(session) if entry.owner == OPERATOR else _end_of(session, entry.owner)
    number = end.number + 1
    values = _cut(_values(entry, end, number))
    values["hash"] = hash_of(end.hash, values)
    values["seal"] = Seals(context.keyring).seal_of(ENTRY, end.chain, number, values["hash"])
    session.connection().execute(insert(AuditRow), values)
    if context.audit_heads is not None:
        noted = partial(context.audit_heads.note, end.chain, Head(number, values["hash"]))
        event.listen(session, "after_commit", lambda _session: noted(), once=True)
    tell(session, context.events, change(entry, context.clock()))


def lock_chain(session: Session, owner: str) -> None:
    """Wait for the other transactions that write to the chain of a customer."""
    advisory_lock(session, f"audit of {owner}")


def differing(before: Record, after: Record) -> str:
    """Return the names on the wire of the fields that differ between two records of one type, with blanks between."""
    differ = (
        entry.element
        for entry in wire_fields(type(before))
        if entry.attribute not in UNTOLD and getattr(before, entry.attribute) != getattr(after, entry.attribute)
    )
    return " ".join(differ)


def _end_of(session: Session, owner: str | None) -> _End:
    end = session.connection().execute(_END, {"owner": owner}).one_or_none()
    if end is None:
        raise NotFound(f"There is no customer {owner!r}.")
    number, hash = end.number or end.removed or 0, end.hash or end.removed_hash or BEGINNING
    return _End(end.id, end.admin_member_id, number, hash)


def _end_of_operators(session: Session) -> _End:
    last = select(AuditRow).where(AuditRow.chain == OPERATORS_CHAIN).order_by(AuditRow.number.desc()).limit(1)
    end = session.scalars(last).one_or_none() or session.get(AuditRemovedRow, OPERATORS_CHAIN)
    return _End(OPERATORS_CHAIN, None, *((end.number, end.hash) if end else (0, BEGINNING)))


def _values(entry: AuditEntry, end: _End, number: int) -> dict[str, Any]:
    given = {name: getattr(entry, name) for name in GIVEN}
    return given | {
        "id": UUID(int=_FIRST_ID - (number << 64) + secrets.randbits(64)),  # of one moment the newest is listed first
        "chain": end.chain,
        "number": number,
        "admin_member_id": end.label,
        "on_behalf_of": None if entry.actor == entry.owner else entry.owner,
        "request_id": request_id() or None,
    }


def _cut(values: dict[str, Any]) -> dict[str, Any]:
    """The same with texts that fit into their columns and can be written as XML."""
    most = _lengths()
    return {
        name: _printable(value)[: most[name]] if isinstance(value, str) else value for name, value in values.items()
    }


def _printable(text: str) -> str:
    return "".join(character if character.isprintable() else " " for character in text)


@cache
def _lengths() -> dict[str, int]:
    return lengths()
