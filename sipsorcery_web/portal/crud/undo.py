"""Deleting a record so that it can be put back: for ten minutes, by its owner."""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from flask import flash, request
from lxml import etree

from sipsorcery_web.contract.codec import read_arguments, restore_unknown
from sipsorcery_web.contract.errors import NotFound
from sipsorcery_web.contract.message_text import request_text
from sipsorcery_web.contract.operations import OPERATIONS, RECORD_OPERATIONS, RecordOperations
from sipsorcery_web.contract.records import OwnedRecord, wire_fields
from sipsorcery_web.portal.http.clock import current_zone
from sipsorcery_web.provisioning.client import Records

from ..http.backend import current_login, service
from ..http.parts import part
from ..storage.deleted_records import DeletedRecords
from ..ui import formats
from .records import add_once, name_of

R = TypeVar("R", bound=OwnedRecord)

UNDOABLE = "undoable"
"""The level of a note that has a button; its message is a mapping."""


BY_THE_SERVICE = frozenset({"id", "owner", "inserted", "last_update", "execution_count"})


@dataclass(frozen=True)
class Deleted:
    """A deleted record. `request` adds it again, and is empty where its owner alone could do that."""

    name: str
    kind: str
    request: str
    is_back: bool = False


@dataclass(frozen=True)
class Restored:
    """A record that is back, and what of it is not as it was."""

    name: str
    has_new_id: bool = False
    has_new_time: bool = False
    lacks_settings: bool = False


def delete_undoably(records: Records[R], record: R, name: str, consequence: str = "") -> None:
    """Delete a record, and say so, with its consequence and an offer to undo it; the form may tell a reason.

    It is kept before it is deleted: an answer that never comes does not tell whether it is gone.
    """
    is_own = record.owner == current_login().username
    adding = _request_of(record) if is_own else ""
    until = _keep(record.id, Deleted(name, type(record).__name__, adding))
    records.delete(record, request.form.get("reason", "").strip())
    _tell(" ".join(filter(None, [f"{name} is deleted.", consequence])), record.id, until if is_own else None)


def unless_deleted(find: Callable[[UUID], R], record_id: UUID) -> R | None:
    """The record to delete; None, and a note, when the visitor has just deleted it. NotFound when there is none."""
    try:
        return find(record_id)
    except NotFound:
        kept = _storage().find(current_login().username, record_id)
        deleted = kept and _read(kept.contents)
        if not kept or not deleted or deleted.is_back:
            raise
        _tell(f"{deleted.name} is deleted already.", record_id, kept.until if deleted.request else None)
        return None


def put_back(record_id: UUID) -> Restored | Deleted | None:
    """Add a deleted record again. What is kept of it when it is back already; None when nothing can be put back.

    Raises Refused when its name is taken by now.
    """
    username = current_login().username
    kept = _storage().find(username, record_id)
    deleted = kept and _read(kept.contents)
    if not deleted or not deleted.request or deleted.is_back:
        return deleted if deleted and deleted.is_back else None
    named = _operations_on(deleted.kind)
    record = read_arguments(OPERATIONS[named.add], etree.fromstring(deleted.request))[named.argument]
    records: Records[Any] = service().records(named.record)
    stored = add_once(records, record, name_of)
    _keep(record_id, Deleted(deleted.name, deleted.kind, "", is_back=True))
    return _compared(deleted.name, record, stored)


def _operations_on(kind: str) -> RecordOperations:
    return next(each for each in RECORD_OPERATIONS.values() if each.record.__name__ == kind)


def _request_of(record: OwnedRecord) -> str:
    """The request that adds the record again, as it would go over the wire: nothing of it is lost in between."""
    named = RECORD_OPERATIONS[type(record)]
    wrapper = etree.fromstring(request_text(OPERATIONS[named.add], {named.argument: record}))
    restore_unknown(wrapper[0], record)
    return etree.tostring(wrapper, encoding="unicode")


def _compared(name: str, record: Any, stored: Any) -> Restored:
    if stored is None:  # a service that answers nothing to an Add
        return Restored(name)
    names = {entry.attribute for entry in wire_fields(type(record))}
    different = {each for each in names if getattr(record, each) != getattr(stored, each)}
    return Restored(name, "id" in different, "inserted" in different, bool(different - BY_THE_SERVICE))


def _keep(record_id: UUID, deleted: Deleted) -> datetime:
    return _storage().keep(current_login().username, record_id, json.dumps(asdict(deleted)))


def _read(contents: str) -> Deleted:
    return Deleted(**json.loads(contents))


def _tell(words: str, record_id: UUID, until: datetime | None) -> None:
    if until is None:
        flash(words, "success")
        return
    zone = current_zone()
    message: Mapping[str, str] = {
        "words": words,
        "id": str(record_id),
        "until": formats.iso(until, zone),
        "until_minute": formats.minute(until, zone),
    }
    flash(message, UNDOABLE)  # type: ignore[arg-type]


def _storage() -> DeletedRecords:
    return part(DeletedRecords)
