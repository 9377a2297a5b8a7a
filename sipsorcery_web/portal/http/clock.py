"""The portal's clock, and the zone that its moments are written in."""

from datetime import UTC, datetime, tzinfo

from flask import current_app

from sipsorcery_web.contract.time_zones import zone_of

from .backend import current_login
from .session import PortalSessions


def now() -> datetime:
    """Return this moment, aware and in UTC, by the clock that sessions end by."""
    sessions = current_app.session_interface
    assert isinstance(sessions, PortalSessions)  # noqa: S101 (set by create_app)
    return sessions.clock()


def current_zone() -> tzinfo:
    """Return the time zone of the visitor who has signed in; UTC for one that is not known."""
    return zone_of(current_login().time_zone) or UTC
