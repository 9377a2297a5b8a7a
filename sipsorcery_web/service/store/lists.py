"""The lists of the service: whose rows, in which order, by which filter (spec, sections 3, 5 and 6)."""

from dataclasses import dataclass, field, replace
from enum import Enum
from functools import cache, cached_property, lru_cache
from typing import Any, Generic, NamedTuple, TypeVar

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Integer,
    Select,
    String,
    and_,
    bindparam,
    func,
    literal,
    or_,
    select,
    true,
    type_coerce,
)
from sqlalchemy.orm import Session

from sipsorcery_web.contract import filters
from sipsorcery_web.contract.call_records import WITHOUT_CHALLENGES
from sipsorcery_web.contract.errors import BadFilter, Refused
from sipsorcery_web.contract.extensions import AccountNetwork, SignIn
from sipsorcery_web.contract.filters import Compare, Field, Operator, ValueType
from sipsorcery_web.contract.operations import NO_LIMIT, AtLeast
from sipsorcery_web.contract.records import (
    TOP_LEVEL,
    Record,
    SIPCDRAsset,
    SIPDialogueAsset,
    SIPProviderBinding,
    SIPRegistrarBinding,
)
from sipsorcery_web.contract.rules import is_blank
from sipsorcery_web.contract.rules.catalogue import NEGATIVE_RANGE
from sipsorcery_web.database.keyring import Keyring

from . import list_counts, models, trigrams
from .account_networks import OwnedNetwork
from .filterable import filterable_of
from .filtering import Parameter, condition, without_values
from .list_counts import Counted
from .reading import StoredPage, reader_of
from .sign_ins import SignInRow

R = TypeVar("R", bound=Record)
STATEMENTS_KEPT = 200
"""As many are kept as they were built, with parameters in place of values: to build one takes longer than to run it."""


class Seen(Enum):
    """The rows that a caller sees, as a condition with the parameters `username` and `admin_id`."""

    OWN = "own"
    OF_LABEL = "own and members'"
    ALL = "all"

    def condition(self, columns: Any) -> ColumnElement[bool]:
        """Return it as SQL."""
        if self is Seen.ALL:
            return true()
        own: ColumnElement[bool] = columns.owner == bindparam("username", type_=String)
        if self is Seen.OWN:
            return own
        return or_(own, columns.admin_member_id == bindparam("admin_id", type_=String))


@dataclass(frozen=True)
class Scope:
    """The rows that a caller sees: `admin_id` is None for a customer, `*` for an administrator of all (section 3)."""

    username: str
    admin_id: str | None = None

    @property
    def sees_all(self) -> bool:
        """Return True when the caller is the top-level administrator."""
        return self.admin_id == TOP_LEVEL

    @property
    def counted(self) -> str:
        """Return the scope that `list_counts` has for these rows; none for a label's, who sees several."""
        if self.sees_all:
            return TOP_LEVEL
        return "" if self.admin_id else f"owner:{self.username}"

    @property
    def seen(self) -> Seen:
        """Return which rows the caller sees."""
        return Seen.ALL if self.sees_all else Seen.OF_LABEL if self.admin_id else Seen.OWN

    def may_change(self, row: Any) -> ColumnElement[bool]:
        """The condition that a row is the caller's to change: a label's administrator sees its members' rows only."""
        if self.sees_all:
            return true()
        own: ColumnElement[bool] = row.owner == self.username
        return own


