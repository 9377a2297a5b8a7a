"""Jinja's syntax trees: copies of parts of them, names in them, and what of them is known beforehand."""

from collections.abc import Iterable, Iterator, Mapping
from typing import TypeAlias, TypeVar

from jinja2 import nodes
from jinja2.visitor import NodeTransformer

N = TypeVar("N", bound=nodes.Node)
Body: TypeAlias = list[nodes.Node]


def copied(node: N) -> N:
    """Return a copy of a tree, which can be changed alone."""
    values = [_copied_value(value) for _, value in node.iter_fields()]
    return type(node)(*values, lineno=node.lineno, environment=node.environment)


def changed(body: Body, *changes: NodeTransformer) -> Body:
    """Return the nodes with these changes, one after the other; each may put several in the place of one."""
    for change in changes:
        body = [node for part in body for node in change.visit_list(part)]
    return body


def names_read(parts: Iterable[nodes.Node]) -> Iterator[str]:
    """Yield each name that is read in these parts, as often as it is."""
    return (name.name for name in _names(parts) if name.ctx == "load")


def names_set(parts: Iterable[nodes.Node]) -> set[str]:
    """Return the names that are given a value in these parts."""
    return {name.name for name in _names(parts) if name.ctx != "load"}


class Substitution(NodeTransformer):
    """Puts expressions in the place of names that are read, and gives other names to what is set."""

    def __init__(self, expressions: Mapping[str, nodes.Expr], renamed: Mapping[str, str]) -> None:
        self._expressions = expressions
        self._renamed = renamed

    def visit_Name(self, node: nodes.Name) -> nodes.Node:
        if node.ctx == "load" and node.name in self._expressions:
            return copied(self._expressions[node.name])
        node.name = self._renamed.get(node.name, node.name)
        return node


class Folding(NodeTransformer):
    """Leaves out what conditions that are known beforehand exclude."""

    def visit_CondExpr(self, node: nodes.CondExpr) -> nodes.Node:
        self.generic_visit(node)
        known = _known(node.test)
        chosen = node if known is None else node.expr1 if known else node.expr2
        return node if chosen is None else chosen

    def visit_If(self, node: nodes.If) -> nodes.Node | Body:
        self.generic_visit(node)
        known = _known(node.test)
        if known is None:
            return node
        if known:
            return node.body
        if not node.elif_:
            return node.else_
        first, *others = node.elif_
        return self.visit_list(nodes.If(first.test, first.body, others, node.else_, lineno=node.lineno), ())


class Joining(NodeTransformer):
    """Makes one output of those that stand behind each other, so that what is constant in them becomes one text."""

    def generic_visit(self, node: nodes.Node, *args: object, **kwargs: object) -> nodes.Node:
        super().generic_visit(node, *args, **kwargs)
        for _, parts in node.iter_fields():
            if isinstance(parts, list) and any(isinstance(part, nodes.Output) for part in parts):
                parts[:] = _joined(parts)
        return node


def _joined(parts: Iterable[nodes.Node]) -> Body:
    joined: Body = []
    for part in parts:
        if isinstance(part, nodes.Output) and joined and isinstance(joined[-1], nodes.Output):
            joined[-1] = nodes.Output([*joined[-1].nodes, *part.nodes], lineno=joined[-1].lineno)
        else:
            joined.append(part)
    return joined


def _known(test: nodes.Node) -> bool | None:
    """Return what a condition comes to; None where that depends on the page."""
    assert isinstance(test, nodes.Expr)  # noqa: S101 (Jinja's types say less)
    try:
        return bool(test.as_const())
    except nodes.Impossible:
        return None


def _names(parts: Iterable[nodes.Node]) -> Iterator[nodes.Name]:
    for part in parts:
        if isinstance(part, nodes.Name):
            yield part
        yield from part.find_all(nodes.Name)


def _copied_value(value: object) -> object:
    if isinstance(value, nodes.Node):
        return copied(value)
    return [_copied_value(item) for item in value] if isinstance(value, list) else value
