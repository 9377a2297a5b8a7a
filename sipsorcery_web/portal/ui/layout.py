"""The layout of every page: who is there, where one can go, how it looks."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Flask, g, request

from sipsorcery_web.contract.operations import SESSION_MINUTES
from sipsorcery_web.contract.time_zones import places_of, zone_of
from sipsorcery_web.version import __version__

from ..http import session
from ..http.clock import now
from ..http.cookies import name_of_choice
from ..http.renewal import LONGEST_SESSION
from ..http.urls import this_address, this_path
from ..storage.errors import StorageUnavailable
from .area import areas
from .formats import zone_label

THEMES = ("light", "dark", "device")


@dataclass(frozen=True)
class LoginSummary:
    """The login session, as the layout shows it."""

    username: str
    is_administrator: bool
    ends: datetime
    minutes_left: int
    may_extend: bool
    session_minutes: int = SESSION_MINUTES


@dataclass(frozen=True)
class Zone:
    """The time zone that moments are shown in."""

    name: str
    label: str


def init_app(app: Flask) -> None:
    """Give every page its frame."""
    app.context_processor(_surroundings)
    app.add_template_global(this_address)
    app.add_template_global(this_path)


def _surroundings() -> dict[str, Any]:
    current = _current()
    known = current or g.get("ended_session")
    theme = request.cookies.get(name_of_choice("theme"), "device")
    return {
        "login": current and _visitor(current),
        "zone": known and _zone(known),
        "theme": theme if theme in THEMES else "device",
        "version": __version__,
        "nav_items": [area for area in areas() if area.nav],
    }


def _current() -> session.LoginSession | None:
    try:
        return session.current()
    except StorageUnavailable:
        return None


def _visitor(current: session.LoginSession) -> LoginSummary:
    ends = session.ends_at()
    left = max(0, int((ends - now()).total_seconds() // 60))
    may_extend = current.ends_at < current.signed_in_at + LONGEST_SESSION
    return LoginSummary(current.username, current.is_administrator, ends, left, may_extend)


def _zone(known: session.LoginSession | session.EndedSession) -> Zone:
    g.zone = zone_of(known.time_zone)
    name = known.time_zone if g.zone else "UTC"
    return Zone(places_of(name), zone_label(known.time_zone, now()))
