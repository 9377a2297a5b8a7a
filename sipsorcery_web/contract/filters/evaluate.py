"""A where-expression over one record in memory, for services that cannot evaluate it themselves."""

import string
from collections.abc import Callable, Mapping
from operator import ge, gt, le, lt
from typing import Any
from uuid import UUID

from .literals import WHITE_SPACE
from .tree import And, Compare, Constant, Expression, Field, Member, MethodCall, Not, Operator, Or

_ORDERINGS: Mapping[Operator, Callable[[Any, Any], bool]] = {
    Operator.LT: lt,
    Operator.LE: le,
    Operator.GT: gt,
    Operator.GE: ge,
}
# As in the service: letters outside ASCII have no case.
_LOWER = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)
_UPPER = str.maketrans(string.ascii_lowercase, string.ascii_uppercase)
_GIVE_TEXT = frozenset({"ToLower", "ToUpper", "Trim", "ToString"})


def lower(text: str) -> str:
    """The text in lower case; letters outside ASCII have none."""
    return text.translate(_LOWER)


_METHODS: Mapping[str, Callable[..., Any]] = {
    "StartsWith": str.startswith,
    "EndsWith": str.endswith,
    "Contains": str.__contains__,
    "ToLower": lower,
    "ToUpper": lambda text: text.translate(_UPPER),
    "Trim": lambda text: text.strip(WHITE_SPACE),
    "ToString": str,
    "Equals": lambda target, other: target == other,
}


def holds(expression: Expression, values: Mapping[str, Any]) -> bool:
    """Return True when the expression is true of these values, keyed by property name in lower case.

    A null meets nothing but null, and a method makes null or false of it, as in the service's own evaluation.
    """
    return _value(expression, values) is True


def _value(node: Expression, values: Mapping[str, Any]) -> Any:
    match node:
        case Constant(_, value):
            return value
        case Field(name):
            return values[name.lower()]
        case Member(target, _):
            text = _value(target, values)
            return None if text is None else len(text)
        case MethodCall(target, method, arguments):
            return _called(method, _value(target, values), *(_value(argument, values) for argument in arguments))
        case Not(operand):
            return _value(operand, values) is not True
        case And(operands):
            return all(_value(operand, values) is True for operand in operands)
        case Or(operands):
            return any(_value(operand, values) is True for operand in operands)
        case Compare(operator, left, right):
            return _compared(operator, _value(left, values), _value(right, values))
    raise TypeError(f"{node} is not an expression")


def _called(method: str, target: Any, *arguments: Any) -> Any:
    if target is None or None in arguments:
        return None if method in _GIVE_TEXT else False
    return _METHODS[method](target, *arguments)


def _compared(operator: Operator, left: Any, right: Any) -> bool:
    left, right = _alike(left, right), _alike(right, left)
    if operator is Operator.EQ:
        return bool(left == right)
    if operator is Operator.NE:
        return bool(left != right)
    if isinstance(left, str) or isinstance(right, str):  # a null string sorts before all others
        return _ORDERINGS[operator]((left is not None, left or ""), (right is not None, right or ""))
    return left is not None and right is not None and _ORDERINGS[operator](left, right)


def _alike(value: Any, other: Any) -> Any:
    """A GUID compares with its text."""
    if isinstance(value, UUID) and isinstance(other, str):
        return str(value)
    return value
