"""Jinja's environment with another code generator: what templates mean stays, and what they cost is less."""

from itertools import groupby
from keyword import iskeyword
from pathlib import Path
from typing import Any

from flask import Flask
from flask.templating import Environment
from jinja2 import StrictUndefined, nodes
from jinja2.compiler import CodeGenerator, Frame

from ..text.invisible import visible_on_pages
from ..text.shown import shown
from .byte_code import templates_kept_in
from .macros import Modules, put_in_place


class DirectCodeGenerator(CodeGenerator):
    """Generates code that calls macros by having them in place, and functions of the environment directly."""

    environment: "PageEnvironment"

    def visit_Template(self, node: nodes.Template, frame: Frame | None = None) -> None:
        put_in_place(node, self.environment.modules)
        super().visit_Template(node, frame)

    def write_commons(self) -> None:
        super().write_commons()
        self.writeline("shown = environment.shown")

    def visit_Call(self, node: nodes.Call, frame: Frame, forward_caller: bool = False) -> None:
        """Call a function of the environment that is given nothing but its arguments, without Jinja in between."""
        is_plain = isinstance(node.node, nodes.Name) and self.environment.is_plain_function(node.node.name)
        keywords = [each.key for each in node.kwargs]
        if not is_plain or forward_caller or node.dyn_args or node.dyn_kwargs or any(map(iskeyword, keywords)):
            super().visit_Call(node, frame, forward_caller=forward_caller)
            return
        self.visit(node.node, frame)
        self.write("(")
        for argument in (*node.args, *node.kwargs):
            self.visit(argument, frame)
            self.write(", ")
        self.write(")")

    def visit_Output(self, node: nodes.Output, frame: Frame) -> None:
        """Write an output at once, and not piece by piece through every template around it."""
        if frame.require_output_check or frame.buffer is not None or len(node.nodes) == 1:
            super().visit_Output(node, frame)
            return
        self.writeline("yield ''.join((", node)
        for is_constant, parts in groupby(node.nodes, lambda part: self._constant(part, frame) is not None):
            if is_constant:
                self.write(repr("".join(self._constant(part, frame) or "" for part in parts)) + ", ")
                continue
            for part in parts:
                self.write("shown(")
                self.visit(part, frame)
                self.write("), ")
        self.write("))")

    def _constant(self, part: nodes.Expr, frame: Frame) -> str | None:
        """Return what an expression always writes; None where that depends on the page."""
        try:
            return self._output_child_to_const(part, frame, self._make_finalize())
        except Exception:  # as Jinja has it: what fails here fails again, and is told, when the page is written
            return None

    def _output_child_pre(self, node: nodes.Expr, frame: Frame, finalize: Any) -> None:
        self.write("shown(")

    def _output_child_post(self, node: nodes.Expr, frame: Frame, finalize: Any) -> None:
        self.write(")")


class PageEnvironment(Environment):
    """The environment of the pages, which are all HTML."""

    code_generator_class = DirectCodeGenerator
    shown = staticmethod(shown)

    def __init__(self, app: Any, **options: Any) -> None:
        super().__init__(app, **options)
        self.modules = Modules(self)

    def is_plain_function(self, name: str) -> bool:
        """Return True for the name of a function that Jinja passes nothing of its own."""
        function = self.globals.get(name)
        return callable(function) and not hasattr(function, "jinja_pass_arg")


def init_app(app: Flask, cache: Path | None) -> None:
    """Let an application write its pages so, and keep what its templates were compiled to in a folder."""
    app.jinja_environment = PageEnvironment
    app.jinja_options = {
        "undefined": StrictUndefined,
        "trim_blocks": True,
        "lstrip_blocks": True,
        "finalize": visible_on_pages,
        "bytecode_cache": cache and templates_kept_in(cache),
    }
