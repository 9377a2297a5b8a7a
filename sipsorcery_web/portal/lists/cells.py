"""Cells of a CSV file (RFC 4180) that mean to a spreadsheet what they say.

Opened and saved again by a spreadsheet, whatever its language, the file holds the same: a telephone number keeps its
zeros, and nothing becomes a formula, a date or another number. What would is marked as text by an apostrophe in front
of it, as people mark it in a spreadsheet.
"""

import re
from collections.abc import Callable, Sequence
from datetime import datetime, tzinfo
from functools import lru_cache
from typing import Any

from sipsorcery_web.invisible import visible

from ..ui import formats

_FORMULA = re.compile("(?:^|(?<=[;\t]))(?=[-=+@\t\r\n\uff0d\uff1d\uff0b\uff20])")
"""Where a formula may begin: in the cell, or behind what parts cells where a comma is a decimal point."""
_NUMBER = re.compile("0|[1-9][0-9]{0,14}")
"""What is a number in any case and stays as it is: spreadsheets keep 15 digits (IEEE 754 double precision)."""
_ENDPOINT = re.compile(r"\d+(?:\.\d+){3}:\d+")
_MONTH = (
    "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
    "|mär|mrt|mai|mei|okt|out|dez|dic|déc|fév|avr|abr|ago|aoû|ene|gen|mag|giu|jui|lug|set|ott"
)
_LOGICAL = "true|false|wahr|falsch|vrai|faux|verdadero|falso|vero|verdadeiro|waar|onwaar"
_TURNED = re.compile(
    rf"""(?=\D*\d)[\d\s.,:/%()'\-+_$€£¥]++                          # a number, a time or a date, in some country
    | [\d.,]++\s*+e\s*+[-+]?+\s*+\d++                              # 12E5
    | (?=\D*\d)[\d\s.:,]++[ap]\.?(?:m\.?)?                         # 3 pm
    | (?=\D*\d)[\d\s./,'-]*+(?:{_MONTH})\w{{0,7}}+[\d\s./,'-]*+     # 1 Mar 2026
    | (?:eur|usd|gbp|chf)\s*+[\d.,]++ | [\d.,]++\s*+(?:eur|usd|gbp|chf)
    | {_LOGICAL}""",
    re.IGNORECASE | re.VERBOSE,
)
"""What a spreadsheet reads as something else than text; possessive, so that the time grows with the length alone."""
_ADDRESS = re.compile(r'[A-Za-z0-9<"](?:[ -:<-~]|;(?=[A-Za-z]))*+(?<! )')
"""What is an address if it has an @, which nothing has that a spreadsheet turns; all of it can be seen."""
SHORT = 30
"""Characters."""
_QUOTED = re.compile(r'[",;\t\r\n]|^\s|\s$')
"""What needs quotes; a semicolon and a tab part cells in some programs."""


def line(cells: Sequence[str]) -> str:
    """A line of the file, with its end."""
    return ",".join(_quoted(cell) for cell in cells) + "\r\n"


def column_writer(zone: tzinfo) -> Callable[[Sequence[object]], list[str]]:
    """Return what writes values as cells: moments with their offset from UTC, texts as `text_cell`.

    A text that comes again, as those of most columns do, is written once.
    """
    writers = _CellWriters(
        {
            str: text_cell,
            int: str,
            bool: lambda value: "yes" if value else "no",
            type(None): lambda _: "",
            datetime: formats.iso_writer(zone, " "),
        }
    )

    def write(values: Sequence[object]) -> list[str]:
        kinds = set(map(type, values))
        if kinds == {str}:
            return _text_cells(values)
        if len(kinds) == 1:
            return list(map(writers[kinds.pop()], values))
        return [writers[type(value)](value) for value in values]

    return write


def _text_cells(texts: Sequence[Any]) -> list[str]:
    different = set(texts)
    if 2 * len(different) > len(texts):
        return list(map(text_cell, texts))
    cells = {text: text_cell(text) for text in different}
    return [cells[text] for text in texts]


class _CellWriters(dict[type, Callable[[Any], str]]):
    """The writers of cells by the types of values; a type of its own has the writer of what it is derived from."""

    def __missing__(self, kind: type) -> Callable[[Any], str]:
        self[kind] = next(self[base] for base in kind.mro() if base in self)
        return self[kind]


def text_cell(text: str) -> str:
    """A text as a cell, with nothing invisible in it, marked and in quotes where it has to be."""
    if "@" in text and _ADDRESS.fullmatch(text):
        return _in_quotes(text) if '"' in text or "," in text or ";" in text else text
    if text.startswith("+") and text.isascii() and text[1:].isdigit():
        return f"'{text}"
    return _short_cell(text) if len(text) <= SHORT else _cell(text)


@lru_cache(maxsize=4096)
def _short_cell(text: str) -> str:
    """Return the same for a text that may come again, as names, reasons and sockets do."""
    return _cell(text)


def _cell(text: str) -> str:
    return _quoted(_marked(visible(text.replace("\r\n", "\n"))))


def _marked(text: str) -> str:
    """The text, marked as text where a spreadsheet would take it for something else."""
    marked = _FORMULA.sub("'", text)
    return f"'{marked}" if _is_turned(text) and not _FORMULA.match(text) else marked


def _is_turned(text: str) -> bool:
    inner = text.strip()
    return not (_NUMBER.fullmatch(text) or _ENDPOINT.fullmatch(inner)) and _TURNED.fullmatch(inner) is not None


def _quoted(text: str) -> str:
    return _in_quotes(text) if _QUOTED.search(text) else text


def _in_quotes(text: str) -> str:
    return '"{}"'.format(text.replace('"', '""'))
