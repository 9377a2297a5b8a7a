"""The common part of both stores: records by their id, class by class."""

from collections.abc import Callable, Iterator
from typing import Any, TypeVar
from uuid import UUID

from sipsorcery_web.contract import filters
from sipsorcery_web.contract.filters import Compare, Expression, ValueType
from sipsorcery_web.contract.records import Record, wire_fields
from sipsorcery_web.service.store.filterable import filter_property

from .faults import PARSE, Thrown

R = TypeVar("R", bound=Record)
Scope = Callable[[Any], bool]
"""Whether a record is the caller's to see."""


class Store:
    """Records in the memory of the service. Both stores refuse an id that is taken, each in its own words."""

    def __init__(self) -> None:
        self._records: dict[type[Record], dict[UUID, Any]] = {}

    def all(self, kind: type[R]) -> Iterator[R]:
        """Every record of a class, in the order in which they came."""
        yield from list(self._table(kind).values())

    def first(self, kind: type[R], **wanted: Any) -> R | None:
        """The first record with these values."""
        return next((record for record in self.all(kind) if self._has(record, wanted)), None)

    def insert(self, record: Any) -> None:
        raise NotImplementedError

    def update(self, record: Any) -> None:
        raise NotImplementedError

    def delete(self, kind: type[Record], record_id: UUID) -> None:
        raise NotImplementedError

    def count(self, kind: type[R], scope: Scope, where: str | None) -> int:
        """Return how many records the caller sees."""
        return len(self._matching(kind, scope, where))

    def page(self, kind: type[R], scope: Scope, where: str | None, offset: int, count: int) -> list[R] | None:
        """A page of them; None where the store keeps a failure to itself."""
        raise NotImplementedError

    def change_before_refusal(self, record: Any) -> None:
        """Return what becomes of a loaded record that is changed and then refused; nothing where it is a copy."""

    def clear(self) -> None:
        """Forget every record."""
        self._records.clear()

    def put(self, *records: Any) -> None:
        """Store records, unseen by any rule."""
        for record in records:
            self._table(type(record))[record.id] = record

    def _matching(self, kind: type[R], scope: Scope, where: str | None) -> list[R]:
        raise NotImplementedError

    def _table(self, kind: type[R]) -> dict[UUID, R]:
        return self._records.setdefault(kind, {})

    def _has(self, record: Any, wanted: dict[str, Any]) -> bool:
        return all(self.same(getattr(record, name), value) for name, value in wanted.items())

    def same(self, left: Any, right: Any) -> bool:
        """Return True when two values are equal to the store."""
        return bool(left == right)


def parsed(kind: type[Record], where: str) -> Expression:
    """A filter as Dynamic LINQ reads it (spec, section 6.1)."""
    properties = {entry.element.lower(): filter_property(entry) for entry in wire_fields(kind)}
    try:
        expression = filters.parse(where, properties, kind.__name__)
    except filters.FilterError as error:
        raise Thrown(error.message, PARSE) from error
    for node in nodes(expression):
        _refuse_untyped(node)
    return expression


def nodes(expression: Expression) -> Iterator[Expression]:
    """The expression and all that it is made of."""
    yield expression
    for part in expression.parts:
        yield from nodes(part)


def values_of(record: Record) -> dict[str, Any]:
    """A record's values by their names on the wire in lower case."""
    return {entry.element.lower(): getattr(record, entry.attribute) for entry in wire_fields(type(record))}


def _refuse_untyped(node: Expression) -> None:
    """GUIDs and times have no operators, and a DateTime is not made of a string."""
    kinds = {filters.kind_of(part) for part in node.parts} if isinstance(node, Compare) else set()
    if ValueType.TIME in kinds:
        raise Thrown("A value of type 'String' cannot be converted to type 'DateTime'", PARSE)
    if ValueType.GUID in kinds and isinstance(node, Compare):
        raise Thrown(f"Operator '{node.operator}' incompatible with operand types 'Guid' and 'Guid'", PARSE)
