"""Recursive descent over the grammar of Dynamic LINQ, as far as a filter needs it. Nothing is ever evaluated here."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from .checker import Checker
from .errors import FilterError
from .lexer import Token, TokenKind, tokens
from .literals import refuse_unsendable, to_integer, to_real, unquoted
from .properties import Property, ValueType
from .tree import Constant, Expression, all_of, any_of
from .words import REFUSED_WORDS, TYPE_NAMES

MAX_LENGTH = 4000
MAX_DEPTH = 64

_COMPARISONS = frozenset({"=", "==", "!=", "<>", "<", "<=", ">", ">="})
_ARITHMETIC = frozenset({"+", "-", "&", "*", "/", "%", "mod"})


def parse(text: str, properties: Mapping[str, Property], type_name: str) -> Expression:
    """Read one complete Boolean expression over the properties (keyed by their names in lower case).

    Raises FilterError, and nothing else, whatever the text is.
    """
    if len(text) > MAX_LENGTH:
        raise FilterError(f"The filter is too long, at most {MAX_LENGTH} characters are supported")
    refuse_unsendable(text)
    expression = _Parser(text, Checker(properties, type_name)).whole()
    refuse_deep(expression)
    return expression


def refuse_deep(expression: Expression) -> None:
    """Refuse chains that are too long: `a = b = c` nests in a loop of the parser, but a walk of the tree recurses."""
    level: list[Expression] = [expression]
    for _ in range(MAX_DEPTH):
        level = [part for node in level for part in node.parts]
    if level:
        raise _too_deep()


def _too_deep() -> FilterError:
    return FilterError(f"The filter is nested too deeply, at most {MAX_DEPTH} levels are supported")


def _not_supported(what: str) -> FilterError:
    return FilterError(f"{what} is not supported")


class _Parser:
    """One method for each rule of the grammar; each leaves the token after its rule in `_token`."""

    def __init__(self, text: str, checker: Checker) -> None:
        self._tokens = tokens(text)
        self._token = next(self._tokens)
        self._check = checker
        self._depth = 0

    def whole(self) -> Expression:
        expression = self._expression()
        if self._token.kind is not TokenKind.END:
            raise FilterError("Syntax error")
        return self._check.condition(expression)

    def _expression(self) -> Expression:
        operands = [self._conjunction()]
        while self._token.word in ("or", "||"):
            written = self._advance().text
            operands.append(self._conjunction())
            self._check.junction(written, operands[-2], operands[-1])
        if self._token.word == "?":
            raise _not_supported("Operator '?'")
        return any_of(*operands)

    def _conjunction(self) -> Expression:
        operands = [self._comparison()]
        while self._token.word in ("and", "&&"):
            written = self._advance().text
            operands.append(self._comparison())
            self._check.junction(written, operands[-2], operands[-1])
        return all_of(*operands)

    def _comparison(self) -> Expression:
        left = self._term()
        while self._token.word in _COMPARISONS:
            written = self._advance().text
            left = self._check.comparison(written, left, self._term())
        return left

    def _term(self) -> Expression:
        term = self._unary()
        if self._token.word in _ARITHMETIC:
            raise _not_supported(f"Operator '{self._token.text}'")
        return term

    def _unary(self) -> Expression:
        if self._token.word in ("not", "!"):
            written = self._advance().text
            with self._deeper():
                return self._check.negation(written, self._unary())
        if self._token.word == "-":
            return self._negative()
        return self._primary()

    def _negative(self) -> Expression:
        self._advance()
        if self._token.kind not in (TokenKind.INTEGER, TokenKind.REAL):
            raise _not_supported("Operator '-'")
        self._token = self._token._replace(text=f"-{self._token.text}")
        return self._primary()

    def _primary(self) -> Expression:
        value = self._start()
        while self._token.word == ".":
            self._advance()
            value = self._access(value)
        if self._token.word == "[":
            raise _not_supported("Indexer '['")
        return value

    def _access(self, target: Expression) -> Expression:
        if self._token.kind is not TokenKind.NAME:
            raise FilterError("Identifier expected")
        name = _bare(self._advance())
        if self._token.word == "(":
            return self._check.call(target, name, self._arguments())
        return self._check.member(target, name)

    def _arguments(self) -> list[Expression]:
        if self._token.word != "(":
            raise FilterError("'(' expected")
        self._advance()
        with self._deeper():
            arguments = [self._expression()] if self._token.word != ")" else []
            while arguments and self._token.word == ",":
                self._advance()
                arguments.append(self._expression())
        self._close("')' or ',' expected")
        return arguments

    def _close(self, otherwise: str) -> None:
        if self._token.word != ")":
            raise FilterError(otherwise)
        self._advance()

    def _start(self) -> Expression:
        if self._token.word == "(":
            return self._parenthesised()
        token = self._advance()
        match token.kind:
            case TokenKind.NAME:
                return self._named(token)
            case TokenKind.STRING:
                return Constant(ValueType.STRING, unquoted(token.text))
            case TokenKind.CHARACTER:
                return _character(token)
            case TokenKind.INTEGER:
                return Constant(ValueType.INT, to_integer(token.text))
            case TokenKind.REAL:
                return Constant(ValueType.REAL, to_real(token.text))
        raise FilterError("Expression expected")

    def _parenthesised(self) -> Expression:
        self._advance()
        with self._deeper():
            expression = self._expression()
        self._close("')' or operator expected")
        return expression

    def _named(self, token: Token) -> Expression:
        match token.word:
            case "true" | "false" as word:
                return Constant(ValueType.BOOL, word == "true")
            case "null":
                return Constant(ValueType.NULL, None)
            case "guid" | "datetime" as word:
                return self._check.conversion(word, self._arguments())
            case word if word in REFUSED_WORDS:
                raise _not_supported(f"'{token.text}'")
            case word if word in TYPE_NAMES:
                raise _not_supported(f"Type '{TYPE_NAMES[word]}'")
        if self._token.word == "(":
            return self._check.entity_method(_bare(token))
        return self._check.field(_bare(token))

    def _advance(self) -> Token:
        """The current token, which the next one replaces; the last one stays."""
        passed = self._token
        self._token = next(self._tokens, passed)
        return passed

    @contextmanager
    def _deeper(self) -> Iterator[None]:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise _too_deep()
        yield
        self._depth -= 1


def _bare(name: Token) -> str:
    """The name without the `@` that keeps it from being a keyword."""
    return name.text[1:] if len(name.text) > 1 and name.text[0] == "@" else name.text


def _character(literal: Token) -> Constant:
    text = unquoted(literal.text)
    if len(text) != 1:
        raise FilterError("Character literal must contain exactly one character")
    return Constant(ValueType.CHAR, text)
