"""Telling customers' programs of changes to what they own, in the transaction that makes these."""

from sipsorcery_web.contract.records import OwnedRecord, wire_fields

from ..context import AuthedUnitOfWork
from ..store.domain_events import DomainEvent, DomainEventKind


def tell_programs(work: AuthedUnitOfWork, record: OwnedRecord, how: str, elements: str = "") -> None:
    """Tell the programs of a record's owner that it was added, changed or deleted, and by whom.

    `elements` are the names on the wire of the fields that are others now, with blanks between.
    """
    names = {entry.element: entry.attribute for entry in wire_fields(type(record))}
    change = {
        "change": how,
        "fields": [names[element] for element in elements.split()],
        "actor": work.caller.username,
    }
    told = DomainEvent(DomainEventKind.RECORD_CHANGED, record.owner or "", work.now, record, change)
    work.context.outbox.put(work.session, told)
