"""The search for texts by their trigrams, all runs of three characters (migration 0008 makes and keeps the indexes).

An index tells which rows have the trigrams of a text; whether they have the text itself, in the right case and place,
the filter decides. So what is found is what the filter lets through, with the index or without.
"""

import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import count
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Integer,
    Select,
    String,
    UnaryExpression,
    and_,
    bindparam,
    column,
    func,
    or_,
    select,
    table,
    true,
)
from sqlalchemy.orm import Session
from sqlalchemy.sql.operators import custom_op

from sipsorcery_web.contract.filters import And, Constant, Expression, Field, MethodCall, Or, ValueType, lower
from sipsorcery_web.database.reading_session import ReadingSession

from .filtering import Ordinal

SEARCHED: Mapping[str, frozenset[str]] = {
    "sipaccounts": frozenset({"SIPUsername", "SIPDomain", "Owner"}),
    "sipregistrarbindings": frozenset({"SIPAccountName", "UserAgent", "RemoteSIPSocket", "Owner"}),
    "sipproviders": frozenset({"ProviderName", "ProviderServer", "ProviderUsername", "Owner"}),
    "sipproviderbindings": frozenset({"ProviderName", "BindingURI", "RegistrarSIPSocket", "Owner"}),
    "sipdialplans": frozenset({"DialPlanName", "Owner"}),
    "cdr": frozenset({"Dst", "DstURI", "FromUser", "FromName", "FromHeader"}),
}
"""The properties whose texts are in the index of a table."""
MOST_FOUND = 1000
"""So many rows are looked at in any order. Where more have the trigrams, the list's own order fills a page sooner."""
RUNS_ASKED = 3
"""So many trigrams of a text are asked for, the rarest: SQLite reads all that it knows of each, a row a time."""
RUNS_WEIGHED = 16
"""So many trigrams of a text are weighed."""
MOST_WEIGHED = 128
"""In a question; SQLite has a limit on what one statement may ask."""
SAMPLE = 200
"""The rarer a trigram, the later the row is that has it so many times after the first."""
EDGE = "\x1e\x1e"
"""Stands around each text in SQLite's index, so that its beginning and its end have trigrams of their own."""
_TESTS = {"Contains": ("", ""), "StartsWith": (EDGE, ""), "EndsWith": ("", EDGE)}
_ANYTHING = {"Contains": ("%", "%"), "StartsWith": ("", "%"), "EndsWith": ("%", "")}
_CASES = {"ToLower", "ToUpper"}


class TextTest(NamedTuple):
    """A condition that a property has a text in it, at its beginning or its end; the case of letters is left open."""

    name: str
    method: str
    text: str

    @property
    def in_index(self) -> str:
        """The text as it stands in SQLite's index."""
        before, behind = _TESTS[self.method]
        return f"{before}{self.text}{behind}"


Alternatives = Sequence[TextTest]
"""Tests of which one has to hold."""
PatternNames = tuple[tuple[str, ...], ...]


def text_tests(expression: Expression, searched: frozenset[str]) -> list[Alternatives]:
    """Return what an expression demands of searched texts: of each group of alternatives one holds where it is true."""
    operands = expression.operands if isinstance(expression, And) else (expression,)
    return [tests for operand in operands if (tests := list(_alternatives(operand))) and _all_in(tests, searched)]


def few_found(session: Session, rows: FromClause, demands: Sequence[Alternatives]) -> str | None:
    """Return the rows that SQLite's index knows as some that may meet the demands, for `is_found`.

    None where it knows many. It knows the rows of every owner: the caller's scope is for another condition. Whoever
    only reads has it asked once for a page and its count, which are of one state of the data.
    """
    indexed = tuple(tuple(tests) for tests in demands if all(len(test.in_index) >= 3 for test in tests))
    if not indexed:
        return None
    known = session.info if isinstance(session, ReadingSession) else {}
    key = (rows.description, indexed)
    if key not in known:
        known[key] = _few_found(session, rows, indexed)
    few: str | None = known[key]
    return few


def _few_found(session: Session, rows: FromClause, demands: Sequence[Alternatives]) -> str | None:
    values = {"question": _question(demands, _weights(session, rows, demands)), "limit": MOST_FOUND + 1}
    found = session.connection().execute(_may_match(rows), values).scalars().all()
    return None if len(found) > MOST_FOUND else json.dumps(found)


def is_found(rows: FromClause) -> ColumnElement[bool]:
    """The condition that a row is one of those which `few_found` has given, as the parameter `found`."""
    numbers = table(f"{rows.description}_numbers", column("number"), column("id"))
    wanted = func.json_each(bindparam("found", type_=String)).table_valued("value")  # however many they are
    return rows.c.id.in_(select(numbers.c.id).where(numbers.c.number.in_(select(wanted.c.value))))


class Unindexed:
    """The columns of a table as values that SQLite looks up in no index: `+owner`, when another condition finds fewer.

    Without statistics it takes an owner for somebody with ten rows.
    """

    def __init__(self, columns: Any) -> None:
        self._columns = columns

    def __getattr__(self, name: str) -> ColumnElement[Any]:
        return UnaryExpression(self._columns[name], operator=custom_op("+"), type_=self._columns[name].type)


