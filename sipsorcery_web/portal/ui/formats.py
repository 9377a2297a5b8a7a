"""The formats of dates, durations, addresses and time zones on pages."""

import re
from collections.abc import Callable
from datetime import MAXYEAR, MINYEAR, UTC, datetime, timedelta, timezone, tzinfo
from functools import lru_cache

from flask import Flask, g
from jinja2.ext import Extension
from markupsafe import Markup

from sipsorcery_web.contract.time_zones import place_of, zone_of
from sipsorcery_web.invisible import visible

from .text.invisible import unchanged
from .text.shown import shown

# strftime's %b would follow the process's locale.
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

_RFC_3339 = len("2026-11-23T12:00:00+00:00")
"""The length of a moment whose offset has no seconds, which RFC 3339 does not know."""

# .NET's DateTimeOffset.MinValue and MaxValue stand for "not set" on the wire, and neither can be moved to another zone.
_NEVER_YEARS = (MINYEAR, MAXYEAR)


_BREAKS = re.compile(r"(?<=.)(?=@)|(?<=[-.])(?=.)", re.DOTALL)
"""Where an address may break; nothing that is written for a character of HTML has one of these in it."""


KEPT = 4_000
"""Moments that are kept of each format; a page has some hundred."""


class CodeAsItIs(Extension):
    """A Jinja extension that marks what is code in a template as not to be translated, everywhere."""

    _CODE = re.compile(r'<(?:code|pre|kbd|samp)\b(?![^>]*translate=)|<\w+ [^<>{}]*class="mono"(?![^>]*translate=)')

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        """Return the source with the attribute at each of its elements for code."""
        return self._CODE.sub(r'\g<0> translate="no"', source)


def date(moment: datetime | None, zone: tzinfo) -> str:
    """The day in a zone, "02 Feb 2024"; "never" for a moment that is not set."""
    local = _in_zone(moment, zone)
    return f"{local.day:02} {_MONTHS[local.month - 1]} {local.year:04}" if local else "never"


def weekday(moment: datetime | None, zone: tzinfo) -> str:
    """The day of the week in a zone, "Thursday"; empty for a moment that is not set."""
    local = _in_zone(moment, zone)
    return _WEEKDAYS[local.weekday()] if local else ""


def clock(moment: datetime | None, zone: tzinfo) -> str:
    """The time of day in a zone, "09:12:44"; empty for a moment that is not set."""
    local = _in_zone(moment, zone)
    return f"{local:%H:%M:%S}" if local else ""


def clock_told_apart(moment: datetime | None, zone: tzinfo) -> str:
    """The time of day, and in an hour that comes twice which of the two it is: "01:12:44 GMT"."""
    return f"{clock(moment, zone)} {which_of_two(moment, zone)}".rstrip()


def minute(moment: datetime | None, zone: tzinfo) -> str:
    """The same without seconds: "09:12", "01:12 GMT"."""
    return f"{clock(moment, zone)[:5]} {which_of_two(moment, zone)}".rstrip()


def which_of_two(moment: datetime | None, zone: tzinfo) -> str:
    """Return what tells a time apart from the one that reads the same, when clocks are put back: "GMT"; else empty."""
    local = _in_zone(moment, zone)
    if local is None:
        return ""
    other = local.replace(fold=1 - local.fold)
    if _offset(other) == _offset(local):
        return ""
    name = _abbreviation(local)
    return name if name != _abbreviation(other) else str(timezone(_offset(local)))


def iso(moment: datetime | None, zone: tzinfo) -> str:
    """The moment as RFC 3339 writes it, with the offset valid then; empty for a moment that is not set."""
    return iso_writer(zone)(moment)


def iso_writer(zone: tzinfo, between: str = "T") -> Callable[[datetime | None], str]:
    """Return what writes moments so, with `between` between day and time."""

    def write(moment: datetime | None) -> str:
        local = _in_zone(moment, zone)
        if local is None:
            return ""
        text = local.isoformat(between, "seconds")
        if len(text) == _RFC_3339:
            return text
        return local.astimezone(UTC).isoformat(between, "seconds")  # local mean time, before standard time

    return write


