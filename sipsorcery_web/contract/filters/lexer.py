"""The lexer of where-expressions: text to tokens."""

import re
from collections.abc import Iterator
from enum import Enum
from typing import NamedTuple

from .errors import FilterError


class TokenKind(Enum):
    """The kinds of tokens; the values are names of groups in the pattern."""

    NAME = "name"
    STRING = "string"
    CHARACTER = "character"
    INTEGER = "integer"
    REAL = "real"
    SYMBOL = "symbol"
    END = "end"


class Token(NamedTuple):
    """A piece of the text; `word` is what names and symbols are recognised by, since they are read in any case."""

    kind: TokenKind
    text: str

    @property
    def word(self) -> str:
        return self.text.lower() if self.kind in (TokenKind.NAME, TokenKind.SYMBOL) else ""


_TOKEN = re.compile(
    r"""\s*(?:
      (?P<name> @\w* | [^\W\d]\w* )
    | (?P<string> "[^"]*"(?:"[^"]*")* )
    | (?P<character> '[^']*'(?:'[^']*')* )
    | (?P<unfinished> [0-9]+ (?: \.(?![0-9]) | (?:\.[0-9]+)? [eE](?![+-]?[0-9]) ) )
    | (?P<real> [0-9]+ (?: \.[0-9]+ (?:[eE][+-]?[0-9]+)? | [eE][+-]?[0-9]+ ) [fF]? )
    | (?P<integer> [0-9]+ [fF]? )
    | (?P<symbol> && | \|\| | == | != | <> | <= | >= | [-!%&()*+,./:<=>?\[\]|] )
    | (?P<open_quote> ["'] )
    | (?P<end> \Z )
    | (?P<other> . )
    )""",
    re.VERBOSE | re.DOTALL,
)


def tokens(text: str) -> Iterator[Token]:
    """The tokens of the text as they are asked for, the last one of kind END; raises FilterError on the way."""
    for match in _TOKEN.finditer(text):
        group = match.lastgroup or ""
        if group == "unfinished":
            raise FilterError("Digit expected")
        if group == "open_quote":
            raise FilterError("Unterminated string literal")
        if group == "other":
            raise FilterError(f"Syntax error '{match['other']}'")
        yield Token(TokenKind(group), match[group])