@cache
def _may_match(rows: FromClause) -> Select[Any]:
    return _matching(rows, "question").limit(bindparam("limit", type_=Integer))


@cache
def _samples(rows: FromClause, count: int) -> Select[Any]:
    """Return the query for the row that has the parameter `run_0` for the `sample`th time, and so on."""
    place = bindparam("sample", type_=Integer)
    return select(
        *(_matching(rows, f"run_{number}").offset(place).limit(1).scalar_subquery() for number in range(count))
    )


def _matching(rows: FromClause, question: str) -> Select[Any]:
    """Return the query for the rows that match the parameter of this name."""
    index = f"{rows.description}_trigrams"
    trigrams = table(index, column("rowid"), column(index))
    asked = trigrams.c[index].op("MATCH", is_comparison=True)(bindparam(question, type_=String))
    return select(trigrams.c.rowid).where(asked)


def alike(columns: Mapping[str, ColumnElement[Any]], names: PatternNames) -> ColumnElement[bool]:
    """The condition that PostgreSQL's planner can use the index for; it decides itself whether that pays.

    Its parameters are those of `patterns`.
    """
    numbers = count()
    return and_(
        true(),
        *(
            or_(*(func.lower(Ordinal(columns[name])).like(bindparam(f"pattern_{next(numbers)}")) for name in group))
            for group in names
        ),
    )


def patterns(demands: Sequence[Alternatives]) -> tuple[PatternNames, dict[str, str]]:
    """Return the properties that PostgreSQL's index can be asked for, in groups of alternatives, and its parameters."""
    groups = [tests for tests in demands if all(len(test.text) >= 3 or test.method == "StartsWith" for test in tests)]
    names = tuple(tuple(test.name for test in tests) for tests in groups)
    texts = (_pattern(test) for tests in groups for test in tests)
    return names, {f"pattern_{number}": text for number, text in enumerate(texts)}


def _alternatives(node: Expression) -> Iterator[TextTest]:
    """Yield the tests that an operand is made of; one without a method where it is something else."""
    for part in node.operands if isinstance(node, Or) else (node,):
        match part:
            case MethodCall(target, method, (argument,)) if method in _TESTS:
                yield TextTest(_field_of(target), method, _text_of(argument))
            case _:
                yield TextTest("", "Contains", "")


def _field_of(node: Expression) -> str:
    """The property that a text is looked for in, in whichever case; empty for anything else."""
    match node:
        case Field(name):
            return name
        case MethodCall(Field(name), method) if method in _CASES:
            return name
    return ""


def _text_of(node: Expression) -> str:
    match node:
        case Constant(ValueType.STRING, str(text)):
            return text
        case MethodCall(Constant(ValueType.STRING, str(text)), method) if method in _CASES:
            return text
    return ""


def _all_in(tests: Alternatives, searched: frozenset[str]) -> bool:
    return all(test.name in searched and test.text for test in tests)


def _question(demands: Sequence[Alternatives], weights: Mapping[str, float]) -> str:
    """Return the question in the language of FTS5, in whichever property a text may be."""
    asked = (dict.fromkeys(_rarest(test.in_index, weights) for test in tests) for tests in demands)
    return " AND ".join(f"({' OR '.join(alternatives)})" for alternatives in asked)


def _rarest(text: str, weights: Mapping[str, float]) -> str:
    """Return `("abc" AND "bcd")` for the text abcd: of its trigrams those that name the fewest rows."""
    runs = sorted(_runs(text), key=lambda run: weights.get(run, 0), reverse=True)
    return "(" + " AND ".join(map(_quoted, runs[:RUNS_ASKED])) + ")"


def _runs(text: str) -> list[str]:
    """Return trigrams of a text, first those that have all of it together."""
    last = len(text) - 3
    places = (*range(0, last, 3), last, *range(last))
    return list(dict.fromkeys(text[place : place + 3] for place in places))[:RUNS_WEIGHED]


def _quoted(run: str) -> str:
    return '"{}"'.format(run.replace('"', '""'))


def _weights(session: Session, rows: FromClause, demands: Sequence[Alternatives]) -> Mapping[str, float]:
    """Return how rare trigrams are, one beside the other; nothing where all are asked for anyway, or there are many."""
    runs = [_runs(test.in_index) for tests in demands for test in tests]
    weighed = list(dict.fromkeys(run for each in runs for run in each))
    if all(len(each) <= RUNS_ASKED for each in runs) or len(weighed) > MOST_WEIGHED:
        return {}
    values = {f"run_{number}": _quoted(run) for number, run in enumerate(weighed)} | {"sample": SAMPLE}
    found = session.connection().execute(_samples(rows, len(weighed)), values).one()
    return {run: math.inf if row is None else row for run, row in zip(weighed, found, strict=True)}


def _pattern(test: TextTest) -> str:
    escaped = re.sub(r"([\\%_])", r"\\\1", lower(test.text))
    before, behind = _ANYTHING[test.method]
    return f"{before}{escaped}{behind}"
