"""The part of a where-expression that every store of the original understands: `and`, `=`, `!=` and bare Booleans."""

from .tree import And, Compare, Constant, Expression, Field, Not, Operator, all_of


def plain_part(expression: Expression) -> Expression | None:
    """Return the part of a filter that any store can evaluate, a superset of the whole; None where there is none."""
    operands = expression.operands if isinstance(expression, And) else (expression,)
    plain = [operand for operand in operands if _is_plain(operand)]
    return all_of(*plain) if plain else None


def _is_plain(node: Expression) -> bool:
    match node:
        case Field() | Not(Field()):
            return True
        case Compare(Operator.EQ | Operator.NE, Field(), Constant(_, value)):
            return value is not None and not isinstance(value, bool)
    return False
