"""Macros put where they are called, so that a call of one costs nothing when a page is made.

What a macro writes is the same wherever it stands, since it sees its arguments and the globals of the environment
alone. One that is called otherwise than for its output, or in a way that is not known here, stays a macro.
"""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from itertools import count

from jinja2 import Environment, nodes
from jinja2.visitor import NodeTransformer

from .syntax import Body, Folding, Joining, Substitution, changed, copied, names_read, names_set

CALLER, KEYWORDS = "caller", "kwargs"
_APART = (nodes.Extends, nodes.Block, nodes.Macro, nodes.Import, nodes.FromImport, nodes.Include)
"""Statements that a template can have at its own top alone, or that look for others when the page is made."""


@dataclass
class Module:
    """The definitions of a template: its macros, its constants, and the macros that it has of other templates."""

    macros: dict[str, nodes.Macro] = field(default_factory=dict)
    constants: dict[str, nodes.Expr] = field(default_factory=dict)
    imported: dict[str, tuple[str, str]] = field(default_factory=dict)
    """By the name here, the other template and the name there."""

    @classmethod
    def of(cls, template: nodes.Template) -> "Module":
        """Return what a template defines."""
        module = cls()
        for node in template.body:
            match node:
                case nodes.Macro():
                    module.macros[node.name] = copied(node)
                case nodes.Assign(target=nodes.Name(name=name), node=value):
                    module.constants[name] = Substitution(module.constants, {}).visit(copied(value))
                case nodes.FromImport(template=nodes.Const(value=other), with_context=False):
                    pairs = (name if isinstance(name, tuple) else (name, name) for name in node.names)
                    module.imported |= {here: (other, there) for there, here in pairs}
        return module

    @property
    def names(self) -> set[str]:
        """Return the names that mean something in this template alone."""
        return {*self.macros, *self.constants, *self.imported}


class Modules:
    """The templates of an environment by what they define."""

    def __init__(self, environment: Environment) -> None:
        self._environment = environment
        self._modules: dict[str, Module] = {}
        self.numbers = count()

    def macro(self, module: Module, name: str) -> tuple[nodes.Macro, Module] | None:
        """Return the macro that a name means in a template, and the template it is of."""
        home, there = self._home(module, name)
        return (home.macros[there], home) if there in home.macros else None

    def constant(self, module: Module, name: str) -> nodes.Expr | None:
        """Return the constant that a name means in a template; None for another name."""
        home, there = self._home(module, name)
        return copied(home.constants[there]) if there in home.constants else None

    def body_of(self, name: str) -> Body | None:
        """Return what a template that is included writes; None where it is more than that, and has to stay apart."""
        template = self._template(name)
        put_in_place(template, self)
        needed = set(names_read(template.body))
        body = [node for node in template.body if not isinstance(node, nodes.Macro) or node.name in needed]
        return None if any(isinstance(node, _APART) or any(node.find_all(_APART)) for node in body) else body

    def _home(self, module: Module, name: str) -> tuple[Module, str]:
        """Return the template that a name was imported from, by whatever way, and the name there."""
        while name in module.imported and name not in module.macros and name not in module.constants:
            other, name = module.imported[name]
            module = self._module(other)
        return module, name

    def _module(self, name: str) -> Module:
        if name not in self._modules:
            self._modules[name] = Module.of(self._template(name))
        return self._modules[name]

    def _template(self, name: str) -> nodes.Template:
        loader = self._environment.loader
        assert loader is not None  # noqa: S101 (where a template names another, there is a loader)
        source, filename, _ = loader.get_source(self._environment, name)
        return self._environment.parse(source, name, filename)


def put_in_place(template: nodes.Template, modules: Modules) -> None:
    """Put the macros of a template where they are called, and leave out the imports that it needs no more."""
    Placing(modules, Module.of(template)).visit(template)
    Joining().visit(template)
    needed = set(names_read(template.body))
    for node in list(template.find_all(nodes.FromImport)):
        node.names = [name for name in node.names if (name[1] if isinstance(name, tuple) else name) in needed]
    template.body = [node for node in template.body if not isinstance(node, nodes.FromImport) or node.names]


