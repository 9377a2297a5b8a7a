"""The columns with sealed values: each declares the place that its values are sealed for, and so all can be found."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import Column, MetaData, Table, Text
from sqlalchemy.orm import mapped_column

PLACE = "sealed for"
"""In the `info` of a column: its Place."""


@dataclass(frozen=True)
class Place:
    """The place that a column's values are sealed for: they open in no other row."""

    columns: Sequence[str]
    """The columns of the row whose values make it."""
    of: Callable[..., str]
    """The place as a text, from these values."""


class SealedColumn(NamedTuple):
    """A column with sealed values."""

    table: Table
    column: Column[Any]
    place: Place


def sealed_column(place: Place) -> Any:
    """Declare a column with sealed values."""
    return mapped_column(Text, info={PLACE: place})


def place_in_json(label: str, *columns: str) -> Place:
    """Return the place that is a list in JSON: a label of the table's own, and values of the row."""
    return Place(columns, lambda *values: json.dumps([label, *map(_plain, values)]))


def place_of(column: Any, *values: Any) -> str:
    """Return the place of a declared column (`JobRow.sealed`), from the values of its row."""
    place: Place = column.info[PLACE]
    return place.of(*values)


def sealed_columns(metadata: MetaData) -> Iterator[SealedColumn]:
    """Yield the columns with sealed values of all tables."""
    for table in metadata.sorted_tables:
        for column in table.columns:
            if PLACE in column.info:
                yield SealedColumn(table, column, column.info[PLACE])


def _plain(value: Any) -> Any:
    return value if isinstance(value, int) else str(value)
