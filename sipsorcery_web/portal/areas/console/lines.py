"""The lines of the console on a page: one for an event, of a family that tells them apart."""

from dataclasses import dataclass

from sipsorcery_web.events.event import Event, EventType, NumberedEvent
from sipsorcery_web.events.filters.clauses import TRACES, TROUBLE
from sipsorcery_web.events.lines import LINE_END, line_of
from sipsorcery_web.invisible import visible
from sipsorcery_web.portal.http.backend import current_login
from sipsorcery_web.portal.http.clock import current_zone

from .ladders import ladder_address

_FAILURES = frozenset(
    {
        EventType.RegisterFail,
        EventType.ContactRegisterFailed,
        EventType.BindingFailed,
        EventType.SubscribeFailed,
        EventType.SIPInvalid,
        EventType.UnrecognisedMessage,
    }
)
_REGISTRATIONS = frozenset(
    {
        EventType.Registrar,
        EventType.RegisterSuccess,
        EventType.RegistrarTiming,
        EventType.RegisterDuplicate,
        EventType.ContactRegistered,
        EventType.ContactRegisterInProgress,
        EventType.RegistrarCache,
        EventType.RegistrarPersistence,
        EventType.RegistrarLookup,
        EventType.ContactRemoval,
        EventType.BindingExpired,
        EventType.BindingRemoval,
        EventType.BindingInProgress,
        EventType.ContactRefresh,
    }
)
_CALLS = frozenset(
    {
        EventType.NewCall,
        EventType.Redirect,
        EventType.ProxyForward,
        EventType.MediatedCall,
        EventType.Switch,
        EventType.CallDispatcher,
        EventType.DialPlan,
    }
)
_FAMILIES = (
    ("trace", TRACES),
    ("trouble", TROUBLE | _FAILURES),
    ("registration", _REGISTRATIONS),
    ("call", _CALLS),
)


@dataclass(frozen=True)
class Line:
    """A line: its family, the word that it begins with, and the rest, where a message keeps its line breaks.

    `ladder` is the address of the messages that it belongs to.
    """

    family: str
    name: str
    rest: str
    ladder: str = ""


def line_on_page(event: Event) -> Line:
    """Return the line of an event, with the time in the zone of the visitor."""
    name = event.type.name
    rest = text_of(event).removeprefix(name).replace("\r\n", "\n").rstrip()
    return Line(family_of(event.type), name, rest, ladder_address(event.call_id))


def line_from_elsewhere(text: str) -> Line:
    """Return the line that another service has told as a text, whatever stands in it."""
    shown = visible(text).replace("\r\n", "\n").rstrip()
    name, _, _ = shown.partition(" ")
    if name not in EventType.__members__:
        return Line("other", "", shown)
    return Line(family_of(EventType[name]), name, shown.removeprefix(name))


def first_line(filter_in_force: str, earliest: NumberedEvent | None) -> str:
    """Return the beginning of a file of lines: the filter in force, and how far back was looked if not to the end."""
    if earliest is None:
        return f"{filter_in_force}{LINE_END}"
    moment = earliest.event.time.astimezone(current_zone())
    return f"{filter_in_force} Looked back to {moment:%Y-%m-%d %H:%M:%S}, and not at what was before.{LINE_END}"


def text_of(event: Event) -> str:
    """Return the line as text with its end."""
    return line_of(event, current_login().is_administrator, current_zone())


def family_of(kind: EventType) -> str:
    """Return the family of a type: trace, trouble, registration, call, or other."""
    return next((name for name, types in _FAMILIES if kind in types), "other")
