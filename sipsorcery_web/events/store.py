"""Events in an SQLite file of their own, which every process reads and may add to.

Events are no promise: a file that is missing or broken is made anew (`shared_file`), and what cannot be written is
counted and lost.
"""

import logging
import sqlite3
import time
from collections import deque
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar

from sipsorcery_web.clock import utc_now

from .event import MOST_LOOKED_AT, Event, EventServer, EventType, NumberedEvent, Stretch, Wanted, look
from .shared_file import PATIENCE, OtherTables, SharedFile, in_one_transaction, microseconds, moment_of

NAME = "events.db"
KEPT_FOR = timedelta(hours=24)
MOST_BYTES = 64 * 1024 * 1024
"""Of all texts together, with what a row takes besides."""
BYTES_OF_ROW = 200
SHARE_OF_NOBODY = 4
"""Which part of it events without owners may take."""
REMOVED_AT_ONCE = 1_000
READ_AT_ONCE = 500
MOST_OF_CALLS = 5_000
"""Events that are read of calls: a stranger may send any number of messages with one Call-ID."""
MOST_LEGS = 20
SAID_EVERY = 60.0
VERSION = 2
"""Of the tables; a file with others is made anew."""
LOST = "{} events could not be kept."

_TABLES = """
    CREATE TABLE state (newest INTEGER NOT NULL, bytes INTEGER NOT NULL, bytes_of_nobody INTEGER NOT NULL);
    INSERT INTO state VALUES (0, 0, 0);
    CREATE TABLE events (
        number INTEGER PRIMARY KEY, time INTEGER NOT NULL, type INTEGER NOT NULL, server INTEGER NOT NULL,
        text TEXT NOT NULL, owners TEXT NOT NULL, source TEXT NOT NULL, destination TEXT NOT NULL,
        transport TEXT NOT NULL, call_id TEXT NOT NULL, upper_call_id TEXT NOT NULL, bytes INTEGER NOT NULL
    );
    CREATE INDEX events_of_call ON events (call_id, number) WHERE call_id != '';
    CREATE INDEX events_of_upper_call ON events (upper_call_id, call_id) WHERE upper_call_id != '';
    CREATE INDEX events_of_nobody ON events (number) WHERE owners = '';
    CREATE TABLE owners (owner TEXT NOT NULL, number INTEGER NOT NULL, PRIMARY KEY (owner, number)) WITHOUT ROWID;
    CREATE INDEX owners_of_event ON owners (number);
    CREATE TRIGGER is_kept AFTER INSERT ON events BEGIN
        UPDATE state SET newest = NEW.number, bytes = bytes + NEW.bytes,
            bytes_of_nobody = bytes_of_nobody + (NEW.owners = '') * NEW.bytes;
    END;
    CREATE TRIGGER is_gone AFTER DELETE ON events BEGIN
        DELETE FROM owners WHERE number = OLD.number;
        UPDATE state SET bytes = bytes - OLD.bytes,
            bytes_of_nobody = bytes_of_nobody - (OLD.owners = '') * OLD.bytes;
    END;
"""
_COLUMNS = (
    "e.number, e.time, e.type, e.server, e.text, e.owners, e.source, e.destination, e.transport, e.call_id, "
    "e.upper_call_id"
)
_ALL = f"SELECT {_COLUMNS} FROM events e WHERE e.time >= :since"  # noqa: S608 (constants)
_OF_OWNER = (
    f"SELECT {_COLUMNS} FROM owners o CROSS JOIN events e ON e.number = o.number "  # noqa: S608
    "WHERE o.owner = :owner AND e.time >= :since"
)
_AFTER, _BEFORE = "e.number > :number ORDER BY e.number", "e.number < :number ORDER BY e.number DESC"
_REMOVE = f"DELETE FROM events WHERE number IN (SELECT number FROM events ORDER BY number LIMIT {REMOVED_AT_ONCE})"  # noqa: S608
_REMOVE_OF_NOBODY = _REMOVE.replace("ORDER", "WHERE owners = '' ORDER")
_OWNED = "(:owner IS NULL OR EXISTS (SELECT 1 FROM owners o WHERE o.owner = :owner AND o.number = e.number))"
_JOINED = f"""
    SELECT upper_call_id FROM events e
    WHERE call_id = :call_id AND call_id != '' AND upper_call_id != '' AND {_OWNED}
    UNION SELECT call_id FROM events e
    WHERE upper_call_id = :call_id AND upper_call_id != '' AND {_OWNED} LIMIT {MOST_LEGS}
"""  # noqa: S608 (constants)
Row = tuple[int, int, int, int, str, str, str, str, str, str, str]
T = TypeVar("T")

