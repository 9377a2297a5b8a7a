"""Adding, changing and deleting what customers own (spec, section 4.6): one way for accounts, providers and plans."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar
from uuid import uuid4

from sqlalchemy import select

from sipsorcery_web.contract.errors import Changed, Conflict, NotFound, Refused
from sipsorcery_web.contract.extensions import AuditEntry
from sipsorcery_web.contract.operations import RECORD_OPERATIONS
from sipsorcery_web.contract.records import OwnedRecord, wire_fields
from sipsorcery_web.contract.rules import is_blank
from sipsorcery_web.contract.rules.catalogue import (
    ID_TAKEN,
    PASSWORD_WOULD_GO_ELSEWHERE,
    QUOTA_REACHED,
    RECORD_MISSING,
)
from sipsorcery_web.contract.set_by_others import BY_THE_SERVICE, administrative_fields, new_values
from sipsorcery_web.contract.wire_types import ZERO_ID

from ..audit import recording
from ..context import AuthedUnitOfWork
from ..store.lists import Listing
from ..store.rows import fill, to_record
from .handler import Handler, writes
from .programs import tell_programs
from .quotas import refuse_one_too_many

R = TypeVar("R", bound=OwnedRecord)

OnlyIf = Callable[[Any], bool]
"""A condition of the caller's on the stored record, as that caller is told it."""


def _nothing(_work: AuthedUnitOfWork, _row: Any) -> None:
    return None


