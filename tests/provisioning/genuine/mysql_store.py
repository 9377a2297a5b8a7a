"""The MySQL store: columns that refuse, and a translator of filters that knows little (spec, sections 5 and 6.4)."""

from collections.abc import Callable, Mapping
from operator import eq, ge, gt, le, lt, ne
from typing import Any, TypeVar
from uuid import UUID

from sipsorcery_web.contract.filters import (
    And,
    Compare,
    Constant,
    Expression,
    Field,
    Member,
    MethodCall,
    Not,
    Operator,
    Or,
    ValueType,
    kind_of,
)
from sipsorcery_web.contract.operations import NO_LIMIT
from sipsorcery_web.contract.records import Customer, Record, wire_fields

from .columns import TABLES, ForeignKey, Table
from .faults import MYSQL, NOT_SUPPORTED, Thrown
from .store import Scope, Store, nodes, parsed, values_of

R = TypeVar("R", bound=Record)
SCHEMA = "sipsorcery"
_COMPARISONS: Mapping[Operator, Callable[[Any, Any], bool]] = {
    Operator.EQ: eq, Operator.NE: ne, Operator.LT: lt, Operator.LE: le, Operator.GT: gt, Operator.GE: ge,
}  # fmt: skip


class MySQLStore(Store):
    """Records in tables; texts compare without regard to case."""

    sorts_by_id = False

    def insert(self, record: Any) -> None:
        self._check(record, others=list(self._table(type(record)).values()))
        self.put(record)

    def update(self, record: Any) -> None:
        """Say nothing of a row that is not there (quirk Q8)."""
        table = self._table(type(record))
        self._check(record, others=[other for other in table.values() if other.id != record.id])
        if record.id in table:
            self.put(record)

    def delete(self, kind: type[Record], record_id: UUID) -> None:
        gone = self._table(kind).pop(record_id, None)
        if isinstance(gone, Customer):
            for child, table in TABLES.items():
                if any(key.parent is Customer for key in table.foreign_keys):
                    for record in [one for one in self.all(child) if self.same(one.owner, gone.customer_username)]:  # type: ignore[attr-defined]
                        del self._table(child)[record.id]  # type: ignore[attr-defined]

    def page(self, kind: type[R], scope: Scope, where: str | None, offset: int, count: int) -> list[R] | None:
        if offset < 0 or count < 0:
            raise _syntax_error(str(min(offset, count)))
        if count == NO_LIMIT and offset > 0:
            raise _syntax_error(f"OFFSET {offset}")
        found = self._matching(kind, scope, where)
        table = TABLES[kind]
        if table.order:
            found.sort(key=lambda record: _folded(getattr(record, table.order)), reverse=table.newest_first)
        return found[offset:] if count == NO_LIMIT else found[offset : offset + count]

    def same(self, left: Any, right: Any) -> bool:
        return bool(_folded(left) == _folded(right))

    def _matching(self, kind: type[R], scope: Scope, where: str | None) -> list[R]:
        if not where or not where.strip():
            return [record for record in self.all(kind) if scope(record)]
        expression = parsed(kind, where)
        for node in nodes(expression):
            _refuse_untranslatable(node)
        _refuse_unknown_columns(kind, expression)
        return [record for record in self.all(kind) if scope(record) and _truth(expression, values_of(record)) is True]

    def _check(self, record: Any, others: list[Any]) -> None:
        table = TABLES[type(record)]
        for attribute in sorted(table.required):
            if getattr(record, attribute) is None:
                raise Thrown(f"Column '{_column(attribute)}' cannot be null", MYSQL)
        for attribute, length in table.lengths.items():
            if len(getattr(record, attribute) or "") > length:
                raise Thrown(f"Data too long for column '{_column(attribute)}' at row 1", MYSQL)
        self._refuse_duplicate(record, others, table)
        for number, key in enumerate(table.foreign_keys, 1):
            if self.first(key.parent, **{key.parent_attribute: getattr(record, key.attribute)}) is None:
                raise _orphan(table, number, key)

    def _refuse_duplicate(self, record: Any, others: list[Any], table: Table) -> None:
        for attributes, key in (*table.unique.items(), (("id",), "PRIMARY")):
            wanted = {name: getattr(record, name) for name in attributes}
            if any(self._has(other, wanted) for other in others):
                entry = "-".join(str(value) for value in wanted.values())
                raise Thrown(f"Duplicate entry '{entry}' for key '{key}'", MYSQL)