log = logging.getLogger(__name__)


@dataclass
class SqliteEvents:
    """The events of an installation; `event.EventStore` and `sink.EventSink`.

    Whoever tells of an event waits `patience` seconds for others who do. No method raises because of the file: where
    that cannot be read, there are no events.
    """

    path: Path
    clock: Callable[[], datetime] = utc_now
    most_bytes: int = MOST_BYTES
    patience: float = PATIENCE
    _lost: deque[int] = field(default_factory=deque)
    """Events that were lost and have not been told of yet; a deque, since threads share it and forks need no lock."""
    _said_at: float = -SAID_EVERY

    @property
    def _file(self) -> SharedFile:
        return SharedFile(self.path, _TABLES, VERSION, self.patience)

    def note(self, *events: Event) -> None:
        """Keep events that somebody tells of."""
        self.add(events)

    def add(self, events: Sequence[Event]) -> None:
        """Keep events, in this order, behind the number of those that were lost before."""
        lost = self._take_lost()
        told = [*([self._lost_event(lost)] if lost else []), *events]
        if not told:
            return
        try:
            self._file.use(lambda connection: self._insert(connection, told))
        except (sqlite3.Error, OSError) as error:
            self.count_lost(lost + len(events))
            self._say(error)

    def count_lost(self, number: int) -> None:
        """Have it told with the next events that so many are missing."""
        if number:
            self._lost.append(number)

    def after(
        self, number: int, wanted: Wanted, owner: str | None, at_most: int, look_at: int = MOST_LOOKED_AT
    ) -> Stretch:
        """Return the first events after a number that are wanted: an owner's, or everybody's where that is None."""
        return self._look(_AFTER, number, wanted, owner, at_most, look_at)

    def before(
        self, number: int, wanted: Wanted, owner: str | None, at_most: int, look_at: int = MOST_LOOKED_AT
    ) -> Stretch:
        """Return the last events before a number that are wanted, oldest first."""
        found = self._look(_BEFORE, number, wanted, owner, at_most, look_at)
        return replace(found, events=found.events[::-1])

    def of_calls(self, call_ids: Collection[str], owner: str | None) -> Sequence[NumberedEvent]:
        """Return what is kept of some Call-IDs, oldest first, and no more than a page can show."""
        return self._read(lambda connection: self._of_calls(connection, call_ids, owner), [])

    def latest_of_calls(self, call_ids: Collection[str], owner: str | None, at_most: int) -> Sequence[NumberedEvent]:
        """Return the last events of some Call-IDs, oldest first."""
        return self._read(lambda connection: self._of_calls(connection, call_ids, owner, at_most, "DESC"), [])

    def call_ids_of_legs(self, call_ids: Collection[str], owner: str | None) -> Sequence[str]:
        """Return some Call-IDs, and behind them those of the other legs of their calls that an owner has events of."""
        return self._read(lambda connection: _with_legs(connection, call_ids, owner), list(call_ids))

    def newest(self) -> int:
        """Return the largest number that was ever given; 0 where there is none."""
        return self._read(_newest, 0)

    def forget(self, owner: str) -> None:
        """Have events belong no more to a customer who is deleted: another one may take the name."""
        try:
            self._file.use(lambda connection: connection.execute("DELETE FROM owners WHERE owner = ?", (owner,)))
        except (sqlite3.Error, OSError) as error:
            self._say(error)

    def _take_lost(self) -> int:
        lost = 0
        with suppress(IndexError):
            while True:
                lost += self._lost.popleft()
        return lost

    def _lost_event(self, number: int) -> Event:
        return Event(self.clock(), EventType.Monitor, EventServer.Monitor, LOST.format(number))

    def _say(self, error: Exception) -> None:
        if time.monotonic() - self._said_at >= SAID_EVERY:
            self._said_at = time.monotonic()
            log.warning("The events of the console are out of reach: %s", error)

    def _read(self, work: Callable[[sqlite3.Connection], T], nothing: T) -> T:
        try:
            return self._file.use(work)
        except (sqlite3.Error, OSError) as error:
            self._say(error)
            return nothing

    # Writing

    def _insert(self, connection: sqlite3.Connection, events: Sequence[Event]) -> None:
        with in_one_transaction(connection):
            newest = _newest(connection)
            first = newest + 1 if newest else microseconds(self.clock())  # beyond those of a file that was lost
            rows = [_row(number, event) for number, event in enumerate(events, first)]
            connection.executemany(f"INSERT INTO events VALUES ({', '.join('?' * 12)})", rows)  # noqa: S608
            owners = [(owner, row[0]) for row, event in zip(rows, events, strict=True) for owner in event.owners]
            connection.executemany("INSERT INTO owners VALUES (?, ?)", owners)
            while self._remove_oldest(connection):
                pass

    def _remove_oldest(self, connection: sqlite3.Connection) -> bool:
        """Remove some events, if there are too many or too old ones; False where there are none.

        What is nobody's has a quarter of the room: strangers send as much as they like.
        """
        kept, of_nobody, oldest = connection.execute(
            "SELECT bytes, bytes_of_nobody, (SELECT time FROM events ORDER BY number LIMIT 1) FROM state"
        ).fetchone()
        if of_nobody > self.most_bytes // SHARE_OF_NOBODY:
            connection.execute(_REMOVE_OF_NOBODY)
        elif kept > self.most_bytes:
            connection.execute(_REMOVE)
        elif oldest is not None and oldest < self._since():
            connection.execute(f"{_REMOVE} AND time < ?", (self._since(),))
        else:
            return False
        return True

    def _since(self) -> int:
        return microseconds(self.clock() - KEPT_FOR)

    # Reading

    def _look(
        self, where: str, number: int, wanted: Wanted, owner: str | None, at_most: int, look_at: int
    ) -> Stretch:  # fmt: skip
        def found(file: sqlite3.Connection) -> Stretch:
            return look(self._rows(file, where, number, owner), wanted, at_most, look_at)

        return self._read(found, Stretch())

    def _rows(
        self, connection: sqlite3.Connection, where: str, number: int, owner: str | None
    ) -> Iterator[NumberedEvent]:
        """Read in pieces, so that nobody waits for a reader."""
        column = "e" if owner is None else "o"
        query = f"{_ALL if owner is None else _OF_OWNER} AND {where.replace('e.', f'{column}.')} LIMIT {READ_AT_ONCE}"
        values = {"since": self._since(), "owner": owner, "number": number}
        while rows := connection.execute(query, values).fetchall():
            values["number"] = rows[-1][0]
            yield from map(_event, rows)

    def _of_calls(
        self,
        connection: sqlite3.Connection,
        call_ids: Collection[str],
        owner: str | None,
        at_most: int = MOST_OF_CALLS,
        order: str = "ASC",
    ) -> list[NumberedEvent]:
        query = f"{_ALL} AND e.call_id = :call_id AND e.call_id != ''"
        if owner is not None:
            query += " AND EXISTS (SELECT 1 FROM owners o WHERE o.owner = :owner AND o.number = e.number)"
        found: list[NumberedEvent] = []
        for call_id in set(call_ids):
            values = {"since": self._since(), "owner": owner, "call_id": call_id}
            rows = connection.execute(f"{query} ORDER BY e.number {order} LIMIT {at_most}", values).fetchall()
            found += map(_event, rows)
        in_order = sorted(found, key=lambda event: event.number)
        return in_order[:at_most] if order == "ASC" else in_order[-at_most:]


