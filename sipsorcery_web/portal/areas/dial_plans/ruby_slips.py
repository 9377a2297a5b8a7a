"""Slips that are easily made in Ruby: a comma between the entries of a hash or list, and `then` on one line."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from .ruby_reader import Token
from .warnings import ScriptWarning

_BEHIND_A_VALUE = {"and", "do", "else", "elsif", "end", "ensure", "if", "in", "not", "or", "rescue", "then"}
_BEHIND_A_VALUE |= {"unless", "until", "when", "while"}
_BEFORE_A_VALUE = {"not", "defined?", "lambda", "proc", "super", "yield"}
_HEADS = {"if", "unless", "while", "until"}
_ENTRIES = {"value", "string", "regex", "label"}
_FIRST_ENTRY = Token("newline", "", 0, starts=True)


@dataclass
class _Brackets:
    """The kind of an open bracket: a list with commas between its entries, or anything else."""

    is_list: bool = False
    may_have_keys: bool = False
    line_end: Token | None = None
    """The newline behind a complete entry, while nothing else has come."""
    key: str = ""
    """How the present entry has its key: "=>", "label", "" where it has none yet, "?" where it cannot be told."""


@dataclass
class _Head:
    """The condition between `if` or `when` and the `then` or the end of the line."""

    word: str
    depth: int


def remarks(tokens: Sequence[Token]) -> Iterator[ScriptWarning]:
    """Yield where a comma or `then` is missing in a script where everything is closed."""
    yield from _commas(tokens)
    yield from _thens(tokens)


def _commas(tokens: Sequence[Token]) -> Iterator[ScriptWarning]:
    stack = [_Brackets()]
    for before, token in pairwise((_FIRST_ENTRY, *tokens)):
        here = stack[-1]
        if here.line_end and here.key != "?" and _begins_entry(token):
            yield ScriptWarning(
                here.line_end.line, "A comma is missing at the end of this line, before the next entry."
            )
            here.key = ""
        if token.kind == "newline":
            _end_line(here, before, token)
            continue
        here.line_end = None
        if token.kind == "open":
            stack.append(_inside(token))
        elif token.opens:
            stack.append(_Brackets())
        elif _closes(token) and len(stack) > 1:
            stack.pop()
        elif token.text in (",", ";", "|") and token.kind == "operator":
            here.key = ""
        elif key := _key(token):
            if here.may_have_keys and here.key == key != "?":
                yield ScriptWarning(token.line, "A comma is missing on this line, between two entries with keys.")
            here.key = key if not here.key else "?"


def _end_line(here: _Brackets, before: Token, newline: Token) -> None:
    if not here.is_list:
        here.key = ""
    elif not newline.starts and before.kind != "label":
        here.line_end = newline


def _inside(token: Token) -> _Brackets:
    is_list = token.text == "[" or (token.text == "{" and token.starts)
    return _Brackets(is_list, may_have_keys=is_list or token.text == "(")


def _closes(token: Token) -> bool:
    return token.kind == "close" or (token.kind == "word" and token.text == "end")


def _begins_entry(token: Token) -> bool:
    if token.kind == "word":
        return token.text not in _BEHIND_A_VALUE
    return token.kind in _ENTRIES or (token.kind == "open" and token.text in ("[", "{"))


def _key(token: Token) -> str:
    if token.kind == "label":
        return "label"
    return token.text if token.kind == "operator" and token.text in ("=>", "?") else ""


def _thens(tokens: Sequence[Token]) -> Iterator[ScriptWarning]:
    depth, heads = 0, list[_Head]()
    for before, token in pairwise((_FIRST_ENTRY, *tokens)):
        if heads and heads[-1].depth == depth:
            if _is_body(heads[-1], before, token):
                word, divider = heads[-1].word, "do" if heads[-1].word in ("while", "until") else "then"
                yield ScriptWarning(token.line, f"A {divider} is missing between this {word} and “{token.text[:30]}”.")
            if _ends_head(token):
                heads.pop()
        depth += (token.kind == "open" or token.opens) - _closes(token)
        while heads and heads[-1].depth > depth:
            heads.pop()
        if token.kind == "word" and (token.text in ("when", "elsif") or (token.opens and token.text in _HEADS)):
            heads.append(_Head(token.text, depth))


def _is_body(head: _Head, before: Token, token: Token) -> bool:
    """Return True when a word begins the body of an `if` or `when`.

    One that stands behind a value with nothing between them.

    `if a b` calls a with b, so that only `when`, which allows no such call, is looked at there.
    """
    if token.kind != "word" or token.text in _BEHIND_A_VALUE:
        return False
    if before.kind == "word":
        return head.word == "when" and before.text not in _BEHIND_A_VALUE | _BEFORE_A_VALUE
    return before.kind in ("value", "string", "regex", "close") or (before.kind == "method" and head.word == "when")


def _ends_head(token: Token) -> bool:
    if token.kind == "newline":
        return not token.starts
    return token.kind == "label" or token.text in ("then", "do", ";", ":")
