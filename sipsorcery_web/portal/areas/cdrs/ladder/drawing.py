"""The places of a ladder's parts in its drawing, in pixels: columns side by side, time running down."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

from sipsorcery_web.events.ladder.ladder import Gap, Ladder, Message, Note, Party, Row
from sipsorcery_web.events.ladder.text import offset_words, way_of

GUTTER, COLUMN, HEAD, FOOT = 68, 156, 52, 12
HEIGHTS = {Message: 48, Note: 32, Gap: 32}
LABEL, PLACE = 12, 11
"""Pixels: the sizes of letters in the style sheet, of labels and names, and of addresses."""
_NARROW, _WIDE = frozenset("fijlrtI.,:;'|!()[]/- "), frozenset("mwMW@%…✕")
_OF_MONOSPACED, _BOLDER = 0.61, 1.12
_ARROW = 7
TCP = ("tcp", "tls", "ws", "wss")


@dataclass(frozen=True)
class Column:
    """A party, and where its line is."""

    party: Party
    x: int

    @property
    def name(self) -> str:
        """Return as much of the name as there is room for."""
        return cut(self.party.name, COLUMN - 8, LABEL * _BOLDER)

    @property
    def place(self) -> str:
        """Return as much of the address as there is room for."""
        most = int((COLUMN - 8) / (PLACE * _OF_MONOSPACED))
        return _beginning(self.party.place, most)


@dataclass(frozen=True)
class Drawn:
    """A row and the top of it; of a message also where its arrow begins and ends."""

    row: Row
    top: int
    start: int
    end: int
    width: int

    @property
    def kind(self) -> str:
        """Return which kind of row it is."""
        return type(self.row).__name__.lower()

    @property
    def height(self) -> int:
        """Return how high it is."""
        return HEIGHTS[type(self.row)]

    @property
    def time(self) -> str:
        """Return when it was, counted from the first; empty for a gap."""
        return "" if isinstance(self.row, Gap) else offset_words(self.row.offset)

    @property
    def middle(self) -> int:
        """Return the middle of what is written."""
        return (self.start + self.end) // 2

    @property
    def y(self) -> int:
        """Return the height of the arrow."""
        return self.top + 26

    @property
    def label(self) -> str:
        """Return as much of the label as there is room for."""
        if isinstance(self.row, Gap):
            return f"nothing for {self.row.length.total_seconds():.1f} s"
        room = max(abs(self.end - self.start), COLUMN) - 12
        if isinstance(self.row, Message) and self.row.is_failure:
            return cut(f"✕ {self.row.label}", room, LABEL * _BOLDER)
        return cut(self.row.label, room - 16 if isinstance(self.row, Note) else room)

    @property
    def line(self) -> str:
        """Return the path of the arrow; a message to its own sender goes out and comes back."""
        if self.start == self.end:
            return f"M{self.start} {self.y}h36v10h-{36 - _ARROW}"
        return f"M{self.start} {self.y}H{self.end - self._ahead}"

    @property
    def tip(self) -> str:
        """Return the path of its tip."""
        y = self.y + 10 if self.start == self.end else self.y
        back = _ARROW if self.start >= self.end else -_ARROW
        return f"M{self.end} {y}l{back} -4v8z"

    @property
    def _ahead(self) -> int:
        return _ARROW if self.end > self.start else -_ARROW


@dataclass(frozen=True)
class Drawing:
    """A ladder with the places of all that it shows."""

    ladder: Ladder
    columns: Sequence[Column]
    rows: Sequence[Drawn]
    width: int
    height: int
    head: int = HEAD

    @property
    def words(self) -> str:
        """Return what it shows, as a sentence."""
        count = len(self.ladder.messages)
        messages = "1 message" if count == 1 else f"{count} messages"
        parties = ", ".join(party.name for party in self.ladder.parties)
        failed = [message.label for message in self.ladder.failures]
        ending = f" Failed: {', '.join(failed)}." if failed else " No answer was a failure."
        return f"{messages} between {parties}.{ending}"


def drawing_of(ladder: Ladder) -> Drawing:
    """Return the drawing of a ladder."""
    columns = [Column(party, _x(number)) for number, party in enumerate(ladder.parties)]
    rows = list(_rows(ladder, len(columns)))
    height = rows[-1].top + rows[-1].height if rows else HEAD
    return Drawing(ladder, columns, rows, GUTTER + COLUMN * max(1, len(columns)), height + FOOT)


def drawing_facts(ladder: Ladder) -> dict[str, Any]:
    """Return what the drawing and the list of messages are made from."""
    return {
        "ladder": ladder,
        "drawing": drawing_of(ladder),
        "is_over_tcp": any(message.event.transport.lower() in TCP for message in ladder.messages),
        "offset_words": offset_words,
        "way_of": way_of,
    }


def cut(text: str, pixels: float, size: float = LABEL) -> str:
    """Return a text, or its beginning where it is wider, as DejaVu Sans has it, which is among the widest."""
    widths = list(accumulate(_width(character) * size for character in text))
    if not widths or widths[-1] <= pixels:
        return text
    return _beginning(text, sum(width <= pixels - _width("…") * size for width in widths) + 1)


def _rows(ladder: Ladder, columns: int) -> Iterator[Drawn]:
    top, width = HEAD, COLUMN * max(1, columns)
    for row in ladder.rows:
        if isinstance(row, Message):
            yield Drawn(row, top, _x(row.source), _x(row.destination), GUTTER + width)
        else:
            yield Drawn(row, top, GUTTER, GUTTER + width, GUTTER + width)
        top += HEIGHTS[type(row)]


def _beginning(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: max(3, most - 1)].rstrip()}…"


def _width(character: str) -> float:
    """Return the width of a character, measured in the size of its letters."""
    if character in _NARROW:
        return 0.4
    if character in _WIDE:
        return 1.0
    return 0.72 if character.isupper() else 0.64


def _x(column: int) -> int:
    return GUTTER + COLUMN * column + COLUMN // 2
