"""Looking whether every chain is as it was written: what was changed, removed or inserted is named.

The file of the chains' ends is read before the database, so that it never knows more of a running portal than that.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain as one_after_another
from itertools import groupby
from typing import Any
from uuid import UUID

from sqlalchemy import Row, bindparam, select, tuple_
from sqlalchemy.orm import Session

from sipsorcery_web.contract.extensions import OPERATOR

from ..context import ServiceContext
from ..store.audit import AuditRemovedRow, AuditRow
from .chain import BEGINNING, REMOVED, Flaw, Seals, flaw_of
from .heads import Head
from .recording import OPERATORS_CHAIN

AT_ONCE = 1000
_SENTENCES = {
    Flaw.MISSING: "entry {missing} is missing.",
    Flaw.CHANGED: "{shown} was changed, or what stands before it.",
    Flaw.INSERTED: "{shown} was inserted: this installation has not written it.",
}
_NAMES = {OPERATORS_CHAIN: OPERATOR}
_TABLE: Any = AuditRow.__table__


@dataclass(frozen=True)
class Findings:
    """The number of entries and chains that were looked at, and what is wrong, the first of each chain."""

    entries: int
    chains: int
    troubles: Sequence[str]


def verify(context: ServiceContext) -> Findings:
    """Look at every chain. Raises OSError for a file of the chains' ends that cannot be read."""
    noted = context.audit_heads.read() if context.audit_heads is not None else {}
    with context.database.read() as session:
        _see_one_state(session)
        check = _Check(Seals(context.keyring), noted, _removed(session))
        for chain, rows in groupby(_rows(session), key=lambda row: row.chain):
            check.look_at(chain, rows)
    for chain in sorted({*noted, *check.removed} - check.seen):
        check.look_at(chain, iter(()))
    return Findings(check.entries, len(check.seen), check.troubles)


class _Check:
    """One look at all chains."""

    def __init__(self, seals: Seals, noted: Mapping[UUID, Head], removed: Mapping[UUID, AuditRemovedRow]) -> None:
        self._seals, self._noted, self.removed = seals, noted, removed
        self.entries = 0
        self.seen: set[UUID] = set()
        self.troubles: list[str] = []

    def look_at(self, chain: UUID, rows: Iterator[Row[Any]]) -> None:
        """Look at the entries of a chain; the first thing that is wrong is noted, and the rest passed by."""
        self.seen.add(chain)
        first = next(rows, None)
        whose = first.owner if first is not None else _NAMES.get(chain, "a customer who is no more")
        trouble = self._trouble(chain, rows if first is None else one_after_another([first], rows))
        if trouble:
            self.troubles.append(f"The chain {chain} of {whose}: {trouble}")
            self.entries += sum(1 for _ in rows)

    def _trouble(self, chain: UUID, rows: Iterator[Row[Any]]) -> str:
        removed, noted = self.removed.get(chain), self._noted.get(chain)
        number, hash = (removed.number, removed.hash) if removed else (0, BEGINNING)
        if removed and not self._seals.is_good(removed.seal, REMOVED, chain, number, hash):
            return f"that entries up to {number} were removed was not written by this installation."
        is_noted = noted is None or noted.number < number or noted == (number, hash)
        for row in rows:
            self.entries += 1
            if trouble := self._trouble_with(row, number, hash):
                return trouble
            number, hash = row.number, row.hash
            is_noted = is_noted or noted == (number, hash)
        if noted is not None and not is_noted:
            return _unlike_noted(noted, number)
        return ""

    def _trouble_with(self, row: Row[Any], number: int, hash: str) -> str:
        flaw = flaw_of(row._asdict(), number, hash, self._seals)
        shown = f"entry {row.number}, {row.operation} of {row.inserted:%Y-%m-%d %H:%M:%S} UTC,"
        return "" if flaw is None else _SENTENCES[flaw].format(shown=shown, missing=number + 1)


def _unlike_noted(noted: Head, last: int) -> str:
    if noted.number > last:
        return f"entry {last + 1} is missing, and all behind it up to {noted.number}."
    return f"entry {noted.number} is another one than was written."


def _see_one_state(session: Session) -> None:
    """Read all that follows from one state of the data, which SQLite does in any case."""
    if session.get_bind().dialect.name == "postgresql":
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})


def _removed(session: Session) -> Mapping[UUID, AuditRemovedRow]:
    return {row.chain: row for row in session.scalars(select(AuditRemovedRow))}


def _rows(session: Session) -> Iterator[Row[Any]]:
    """Yield all entries by chain and number, some at a time."""
    place = (_TABLE.c.chain, _TABLE.c.number)
    query = select(_TABLE).order_by(*place).limit(AT_ONCE)
    rows: Sequence[Row[Any]] = session.execute(query).all()
    while rows:
        yield from rows
        there = [bindparam(None, rows[-1]._mapping[column], column.type) for column in place]
        behind = tuple_(*place) > tuple_(*there)
        rows = session.execute(query.where(behind)).all()
