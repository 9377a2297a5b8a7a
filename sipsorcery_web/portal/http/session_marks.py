"""Marks that login sessions are known by again, so that a look at one need not open what is sealed of it."""

from dataclasses import dataclass, field
from datetime import datetime

from . import session
from .session import LONGEST, PortalSessions
from .session_records import end_of


@dataclass(frozen=True)
class SessionMark:
    """A login session as it was stored when it was read; it stays the same as long as nobody writes it."""

    session_id: str = field(repr=False)
    version: str = field(repr=False)
    row_ends_at: datetime
    ends_at: datetime
    """The earlier of the end of its row and of its token."""

    def is_good(self, sessions: PortalSessions) -> bool:
        """Return True where the session is stored as it was, and has not ended. Raises StorageUnavailable."""
        now = sessions.clock()
        is_on = now < self.ends_at <= now + LONGEST
        return is_on and sessions.storage.is_stored(self.session_id, self.version, self.row_ends_at)


def mark_of_session() -> SessionMark:
    """Return the mark of the login session of this request; LookupError when there is none."""
    _, here = session.here()
    if here.login is None or here.stored is None:
        raise LookupError("Nobody has signed in.")
    return SessionMark(here.sid, here.stored.version, here.stored.ends_at, end_of(here.contents, here.stored))
