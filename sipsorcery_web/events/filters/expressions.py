"""The `regex` clause: .NET's expressions, as far as they are understood, searched in bounded time.

The `regex` library takes nearly all of .NET's syntax, lookbehinds and named groups too. No library bounds what the
search of a whole store takes, so there is one limit for a search and another one for all of them together.
"""

import math
import re
import time
from dataclasses import dataclass, field

import regex

from .errors import FilterError

SEARCH_SECONDS = 0.05
"""What one event may take."""
ALL_SECONDS = 0.5
"""What all events that are looked at for one answer may take."""
MOST_COPIES = 1_000
"""How often a part may be repeated at least: the library writes the repetitions out, which takes memory."""
TOO_SLOW = "This regular expression takes too long. Simplify it, or narrow the events by another clause."

_ESCAPED = re.compile(r"\\(k<|.)", re.DOTALL)
_REPETITION = re.compile(r"\{([0-9]+)")
_NOT_UNDERSTOOD = (
    (re.compile(r"\(\?<\w*-\w+>|\(\?'\w*-\w+'"), "a balancing group"),
    (re.compile(r"\[[^\]\\]*(?:\\.[^\]\\]*)*-\["), "the subtraction of a set"),
    (re.compile(r"\\[pP]\{Is\w+\}"), "a block of Unicode"),
    (re.compile(r"\(\?[a-zA-Z]*n[a-zA-Z]*(?:-[a-zA-Z]+)?[:)]"), "the option n"),
    (re.compile(r"\\c[A-Za-z]"), "a control character"),
)
"""What .NET has and the library reads otherwise, or not at all."""
_NOT_OF_NET = re.compile(r"\(\?(R|&|P[>=<]|[+-]?[0-9]|\|)|\(\*|\{[eids]<|\\[LmM]<")
"""What the library has and .NET has not: recursion takes stack, and fuzzy matching time."""


@dataclass
class Patience:
    """The seconds that are left for searches."""

    left: float = ALL_SECONDS


@dataclass(frozen=True)
class Expression:
    """An expression that is searched in texts, case-sensitive."""

    source: str
    column: int
    pattern: "regex.Pattern[str]" = field(repr=False, compare=False)

    @classmethod
    def read(cls, source: str, column: int) -> "Expression":
        """Read an expression. FilterError where it is not understood."""
        for construct, name in _NOT_UNDERSTOOD:
            if found := construct.search(source):
                raise FilterError(
                    f"{found[0]} is {name} of .NET, which is not understood here.", column + found.start()
                )
        if found := _NOT_OF_NET.search(source):
            raise FilterError(f"{found[0]} means nothing in .NET.", column + found.start())
        if math.prod(max(1, int(count)) for count in _REPETITION.findall(source)) > MOST_COPIES:
            raise FilterError(f"This regular expression repeats a part more than {MOST_COPIES} times.", column)
        return cls(source, column, _compiled(source, column))

    def is_in(self, text: str, patience: Patience) -> bool:
        """Return True when it is found in a text. FilterError where that takes too long."""
        began = time.thread_time()  # a machine that has much else to do makes no search a slow one
        try:
            found = self.pattern.search(text, timeout=min(SEARCH_SECONDS, patience.left), concurrent=True)
        except TimeoutError:
            raise FilterError(TOO_SLOW, self.column) from None
        patience.left -= time.thread_time() - began
        if patience.left <= 0:
            raise FilterError(TOO_SLOW, self.column)
        return found is not None


def _compiled(source: str, column: int) -> "regex.Pattern[str]":
    translated = _ESCAPED.sub(lambda found: r"\g<" if found[1] == "k<" else found[0], source)
    try:
        return regex.compile(translated, cache_pattern=False)
    except regex.error as error:
        reason = f"This regular expression cannot be read: {error.msg}."
        raise FilterError(reason, column + (error.pos or 0)) from None
    except (RecursionError, OverflowError, ValueError):
        raise FilterError("This regular expression cannot be read: it is nested too deeply.", column) from None
