"""Rows as lists read them: plain columns in the order of the wire, without objects of the ORM."""

from collections.abc import Callable, Iterator, Sequence
from functools import cache, partial
from typing import Any, Generic, TypeVar, overload
from uuid import UUID

from sqlalchemy import ColumnElement, FromClause, Row, Select, select

from sipsorcery_web.contract.records import Record, WireField, wire_fields
from sipsorcery_web.contract.wire_types import Scalar
from sipsorcery_web.database.keyring import Keyring

from .models import context_of
from .rows import is_sealed, opened

R = TypeVar("R", bound=Record)
Conversion = Callable[[Any, UUID, Keyring | None], Any]
"""From a value as it is stored to that of the record; it is given the row's id and the keys, if secrets are told."""


class RowReader(Generic[R]):
    """The way from the rows of one table to the records of one type."""

    def __init__(self, record: type[R], table: FromClause) -> None:
        fields = wire_fields(record)
        self.record = record
        self.columns: Sequence[ColumnElement[Any]] = [table.c[column_name(entry)] for entry in fields]
        names = [entry.attribute for entry in fields]
        self._id = names.index("id")
        found = ((place, _conversion(entry, table.description)) for place, entry in enumerate(fields))
        self._conversions = [(place, convert) for place, convert in found if convert]

    @property
    def query(self) -> Select[Any]:
        """Return the query for all columns that are read."""
        return select(*self.columns)

    def values(self, row: Row[Any], keyring: Keyring | None) -> Sequence[Any]:
        """The values of the record's fields in the order of the wire; UNREADABLE for a secret that does not open."""
        if not self._conversions:
            return row
        values = list(row)
        for place, convert in self._conversions:
            if values[place] is not None:
                values[place] = convert(values[place], values[self._id], keyring)
        return values


class StoredPage(Sequence[R]):
    """A page of a list as it lies in the store: a sequence of records, and their plain values for who needs no more.

    Secrets are opened, and records made, when they are asked for. Without keys secrets are nil.
    """

    def __init__(self, reader: RowReader[R], rows: Sequence[Row[Any]], keyring: Keyring | None) -> None:
        self._reader = reader
        self._rows = rows
        self._keyring = keyring

    @property
    def record(self) -> type[R]:
        """Return the type of the records."""
        return self._reader.record

    def values(self) -> Iterator[Sequence[Any]]:
        """Yield the values of each record's `wire_fields`, in their order."""
        return (self._reader.values(row, self._keyring) for row in self._rows)

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[R]:
        return map(self.record.from_values, self.values())

    @overload
    def __getitem__(self, place: int) -> R: ...
    @overload
    def __getitem__(self, place: slice) -> "StoredPage[R]": ...
    def __getitem__(self, place: int | slice) -> "R | StoredPage[R]":
        """Return one record, or a page of some of them."""
        if isinstance(place, slice):
            return StoredPage(self._reader, self._rows[place], self._keyring)
        return self.record.from_values(self._reader.values(self._rows[place], self._keyring))


def reader_of(record: type[R], table: FromClause) -> RowReader[R]:
    """Return the reader of these records from this table."""
    kind: Any = record
    return _reader_of(kind, table)


@cache
def _reader_of(record: Any, table: FromClause) -> RowReader[Any]:
    return RowReader(record, table)


def column_name(entry: WireField) -> str:
    """The column of a field of a record."""
    return f"sealed_{entry.attribute}" if is_sealed(entry) else entry.attribute


def _conversion(entry: WireField, table: str) -> Conversion | None:
    """Return what makes the record's value of a stored one; None where they are the same."""
    if is_sealed(entry):
        return partial(_opened, table, entry.attribute)
    if isinstance(entry.kind, Scalar) and entry.kind.members:
        return partial(_member, entry.kind)
    return None


def _opened(table: str, attribute: str, sealed: str, id: UUID, keyring: Keyring | None) -> str | None:
    return None if keyring is None else opened(sealed, context_of(table, attribute, id), keyring)


def _member(kind: Scalar, name: str, _id: UUID, _keyring: Keyring | None) -> Any:
    return kind.read(name)
