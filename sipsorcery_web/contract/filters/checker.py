"""Types of the language: which properties and methods there are, which operands go together, what is said otherwise."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from .errors import FilterError
from .literals import INT32, to_guid, to_time
from .properties import Property, ValueType
from .tree import And, Compare, Constant, Expression, Field, Member, MethodCall, Not, Operator, Or
from .words import TYPE_NAMES

_OPERATORS = {operator.value: operator for operator in Operator} | {"==": Operator.EQ, "<>": Operator.NE}
_ORDERINGS = {Operator.LT, Operator.LE, Operator.GT, Operator.GE}
_ORDERED = {ValueType.STRING, ValueType.CHAR, ValueType.INT, ValueType.TIME}


class _Method(NamedTuple):
    name: str
    result: ValueType
    arguments: tuple[ValueType, ...] = ()

    def takes(self, arguments: Sequence[Expression]) -> bool:
        return len(arguments) == len(self.arguments) and all(
            kind_of(given) in (kind, ValueType.NULL) for given, kind in zip(arguments, self.arguments, strict=True)
        )


_METHODS = {
    ValueType.STRING: (
        _Method("StartsWith", ValueType.BOOL, (ValueType.STRING,)),
        _Method("EndsWith", ValueType.BOOL, (ValueType.STRING,)),
        _Method("Contains", ValueType.BOOL, (ValueType.STRING,)),
        _Method("Equals", ValueType.BOOL, (ValueType.STRING,)),
        _Method("ToLower", ValueType.STRING),
        _Method("ToUpper", ValueType.STRING),
        _Method("Trim", ValueType.STRING),
    ),
    ValueType.GUID: (
        _Method("Equals", ValueType.BOOL, (ValueType.GUID,)),
        _Method("ToString", ValueType.STRING),
    ),
}
_RESULTS = {method.name: method.result for methods in _METHODS.values() for method in methods}


def kind_of(node: Expression) -> ValueType:
    """The kind of a value of a parsed tree; raises TypeError for a property that did not come from the parser."""
    match node:
        case Constant(kind):
            return kind
        case Field(_, Property(_, kind)):
            return kind
        case Member():
            return ValueType.INT
        case MethodCall(_, method):
            return _RESULTS[method]
        case Compare() | Not() | And() | Or():
            return ValueType.BOOL
    raise TypeError(f"{node} has not been parsed, its kind is not known")


class Checker:
    """The maker of the nodes of an expression over one entity; raises FilterError with the original's text."""

    def __init__(self, properties: Mapping[str, Property], type_name: str) -> None:
        self._properties = properties
        self._type_name = type_name

    def field(self, name: str) -> Field:
        """The property, under its own spelling."""
        found = self._properties.get(name.lower())
        if found is None:
            raise FilterError(f"No property or field '{name}' exists in type '{self._type_name}'")
        return Field(found.name, found)

    def entity_method(self, name: str) -> Expression:
        """An entity has no method that a filter may call."""
        raise FilterError(f"No applicable method '{name}' exists in type '{self._type_name}'")

    def member(self, target: Expression, name: str) -> Member:
        """A property of a value; the only one is the length of a string."""
        if kind_of(target) is not ValueType.STRING or name.lower() != "length":
            raise FilterError(f"No property or field '{name}' exists in type '{_type_name(target)}'")
        return Member(target, "Length")

    def call(self, target: Expression, name: str, arguments: Sequence[Expression]) -> MethodCall:
        """A method of the target's type. Those that the type has, but that a filter may not call, are refused alike."""
        if kind_of(target) in (ValueType.TIME, ValueType.ENUM):
            raise FilterError(f"Methods on type '{_type_name(target)}' are not accessible")
        given = tuple(_converted(argument, target) for argument in arguments)
        for method in _METHODS.get(kind_of(target), ()):
            if method.name.lower() == name.lower() and method.takes(given):
                return MethodCall(target, method.name, given)
        raise FilterError(f"No applicable method '{name}' exists in type '{_type_name(target)}'")

    def conversion(self, type_word: str, arguments: Sequence[Expression]) -> Constant:
        """Return the constant of `Guid("…")` or `DateTime("…")`."""
        match arguments:
            case [Constant(ValueType.STRING, str(text))]:
                return (
                    Constant(ValueType.GUID, to_guid(text))
                    if type_word == "guid"
                    else Constant(ValueType.TIME, to_time(text))
                )
        raise FilterError(f"No matching constructor in type '{TYPE_NAMES[type_word]}'")

    def comparison(self, written: str, left: Expression, right: Expression) -> Compare:
        """Return the comparison of two values of one kind; strings become the GUID, time or enum name beside them.

        A condition may be compared with true and false, but not with another one: that would nest in SQL without bound.
        """
        operator = _OPERATORS[written]
        compared = Compare(operator, _converted(left, right), _converted(right, left))
        if not _comparable(compared):
            raise _incompatible(written, left, right)
        if (_is_condition(left) or _is_condition(right)) and not (_is_boolean(left) or _is_boolean(right)):
            raise FilterError(f"Operator '{written}' is supported on a condition only to compare it with true or false")
        return compared

    def negation(self, written: str, operand: Expression) -> Not:
        """The opposite of a Boolean."""
        if kind_of(operand) is not ValueType.BOOL:
            raise FilterError(f"Operator '{written}' incompatible with operand type '{_type_name(operand)}'")
        return Not(operand)

    def junction(self, written: str, left: Expression, right: Expression) -> None:
        """Refuse operands of `and` and `or` that are not Boolean."""
        if kind_of(left) is not ValueType.BOOL or kind_of(right) is not ValueType.BOOL:
            raise _incompatible(written, left, right)

    def condition(self, expression: Expression) -> Expression:
        """The whole, which must be Boolean."""
        if kind_of(expression) is not ValueType.BOOL:
            raise FilterError("Expression of type 'Boolean' expected")
        return expression


