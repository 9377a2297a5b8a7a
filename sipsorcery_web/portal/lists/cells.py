"""Cells of a CSV file (RFC 4180) that mean to a spreadsheet what they say.

Opened and saved again by a spreadsheet, whatever its language, the file holds the same: a telephone number keeps its
zeros, and nothing becomes a formula, a date or another number. What would is marked as text by an apostrophe in front
of it, as people mark it in a spreadsheet.
"""

import re
from collections.abc import Sequence
from datetime import datetime, tzinfo

from ..ui import formats
from ..ui.text.invisible import visible

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
_QUOTED = re.compile(r'[",;\t\r\n]|^\s|\s$')
"""What needs quotes; a semicolon and a tab part cells in some programs."""


def line(cells: Sequence[str]) -> str:
    """A line of the file, with its end."""
    return ",".join(_quoted(cell) for cell in cells) + "\r\n"


def cell(value: object, zone: tzinfo) -> str:
    """A value as a cell: a moment with its offset from UTC, text without anything invisible."""
    if isinstance(value, datetime):
        return formats.iso(value, zone).replace("T", " ")
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return _marked(visible(value.replace("\r\n", "\n")))
    return "" if value is None else str(value)


def _marked(text: str) -> str:
    """The text, marked as text where a spreadsheet would take it for something else."""
    marked = _FORMULA.sub("'", text)
    return f"'{marked}" if _is_turned(text) and not _FORMULA.match(text) else marked


def _is_turned(text: str) -> bool:
    inner = text.strip()
    return not (_NUMBER.fullmatch(text) or _ENDPOINT.fullmatch(inner)) and _TURNED.fullmatch(inner) is not None


def _quoted(text: str) -> str:
    return '"{}"'.format(text.replace('"', '""')) if _QUOTED.search(text) else text
