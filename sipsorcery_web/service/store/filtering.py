"""The SQL of where-expressions.

Constants are bound parameters, and nothing depends on the database: strings are compared character by character,
case matters, letters outside ASCII have no case, and no character is a wildcard.

A condition of the language is true or false, never unknown, as with LINQ over objects: a comparison that meets a null
is false unless both sides are null, what a method makes of a null string is null or false, and `not` turns false into
true. A null string sorts before all others (String.Compare). The SQL here may be NULL where it is not true, so it is
fit for a WHERE joined by AND, and not to be negated.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    DateTime,
    Double,
    Integer,
    String,
    Uuid,
    and_,
    bindparam,
    cast,
    false,
    func,
    literal,
    not_,
    null,
    or_,
    true,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeEngine

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
from sipsorcery_web.contract.filters.literals import WHITE_SPACE
from sipsorcery_web.contract.filters.tree import Value

_TYPES: Mapping[ValueType, TypeEngine[Any]] = {
    ValueType.STRING: String(),
    ValueType.CHAR: String(),
    ValueType.INT: BigInteger(),
    ValueType.REAL: Double(),
    ValueType.GUID: Uuid(),
    ValueType.TIME: DateTime(timezone=True),
}
_TEXT_METHODS = {"Trim", "ToLower", "ToUpper"}
_TEXTS = {ValueType.STRING, ValueType.CHAR}


@dataclass(frozen=True, slots=True)
class Parameter(Constant):
    """The place of a constant in an expression without its values: `value` is its number."""

    @property
    def name(self) -> str:
        """Return the name of the parameter in SQL."""
        return f"value_{self.value}"


def without_values(expression: Expression, values: list[Value]) -> Expression:
    """Return the same expression with parameters in place of its constants, whose values are put into the list.

    What is true, false or null decides which SQL there is, so it stays.
    """
    match expression:
        case Constant(ValueType.NULL | ValueType.BOOL):
            return expression
        case Constant(kind, value):
            values.append(value)
            return Parameter(kind, len(values) - 1)
        case Member(target, name):
            return Member(without_values(target, values), name)
        case MethodCall(target, method, arguments):
            return MethodCall(
                without_values(target, values), method, tuple(without_values(each, values) for each in arguments)
            )
        case Compare(operator, left, right):
            return Compare(operator, without_values(left, values), without_values(right, values))
        case Not(operand):
            return Not(without_values(operand, values))
        case And(operands) | Or(operands):
            return type(expression)(tuple(without_values(each, values) for each in operands))
    return expression


def condition(expression: Expression, columns: Mapping[str, ColumnElement[Any]]) -> ColumnElement[bool]:
    """The rows for which a parsed expression is true; columns are keyed by property name.

    An expression `without_values` gives a condition with parameters.
    """
    return _Conditions(columns).truth(expression)


class _Conditions:
    def __init__(self, columns: Mapping[str, ColumnElement[Any]]) -> None:
        self._columns = columns

    def truth(self, node: Expression, wanted: bool = True) -> ColumnElement[bool]:
        """Return the condition that the node is true, or that it is not; `not` is carried down to what it negates."""
        match node:
            case Constant():
                return true() if node.value is wanted else false()
            case Field(name):
                column = self._columns[name]
                return column.is_(true()) if wanted else column.is_not(true())
            case Not(operand):
                return self.truth(operand, not wanted)
            case Or(operands) if wanted and (choice := _choice(operands)):
                field, texts = choice
                return self._columns[field.name].in_([self._value(text, field) for text in texts])
            case And(operands) | Or(operands):
                # What stands before a parenthesis takes room on the 100 places of SQLite's parser: deepest part first.
                deepest_first = sorted(operands, key=_height, reverse=True)
                join = and_ if isinstance(node, And) is wanted else or_
                return join(*[self.truth(operand, wanted) for operand in deepest_first])
            case Compare(Operator.NE, left, right):
                return self.truth(Compare(Operator.EQ, left, right), not wanted)
            case Compare(_, Constant(ValueType.BOOL, bool(value)), boolean):
                held = self._is(boolean, value)
            case Compare(_, boolean, Constant(ValueType.BOOL, bool(value))):
                held = self._is(boolean, value)
            case Compare(operator, left, right):
                held = self._comparison(operator, left, right)
            case MethodCall(target, method, (argument,)):
                held = self._method(method, target, argument)
            case _:
                raise TypeError(f"{node} is not Boolean")
        return held if wanted else held.is_not(true())

    def _is(self, node: Expression, value: bool) -> ColumnElement[bool]:
        """Return the condition that a Boolean is the one given; a property that is null is neither."""
        if _is_null(node):
            return false()
        if isinstance(node, Field):
            return self._columns[node.name].is_(true() if value else false())
        return self.truth(node, value)

    def _comparison(self, operator: Operator, left: Expression, right: Expression) -> ColumnElement[bool]:
        match operator:
            case Operator.LT | Operator.LE:
                return self._ordered(operator, left, right)
            case Operator.GT:
                return self._ordered(Operator.LT, right, left)
            case Operator.GE:
                return self._ordered(Operator.LE, right, left)
        return self._equal(left, right)

    def _equal(self, left: Expression, right: Expression) -> ColumnElement[bool]:
        if _is_null(left) or _is_null(right):
            return and_(self._missing(left), self._missing(right))
        values = self._value(left, right), self._value(right, left)
        if isinstance(left, Constant) or isinstance(right, Constant):
            return values[0] == values[1]
        return values[0].is_not_distinct_from(values[1])

    def _ordered(self, operator: Operator, left: Expression, right: Expression) -> ColumnElement[bool]:
        """Return the condition `left < right` or `left <= right`."""
        texts = not _TEXTS.isdisjoint((kind_of(left), kind_of(right)))
        nulls_first = self._null_before(operator, left, right) if texts else false()
        if _is_null(left) or _is_null(right):
            return nulls_first
        lower, higher = self._value(left, right), self._value(right, left)
        if texts:
            lower, higher = Ordinal(lower), Ordinal(higher)
        return or_(lower < higher if operator is Operator.LT else lower <= higher, nulls_first)

    def _null_before(self, operator: Operator, left: Expression, right: Expression) -> ColumnElement[bool]:
        if operator is Operator.LE:
            return self._missing(left)
        return and_(self._missing(left), not_(self._missing(right)))

    def _missing(self, node: Expression) -> ColumnElement[bool]:
        if isinstance(node, Constant):
            return true() if _is_null(node) else false()
        return self._value(node).is_(null())

    def _method(self, method: str, target: Expression, argument: Expression) -> ColumnElement[bool]:
        if _is_null(argument):
            return false()
        subject, part = self._value(target, argument), self._value(argument, target)
        match method:
            case "Contains":
                return _Position(subject, part) > 0
            case "StartsWith":
                return func.substr(subject, 1, func.length(part)) == part
            case "EndsWith":
                # The databases differ where this starts before the text, but none gives as much as the part then.
                return func.substr(subject, func.length(subject) - func.length(part) + 1) == part
        return subject == part

    def _value(self, node: Expression, partner: Expression | None = None) -> ColumnElement[Any]:
        """The value, null where a part of it is; a constant has the type of the column that it meets."""
        match node:
            case Parameter(kind):
                return bindparam(node.name, type_=self._type(kind, partner))
            case Constant(kind, value):
                return literal(value, self._type(kind, partner))
            case Field(name):
                return self._columns[name]
            case Member(target):
                return func.length(self._value(target))
            case MethodCall(target, "ToString"):
                return _guid_text(self._value(target))
            case MethodCall(_, method) if method in _TEXT_METHODS:
                return self._changed_text(node)
        raise TypeError(f"{node} is not a value")

    def _changed_text(self, node: Expression) -> ColumnElement[str]:
        """The text after Trim, ToLower and ToUpper. Of a chain of them only the last change of case matters."""
        methods: list[str] = []
        while isinstance(node, MethodCall) and node.method in _TEXT_METHODS:
            methods.append(node.method)
            node = node.target
        text = self._value(node)
        if "Trim" in methods:
            text = func.trim(text, WHITE_SPACE)
        match [method for method in methods if method != "Trim"]:
            case ["ToLower", *_]:
                return func.lower(Ordinal(text))
            case ["ToUpper", *_]:
                return func.upper(Ordinal(text))
        return text

    def _type(self, kind: ValueType, partner: Expression | None) -> TypeEngine[Any]:
        if isinstance(partner, Field) and kind_of(partner) in (ValueType.GUID, ValueType.TIME, ValueType.ENUM):
            return self._columns[partner.name].type
        return _TYPES[kind]


def _choice(operands: Sequence[Expression]) -> tuple[Field, list[Constant]] | None:
    """Return the property and its texts where alternatives are but several texts of one property; None otherwise."""
    fields, texts = set(), []
    for operand in operands:
        match operand:
            case Compare(Operator.EQ, Field() as field, Constant(ValueType.STRING) as text) if (
                kind_of(field) is ValueType.STRING
            ):
                fields.add(field)
                texts.append(text)
            case _:
                return None
    return (fields.pop(), texts) if len(fields) == 1 else None


def _height(node: Expression) -> int:
    return 1 + max(map(_height, node.parts), default=0)


def _is_null(node: Expression) -> bool:
    return isinstance(node, Constant) and node.kind is ValueType.NULL


def _guid_text(guid: ColumnElement[Any]) -> ColumnElement[str]:
    """The text of a GUID however the column keeps it: with or without hyphens, in letters of either case."""
    digits = func.replace(func.lower(cast(guid, String)), "-", "")
    ends = (1, 8), (9, 4), (13, 4), (17, 4), (21, 12)
    groups: list[ColumnElement[str]] = [func.substr(digits, start, length, type_=String) for start, length in ends]
    return reduce(lambda text, group: text + "-" + group, groups)


class Ordinal(FunctionElement[str]):
    """A text that is ordered, and put into lower or upper case, by its characters alone."""

    type = String()
    inherit_cache = True


class _Position(FunctionElement[int]):
    """The position of the second text within the first, from 1; 0 where it does not occur."""

    type = Integer()
    inherit_cache = True


@compiles(Ordinal)
def _ordinal(element: Ordinal, compiler: SQLCompiler, **options: Any) -> str:
    return f"({compiler.process(element.clauses, **options)} COLLATE BINARY)"


@compiles(Ordinal, "postgresql")
def _ordinal_in_postgresql(element: Ordinal, compiler: SQLCompiler, **options: Any) -> str:
    return f'({compiler.process(element.clauses, **options)} COLLATE "C")'


@compiles(_Position)
def _position(element: _Position, compiler: SQLCompiler, **options: Any) -> str:
    return f"instr({compiler.process(element.clauses, **options)})"


@compiles(_Position, "postgresql")
def _position_in_postgresql(element: _Position, compiler: SQLCompiler, **options: Any) -> str:
    return f"strpos({compiler.process(element.clauses, **options)})"
