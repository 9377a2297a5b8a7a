"""The ladder as plain text: each message with its time, its ends and its lines."""

from collections.abc import Iterator
from datetime import timedelta

from sipsorcery_web.events.event import Event
from sipsorcery_web.invisible import visible

from .ladder import Gap, Ladder, Message, Note


def text_of(ladder: Ladder, part: str = "") -> str:
    """Return all of it, the parties first, harmless to a terminal; `part` says that there is more, as in `Snapshot`."""
    return visible("\n".join(_lines(ladder, part)) + "\n")


def offset_words(offset: timedelta) -> str:
    """Return how long after the first row: "+0.000 s", "+1:02.500"."""
    seconds = offset.total_seconds()
    if seconds < 60:
        return f"+{seconds:.3f} s"
    minutes, rest = divmod(seconds, 60)
    return f"+{int(minutes)}:{rest:06.3f}"


def way_of(event: Event) -> str:
    """Return the ends of a message, with its transport."""
    over = f" ({event.transport})" if event.transport else ""
    return f"{event.source or '?'} -> {event.destination or '?'}{over}"


def _lines(ladder: Ladder, part: str) -> Iterator[str]:
    for party in ladder.parties:
        yield f"{party.name}: {', '.join(party.addresses)}"
    if ladder.began is not None:
        yield f"Began {ladder.began.isoformat(timespec='milliseconds')}"
    if part:
        yield f"There are more messages and lines than these: {part}."
    for row in ladder.rows:
        yield ""
        yield from _row(row)


def _row(row: Message | Note | Gap) -> Iterator[str]:
    if isinstance(row, Gap):
        yield f"--- nothing for {row.length.total_seconds():.1f} s ---"
    elif isinstance(row, Note):
        yield f"--- {offset_words(row.offset)} {row.event.type.name}"
        yield from (f"    {line}" for line in row.event.text.splitlines())
    else:
        again = f", sent {row.times} times" if row.repeats else ""
        yield f"--- {row.number}. {offset_words(row.offset)} {way_of(row.event)}{again}"
        yield from row.event.text.strip("\r\n").splitlines()