@dataclass(frozen=True)
class OwnedResource(Generic[R]):
    """A kind of thing that customers own.

    `prepare` gives the record as it is stored, or raises Refused; `may_change`, `after_write` and `before_delete` are
    told of the row in question. The fields in `secrets_go_by` decide where a stored secret is used.
    """

    record: type[R]
    row: Any
    prepare: Callable[[AuthedUnitOfWork, R, R], R]
    secrets_go_by: frozenset[str] = frozenset()
    may_change: Callable[[AuthedUnitOfWork, Any], None] = _nothing
    reason_in: str = ""
    """The field in which an administrator says why."""
    after_write: Callable[[AuthedUnitOfWork, Any], None] = _nothing
    before_delete: Callable[[AuthedUnitOfWork, Any], None] = _nothing

    @property
    def _blank(self) -> R:
        return self.record(**new_values(self.record))

    @property
    def listing(self) -> Listing[R]:
        """Their list, in the order of their names."""
        return Listing(self.record, self.row, self.record.NAMED_BY[0])

    def add(self, work: AuthedUnitOfWork, given: R | None) -> R:
        """Store a new record of the caller.

        Conflict when its name or its id is taken, Refused when there are as many as a customer may have.
        """
        given = self._required(given)
        wanted: Any = given
        record = self._allowed(work, given, self._blank).with_(
            id=uuid4() if wanted.id == ZERO_ID else wanted.id, owner=work.caller.username, **self._times(work, True)
        )
        if work.session.get(self.row, wanted.id) is not None:
            raise Conflict(ID_TAKEN)  # before the quota: whoever sends the last one twice has added it
        self._refuse_above_quota(work, record)
        added = self._store(work, self.row(), self.prepare(work, record, self._blank))
        tell_programs(work, added, "added")
        return added

    def update(self, work: AuthedUnitOfWork, given: R | None, only_if: OnlyIf | None = None) -> R:
        """Change a record: fields that were not given keep what is stored.

        NotFound unless it is the caller's; Changed where it does not meet the caller's condition.
        """
        given = self._required(given)
        row = self._changeable_row(work, given)
        stored = to_record(self.record, row, work.context.keyring)
        self._refuse_changed(work, stored, only_if)
        record = self._allowed(work, given, stored).with_(**self._times(work, False))
        ready = self.prepare(work, record, stored)
        if not work.caller.tells_passwords:
            self._refuse_secret_elsewhere(given, ready, stored)
        differing = recording.differing(stored, ready)
        changed = self._store(work, row, ready, differing)
        tell_programs(work, changed, "changed", differing)
        return changed

    def delete(self, work: AuthedUnitOfWork, given: R | None, only_if: OnlyIf | None = None) -> R:
        """Delete a record by its id and answer it as it was sent, every field. Errors as for `update`."""
        given = self._required(given)
        row = self._changeable_row(work, given)
        stored = to_record(self.record, row, work.context.keyring)
        self._refuse_changed(work, stored, only_if)
        self.before_delete(work, row)
        work.session.delete(row)
        self._audit(work, row)
        tell_programs(work, stored, "deleted")
        return replace(given, present=None, unknown=())

    def _required(self, given: R | None) -> R:
        if given is None:
            raise Refused(RECORD_MISSING, values={"noun": self.record.NOUN})
        return given

    def _refuse_above_quota(self, work: AuthedUnitOfWork, record: Any) -> None:
        """Refuse one more than the operator allows to the record's owner, whoever adds it."""
        limit = work.context.quotas.get(self.record, 0)
        if limit:
            refusal = Refused(QUOTA_REACHED[self.record.NOUN], values={"limit": limit})
            refuse_one_too_many(work.session, self.row, record.owner, limit, refusal)

    def _changeable_row(self, work: AuthedUnitOfWork, given: Any) -> Any:
        """The stored row decides whose it is, not the record that was sent (weakness W3)."""
        mine = work.caller.scope.may_change(self.row)
        row = work.session.scalars(select(self.row).where(self.row.id == given.id, mine)).one_or_none()
        if row is None:
            raise NotFound(f"The {self.record.NOUN} was not found.")
        self.may_change(work, row)
        return row

    def _refuse_changed(self, work: AuthedUnitOfWork, stored: R, only_if: OnlyIf | None) -> None:
        if only_if is not None and not only_if(self._told(work, stored)):
            raise Changed(f"The {self.record.NOUN} has changed meanwhile.")

    def _told(self, work: AuthedUnitOfWork, record: R) -> R:
        return record if work.caller.tells_passwords else record.with_(**dict.fromkeys(self._secrets))

    def _allowed(self, work: AuthedUnitOfWork, given: R, stored: R) -> R:
        protected = BY_THE_SERVICE | (
            frozenset() if work.caller.is_administrator else administrative_fields(self.record)
        )
        if not work.caller.tells_passwords:
            protected |= {name for name in self._secrets if is_blank(getattr(given, name))}
        return given.over(stored, [name for name in self._fields if name not in protected])

    def _refuse_secret_elsewhere(self, given: R, ready: R, stored: R) -> None:
        """Refuse to have a secret used elsewhere that was not sent: its digest would go to whom the caller chooses."""
        is_kept = any(getattr(stored, name) and is_blank(getattr(given, name)) for name in self._secrets)
        changed = (name for name in self.secrets_go_by if (getattr(ready, name) or "") != (getattr(stored, name) or ""))
        if is_kept and any(changed):
            area = RECORD_OPERATIONS[self.record].area
            raise Refused(PASSWORD_WOULD_GO_ELSEWHERE, values={"scope": area.reading_passwords if area else ""})

    def _times(self, work: AuthedUnitOfWork, is_new: bool) -> dict[str, Any]:
        names = ("inserted", "last_update") if is_new else ("last_update",)
        return {name: work.now for name in names if name in self._fields}

    def _store(self, work: AuthedUnitOfWork, row: Any, ready: Any, changed: str = "") -> R:
        row.id = ready.id
        fill(row, ready, self._fields, work.context.keyring)
        work.session.add(row)
        self.after_write(work, row)
        work.session.flush()
        self._audit(work, row, changed)
        return self._told(work, to_record(self.record, row, work.context.keyring))

    def _audit(self, work: AuthedUnitOfWork, row: Any, changed: str = "") -> None:
        record: Any = self.record
        entry = AuditEntry(
            owner=row.owner,
            record_kind=record.NOUN,
            record_id=row.id,
            record_name="@".join(getattr(row, name) for name in record.NAMED_BY),
            changed=changed or None,
            reason=work.reason or self._reason(row, changed),
        )
        recording.record(work, entry)

    def _reason(self, row: Any, changed: str) -> str | None:
        """Return the reason that is stored with the record, where that is new."""
        elements = {entry.attribute: entry.element for entry in wire_fields(self.record)}
        is_new = self.reason_in and elements[self.reason_in] in changed.split()
        return getattr(row, self.reason_in) if is_new else None

    @property
    def _secrets(self) -> frozenset[str]:
        """The fields that not everybody is told; whoever is not has not cleared what comes back empty."""
        return frozenset(entry.attribute for entry in wire_fields(self.record) if entry.is_secret)

    @property
    def _fields(self) -> tuple[str, ...]:
        return tuple(entry.attribute for entry in wire_fields(self.record))


def changes_of(resource: OwnedResource[Any]) -> dict[str, Handler]:
    """Return the operations that add, change and delete these records."""
    named = RECORD_OPERATIONS[resource.record]
    verbs = {named.add: resource.add, named.update: resource.update, named.delete: resource.delete}
    return {name: _taking(named.argument, verb) for name, verb in verbs.items()}


def _taking(argument: str, verb: Callable[..., Any]) -> Handler:
    def change(work: AuthedUnitOfWork, **given: Any) -> Any:
        condition = {name: given[name] for name in ("only_if",) if name in given}
        return verb(replace(work, reason=given.get("reason")), given[argument], **condition)

    return writes(change)
