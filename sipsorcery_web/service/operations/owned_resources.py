"""Adding, changing and deleting what customers own (spec, section 4.6): one way for accounts, providers and plans."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar
from uuid import uuid4

from sqlalchemy import select

from sipsorcery_web.contract.errors import Conflict, NotFound, Refused
from sipsorcery_web.contract.operations import RECORD_OPERATIONS
from sipsorcery_web.contract.records import OwnedRecord, wire_fields
from sipsorcery_web.contract.rules.catalogue import ID_TAKEN, RECORD_MISSING
from sipsorcery_web.contract.wire_types import ZERO_ID

from ..context import AuthedUnitOfWork
from ..store.lists import Listing
from ..store.rows import fill, to_record
from .handler import Handler, writes

R = TypeVar("R", bound=OwnedRecord)

BY_THE_SERVICE = frozenset({"id", "owner", "inserted", "last_update"})


def _nothing(_work: AuthedUnitOfWork, _row: Any) -> None:
    return None


@dataclass(frozen=True)
class OwnedResource(Generic[R]):
    """A kind of thing that customers own.

    `ready` gives the record as it is stored, or raises Refused; `may_change`, `written` and `deleted` are told of the
    row in question. Fields in `administrative` are set by administrators alone (weakness W5).
    """

    record: type[R]
    row: Any
    administrative: frozenset[str]
    blank: R
    prepare: Callable[[AuthedUnitOfWork, R, R], R]
    may_change: Callable[[AuthedUnitOfWork, Any], None] = _nothing
    after_write: Callable[[AuthedUnitOfWork, Any], None] = _nothing
    before_delete: Callable[[AuthedUnitOfWork, Any], None] = _nothing

    @property
    def listing(self) -> Listing[R]:
        """Their list, in the order of their names."""
        return Listing(self.record, self.row, self.record.NAMED_BY[0])

    def add(self, work: AuthedUnitOfWork, given: R | None) -> R:
        """Store a new record of the caller. Conflict when its name or its id is taken."""
        given = self._required(given)
        wanted: Any = given
        record = self._allowed(work, given, self.blank).with_(
            id=uuid4() if wanted.id == ZERO_ID else wanted.id, owner=work.caller.username, **self._times(work, True)
        )
        if work.session.get(self.row, wanted.id) is not None:
            raise Conflict(ID_TAKEN)
        return self._store(work, self.row(), record, self.blank)

    def update(self, work: AuthedUnitOfWork, given: R | None) -> R:
        """Change a record: fields that were not given keep what is stored. NotFound unless it is the caller's."""
        given = self._required(given)
        row = self._changeable_row(work, given)
        stored = to_record(self.record, row, work.context.keyring)
        record = self._allowed(work, given, stored).with_(**self._times(work, False))
        return self._store(work, row, record, stored)

    def delete(self, work: AuthedUnitOfWork, given: R | None) -> R:
        """Delete a record by its id and answer it as it was sent, every field. NotFound unless it is the caller's."""
        given = self._required(given)
        row = self._changeable_row(work, given)
        self.before_delete(work, row)
        work.session.delete(row)
        return replace(given, present=None, unknown=())

    def _required(self, given: R | None) -> R:
        if given is None:
            raise Refused(RECORD_MISSING, values={"noun": self.record.NOUN})
        return given

    def _changeable_row(self, work: AuthedUnitOfWork, given: Any) -> Any:
        """The stored row decides whose it is, not the record that was sent (weakness W3)."""
        mine = work.caller.scope.may_change(self.row)
        row = work.session.scalars(select(self.row).where(self.row.id == given.id, mine)).one_or_none()
        if row is None:
            raise NotFound(f"The {self.record.NOUN} was not found.")
        self.may_change(work, row)
        return row

    def _allowed(self, work: AuthedUnitOfWork, given: R, stored: R) -> R:
        protected = BY_THE_SERVICE | (frozenset() if work.caller.is_administrator else self.administrative)
        return given.over(stored, [name for name in self._fields if name not in protected])

    def _times(self, work: AuthedUnitOfWork, is_new: bool) -> dict[str, Any]:
        names = ("inserted", "last_update") if is_new else ("last_update",)
        return {name: work.now for name in names if name in self._fields}

    def _store(self, work: AuthedUnitOfWork, row: Any, record: R, stored: R) -> R:
        ready: Any = self.prepare(work, record, stored)
        row.id = ready.id
        fill(row, ready, self._fields, work.context.keyring)
        work.session.add(row)
        self.after_write(work, row)
        work.session.flush()
        return to_record(self.record, row, work.context.keyring)

    @property
    def _fields(self) -> tuple[str, ...]:
        return tuple(entry.attribute for entry in wire_fields(self.record))


def changes_of(resource: OwnedResource[Any]) -> dict[str, Handler]:
    """Return the operations that add, change and delete these records."""
    named = RECORD_OPERATIONS[resource.record]
    verbs = {named.add: resource.add, named.update: resource.update, named.delete: resource.delete}
    return {name: _taking(named.argument, verb) for name, verb in verbs.items()}


def _taking(argument: str, verb: Callable[[AuthedUnitOfWork, Any], Any]) -> Handler:
    return writes(lambda work, **given: verb(work, given[argument]))
