"""Stored sessions: their contents, their end, and what is left of one that has ended."""

import logging
from datetime import datetime, timedelta

from sipsorcery_web.portal.storage.session_contents import EndedSession, SessionContents, SessionContentsError
from sipsorcery_web.portal.storage.sessions import SessionRecord, StoredSession

from .anonymous_cookie import AnonymousCookie

REMEMBERED_FOR = timedelta(hours=1)

log = logging.getLogger(__name__)


def read_contents(kept: StoredSession | AnonymousCookie) -> SessionContents | None:
    """Return the contents of a session that was kept; None where they have another shape than this version writes."""
    try:
        return SessionContents.from_json(kept.contents)
    except SessionContentsError as error:
        log.warning("A stored session is not used: %s", error)
        return None


def ended_record(ended: EndedSession | None, now: datetime) -> SessionRecord:
    """Return the record of a session that has just ended."""
    username = None if ended is None else ended.username
    return SessionRecord(SessionContents(ended_session=ended).to_json(), username, now, now + REMEMBERED_FOR)


def end_of(contents: SessionContents, stored: StoredSession) -> datetime:
    """Return when a session ends. The sealed end of the token counts even when the row's own end was put later."""
    return stored.ends_at if contents.login is None else min(stored.ends_at, contents.login.ends_at)
