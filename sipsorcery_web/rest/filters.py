"""The parameters of a list: a search, filters by the types of fields, the size of a page and where it begins.

None of them is an expression: what is typed is a value each time, and ends up as a parameter of SQL.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from werkzeug.datastructures import MultiDict

from sipsorcery_web.contract.filters import Expression, FilterError, MethodCall, all_of, any_of, constant, prop
from sipsorcery_web.contract.records import WireField
from sipsorcery_web.contract.wire_types import BOOLEAN, GUID, INT, STRING, Moment

from .json_values import WrongType, dumped, read_id, read_time
from .problems import Problem
from .resources import Resource
from .waiting import LONGEST

SEARCH, LIMIT, CURSOR, SINCE, WAIT = "q", "limit", "cursor", "since", "wait"
PAGING = (SEARCH, LIMIT, CURSOR, SINCE, WAIT)
"""Names that mean the same in every list, so that a field of one of them has no filter: a binding's `q` has none."""
NOT_ASKED = (CURSOR, SINCE, WAIT, LIMIT)
"""Parameters that do not say which records there are in a list."""
LIMITS = (1, 200)
USUAL_LIMIT = 25
SHORTEST_PART = 3
"""A text that is looked for anywhere has so many characters; a shorter one is looked for at the beginning."""


@dataclass(frozen=True)
class Filter:
    """A parameter that lets records through by a field: the condition that a text given to it makes."""

    name: str
    entry: WireField
    says: str
    condition: Callable[[Any], Expression]

    def read(self, text: str) -> Expression:
        """Return the condition; WrongType for a text that is not of the field's type."""
        return self.condition(_value(self.entry, text))


@dataclass(frozen=True)
class Query:
    """The question of a request to a list. `asked` stands for all of it but the place that the page begins at."""

    where: Expression | None
    limit: int
    cursor: str
    since: str
    wait: int
    """Seconds; 0 for an answer at once."""
    asked: str


def query_of(resource: Resource, parameters: MultiDict[str, str]) -> Query:
    """Return what a request asks; Problem for a parameter that is not known, twice there or not of its type."""
    given = _once(parameters)
    try:
        conditions = list(_conditions(resource, given))
    except FilterError as error:
        raise Problem(400, f"{error}.", "wrong-type") from None
    asked = dumped({name: value for name, value in given.items() if name not in NOT_ASKED})
    where = all_of(*conditions) if conditions else None
    return Query(where, _limit(given), given.get(CURSOR, ""), given.get(SINCE, ""), _wait(given), asked)


def filters_of(resource: Resource) -> Mapping[str, Filter]:
    """Return the filters of a resource by their names."""
    return _filters_of(resource)


def paging_of(resource: Resource) -> tuple[str, ...]:
    """Return the parameters that a resource takes beside its filters."""
    if resource.read_at_once:
        return ()
    return (*((SEARCH,) if resource.searched else ()), LIMIT, CURSOR, *((SINCE, WAIT) if resource.is_live else ()))


@cache
def _filters_of(resource: Resource) -> Mapping[str, Filter]:
    if resource.read_at_once:
        return {}
    return {found.name: found for entry in resource.fields for found in _of_field(entry)}


def _of_field(entry: WireField) -> Iterator[Filter]:
    field, name = prop(entry.element), entry.attribute
    if entry.is_secret or entry.has_lines or name in PAGING:
        return
    if isinstance(entry.kind, Moment):
        yield Filter(f"{name}_from", entry, "from this time on", field.at_least)
        yield Filter(f"{name}_before", entry, "before this time", field.less_than)
    elif entry.kind is BOOLEAN:
        yield Filter(name, entry, "with this value", lambda is_so: field.is_true() if is_so else field.is_false())
    elif entry.kind in (STRING, INT, GUID):
        yield Filter(name, entry, "with this value", field.equals)


def _conditions(resource: Resource, given: Mapping[str, str]) -> Iterator[Expression]:
    known, others = filters_of(resource), paging_of(resource)
    for name, text in given.items():
        if name in others:
            if name == SEARCH and text:
                yield _search(resource, text)
            continue
        if name not in known:
            raise Problem(400, f"There is no parameter {name[:64]!r} here.", "unknown-parameter", name[:64])
        try:
            yield known[name].read(text)
        except WrongType as error:
            raise Problem(400, f"{name}: {error}", "wrong-type", name) from None


def _once(parameters: MultiDict[str, str]) -> Mapping[str, str]:
    for name, values in parameters.lists():
        if len(values) > 1:
            raise Problem(400, f"The parameter {name[:64]!r} is given more than once.", "repeated", name[:64])
    return parameters.to_dict()


def _search(resource: Resource, text: str) -> Expression:
    """Return the condition for a text in one of the fields that are searched, in any case.

    The service puts both sides into lower case, since languages differ in what that does to letters outside ASCII.
    """
    wanted = MethodCall(constant(text), "ToLower")
    elements = {entry.attribute: entry.element for entry in resource.fields}
    texts = [prop(elements[name]).lower() for name in resource.searched]
    if len(text) < SHORTEST_PART:
        return any_of(*(found.starts_with(wanted) for found in texts))
    return any_of(*(found.contains(wanted) for found in texts))


def _limit(given: Mapping[str, str]) -> int:
    text = given.get(LIMIT, str(USUAL_LIMIT))
    least, most = LIMITS
    if not (text.isascii() and text.isdigit() and len(text) <= 4 and least <= int(text) <= most):
        raise Problem(400, f"A page has {least} to {most} records.", "wrong-type", LIMIT)
    return int(text)


def _wait(given: Mapping[str, str]) -> int:
    text = given.get(WAIT, "0")
    if not (text.isascii() and text.isdigit() and len(text) <= 2 and int(text) <= LONGEST):
        raise Problem(400, f"A wait is a whole number of seconds, {LONGEST} at most.", "wrong-type", WAIT)
    return int(text)


def _value(entry: WireField, text: str) -> Any:
    if isinstance(entry.kind, Moment):
        return read_time(text)
    if entry.kind is GUID:
        return read_id(text)
    if entry.kind is BOOLEAN:
        if text not in ("true", "false"):
            raise WrongType("It has to be true or false.")
        return text == "true"
    if entry.kind is INT:
        return _number(text)
    return text


def _number(text: str) -> int:
    digits = text.removeprefix("-")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 10 and -(2**31) <= int(text) < 2**31):
        raise WrongType("It has to be a whole number of 32 bits.")
    return int(text)
