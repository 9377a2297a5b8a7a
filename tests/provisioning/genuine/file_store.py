"""The file store: everything in memory, no rule but unique ids, sorted by id, filters evaluated as they are."""

from collections.abc import Mapping
from typing import Any, TypeVar
from uuid import UUID

from sipsorcery_web.contract.filters import And, Expression, Field, Member, MethodCall, Or, holds
from sipsorcery_web.contract.operations import NO_LIMIT
from sipsorcery_web.contract.records import Record

from .faults import ARGUMENT, KEY_NOT_FOUND, Thrown, null_reference
from .store import Scope, Store, parsed, values_of

R = TypeVar("R", bound=Record)


class FileStore(Store):
    """Records as XML files keep them between runs."""

    sorts_by_id = True

    def insert(self, record: Any) -> None:
        if record.id in self._table(type(record)):
            raise Thrown(f"SIP Asset with id {record.id} already exists.", ARGUMENT)
        self.put(record)

    def update(self, record: Any) -> None:
        if record.id not in self._table(type(record)):
            kind = type(record).__name__
            raise Thrown(f"Could not update SIP Asset with id {record.id} (for {kind}), no existing asset found.")
        self.put(record)

    def delete(self, kind: type[Record], record_id: UUID) -> None:
        if self._table(kind).pop(record_id, None) is None:
            raise Thrown(f"The given key '{record_id}' was not present in the dictionary.", KEY_NOT_FOUND)

    def change_before_refusal(self, record: Any) -> None:
        """A loaded record is the stored one, so it is changed, whatever is said of it afterwards."""
        self.put(record)

    def page(self, kind: type[R], scope: Scope, where: str | None, offset: int, count: int) -> list[R] | None:
        expression = self._parsed(kind, where)  # what cannot be read is a fault, what breaks on the way is a nil list
        try:
            found = self._kept(kind, scope, expression)
        except Thrown:
            return None
        found.sort(key=lambda record: str(record.id))  # type: ignore[attr-defined]
        if offset < 0:
            return found
        if count < 0:
            return []
        return found[offset:] if count in (0, NO_LIMIT) else found[offset : offset + count]

    def _matching(self, kind: type[R], scope: Scope, where: str | None) -> list[R]:
        return self._kept(kind, scope, self._parsed(kind, where))

    def _parsed(self, kind: type[R], where: str | None) -> Expression | None:
        return parsed(kind, where) if where and where.strip() else None

    def _kept(self, kind: type[R], scope: Scope, expression: Expression | None) -> list[R]:
        records = [record for record in self.all(kind) if scope(record)]
        if expression is None:
            return records
        kept = []
        for record in records:
            values = values_of(record)
            if _meets_null(expression, values):
                raise null_reference()
            if holds(expression, values):
                kept.append(record)
        return kept


def _meets_null(node: Expression, values: Mapping[str, Any]) -> bool:
    """Return True when a method or a length is asked of a null; `and` and `or` stop where the outcome is known."""
    match node:
        case And(operands):
            return _first_of(operands, values, False)
        case Or(operands):
            return _first_of(operands, values, True)
        case MethodCall(Field(name), _, _) | Member(Field(name), _):
            return values[name.lower()] is None
    return any(_meets_null(part, values) for part in node.parts)


def _first_of(operands: tuple[Expression, ...], values: Mapping[str, Any], decides: bool) -> bool:
    for operand in operands:
        if _meets_null(operand, values):
            return True
        if holds(operand, values) is decides:
            return False
    return False