def _converted(node: Expression, partner: Expression) -> Expression:
    """A string constant as what it is compared with."""
    match node, kind_of(partner), partner:
        case Constant(ValueType.STRING, str(text)), ValueType.GUID, _:
            return Constant(ValueType.GUID, to_guid(text))
        case Constant(ValueType.STRING, str(text)), ValueType.TIME, _:
            return Constant(ValueType.TIME, to_time(text))
        case Constant(ValueType.STRING, str(text)), _, Field(_, Property(enumeration=enumeration)) if enumeration:
            return Constant(ValueType.STRING, enumeration.member(text) or text)
    return node


def _comparable(compared: Compare) -> bool:
    left, right = compared.left, compared.right
    kinds = {_number(kind_of(left)), _number(kind_of(right))} - {ValueType.NULL}
    if compared.operator in _ORDERINGS:
        return len(kinds) == 1 and kinds <= _ORDERED
    if ValueType.ENUM in kinds:
        return _same_enumeration(left, right) or _same_enumeration(right, left)
    return len(kinds) <= 1


def _is_condition(node: Expression) -> bool:
    return kind_of(node) is ValueType.BOOL and not isinstance(node, Constant | Field)


def _is_boolean(node: Expression) -> bool:
    return isinstance(node, Constant) and node.kind is ValueType.BOOL


def _number(kind: ValueType) -> ValueType:
    return ValueType.INT if kind is ValueType.REAL else kind


def _same_enumeration(enumerated: Expression, other: Expression) -> bool:
    match enumerated, other:
        case Field(_, Property(enumeration=left)), Field(_, Property(enumeration=right)) if left:
            return left == right
        case Field(_, Property(enumeration=left)), Constant(ValueType.STRING, str(text)) if left:
            return text in left.members
        case Field(_, Property(enumeration=left)), Constant(ValueType.NULL) if left:
            return True
    return False


def _incompatible(written: str, left: Expression, right: Expression) -> FilterError:
    types = f"'{_type_name(left)}' and '{_type_name(right)}'"
    return FilterError(f"Operator '{written}' incompatible with operand types {types}")


_NET_NAMES = {
    ValueType.STRING: "String",
    ValueType.INT: "Int32",
    ValueType.BOOL: "Boolean",
    ValueType.GUID: "Guid",
    ValueType.TIME: "DateTimeOffset",
    ValueType.REAL: "Double",
    ValueType.CHAR: "Char",
    ValueType.NULL: "Object",
}


def _type_name(node: Expression) -> str:
    """The .NET name of the node's type, with a question mark where it is a nullable value type."""
    match node:
        case Constant(ValueType.TIME):
            return "DateTime"
        case Constant(ValueType.INT, int(number)) if number not in INT32:
            return "UInt32" if 0 <= number < 2**32 else "Int64"
        case Field(_, Property(_, kind, nullable, enumeration)):
            name = enumeration.name if enumeration else _NET_NAMES[kind]
            return f"{name}?" if nullable and kind is not ValueType.STRING else name
    return _NET_NAMES[kind_of(node)]
