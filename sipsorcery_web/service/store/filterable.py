"""The properties of records that a filter may name, and the columns that they stand for (spec, section 6)."""

from collections.abc import Mapping
from functools import cache
from typing import Any, NamedTuple

from sipsorcery_web.contract import filters, wire_types
from sipsorcery_web.contract.records import Record, WireField, wire_fields

from .rows import is_sealed

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


class Filterable(NamedTuple):
    """The properties that a filter may name: by their names in lower case, and the column of each."""

    properties: Mapping[str, filters.Property]
    columns: Mapping[str, str]


def filterable_of(record: type[Record]) -> Filterable:
    """Every field of a record but the sealed ones, which the database cannot compare."""
    kind: Any = record
    return _filterable_of(kind)


@cache
def _filterable_of(record: Any) -> Filterable:
    fields = [entry for entry in wire_fields(record) if not is_sealed(entry)]
    known = {entry.element.lower(): filter_property(entry) for entry in fields}
    return Filterable(known, {entry.element: entry.attribute for entry in fields})