def _refuse_untranslatable(node: Expression) -> None:
    match node:
        case Or():
            raise Thrown("The binary operator 'OrElse' is not supported by SQL.", NOT_SUPPORTED)
        case MethodCall(_, method, _):
            raise Thrown(f"The method '{method}' is not supported by SQL.", NOT_SUPPORTED)
        case Compare(operator, left, _) if (
            operator not in (Operator.EQ, Operator.NE) and kind_of(left) is ValueType.STRING
        ):
            raise Thrown("The method 'Compare' is not supported by SQL.", NOT_SUPPORTED)
        case Member(_, name):
            raise Thrown(f"The member '{name}' is not supported by SQL.", NOT_SUPPORTED)


def _refuse_unknown_columns(kind: type[Record], expression: Expression) -> None:
    table = TABLES[kind]
    absent = {entry.element for entry in wire_fields(kind) if entry.attribute in table.no_column}
    for node in nodes(expression):
        if isinstance(node, Field) and node.name in absent:
            raise Thrown(f"Unknown column '{table.name}.{node.name.lower()}' in 'where clause'", MYSQL)


def _truth(node: Expression, values: Mapping[str, Any]) -> bool | None:
    """Return the truth of an expression in SQL: None where a null is met. Parentheses are dropped on the way."""
    match node:
        case Constant(_, value):
            return bool(value)
        case Field(name):
            return None if values[name.lower()] is None else bool(values[name.lower()])
        case Not(And((first, *rest))):
            return _all([_not(_truth(first, values)), *(_truth(operand, values) for operand in rest)])
        case Not(operand):
            return _not(_truth(operand, values))
        case And(operands):
            return _all([_truth(operand, values) for operand in operands])
        case Compare(operator, left, right):
            return _compared(operator, _value(left, values), _value(right, values))
    raise AssertionError(f"{node} was not refused")


def _compared(operator: Operator, left: Any, right: Any) -> bool | None:
    if left is None or right is None:
        return None
    if isinstance(right, bool):  # `IsX = true` becomes a chained comparison with the wrong meaning
        return left is not right
    return _COMPARISONS[operator](_folded(left), _folded(right))


def _value(node: Expression, values: Mapping[str, Any]) -> Any:
    match node:
        case Field(name):
            return values[name.lower()]
        case Constant(_, value):
            return value
    return _truth(node, values)


def _not(value: bool | None) -> bool | None:
    return None if value is None else not value


def _all(values: list[bool | None]) -> bool | None:
    return False if False in values else None if None in values else True


def _folded(value: Any) -> Any:
    return value.casefold() if isinstance(value, str) else "" if value is None else value


def _column(attribute: str) -> str:
    return attribute.replace("_", "")


def _syntax_error(near: str) -> Thrown:
    return Thrown(
        "You have an error in your SQL syntax; check the manual that corresponds to your MySQL server version "
        f"for the right syntax to use near '{near}' at line 1",
        MYSQL,
    )


def _orphan(table: Table, number: int, key: ForeignKey) -> Thrown:
    parent = TABLES[key.parent].name
    return Thrown(
        f"Cannot add or update a child row: a foreign key constraint fails (`{SCHEMA}`.`{table.name}`, CONSTRAINT "
        f"`{table.name}_ibfk_{number}` FOREIGN KEY (`{_column(key.attribute)}`) REFERENCES `{parent}` "
        f"(`{_column(key.parent_attribute)}`) ON DELETE CASCADE ON UPDATE CASCADE)",
        MYSQL,
    )