class NotHere(Exception):
    """A call of a macro that has to stay one."""


class Placing(NodeTransformer):
    """Puts macros in the place of their calls, in a template or in a macro that is itself being put somewhere."""

    def __init__(self, modules: Modules, module: Module, inside: tuple[nodes.Macro, ...] = ()) -> None:
        self._modules = modules
        self._module = module
        self._inside = inside

    def visit_Output(self, node: nodes.Output) -> Body:
        placed: Body = []
        for child in node.nodes:
            found = self._placed(child)
            if found is not None:
                placed += found
            elif placed and isinstance(placed[-1], nodes.Output):
                placed[-1].nodes.append(child)
            else:
                placed.append(nodes.Output([child], lineno=node.lineno, environment=node.environment))
        return placed

    def visit_CallBlock(self, node: nodes.CallBlock) -> Body:
        self.generic_visit(node)
        placed = None if node.args else self._macro(node.call, node.body)
        return [node] if placed is None else placed

    def visit_Include(self, node: nodes.Include) -> nodes.Node | Body:
        if not isinstance(node.template, nodes.Const) or node.ignore_missing or not node.with_context:
            return node
        body = self._modules.body_of(node.template.value)
        return node if body is None else [nodes.Scope(body, lineno=node.lineno)]

    def _placed(self, child: nodes.Expr) -> Body | None:
        """Return what an expression writes, where that is not just its value."""
        match child:
            case nodes.Call():
                return self._macro(child, None)
            case nodes.CondExpr(test=test, expr1=then, expr2=nodes.Expr() as otherwise):
                bodies = [self.visit_Output(nodes.Output([each], lineno=child.lineno)) for each in (then, otherwise)]
                if all(isinstance(node, nodes.Output) for body in bodies for node in body):
                    return None
                return [nodes.If(test, bodies[0], [], bodies[1], lineno=child.lineno, environment=child.environment)]
        return None

    def _macro(self, call: nodes.Call, caller: Body | None) -> Body | None:
        found = self._modules.macro(self._module, call.node.name) if isinstance(call.node, nodes.Name) else None
        if found is None or found[0] in self._inside or call.dyn_args:
            return None
        macro, home = found
        if macro.find(nodes.Include):  # what is included sees the macro's arguments by their own names
            return None
        try:
            body = Placed(macro, home, self._spelt_out(call), self._modules).body(caller is not None)
            body = changed(body, Placing(self._modules, home, (*self._inside, macro)))
            _refuse(set(names_read(body)) & home.names)
            return _called(body, caller)
        except NotHere:
            return None

    def _spelt_out(self, call: nodes.Call) -> nodes.Call:
        """Return a call with the keywords that it is given as a constant. Raises NotHere where they are none."""
        given = call.dyn_kwargs
        if isinstance(given, nodes.Name):
            given = self._modules.constant(self._module, given.name)
        pairs = given.items if isinstance(given, nodes.Dict) else []
        keywords = [nodes.Keyword(pair.key.value, pair.value) for pair in pairs if isinstance(pair.key, nodes.Const)]
        if call.dyn_kwargs and (not isinstance(given, nodes.Dict) or len(keywords) != len(pairs)):
            raise NotHere
        return nodes.Call(call.node, call.args, [*call.kwargs, *keywords], None, None, lineno=call.lineno)


