"""One record of a list: found by its id, added once, and where in its list it then stands."""

from collections.abc import Callable, Sequence
from typing import TypeVar
from uuid import UUID, uuid4

from sipsorcery_web.contract.errors import Conflict, NotFound, ProvisioningError
from sipsorcery_web.contract.filters import prop
from sipsorcery_web.contract.records import OwnedRecord, Record
from sipsorcery_web.provisioning.client import Entries, Records

from ..http.sip_engine import may_act
from ..lists.query import page_size
from ..lists.search import find_one

E = TypeVar("E", bound=Record)
R = TypeVar("R", bound=OwnedRecord)


def get_or_404(records: Entries[E], record_id: UUID, noun: str) -> E:
    """The record with this id; NotFound when there is none, or it is not the visitor's to see."""
    found = find_one(records, prop("Id").equals(record_id))
    if found is None:
        raise NotFound(f"The {noun} was not found.")
    return found


def get_editable(records: Entries[E], record_id: UUID, noun: str) -> E:
    """The record with this id; NotFound when there is none, and when the visitor may not act on it."""
    record = get_or_404(records, record_id, noun)
    if not may_act(record):
        raise NotFound(f"The {noun} was not found.")
    return record


def name_of(record: OwnedRecord) -> Sequence[str | None]:
    """Return what names a record to its owner."""
    return [getattr(record, attribute) for attribute in record.NAMED_BY]


def add_once(records: Records[R], record: R, name_of: Callable[[R], object]) -> R:
    """Add a record whose id the form brought, and give it as stored: a form that is sent twice adds once.

    One that was sent, changed and sent again has another name by then, and adds another record.
    """
    try:
        return records.add(record)
    except Conflict:
        return _same_there(records, record, name_of) or records.add(record.with_(id=uuid4()))


def page_with(records: Records[R], property_name: str, name: str | None) -> int | None:
    """The page that a name stands on, in order of this property; None for the first and where nobody can tell."""
    try:
        before = records.count(prop(property_name).less_than(name or ""))
    except ProvisioningError:
        return None
    return before // page_size() + 1 if before >= page_size() else None


def _same_there(records: Records[R], record: R, name_of: Callable[[R], object]) -> R | None:
    try:
        stored = get_or_404(records, record.id, "record")
    except NotFound:
        return None
    return stored if name_of(stored) == name_of(record) else None