def _newest(connection: sqlite3.Connection) -> int:
    row = connection.execute("SELECT newest FROM state").fetchone()
    if row is None:
        raise OtherTables
    return int(row[0])


def _with_legs(connection: sqlite3.Connection, call_ids: Collection[str], owner: str | None) -> list[str]:
    """Look from each Call-ID to what it was made for and to its own legs, and on from these."""
    found = list(map(_storable, call_ids))
    most = max(MOST_LEGS, len(found))
    for call_id in found:  # which grows meanwhile
        joined = connection.execute(_JOINED, {"call_id": call_id, "owner": owner}).fetchall()
        found += [other for (other,) in joined if other not in found][: most - len(found)]
    return found


def _storable(text: str) -> str:
    """A text as UTF-8 can have it."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _row(number: int, event: Event) -> tuple[int | str, ...]:
    text, owners = _storable(event.text), "\n".join(sorted(event.owners))
    places = (event.source, event.destination, event.transport, event.call_id, event.upper_call_id)
    return (
        number,
        microseconds(event.time),
        event.type,
        event.server,
        text,
        owners,
        *map(_storable, places),
        len(text.encode()) + BYTES_OF_ROW,
    )


def _event(row: Row) -> NumberedEvent:
    number, moment, kind, server, text, owners, source, destination, transport, call_id, upper_call_id = row
    event = Event(
        time=moment_of(moment),
        type=EventType(kind),
        server=EventServer(server),
        text=text,
        owners=frozenset(filter(None, owners.split("\n"))),
        source=source,
        destination=destination,
        transport=transport,
        call_id=call_id,
        upper_call_id=upper_call_id,
    )
    return NumberedEvent(number, event)