@dataclass(frozen=True)
class Listing(Generic[R]):
    """One list: its records, its table, the column that it is ordered by, and the filter of most who look at it."""

    record: type[R]
    row: Any
    order: str
    descending: bool = False
    usual: filters.Expression | None = field(default=None, compare=False)
    """The rows that it lets through are counted too, by parts."""
    is_private: bool = False
    """Whether administrators see their own rows alone, as everybody does."""

    def count(self, session: Session, scope: Scope, where: filters.Where, at_most: int | None = None) -> int:
        """Return how many rows the caller sees; BadFilter for a filter that cannot be read.

        AtLeast(at_most) where there are more, which reads no more of them.
        """
        asked = self._question(session, scope, where)
        if asked.counted is not None and self._is_counted(session, scope):
            found = list_counts.count(session, self.table.description, scope.counted, asked.counted)
        elif (key := asked.key_before) is not None and self._is_counted(session, scope):
            found = self._count_before(session, scope, key)
        else:
            limit = {} if at_most is None else {"limit": at_most + 1}
            found = session.connection().execute(_counting(asked.rows, bool(limit)), asked.values | limit).scalar_one()
        return AtLeast(at_most) if at_most is not None and found > at_most else int(found)

    def _count_before(self, session: Session, scope: Scope, key: str) -> int:
        part = list_counts.part_of(session, self.table.description, scope.counted, key)
        values = {"username": scope.username, "first": part.first, "key": key}
        behind = session.connection().execute(_counting_between(self, scope.seen), values).scalar_one()
        return part.before + int(behind)

    def page(
        self,
        session: Session,
        scope: Scope,
        where: filters.Where,
        offset: int,
        count: int,
        keyring: Keyring | None,
        from_end: bool = False,
    ) -> StoredPage[R]:
        """The rows from `offset` on, or up to `offset` before the end, at most `count`, in the list's order.

        BadFilter as for `count`, Refused for a negative number.
        """
        _refuse_negative(offset, count)
        asked, place = self._question(session, scope, where), list_counts.Place(offset, count, from_end)
        start = list_counts.Start(list_counts.Bound.NONE, None, offset)
        if asked.counted is not None and self._is_counted(session, scope):
            known = (session, self.table.description, scope.counted, asked.counted)
            place = list_counts.nearer(*known, place)
            start = list_counts.start(*known, place.offset, downwards=self.descending is not place.from_end)
        values = asked.values | {"first": start.first, "offset": start.offset, "limit": place.rows}
        statement = _reading(asked.rows, start.bound, place.from_end, place.rows != NO_LIMIT)
        found = session.connection().execute(statement, values).all()
        return StoredPage(reader_of(self.record, self.table), found[::-1] if place.from_end else found, keyring)

    def _is_counted(self, session: Session, scope: Scope) -> bool:
        return bool(scope.counted) and list_counts.are_kept(session, self.table.description)

    def _question(self, session: Session, scope: Scope, where: filters.Where) -> "Question":
        values: dict[str, Any] = {"username": scope.username, "admin_id": scope.admin_id}
        if where is None or is_unfiltered(where):
            return Question(Rows(self, scope.seen), values, Counted.ALL)
        given: list[Any] = []
        expression = self._checked(where)
        counted = Counted.USUAL if expression == self._checked_usual else None
        rows = Rows(self, scope.seen, without_values(expression, given))
        values |= {f"value_{number}": value for number, value in enumerate(given)}
        demands = trigrams.text_tests(expression, trigrams.SEARCHED.get(self.table.description, frozenset()))
        if not demands:
            return Question(rows, values, counted)
        if session.get_bind().dialect.name == "postgresql":
            names, patterns = trigrams.patterns(demands)
            return Question(replace(rows, patterns=names), values | patterns)
        found = trigrams.few_found(session, self.table, demands)
        return Question(replace(rows, are_few=found is not None), values | {"found": found})

    def _checked(self, where: str | filters.Expression) -> filters.Expression:
        try:
            return filters.checked(where, filterable_of(self.record).properties, self.record.__name__)
        except filters.FilterError as error:
            raise BadFilter(str(error)) from error

    @cached_property
    def _checked_usual(self) -> filters.Expression | None:
        return self.usual and self._checked(self.usual)

    @property
    def table(self) -> FromClause:
        """The table, or what has its columns."""
        table: FromClause = self.row.__table__
        return table


@dataclass(frozen=True)
class Rows:
    """The rows that somebody asks for, without the values in the question: their statements are built once."""

    listing: Listing[Any]
    seen: Seen
    where: filters.Expression | None = None
    are_few: bool = False
    """Whether SQLite's index of trigrams has given them."""
    patterns: trigrams.PatternNames = ()
    """What PostgreSQL's index of trigrams can be asked for."""

    @property
    def condition(self) -> ColumnElement[bool]:
        """Return the condition that a row is one of them."""
        table = self.listing.table
        columns = {name: table.c[column] for name, column in filterable_of(self.listing.record).columns.items()}
        conditions = [self.seen.condition(trigrams.Unindexed(table.c) if self.are_few else table.c)]
        if self.are_few:
            conditions.append(trigrams.is_found(table))
        if self.patterns:
            conditions.append(trigrams.alike(columns, self.patterns))
        if self.where is not None:
            conditions.append(condition(self.where, columns))
        return and_(*conditions)

    def order(self, backwards: bool) -> tuple[ColumnElement[Any], ColumnElement[Any]]:
        """Return the order of the list; the id breaks ties, so that no row shows on two pages."""
        column, id = self.listing.table.c[self.listing.order], self.listing.table.c.id
        return column.desc() if self.listing.descending is not backwards else column, id.desc() if backwards else id


