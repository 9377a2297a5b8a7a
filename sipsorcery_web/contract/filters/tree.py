"""The tree of a where-expression, the same for what is parsed and for what is built; `str(expression)` is its text."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum, StrEnum
from math import isfinite
from typing import ClassVar, TypeAlias
from uuid import UUID

from .errors import FilterError
from .literals import INT64, in_utc, quoted, refuse_unsendable, time_text
from .properties import Property, ValueType
from .words import RESERVED

Value: TypeAlias = str | int | float | bool | UUID | datetime | None


class Operator(StrEnum):
    """The comparisons, as they are written."""

    EQ = "="
    NE = "!="
    LT = "<"
    LE = "<="
    GT = ">"
    GE = ">="


class Binding(IntEnum):
    """The precedence of a node; a looser part needs parentheses."""

    OR = 0
    AND = 1
    COMPARE = 2
    NOT = 3
    PRIMARY = 4


class Expression:
    """A node of the tree. Nodes are values, equal where they say the same; `str(node)` is the text of the filter."""

    __slots__ = ()
    binding: ClassVar[Binding]

    @property
    def parts(self) -> "tuple[Expression, ...]":
        """The nodes directly below."""
        return ()

    def within(self, binding: Binding) -> str:
        """The text as part of something that binds at least so tightly."""
        return str(self) if self.binding >= binding else f"({self})"


@dataclass(frozen=True, slots=True)
class Constant(Expression):
    """A literal. Its kind is part of it: `1`, `1.0` and `true` are equal in Python, and 'a' is no string."""

    kind: ValueType
    value: Value
    binding: ClassVar = Binding.PRIMARY

    def __str__(self) -> str:
        match self.kind, self.value:
            case ValueType.STRING, str(text):
                return quoted(text)
            case ValueType.CHAR, str(character):
                return quoted(character, "'")
            case ValueType.GUID, UUID() as guid:
                return f'Guid("{guid}")'
            case ValueType.TIME, datetime() as moment:
                return f'DateTime("{time_text(moment)}")'
            case ValueType.NULL, _:
                return "null"
        return str(self.value).lower()


class Operand(Expression):
    """The left side of comparisons and methods: a property, or a value made from one."""

    __slots__ = ()
    binding: ClassVar = Binding.PRIMARY

    def equals(self, other: "Value | Expression") -> Expression:
        """A GUID is compared by its method, the only form that the original service accepts."""
        right = constant(other)
        if isinstance(right, Constant) and right.kind is ValueType.GUID:
            return MethodCall(self, "Equals", (right,))
        return Compare(Operator.EQ, self, right)

    def differs(self, other: "Value | Expression") -> Expression:
        """Return `!=`, which is true for null too, unless it is compared with null."""
        right = constant(other)
        if isinstance(right, Constant) and right.kind is ValueType.GUID:
            return Not(self.equals(right))
        return Compare(Operator.NE, self, right)

    def less_than(self, other: "Value | Expression") -> Expression:
        return Compare(Operator.LT, self, constant(other))

    def at_most(self, other: "Value | Expression") -> Expression:
        return Compare(Operator.LE, self, constant(other))

    def at_least(self, other: "Value | Expression") -> Expression:
        return Compare(Operator.GE, self, constant(other))

    def starts_with(self, text: str | Expression) -> Expression:
        return MethodCall(self, "StartsWith", (constant(text),))

    def ends_with(self, text: str | Expression) -> Expression:
        return MethodCall(self, "EndsWith", (constant(text),))

    def contains(self, text: str | Expression) -> Expression:
        return MethodCall(self, "Contains", (constant(text),))

    def is_true(self) -> Expression:
        """The Boolean written bare: some stores of the original misread `= true`."""
        return self

    def is_false(self) -> Expression:
        return Not(self)

    def lower(self) -> "MethodCall":
        return MethodCall(self, "ToLower")


@dataclass(frozen=True, slots=True)
class Field(Operand):
    """A property of the entity. What kind it is of only the parser knows; a built one has the name alone."""

    name: str
    property: Property | None = field(default=None, compare=False, repr=False)

    def __str__(self) -> str:
        return f"@{self.name}" if self.name.lower() in RESERVED else self.name


@dataclass(frozen=True, slots=True)
class Member(Operand):
    """A property of a value: `Length` of a string."""

    target: Expression
    name: str

    @property
    def parts(self) -> tuple[Expression, ...]:
        return (self.target,)

    def __str__(self) -> str:
        return f"{self.target.within(Binding.PRIMARY)}.{self.name}"


@dataclass(frozen=True, slots=True)
class MethodCall(Operand):
    """A method called on a value."""

    target: Expression
    method: str
    arguments: tuple[Expression, ...] = ()

    @property
    def parts(self) -> tuple[Expression, ...]:
        return self.target, *self.arguments

    def __str__(self) -> str:
        return f"{self.target.within(Binding.PRIMARY)}.{self.method}({', '.join(map(str, self.arguments))})"


@dataclass(frozen=True, slots=True)
class Compare(Expression):
    """A comparison of two values."""

    operator: Operator
    left: Expression
    right: Expression
    binding: ClassVar = Binding.COMPARE

    @property
    def parts(self) -> tuple[Expression, ...]:
        return self.left, self.right

    def __str__(self) -> str:
        # Neither `not a = b` nor `a = b = c` means what it seems to: both are written with parentheses.
        return f"{self.left.within(Binding.PRIMARY)} {self.operator} {self.right.within(Binding.PRIMARY)}"


@dataclass(frozen=True, slots=True)
class Not(Expression):
    """A Boolean negated; binds tighter than a comparison."""

    operand: Expression
    binding: ClassVar = Binding.NOT

    @property
    def parts(self) -> tuple[Expression, ...]:
        return (self.operand,)

    def __str__(self) -> str:
        return f"not {self.operand.within(Binding.NOT)}"


@dataclass(frozen=True, slots=True)
class And(Expression):
    """A conjunction of two or more Booleans."""

    operands: tuple[Expression, ...]
    binding: ClassVar = Binding.AND

    @property
    def parts(self) -> tuple[Expression, ...]:
        return self.operands

    def __str__(self) -> str:
        return " and ".join(operand.within(Binding.COMPARE) for operand in self.operands)


@dataclass(frozen=True, slots=True)
class Or(Expression):
    """A disjunction of two or more Booleans."""

    operands: tuple[Expression, ...]
    binding: ClassVar = Binding.OR

    @property
    def parts(self) -> tuple[Expression, ...]:
        return self.operands

    def __str__(self) -> str:
        return " or ".join(map(str, self.operands))


def constant(value: Value | Expression) -> Expression:
    """The literal of a value; an expression stays as it is.

    Raises FilterError for a value that the language cannot carry.
    """
    match value:
        case Expression():
            return value
        case None:
            return Constant(ValueType.NULL, None)
        case bool():
            return Constant(ValueType.BOOL, value)
        case int() if value in INT64:
            return Constant(ValueType.INT, value)
        case float() if isfinite(value):
            return Constant(ValueType.REAL, value)
        case str():
            refuse_unsendable(value)
            return Constant(ValueType.STRING, value)
        case UUID():
            return Constant(ValueType.GUID, value)
        case datetime():
            return Constant(ValueType.TIME, in_utc(value))
    raise FilterError(f"The value {value} cannot be written in a filter")


def prop(name: str) -> Field:
    """The property with the name on the wire, to build on: `prop("SIPUsername").starts_with("desk")`."""
    return Field(name)


def all_of(*operands: Expression) -> Expression:
    """The operands joined by `and`, flat; none gives true."""
    flat = tuple(part for operand in operands for part in (operand.parts if isinstance(operand, And) else (operand,)))
    if not flat:
        return Constant(ValueType.BOOL, True)
    return And(flat) if len(flat) > 1 else flat[0]


def any_of(*operands: Expression) -> Expression:
    """The operands joined by `or`, flat; none gives false."""
    flat = tuple(part for operand in operands for part in (operand.parts if isinstance(operand, Or) else (operand,)))
    if not flat:
        return Constant(ValueType.BOOL, False)
    return Or(flat) if len(flat) > 1 else flat[0]
