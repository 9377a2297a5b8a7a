"""The portal's clock."""

from datetime import datetime

from flask import current_app

from .session import PortalSessions


def now() -> datetime:
    """This moment, aware and in UTC, by the clock that sessions end by."""
    sessions = current_app.session_interface
    assert isinstance(sessions, PortalSessions)  # noqa: S101 (set by create_app)
    return sessions.clock()
