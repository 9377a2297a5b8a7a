"""The console of this installation, and where its lines come from: its own events, or another service."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from flask import abort

from sipsorcery_web.contract.records import TOP_LEVEL
from sipsorcery_web.events.event import BEYOND_ALL, EventStore, NumberedEvent
from sipsorcery_web.events.filters.parsing import parse
from sipsorcery_web.events.filters.scope import ScopedFilter, Viewer
from sipsorcery_web.events.reading import Reading, read_after, read_last
from sipsorcery_web.portal.http.backend import current_login
from sipsorcery_web.portal.http.parts import find_part
from sipsorcery_web.portal.live.stamps import current_revision

from .lines import Line, line_on_page

FIRST_LINES = 200
"""Lines that a page begins with."""
LINES_AT_ONCE = 200
"""Lines that are told at once; where there are more, a script asks again soon."""


@dataclass(frozen=True)
class Told:
    """Some lines, oldest first, and the cursor behind them; without one nothing follows. `is_all`: there are no more.

    `earliest` is the first event that was looked at, where there may be lines before it.
    """

    lines: Sequence[Line]
    cursor: str
    is_all: bool = True
    earliest: NumberedEvent | None = None


class Source(Protocol):
    """A source of lines. Its methods raise FilterError for a filter that cannot be carried out."""

    @property
    def store(self) -> EventStore | None:
        """The events of this installation; None where another service tells the lines, as they happen."""

    def connect(self, text: str) -> Told:
        """Return what a page begins with, of a filter."""

    def go_on(self, text: str, cursor: str) -> Told:
        """Return the first lines behind a cursor. ValueError for what is no cursor."""

    def look_back(self, text: str, cursor: str) -> Told:
        """Return the last lines before an event. ValueError for what names none, or where no lines are kept."""


@dataclass(frozen=True)
class Console:
    """The console; where there is nothing to show, there is none."""

    source: Source


@dataclass(frozen=True)
class OwnEvents:
    """The events of this installation. Of who looks on nothing is kept: there is a cursor alone."""

    store: EventStore

    def connect(self, text: str) -> Told:
        """Return the last lines."""
        return _told(read_last(self.store, filter_in_force(text), FIRST_LINES))

    def go_on(self, text: str, cursor: str) -> Told:
        """Return the first lines behind a cursor, which is an event's number."""
        number = event_number(cursor)
        current_revision()  # which fails for who has been signed out at the service
        return _told(read_after(self.store, filter_in_force(text), number, LINES_AT_ONCE))

    def look_back(self, text: str, cursor: str) -> Told:
        """Return the last lines before an event, which is named by its number."""
        found = read_last(self.store, filter_in_force(text), FIRST_LINES, event_number(cursor))
        return replace(_told(found), cursor="")


def has_console() -> bool:
    """Return True where the application that answers this request has a console."""
    return find_part(Console) is not None


def require_source() -> Source:
    """The source of the console's lines; where there is no console, neither is this address."""
    console = find_part(Console) or abort(404)
    return console.source


def event_number(text: str) -> int:
    """Return the number of an event. ValueError where a text is none."""
    number = int(text)
    if not 0 <= number <= BEYOND_ALL:
        raise ValueError("no number of an event")
    return number


def filter_in_force(text: str) -> ScopedFilter:
    """Return a filter held to what the visitor may see. FilterError where it cannot be read."""
    login = current_login()
    return ScopedFilter(parse(text), Viewer(login.username, TOP_LEVEL if login.is_administrator else ""))


def _told(found: Reading) -> Told:
    return Told([line_on_page(each.event) for each in found.events], str(found.cursor), found.is_all, found.earliest)