class Question(NamedTuple):
    """The rows that somebody asks for, the parameters of their condition, and the count of parts that is theirs."""

    rows: Rows
    values: dict[str, Any]
    counted: Counted | None = None

    @property
    def key_before(self) -> str | None:
        """Return the text before which the list's key has to stand, where nothing else is asked."""
        match self.rows.where:
            case Compare(Operator.LT, Field(name), Parameter(ValueType.STRING) as text):
                listing = self.rows.listing
                is_key = filterable_of(listing.record).columns[name] == listing.order
                return str(self.values[text.name]) if is_key else None
        return None


@lru_cache(STATEMENTS_KEPT)
def _reading(rows: Rows, bound: list_counts.Bound, from_end: bool, is_limited: bool) -> Select[Any]:
    """Return the query of a page, with the parameters `offset`, `limit` and those of its conditions."""
    listing = rows.listing
    start = bound.condition(listing.table.c[listing.order])
    query = reader_of(listing.record, listing.table).query.where(rows.condition, start)
    found = query.order_by(*rows.order(from_end)).offset(bindparam("offset", type_=Integer))
    return found.limit(bindparam("limit", type_=Integer)) if is_limited else found


@lru_cache(STATEMENTS_KEPT)
def _counting(rows: Rows, is_limited: bool) -> Select[Any]:
    """Return the query that counts rows, at most the parameter `limit`."""
    found = select(literal(1)).select_from(rows.listing.table).where(rows.condition)
    limited = found.limit(bindparam("limit", type_=Integer)) if is_limited else found
    return select(func.count()).select_from(limited.subquery())


def is_unfiltered(where: filters.Where) -> bool:
    """Return whether a filter lets every row through, since there is none."""
    return where is None or (isinstance(where, str) and is_blank(where))


@cache
def _counting_between(listing: Listing[Any], seen: Seen) -> Select[Any]:
    """Return the query that counts rows whose key is a text from the parameter `first` on and before `key`."""
    table = listing.table
    key = type_coerce(table.c[listing.order], String)
    between = (key >= bindparam("first", type_=String), key < bindparam("key", type_=String))
    return select(func.count()).select_from(table).where(seen.condition(table.c), *between)


def slice_of(query: Select[Any], offset: int, count: int) -> Select[Any]:
    """The rows from `offset` on, at most `count` (section 5); Refused for negative numbers."""
    _refuse_negative(offset, count)
    return query.offset(offset) if count == NO_LIMIT else query.offset(offset).limit(count)


def _refuse_negative(offset: int, count: int) -> None:
    if offset < 0 or count < 0:
        raise Refused(NEGATIVE_RANGE)


REGISTRAR_BINDINGS = Listing(SIPRegistrarBinding, models.SIPRegistrarBindingRow, "sip_account_name")
PROVIDER_BINDINGS = Listing(SIPProviderBinding, models.SIPProviderBindingRow, "provider_name")
CALLS = Listing(SIPDialogueAsset, models.SIPDialogueRow, "inserted")
CDRS = Listing(SIPCDRAsset, models.SIPCDRRow, "created", descending=True, usual=WITHOUT_CHALLENGES)
SIGN_INS = Listing(SignIn, SignInRow, "at", descending=True, is_private=True)
ACCOUNT_NETWORKS = Listing(AccountNetwork, OwnedNetwork, "last_seen", descending=True, is_private=True)
READ_ONLY = (REGISTRAR_BINDINGS, PROVIDER_BINDINGS, CALLS, CDRS, SIGN_INS, ACCOUNT_NETWORKS)
"""The lists of what customers do not write; those of what they own are of its `OwnedResource`."""
