"""The limit on what strangers ask for: so many of a kind from an address, in the hour that begins with the first.

One row for each address and kind, so that whoever has too many addresses fills no table. Flask-Limiter, which has this
for pages, looks at requests of Flask, and the calls of programs are answered before it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import String, delete, or_
from sqlalchemy.orm import Mapped, Session, mapped_column

from .base import Base
from .connection import Database
from .locks import advisory_lock

WINDOW = timedelta(hours=1)
AN_HOUR = 30
"""More than that many people behind one address do not sign up within an hour."""
AHEAD = timedelta(minutes=1)
"""How far another machine's clock may be ahead; what is dated later says nothing, since a clock was wrong then."""


class AddressCountRow(Base):
    """A count of what an address has asked for since a moment."""

    __tablename__ = "addresscounts"

    kind: Mapped[str] = mapped_column(String(16), primary_key=True)
    address: Mapped[str] = mapped_column(String(45), primary_key=True)
    began_at: Mapped[datetime] = mapped_column(index=True)
    amount: Mapped[int]


@dataclass(frozen=True)
class AddressLimit:
    """The limit of one installation, for all of its processes.

    `too_many` makes the error of an address that has asked too often, from the seconds to wait.
    """

    database: Database
    clock: Callable[[], datetime]
    too_many: Callable[[int], Exception]
    most: int = AN_HOUR

    def note(self, kind: str, network: str) -> None:
        """Count what an address asks for. Raises what `too_many` makes, and writes nothing, where it is too much."""
        key = {"kind": kind, "address": network}
        with self.database.read() as session:
            self._refuse(session.get(AddressCountRow, key))
        with self.database.write() as session:
            self.note_within(session, kind, network)

    def note_within(self, session: Session, kind: str, network: str) -> None:
        """Count it as `note` does, in a transaction that writes what is asked for."""
        advisory_lock(session, f"{kind} from {network}")
        now, key = self.clock(), {"kind": kind, "address": network}
        over = or_(AddressCountRow.began_at <= now - WINDOW, AddressCountRow.began_at > now + AHEAD)
        session.execute(delete(AddressCountRow).where(over))
        row = session.get(AddressCountRow, key)
        self._refuse(row)
        if row is None:
            session.add(AddressCountRow(**key, began_at=now, amount=1))
        else:
            row.amount += 1

    def wait(self, session: Session, kind: str, network: str) -> timedelta:
        """Return how long what an address asks for is still too much; nothing where it is not."""
        return self._wait(session.get(AddressCountRow, {"kind": kind, "address": network}))

    def _refuse(self, row: AddressCountRow | None) -> None:
        if left := self._wait(row):
            raise self.too_many(max(1, round(left.total_seconds())))

    def _wait(self, row: AddressCountRow | None) -> timedelta:
        if row is None or row.amount < self.most:
            return timedelta()
        left = row.began_at + WINDOW - self.clock()
        return left if timedelta() < left <= WINDOW + AHEAD else timedelta()