def duration(seconds: float) -> str:
    """A length of time, cut to what a reader needs: "38 s", "48 min", "2 h 5 min", "3 days"."""
    minutes, whole_seconds = divmod(max(0, int(seconds)), 60)
    hours, minutes_over = divmod(minutes, 60)
    days = hours // 24
    if not minutes:
        return f"{whole_seconds} s"
    if not hours:
        return f"{minutes} min"
    if not days:
        return f"{hours} h {minutes_over} min" if minutes_over else f"{hours} h"
    return "1 day" if days == 1 else f"{days} days"


def seconds_until_it_reads_otherwise(seconds: float) -> float:
    """Return how long `duration` reads as it does now for a time that goes on."""
    step = next(step for step in (86_400, 60, 1) if seconds >= step or step == 1)
    return step - seconds % step if seconds >= 0 else 1 - seconds


def breakable(address: str | None) -> Markup:
    """An address, escaped and with nothing invisible in it, that may break before "@" and after "-" and "."."""
    return Markup(_BREAKS.sub("<wbr>", shown(str(address or ""))))  # noqa: S704 (`shown` escapes)


def verbatim(text: str | None) -> Markup:
    """A name, an address or a secret, escaped and marked as not to be translated by a browser (HTML, 3.2.6.3)."""
    return Markup(f'<span translate="no">{shown(text)}</span>' if text else "")  # noqa: S704 (`shown` escapes)


def naming(words: str, name: str | None) -> Markup:
    """Return words, escaped, in which a name is marked as not to be translated."""
    shown = Markup.escape(visible(words))
    return verbatim(name).join(shown.split(Markup.escape(visible(name)))) if name else shown


def zone_label(name: str | None, at: datetime) -> str:
    """Return the label of a customer's time zone at an aware moment: "Dublin time (GMT)", "Kabul time (UTC+04:30)"."""
    if not name or name.isspace():
        return "UTC"
    zone = zone_of(name)
    if zone is None:
        return f"UTC (your zone “{name}” is not known here)"
    place, abbreviation = place_of(name), _abbreviation(at.astimezone(zone))
    return f"{place} time ({abbreviation})" if place else abbreviation


def init_app(app: Flask) -> None:
    """Make the formats filters of the templates; moments are shown in the visitor's zone, `g.zone`, else in UTC."""
    for written in (date, weekday, minute, iso):
        app.add_template_filter(_in_visitors_zone(written), written.__name__)
    app.add_template_filter(_in_visitors_zone(clock_told_apart), "clock")
    app.add_template_filter(duration)
    app.add_template_filter(lambda address: verbatim(breakable(address)), "breakable")
    app.add_template_filter(verbatim)
    app.add_template_filter(naming)
    app.jinja_env.add_extension(CodeAsItIs)
    app.add_template_filter(unchanged)


def _in_visitors_zone(written: Callable[[datetime | None, tzinfo], str]) -> Callable[[datetime | None], str]:
    """Return a format for templates. A page writes a moment several times, and shows it again when it is asked again.

    Moments in UTC are kept alone: others can be equal and of different years.
    """
    kept = lru_cache(maxsize=KEPT)(written)

    def in_visitors_zone(moment: datetime | None) -> str:
        zone = g.get("zone") or UTC
        return kept(moment, zone) if moment is not None and moment.tzinfo is UTC else written(moment, zone)

    return in_visitors_zone


def _in_zone(moment: datetime | None, zone: tzinfo) -> datetime | None:
    """The moment in a zone, or None if it is not set; a moment without an offset is a mistake and raises ValueError."""
    if moment is None or moment.year in _NEVER_YEARS:
        return None
    if moment.tzinfo is None:
        raise ValueError("a moment without an offset cannot be shown in a zone")
    return moment.astimezone(zone)


def _offset(local: datetime) -> timedelta:
    return local.utcoffset() or timedelta()


def _abbreviation(local: datetime) -> str:
    letters = local.tzname() or ""
    return letters if letters.isalpha() else str(timezone(_offset(local)))
