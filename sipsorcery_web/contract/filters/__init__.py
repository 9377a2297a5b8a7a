"""The language of where-expressions: `parse` reads it, `prop`, `all_of` and `any_of` build it, `str` writes it."""

from .checked import Where, checked, in_text
from .checker import kind_of
from .errors import FilterError
from .evaluate import holds, lower
from .parser import MAX_DEPTH, MAX_LENGTH, parse
from .plain import plain_part
from .properties import Enumeration, Property, ValueType
from .tree import (
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
    all_of,
    any_of,
    constant,
    prop,
)

__all__ = [
    "MAX_DEPTH",
    "MAX_LENGTH",
    "And",
    "Compare",
    "Constant",
    "Enumeration",
    "Expression",
    "Field",
    "FilterError",
    "Member",
    "MethodCall",
    "Not",
    "Operator",
    "Or",
    "Property",
    "ValueType",
    "Where",
    "all_of",
    "any_of",
    "checked",
    "constant",
    "holds",
    "in_text",
    "kind_of",
    "lower",
    "parse",
    "plain_part",
    "prop",
]
