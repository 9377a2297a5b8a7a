"""The console for programs that poll: subscriptions to a filter, and what is new of each (spec, section 13.1).

A subscription is held to what its owner may see at every poll, so somebody who is an administrator no longer is told
nothing as one. Nothing waits in a queue: what is told is read behind a cursor, and of much the last part alone.
"""

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from sipsorcery_web.contract.errors import Refused
from sipsorcery_web.contract.xml_text import without_invalid_xml

from .event import MOST_LOOKED_AT, Event, EventServer, EventStore, EventType, Wanted
from .filters.errors import FilterError
from .filters.expressions import Patience
from .filters.parsing import parse
from .filters.scope import ScopedFilter, Viewer
from .lines import line_of
from .machine import KINDS, machine_text
from .reading import Reading, read_after
from .subscriptions import Subject, Subscription, Subscriptions

POLL_PERIOD = 1_000
"""Milliseconds between two polls."""
MOST_TEXTS = 100
"""Texts that a poll is answered with, as many as the original's queue holds."""
MOST_BYTES = 900_000
"""Of all these texts in XML: the old client refuses an answer above 1,000,000 bytes."""
READ_AT_ONCE = 200
MOST_READ = 5_000
"""Events that a poll is told of, of those that it looks at; the next one goes on behind them."""
DROPPED = "{:,} earlier events are not told: a poll is answered with the last ones, {} at most."
NO_SUBJECT = "The subject of a subscription is Machine or Console."
_LONGER_IN_XML, _LONGER_BY = "&<>\r", 4
"""Characters that are longer in XML, and the bytes by which they are at most."""

Write = Callable[[Event], str | None]


@dataclass(frozen=True)
class Notifications:
    """The subscriptions of an installation, and the events that they are told."""

    events: EventStore
    subscriptions: Subscriptions

    def subscribe(self, viewer: Viewer, connection: str, subject: str | None, text: str | None) -> str:
        """Begin a subscription to what happens from now on, and return its id. Refused where it cannot be read."""
        try:
            parse(text or "")
        except FilterError as refused:
            raise Refused(refused.reason) from None
        return self.subscriptions.open(viewer.username, connection, _subject(subject), text or "", self.events.newest())

    def poll(self, viewer: Viewer, connection: str) -> Mapping[str, Sequence[str]] | None:
        """Return what is new of one subscription of a connection, by its id; None where nothing is new of any."""
        patience = Patience()
        for subscription in self.subscriptions.of_connection(viewer.username, connection):
            asked = ScopedFilter(parse(subscription.filter), viewer)
            read = self._machine_events if subscription.subject is Subject.MACHINE else self._lines
            texts, cursor = read(asked, subscription, asked.wanted(patience))
            is_new = bool(texts) or cursor != subscription.cursor
            if is_new and self.subscriptions.move(subscription, cursor, bool(texts)) and texts:
                return {subscription.id: texts}
        return None

    def _lines(self, asked: ScopedFilter, subscription: Subscription, wanted: Wanted) -> tuple[list[str], int]:
        """Return lines of the console, with the filter in force before all others, and the cursor behind them."""
        first = [self._remark(asked.describe())] if subscription.is_new else []
        lines, found = _Last(), _pieces(self.events, asked, wanted, subscription.cursor)
        try:
            cursor = lines.add_all(found, lambda event: line_of(event, asked.viewer.sees_all))
        except FilterError as refused:
            return [*first, self._remark(refused.reason)], self.events.newest()
        if lines.dropped:
            first.append(self._remark(DROPPED.format(lines.dropped, MOST_TEXTS)))
        return [*first, *lines.kept], cursor

    def _machine_events(self, asked: ScopedFilter, subscription: Subscription, wanted: Wanted) -> tuple[list[str], int]:
        def write(event: Event) -> str | None:
            owner = ",".join(sorted(event.owners)) if asked.viewer.sees_all else asked.viewer.username
            return machine_text(event, subscription.id, owner) if event.type in KINDS else None

        texts = _Last()
        try:
            cursor = texts.add_all(_pieces(self.events, asked, wanted, subscription.cursor), write)
        except FilterError:
            return [], self.events.newest()
        return [*texts.kept], cursor

    def _remark(self, text: str) -> str:
        now = self.subscriptions.clock()
        return line_of(Event(now, EventType.Monitor, EventServer.Monitor, text), for_admin=False)


@dataclass
class _Last:
    """The last of many texts, as far as an answer has room for them, and how many others there were."""

    kept: deque[str] = field(default_factory=deque)
    dropped: int = 0
    _bytes: int = 0

    def add_all(self, pieces: Iterator[Reading], write: Write) -> int:
        """Add the texts of events in pieces, and return the cursor behind them. FilterError as for the pieces."""
        cursor = 0
        for found in pieces:
            cursor = found.cursor
            for each in found.events:
                if (text := write(each.event)) is not None:
                    self._add(without_invalid_xml(text))
        return cursor

    def _add(self, text: str) -> None:
        self.kept.append(text)
        self._bytes += _bytes_of(text)
        while len(self.kept) > MOST_TEXTS or self._bytes > MOST_BYTES:
            self._bytes -= _bytes_of(self.kept.popleft())
            self.dropped += 1


def _bytes_of(text: str) -> int:
    return len(text.encode()) + _LONGER_BY * sum(map(text.count, _LONGER_IN_XML))


def _pieces(store: EventStore, asked: ScopedFilter, wanted: Wanted, cursor: int) -> Iterator[Reading]:
    left = MOST_LOOKED_AT
    for _ in range(MOST_READ // READ_AT_ONCE):
        found = read_after(store, asked, cursor, READ_AT_ONCE, wanted, left)
        yield found
        cursor, left = found.cursor, left - found.looked_at
        if found.is_all or left <= 0:
            return


def _subject(subject: str | None) -> Subject:
    try:
        return Subject((subject or "").strip().lower())
    except ValueError:
        raise Refused(NO_SUBJECT) from None
