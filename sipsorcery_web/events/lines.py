"""The lines of the console: `DialPlan 14:03:22:117 AppServer(11): text`, as the original writes them."""

from datetime import UTC, tzinfo

from sipsorcery_web.invisible import visible

from .event import Event
from .filters.clauses import TRACES

LINE_END = "\r\n"
_CONTINUED = f"{LINE_END}  "


def line_of(event: Event, for_admin: bool, zone: tzinfo = UTC) -> str:
    """Return an event as a line with its end, harmless to a terminal; a message begins on the next one.

    The top-level administrator sees the owners. The part of the service stands where the original has the name and
    the process of a server.
    """
    return f"{head_of(event, for_admin, zone)} {body_of(event)}{LINE_END}"


def head_of(event: Event, for_admin: bool, zone: tzinfo = UTC) -> str:
    """Return what stands before the text: type, time, part of the service, and what of the owners one may see."""
    moment = event.time.astimezone(zone)
    time = f"{moment:%H:%M:%S}:{moment.microsecond // 1000:03}"
    owners = f" {', '.join(sorted(event.owners))}" if for_admin and event.owners else ""
    return visible(f"{event.type.name} {time} {event.server.name}({int(event.server)}){owners}:")


def body_of(event: Event) -> str:
    """Return the text. Line ends are those of a message; where there is none, further lines are set in."""
    lines = visible(event.text).splitlines()
    if event.type not in TRACES:
        return _CONTINUED.join(lines)
    way = " ".join(filter(None, [event.transport, event.source, "to" if event.destination else "", event.destination]))
    return LINE_END.join([visible(way), *lines])
