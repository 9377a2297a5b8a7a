"""The lists of the service: whose rows, in which order, by which filter (spec, sections 3, 5 and 6)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, true
from sqlalchemy.orm import Session

from sipsorcery_web.contract import filters, wire_types
from sipsorcery_web.contract.errors import BadFilter, Refused
from sipsorcery_web.contract.operations import NO_LIMIT
from sipsorcery_web.contract.records import (
    TOP_LEVEL,
    Record,
    SIPCDRAsset,
    SIPDialogueAsset,
    SIPProviderBinding,
    SIPRegistrarBinding,
    WireField,
    wire_fields,
)
from sipsorcery_web.contract.rules import is_blank
from sipsorcery_web.contract.rules.catalogue import NEGATIVE_RANGE
from sipsorcery_web.database.keyring import Keyring

from . import models
from .filtering import condition
from .rows import is_sealed, to_record

R = TypeVar("R", bound=Record)


@dataclass(frozen=True)
class Scope:
    """The rows that a caller sees: `admin_id` is None for a customer, `*` for an administrator of all (section 3)."""

    username: str
    admin_id: str | None = None

    @property
    def sees_all(self) -> bool:
        """Return True when the caller is the top-level administrator."""
        return self.admin_id == TOP_LEVEL

    def covers(self, row: Any) -> ColumnElement[bool]:
        """The condition that a row is the caller's to see."""
        own = self.may_change(row)
        is_label = self.admin_id and not self.sees_all
        return or_(own, row.admin_member_id == self.admin_id) if is_label else own

    def may_change(self, row: Any) -> ColumnElement[bool]:
        """The condition that a row is the caller's to change: a label's administrator sees its members' rows only."""
        if self.sees_all:
            return true()
        own: ColumnElement[bool] = row.owner == self.username
        return own


@dataclass(frozen=True)
class Listing(Generic[R]):
    """One list: its records, its table, and the column that it is ordered by."""

    record: type[R]
    row: Any
    order: str
    descending: bool = False

    def count(self, session: Session, scope: Scope, where: str | None) -> int:
        """Return how many rows the caller sees; BadFilter for a filter that cannot be read."""
        query = select(func.count()).select_from(self.row).where(self._condition(scope, where))
        return session.scalars(query).one()

    def page(
        self, session: Session, scope: Scope, where: str | None, offset: int, count: int, keyring: Keyring
    ) -> list[R]:
        """The rows from `offset` on, at most `count`. BadFilter as for `count`, Refused for a negative number."""
        column = getattr(self.row, self.order)
        # The id breaks ties, so that no row shows on two pages.
        order = (column.desc() if self.descending else column, self.row.id)
        query = select(self.row).where(self._condition(scope, where)).order_by(*order)
        return [to_record(self.record, row, keyring) for row in session.scalars(slice_of(query, offset, count))]

    def _condition(self, scope: Scope, where: str | None) -> ColumnElement[bool]:
        if where is None or is_blank(where):
            return scope.covers(self.row)
        try:
            expression = filters.parse(where, self._properties, self.record.__name__)
        except filters.FilterError as error:
            raise BadFilter(str(error)) from error
        columns = {prop.name: getattr(self.row, name) for prop, name in self._filterable.items()}
        return and_(scope.covers(self.row), condition(expression, columns))

    @property
    def _properties(self) -> Mapping[str, filters.Property]:
        return {prop.name.lower(): prop for prop in self._filterable}

    @property
    def _filterable(self) -> Mapping[filters.Property, str]:
        """Every field but the sealed ones, which the database cannot compare."""
        fields = [entry for entry in wire_fields(self.record) if not is_sealed(entry)]
        return {filter_property(entry): entry.attribute for entry in fields}


def slice_of(query: Select[Any], offset: int, count: int) -> Select[Any]:
    """The rows from `offset` on, at most `count` (section 5); Refused for negative numbers."""
    if offset < 0 or count < 0:
        raise Refused(NEGATIVE_RANGE)
    return query.offset(offset) if count == NO_LIMIT else query.offset(offset).limit(count)


_KINDS: dict[wire_types.WireType, filters.ValueType] = {
    wire_types.STRING: filters.ValueType.STRING,
    wire_types.INT: filters.ValueType.INT,
    wire_types.BOOLEAN: filters.ValueType.BOOL,
    wire_types.GUID: filters.ValueType.GUID,
    wire_types.MOMENT: filters.ValueType.TIME,
}


def filter_property(entry: WireField) -> filters.Property:
    """Return the property of the filter language for a field of a record."""
    if entry.kind in _KINDS:
        return filters.Property(entry.element, _KINDS[entry.kind], entry.nillable)
    values: Any = entry.kind
    names = tuple(member.value for member in values.members)
    enumeration = filters.Enumeration(values.type_name.partition(":")[2], names)
    return filters.Property(entry.element, filters.ValueType.ENUM, entry.nillable, enumeration)


REGISTRAR_BINDINGS = Listing(SIPRegistrarBinding, models.SIPRegistrarBindingRow, "sip_account_name")
PROVIDER_BINDINGS = Listing(SIPProviderBinding, models.SIPProviderBindingRow, "provider_name")
CALLS = Listing(SIPDialogueAsset, models.SIPDialogueRow, "inserted")
CDRS = Listing(SIPCDRAsset, models.SIPCDRRow, "created", descending=True)
READ_ONLY = (REGISTRAR_BINDINGS, PROVIDER_BINDINGS, CALLS, CDRS)
"""The lists of what customers do not write; those of what they own are of its `OwnedResource`."""