@dataclass
class Placed:
    """A call of a macro, of which the body is to stand where the call is."""

    macro: nodes.Macro
    home: Module
    call: nodes.Call
    modules: Modules

    def body(self, has_caller: bool) -> Body:
        """Return the macro's body with its arguments; names that it sets get a number of their own."""
        macro = copied(self.macro)
        arguments = self._arguments()
        set_here = names_set(macro.body)
        own = {name: f"{name}_{next(self.modules.numbers)}" for name in set_here | arguments.keys()}
        simple = {
            name: value for name, value in arguments.items() if name not in set_here and self._is_simple(value, name)
        }
        known = {**self._constants(own), **simple}
        body = changed(macro.body, _CallerIsDefined(has_caller), Substitution(known, own), Folding())
        bound = [name for name in arguments if name not in simple]
        if not bound:
            return [nodes.Scope(body, lineno=self.call.lineno)] if set_here else body
        targets = [nodes.Name(own[name], "store", lineno=self.call.lineno) for name in bound]
        return [nodes.With(targets, [arguments[name] for name in bound], body, lineno=self.call.lineno)]

    def _arguments(self) -> dict[str, nodes.Expr]:
        """Return the value of each argument. Raises NotHere where one is missing, or is not the macro's to take."""
        names = [name.name for name in self.macro.args]
        if len(self.call.args) > len(names):
            raise NotHere
        defaults = dict(zip(reversed(names), map(copied, reversed(self.macro.defaults)), strict=False))
        given = dict(zip(names, self.call.args, strict=False))
        named = {keyword.key: keyword.value for keyword in self.call.kwargs}
        others = {name: named.pop(name) for name in [*named] if name not in names}
        values = defaults | given | named
        _refuse(set(names) - values.keys())
        if KEYWORDS in names_read(self.macro.body):
            pairs = [nodes.Pair(nodes.Const(name), value) for name, value in others.items()]
            return values | {KEYWORDS: nodes.Dict(pairs, lineno=self.call.lineno)}
        _refuse(others.keys())
        return values

    def _constants(self, own: Mapping[str, str]) -> dict[str, nodes.Expr]:
        """Return the constants of the macro's template, and of those from which it imports them, that it reads."""
        read = set(names_read(self.macro.body)) - own.keys()
        return {name: value for name in read if (value := self.modules.constant(self.home, name)) is not None}

    def _is_simple(self, value: nodes.Expr, name: str) -> bool:
        """Return True for what costs no more where it is used than a name that holds it."""
        if isinstance(value, (nodes.Const, nodes.Name, nodes.TemplateData)) or not any(value.find_all(nodes.Name)):
            return True
        in_loop = any(self.macro.find_all(nodes.For))
        return not in_loop and Counter(names_read(self.macro.body))[name] <= 1


class _CallerIsDefined(NodeTransformer):
    """Answers whether a macro is called with a block."""

    def __init__(self, answer: bool) -> None:
        self._answer = answer

    def visit_Test(self, node: nodes.Test) -> nodes.Node:
        is_asked = isinstance(node.node, nodes.Name) and (node.node.name, node.name) == (CALLER, "defined")
        return nodes.Const(self._answer, lineno=node.lineno) if is_asked else self.generic_visit(node)


class _CallerBody(NodeTransformer):
    """Puts the block that a macro is called with where the macro writes it."""

    def __init__(self, caller: Body) -> None:
        self._caller = caller
        self.found = 0

    def visit_Output(self, node: nodes.Output) -> Body:
        parts: Body = []
        for child in node.nodes:
            if _is_caller(child):
                self.found += 1
                parts += [copied(each) for each in self._caller]
            else:
                parts.append(nodes.Output([child], lineno=node.lineno))
        return parts

    def visit_Assign(self, node: nodes.Assign) -> nodes.Node:
        if not _is_caller(node.node):
            return self.generic_visit(node)
        self.found += 1
        return nodes.AssignBlock(node.target, None, [copied(each) for each in self._caller], lineno=node.lineno)


def _is_caller(node: nodes.Node) -> bool:
    return isinstance(node, nodes.Call) and isinstance(node.node, nodes.Name) and node.node.name == CALLER


def _called(body: Body, caller: Body | None) -> Body:
    """Return a macro's body with the block that it is called with. Raises NotHere where the macro makes more of it."""
    wanted = Counter(names_read(body))[CALLER]
    if not wanted:
        return body
    if caller is None:
        raise NotHere
    blocks = _CallerBody(caller)
    placed = changed(body, blocks)
    if blocks.found < wanted:
        raise NotHere
    return placed


def _refuse(what: Collection[object]) -> None:
    if what:
        raise NotHere
