"""Rotating the keys: one more, and then all that older ones have sealed is sealed anew with it.

Batches are small and each is one transaction, so it runs beside a portal, which takes over the new key with the next
value that it seals. What was sealed anew is known by its key, so that one that was interrupted goes on where it was.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, bindparam, func, select, tuple_, update

from .base import Base
from .canaries import SealingKeyRow, note_newest
from .connection import Database
from .keyring import Keyring, KeyringError
from .sealed import SealedColumn, sealed_columns

BATCH = 200
"""Values in one transaction, for whose end all other writers wait with SQLite."""
MOST_PASSES = 5
"""How often all tables are looked through: others may have sealed with an older key meanwhile."""


@dataclass
class Rotation:
    """The outcome of a rotation."""

    key_id: str
    is_resumed: bool
    """Whether it went on with a key that was there already."""
    is_complete: bool = False
    """Whether a pass over all tables has found nothing more that can be read."""
    sealed: int = 0
    left: int = 0
    """Values that the last pass has found and not sealed: unreadable ones, and those that others changed meanwhile."""
    unreadable: Counter[str] = field(default_factory=Counter)
    """Values that could not be read and stay as they are, by their columns."""


def rotate_keys(database: Database, keyring: Keyring) -> Rotation:
    """Add a key, unless the newest has not sealed everything yet, and seal everything with it. Raises KeyringError."""
    is_resumed = not _is_everywhere(database, keyring.newest_id)
    if not is_resumed:
        keyring.rotate()
        note_newest(database, keyring)
    rotation = Rotation(keyring.newest_id, is_resumed)
    for _ in range(MOST_PASSES):
        before = rotation.sealed
        rotation.unreadable.clear()
        found = sum(_seal_column(database, keyring, column, rotation) for column in sealed_columns(Base.metadata))
        rotation.left = found - (rotation.sealed - before)
        if found == rotation.unreadable.total():
            _note_end(database, rotation)
            break
    return rotation


def _note_end(database: Database, rotation: Rotation) -> None:
    rotation.is_complete = True
    with database.write() as session:
        session.execute(update(SealingKeyRow).where(SealingKeyRow.key_id == rotation.key_id).values(is_everywhere=True))


def _is_everywhere(database: Database, key_id: str) -> bool:
    with database.read() as session:
        row = session.get(SealingKeyRow, key_id)
        return row is not None and row.is_everywhere


def _seal_column(database: Database, keyring: Keyring, column: SealedColumn, rotation: Rotation) -> int:
    """Seal the values of a column that older keys have sealed, and return how many there were."""
    found = 0
    last: Row[Any] | None = None
    while rows := _batch(database, column, rotation.key_id, last):
        last = rows[-1]
        found += len(rows)
        anew = list(_sealed_anew(keyring, column, rows, rotation))
        if anew:
            with database.write() as session:
                rotation.sealed += session.connection().execute(_replacement(column), anew).rowcount
    return found


def _batch(database: Database, sealed: SealedColumn, key_id: str, last: Row[Any] | None) -> Sequence[Row[Any]]:
    """Return the next rows whose value another key has sealed, behind the last one of those before."""
    keys, value = _keys(sealed), sealed.column
    names = dict.fromkeys([*(key.name for key in keys), value.name, *sealed.place.columns])
    is_older = (value != "") & (func.substr(value, 1, len(key_id) + 1) != f"{key_id}.")
    query: Select[Any] = select(*(sealed.table.c[name] for name in names)).where(is_older).order_by(*keys).limit(BATCH)
    if last is not None:
        there = [bindparam(None, last._mapping[key], key.type) for key in keys]
        query = query.where(tuple_(*keys) > tuple_(*there))
    with database.read() as session:
        return session.execute(query).all()


def _sealed_anew(
    keyring: Keyring, sealed: SealedColumn, rows: Iterable[Row[Any]], rotation: Rotation
) -> Iterable[Mapping[str, Any]]:
    for row in rows:
        values = row._mapping
        before = values[sealed.column]
        place = sealed.place.of(*(values[sealed.table.c[name]] for name in sealed.place.columns))
        try:
            plain = keyring.open(before, place)
        except KeyringError:
            rotation.unreadable[f"{sealed.table.name}.{sealed.column.name}"] += 1
            continue
        anew = keyring.seal_with(rotation.key_id, plain, place)
        yield {f"key_{key.name}": values[key] for key in _keys(sealed)} | {"before": before, "anew": anew}


def _replacement(sealed: SealedColumn) -> Any:
    """Return the statement that puts a value in place of the one that was read, unless that has changed since."""
    here: list[ColumnElement[bool]] = [key == bindparam(f"key_{key.name}", type_=key.type) for key in _keys(sealed)]
    is_same = sealed.column == bindparam("before")
    return update(sealed.table).where(*here, is_same).values({sealed.column.name: bindparam("anew")})


def _keys(sealed: SealedColumn) -> Sequence[Any]:
    return list(sealed.table.primary_key.columns)
