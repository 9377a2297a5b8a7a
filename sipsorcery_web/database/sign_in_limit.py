"""The limit on failed sign-ins in 15 minutes: 5 of an account from an address, 20 from an address, 50 of an account.

A browser that has signed the same account in before has 5 of its own, and all of an account 50 together, so that nobody
else's guesses, from the same address or from all over the world, shut an owner out. A session that asks to change the
password has 5 of its own. Of an account's second factor 5 may fail, wherever they are from.

A sign-in is noted before its password is looked at, so that many at once cannot slip through, and counts once it has
failed. Those under way shut nobody out: where they could fill the limit, the next one waits until it is known.
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from time import monotonic, sleep
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, Delete, String, Update, delete, func, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column
from sqlalchemy.schema import Index

from .base import Base
from .connection import Database
from .locks import advisory_lock

WINDOW = timedelta(minutes=15)
PER_ACCOUNT = 5
PER_ADDRESS = 20
PER_ACCOUNT_ANYWHERE = 50
OF_BROWSERS = "browser "
"""How the names of browsers begin, among those of places."""
UNDER_WAY = timedelta(seconds=30)
"""How long a sign-in is under way at most: one whose end nobody noted, since its process died, has then failed."""
FARTHEST_AHEAD = 2 * UNDER_WAY
"""Twice, since another machine's clock may be ahead. What lies farther in the future was noted by a clock that was
wrong, and is forgotten."""
PLACE_LENGTH = 45
WAITS_FOR_OTHERS = 10.0
"""Seconds that a sign-in waits for those under way."""
LOOKS_EVERY = 0.05


class FailedSignInRow(Base):
    """A sign-in that has failed `at` a moment, or that will have then unless it ends before: one under way."""

    __tablename__ = "failedsignins"
    __table_args__ = (Index("ix_failedsignins_address_at", "address", "at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    address: Mapped[str] = mapped_column(String(PLACE_LENGTH))
    account_hash: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(index=True)


class PlaceKind(Enum):
    """The kinds of places."""

    NETWORK = "network"
    BROWSER = "browser"
    SESSION = "session"
    SECOND_STEP = "second step"


@dataclass(frozen=True)
class Place:
    """The place that a sign-in comes from: a network, a browser that has signed the account in before, or a session.

    Whoever has come to the second step knows the password, so all of them are one place.
    """

    name: str
    kind: PlaceKind = PlaceKind.NETWORK

    @classmethod
    def of(cls, network: str, browser: str) -> "Place":
        """Return the browser, where it is one that is known."""
        return cls(f"{OF_BROWSERS}{browser}", PlaceKind.BROWSER) if browser else cls(network)

    @classmethod
    def of_session(cls, token_hash: str) -> "Place":
        """Return the session, in which the password is asked for once more."""
        return cls(f"session {token_hash}"[:PLACE_LENGTH], PlaceKind.SESSION)

    @classmethod
    def of_second_step(cls, account: str, browser: str) -> "Place":
        """Return the place of all who are asked for an account's second factor; a known browser has one of its own."""
        whose = _account_hash(f"{account} in {browser}" if browser else account)
        return cls(f"second step {whose}"[:PLACE_LENGTH], PlaceKind.SECOND_STEP)

    def limits(self, account_hash: str) -> Sequence[tuple[int, ColumnElement[bool]]]:
        """Return how many may fail of which sign-ins."""
        here, of_account = FailedSignInRow.address == self.name, FailedSignInRow.account_hash == account_hash
        in_browsers = FailedSignInRow.address.startswith(OF_BROWSERS)
        beyond: dict[PlaceKind, list[tuple[int, ColumnElement[bool]]]] = {
            PlaceKind.NETWORK: [(PER_ADDRESS, here), (PER_ACCOUNT_ANYWHERE, of_account)],
            PlaceKind.BROWSER: [(PER_ACCOUNT_ANYWHERE, of_account & in_browsers)],
            PlaceKind.SESSION: [],
            PlaceKind.SECOND_STEP: [],
        }
        return [(PER_ACCOUNT, here & of_account), *beyond[self.kind]]


@dataclass
class Attempt:
    """A sign-in under way; the account is for the log, and told where there is such a one."""

    has_succeeded: bool = False
    account: str = ""
    when_failed: Callable[[Session, bool], None] | None = None
    """What is to be written with the failure, given whether the next sign-in will be refused."""


