"""Subscriptions of programs to the console: what each has asked for, and up to where it has been told.

They stand in a file that every worker reads: a subscription that one has made another one is asked for. One that
nobody polls is gone after half a minute, as in the original, so there are as many as there are programs at work.
"""

import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from pathlib import Path
from typing import TypeVar
from uuid import uuid4

from sipsorcery_web.clock import utc_now
from sipsorcery_web.contract.errors import Refused, Unavailable
from sipsorcery_web.contract.faults import STORE_AWAY

from .shared_file import SharedFile, in_one_transaction, microseconds

NAME = "subscriptions.db"
LASTS = timedelta(seconds=30)
"""The time without a poll that a subscription outlives, though not by more than NOTED_EVERY."""
NOTED_EVERY = timedelta(seconds=5)
"""The time between two notes that somebody polls: otherwise whoever is told nothing would write each time."""
MOST_OF_OWNER = 10
"""The old client has two at a time."""
LONGEST_CONNECTION = 100
"""Characters of the address that a program makes up for itself, a GUID in the old client."""
TOO_MANY = f"There are {MOST_OF_OWNER} subscriptions already. Close one, or wait half a minute for what nobody polls."
TOO_LONG = f"The address of a notification connection has at most {LONGEST_CONNECTION} characters."
VERSION = 1

_TABLES = """
    CREATE TABLE subscriptions (
        id TEXT PRIMARY KEY, owner TEXT NOT NULL, connection TEXT NOT NULL, subject TEXT NOT NULL,
        filter TEXT NOT NULL, cursor INTEGER NOT NULL, polled INTEGER NOT NULL, served INTEGER NOT NULL
    ) WITHOUT ROWID;
    CREATE INDEX subscriptions_of_connection ON subscriptions (owner, connection, served);
    CREATE INDEX polls ON subscriptions (polled);
"""
_OPEN = """
    INSERT INTO subscriptions VALUES (:id, :owner, :connection, :subject, :filter, :cursor, :now, 0)
"""
_OF_CONNECTION = """
    SELECT id, subject, filter, cursor, served FROM subscriptions
    WHERE owner = :owner AND connection = :connection AND polled > :since ORDER BY served, id
"""
_POLLED = """
    UPDATE subscriptions SET polled = :now
    WHERE owner = :owner AND connection = :connection AND polled > :since AND polled <= :noted
"""
_MOVE = "UPDATE subscriptions SET cursor = :to, served = :served WHERE id = :id AND cursor = :cursor AND served = :was"

T = TypeVar("T")


class Subject(Enum):
    """The families of events that a program subscribes to."""

    CONSOLE = "console"
    """Lines for people."""
    MACHINE = "machine"
    """Changes, in fields for programs."""


@dataclass(frozen=True, slots=True)
class Subscription:
    """A subscription. `cursor` is the number of the last event that was looked at, `served` when something was told."""

    id: str
    subject: Subject
    filter: str
    cursor: int
    served: int

    @property
    def is_new(self) -> bool:
        """Return True as long as nothing has been told."""
        return self.served == 0


@dataclass(frozen=True)
class Subscriptions:
    """The subscriptions of an installation, each its owner's and of a connection that the owner's program names.

    Unavailable where the file is out of reach.
    """

    path: Path
    clock: Callable[[], datetime] = utc_now

    def open(self, owner: str, connection: str, subject: Subject, text: str, cursor: int) -> str:
        """Begin a subscription behind an event, and return its id. Refused where an owner has as many as may be."""
        if len(connection) > LONGEST_CONNECTION:
            raise Refused(TOO_LONG)
        row = {"id": str(uuid4()), "owner": owner, "connection": connection, "subject": subject.value, "filter": text}
        return self._use(lambda database: self._open(database, {**row, "cursor": cursor, **self._times()}))

    def of_connection(self, owner: str, connection: str) -> Sequence[Subscription]:
        """Return the subscriptions that are polled, the one first that was told something least recently."""
        named = {"owner": owner, "connection": connection, **self._times()}

        def read(database: sqlite3.Connection) -> list[Subscription]:
            database.execute(_POLLED, named)
            return [Subscription(row[0], Subject(row[1]), *row[2:]) for row in database.execute(_OF_CONNECTION, named)]

        return self._use(read)

    def move(self, subscription: Subscription, cursor: int, is_told: bool) -> bool:
        """Move a cursor; False where another poll has done so meanwhile, which tells the same."""
        served = max(self._times()["now"], subscription.served + 1) if is_told else subscription.served
        was = {"id": subscription.id, "cursor": subscription.cursor, "was": subscription.served}
        moved = {**was, "to": cursor, "served": served}
        return self._use(lambda database: database.execute(_MOVE, moved).rowcount == 1)

    def close(self, owner: str, subscription_id: str) -> None:
        """End a subscription of an owner's, if there is one with this id."""
        self._delete("owner = ? AND id = ?", owner, subscription_id)

    def close_connection(self, owner: str, connection: str) -> None:
        """End all subscriptions of a connection."""
        self._delete("owner = ? AND connection = ?", owner, connection)

    def _open(self, database: sqlite3.Connection, row: dict[str, str | int]) -> str:
        with in_one_transaction(database):
            database.execute("DELETE FROM subscriptions WHERE polled <= :since", row)
            (number,) = database.execute("SELECT count(*) FROM subscriptions WHERE owner = :owner", row).fetchone()
            if number >= MOST_OF_OWNER:
                raise Refused(TOO_MANY)
            database.execute(_OPEN, row)
        return str(row["id"])

    def _delete(self, where: str, *values: str) -> None:
        self._use(lambda database: database.execute(f"DELETE FROM subscriptions WHERE {where}", values))  # noqa: S608

    def _times(self) -> dict[str, int]:
        now = self.clock()
        times = {"now": now, "since": now - LASTS - NOTED_EVERY, "noted": now - NOTED_EVERY}
        return {name: microseconds(moment) for name, moment in times.items()}

    def _use(self, work: Callable[[sqlite3.Connection], T]) -> T:
        try:
            return SharedFile(self.path, _TABLES, VERSION).use(work)
        except (sqlite3.Error, OSError) as error:
            raise Unavailable(STORE_AWAY) from error
