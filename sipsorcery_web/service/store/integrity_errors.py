"""The meaning of a broken unique key, in plain words."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.exc import IntegrityError

from sipsorcery_web.contract.errors import Conflict, Refused
from sipsorcery_web.contract.rules.catalogue import FOREIGN_DOMAIN, ID_TAKEN
from sipsorcery_web.database.base import Base

from .models import TAKEN


@contextmanager
def translate_integrity_errors() -> Iterator[None]:
    """Turn broken keys into Conflict, and a reference to a domain that does not exist into Refused."""
    try:
        yield
    except IntegrityError as error:
        raise _refusal(str(error.orig)) from error


def _refusal(complaint: str) -> Refused:
    """Return the refusal of a broken key: SQLite names its columns, PostgreSQL its constraint (see `database.base`)."""
    if "foreign key" in complaint.lower():
        return Refused(FOREIGN_DOMAIN)
    for table, column, meaning in _meanings():
        if f"{table}.{column}" in complaint or f"uq_{table}_{column}" in complaint:
            return Conflict(meaning)
    return Conflict(ID_TAKEN)


def _meanings() -> Iterator[tuple[str, str, str]]:
    """Yield table, first column and meaning of each unique key that says what it means."""
    for table in Base.metadata.sorted_tables:
        keys = [key for key in (*table.constraints, *table.indexes) if isinstance(key, UniqueConstraint | Index)]
        firsts = [(next(iter(key.columns)), key.info) for key in keys]
        for column, info in (*firsts, *((column, column.info) for column in table.columns)):
            if TAKEN in info:
                yield table.name, column.name, info[TAKEN]