@dataclass(frozen=True)
class SignInLimit:
    """The limit of one installation, whichever of its processes looks at a password.

    `too_many` makes the error of somebody who has failed too often, from the seconds to wait, and `busy` that of
    somebody for whom those under way took too long.
    """

    database: Database
    clock: Callable[[], datetime]
    too_many: Callable[[int], Exception]
    busy: Callable[[], Exception]

    @contextmanager
    def attempt(self, account: str, place: Place) -> Iterator[Attempt]:
        """Let a password be looked at inside the block; it has failed unless the block says that it has succeeded.

        Success forgets what has failed for the account from there. A block that an error ends is no attempt.
        """
        mine = uuid4()
        self._begin(mine, _account_hash(account), place)
        attempt = Attempt()
        try:
            yield attempt
        except BaseException:
            self._change(delete(FailedSignInRow).where(FailedSignInRow.id == mine))
            raise
        if attempt.has_succeeded:
            own = (FailedSignInRow.address == place.name) & (FailedSignInRow.account_hash == _account_hash(account))
            has_failed = FailedSignInRow.at <= self.clock()  # those under way are somebody else's perhaps
            self._change(delete(FailedSignInRow).where((own & has_failed) | (FailedSignInRow.id == mine)))
        else:
            self._note_failure(mine, account, place, attempt)

    def _note_failure(self, mine: UUID, account: str, place: Place, attempt: Attempt) -> None:
        with self.database.write() as session:
            now = self.clock()
            session.execute(update(FailedSignInRow).where(FailedSignInRow.id == mine).values(at=now))
            if attempt.when_failed is not None:
                limits = place.limits(_account_hash(account))
                is_full = any(_failures(session, those, now) >= limit for limit, those in limits)
                attempt.when_failed(session, is_full)

    def _begin(self, mine: UUID, account_hash: str, place: Place) -> None:
        deadline = monotonic() + WAITS_FOR_OTHERS
        while not self._is_noted(mine, account_hash, place):
            if monotonic() > deadline:
                raise self.busy()
            sleep(LOOKS_EVERY)

    def _is_noted(self, mine: UUID, account_hash: str, place: Place) -> bool:
        """Note a sign-in; False where it has to wait for others."""
        with self.database.write() as session:
            advisory_lock(session, f"sign-ins from {place.name}")
            if place.kind in (PlaceKind.NETWORK, PlaceKind.BROWSER):
                advisory_lock(session, f"sign-ins of {account_hash}")
            now = self.clock()  # not before: those noted while this one waited for its turn would seem to come later
            at = FailedSignInRow.at
            session.execute(delete(FailedSignInRow).where((at <= now - WINDOW) | (at > now + FARTHEST_AHEAD)))
            has_room = all(self._has_room(session, limit, those, now) for limit, those in place.limits(account_hash))
            if has_room:
                row = FailedSignInRow(id=mine, address=place.name, account_hash=account_hash, at=now + UNDER_WAY)
                session.add(row)
        return has_room

    def _has_room(self, session: Session, limit: int, those: ColumnElement[bool], now: datetime) -> bool:
        at = FailedSignInRow.at
        has_failed, is_under_way = at <= now, at > now
        # In one statement, since one that ends between two of them would be neither under way any more nor failed yet.
        counted = select(
            func.count().filter(has_failed), func.min(at).filter(has_failed), func.count().filter(is_under_way)
        ).where(those)
        failures, oldest, under_way = session.execute(counted).one()
        if failures >= limit:
            raise self.too_many(_seconds_until(oldest + WINDOW, now))
        return bool(failures + under_way < limit)

    def _change(self, statement: Delete | Update) -> None:
        with self.database.write() as session:
            session.execute(statement)


def _failures(session: Session, those: ColumnElement[bool], now: datetime) -> int:
    has_failed = FailedSignInRow.at <= now
    return int(session.scalar(select(func.count()).select_from(FailedSignInRow).where(those, has_failed)) or 0)


def _account_hash(account: str) -> str:
    return hashlib.sha256(account.strip().lower().encode()).hexdigest()


def _seconds_until(moment: datetime, now: datetime) -> int:
    return max(1, round((moment - now).total_seconds()))
