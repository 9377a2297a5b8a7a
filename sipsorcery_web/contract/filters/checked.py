"""A where-expression on its way to a store: text from the wire, or the tree that a page of the same process built."""

from collections.abc import Mapping
from itertools import pairwise
from typing import TypeAlias, TypeVar

from .checker import Checker
from .parser import parse, refuse_deep
from .properties import Property
from .tree import And, Compare, Expression, Field, Member, MethodCall, Not, Or, all_of, any_of

T = TypeVar("T")
Where: TypeAlias = str | Expression | None
"""The filter of an operation; None and blank text let everything through."""


def checked(where: str | Expression, properties: Mapping[str, Property], type_name: str) -> Expression:
    """The expression with the property behind each field: what `parse` makes of its text.

    Raises FilterError for text and trees alike; the limit on length is on text alone.
    """
    if isinstance(where, str):
        return parse(where, properties, type_name)
    refuse_deep(where)
    checker = Checker(properties, type_name)
    return checker.condition(_checked(where, checker))


def in_text(value: T) -> T | str:
    """Return an argument as the wire carries it: a filter's tree as text in parentheses, all else as it is.

    The original joins it to the owner's condition as text, and `or` would reach around it.
    """
    return f"({value})" if isinstance(value, Expression) else value


def _checked(node: Expression, checker: Checker) -> Expression:
    match node:
        case Field(name):
            return checker.field(name)
        case Member(target, name):
            return checker.member(_checked(target, checker), name)
        case MethodCall(target, method, arguments):
            return checker.call(
                _checked(target, checker), method, [_checked(argument, checker) for argument in arguments]
            )
        case Compare(operator, left, right):
            return checker.comparison(operator.value, _checked(left, checker), _checked(right, checker))
        case Not(operand):
            return checker.negation("not", _checked(operand, checker))
        case And(operands) | Or(operands):
            return _joined(node, [_checked(operand, checker) for operand in operands], checker)
    return node


def _joined(node: Expression, operands: list[Expression], checker: Checker) -> Expression:
    """The operands joined again; each is looked at beside the one before it, as the parser does."""
    word, join = ("and", all_of) if isinstance(node, And) else ("or", any_of)
    for before, operand in pairwise(operands):
        checker.junction(word, before, operand)
    return join(*operands)
