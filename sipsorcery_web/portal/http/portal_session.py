"""The session of one request: the values of views, and what the portal knows beside them."""

from typing import Any

from flask.sessions import SessionMixin

from sipsorcery_web.portal.storage.errors import StorageUnavailable
from sipsorcery_web.portal.storage.session_contents import EndedSession, SessionContents
from sipsorcery_web.portal.storage.sessions import StoredSession

from .anonymous_cookie import AnonymousCookie


class PortalSession(dict[str, Any], SessionMixin):
    """Flask's `session` for views, with what the portal knows beside the views' values."""

    def __init__(
        self,
        sid: str,
        contents: SessionContents,
        stored: StoredSession | None = None,
        cookie: AnonymousCookie | None = None,
    ) -> None:
        super().__init__(contents.values)
        self.sid = sid
        self.login = contents.login
        self.ended_session = contents.ended_session
        self.stored = stored
        self.cookie = cookie
        self.is_signed_out = False
        self.is_only_read = False
        self.failure: StorageUnavailable | None = None
        self.failure_is_told = False

    @property
    def contents(self) -> SessionContents:
        """Return the contents to store now."""
        return SessionContents(dict(self), self.login, self.ended_session)

    def __bool__(self) -> bool:
        return not self.contents.is_empty

    def check(self) -> None:
        """Raise StorageUnavailable when the session could not be read."""
        if self.failure is not None:
            self.failure_is_told = True
            raise self.failure

    def start_over(self, sid: str, ended: EndedSession | None = None) -> None:
        """Hold nothing, under an id that nobody has seen."""
        self.clear()
        self.sid, self.stored, self.login, self.ended_session = sid, None, None, ended
