"""The use of sessions: when, from where and with what somebody worked last."""

from dataclasses import replace
from datetime import datetime, timedelta

from sipsorcery_web.portal.storage.session_contents import LoginSession

from .devices import user_agent
from .visitor_address import visitor_address

USE_NOTED_EVERY = timedelta(minutes=5)
"""The time between two notes of a session's use: otherwise whoever reads would write each time."""


def used(login: LoginSession, now: datetime) -> LoginSession:
    """Return the login as this request leaves it, the same where its use has been noted a moment ago."""
    if login.last_used_at is not None and abs(now - login.last_used_at) < USE_NOTED_EVERY:
        return login
    return replace(login, address=visitor_address(), user_agent=user_agent(), last_used_at=now)
