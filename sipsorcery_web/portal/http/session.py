"""The browser's session: a random id in a cookie, everything else kept and sealed on the server.

Flask gives the shape; the rules of who is recognised, and until when, are here.
"""

import logging
import re
import secrets
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, cast
from urllib.parse import urlsplit

from flask import Flask, Request, Response, current_app, g, request
from flask import session as browser_session
from flask.sessions import SessionInterface, SessionMixin
from werkzeug.exceptions import SecurityError

from sipsorcery_web.ip_addresses import is_loopback
from sipsorcery_web.portal.storage.errors import StorageUnavailable
from sipsorcery_web.portal.storage.session_contents import (
    EndedSession,
    LoginSession,
    SessionContents,
    SessionContentsError,
    with_changes,
)
from sipsorcery_web.portal.storage.sessions import SessionRecord, SessionStorage, StoredSession

from .cookies import cookie_path

__all__ = [
    "EndedSession",
    "LoginSession",
    "PortalSession",
    "PortalSessions",
    "cookie_needs_https",
    "current",
    "end_others",
    "end_session",
    "ends_at",
    "extend_until",
    "has_cookie",
    "init_app",
    "only_read",
    "sign_in",
    "sign_out",
    "update_login",
]

COOKIE = "sipsorcery_session"
SECURE_COOKIE = f"__Host-{COOKIE}"  # RFC 6265bis, 4.1.3.2: only this host could have set it, and only over https
MOUNTED_COOKIE = f"__Secure-{COOKIE}"  # the same under a path: __Host- is for the whole host (RFC 6265bis, 4.1.3.1)
ID_BYTES = 32
ID_SHAPE = re.compile(r"[A-Za-z0-9_-]{43}")

IDLE_FOR = timedelta(minutes=60)
ANONYMOUS_FOR = timedelta(hours=2)
RENEWED_EVERY = timedelta(minutes=5)
REMEMBERED_FOR = timedelta(hours=1)
REWRITES = 5

Clock = Callable[[], datetime]

log = logging.getLogger(__name__)


class PortalSession(dict[str, Any], SessionMixin):
    """Flask's `session` for views, with what the portal knows beside the views' values."""

    def __init__(self, sid: str, contents: SessionContents, stored: StoredSession | None = None) -> None:
        super().__init__(contents.values)
        self.sid = sid
        self.login = contents.login
        self.ended_session = contents.ended_session
        self.stored = stored
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


class PortalSessions(SessionInterface):
    """Opens and saves the sessions of an application: one read for a request, a write only when something changed."""

    def __init__(self, storage: SessionStorage, clock: Clock, insecure_http: bool) -> None:
        self.clock = clock
        self._storage = storage
        self._insecure_http = insecure_http

    def open_session(self, app: Flask, request: Request) -> PortalSession:
        """The session of the cookie, or a new one: an id that is not known here is never taken over.

        `g.ended_session` tells whose session this browser had, for an hour after its end.
        """
        g.ended_session = None
        sid = request.cookies.get(self.get_cookie_name(app), "")
        if not ID_SHAPE.fullmatch(sid):
            return self._new()
        try:
            stored = self._storage.read(sid)
        except StorageUnavailable as failure:
            return self._unknown(failure)
        session = self._new() if stored is None else self._opened(sid, stored)
        g.ended_session = self._recent(session.ended_session)
        return session

    def save_session(self, app: Flask, session: SessionMixin | None, response: Response) -> None:
        """Keep what changed. The cookie is set with a new id only, and holds nothing else.

        Raises StorageUnavailable when a new session cannot be kept.
        """
        if not isinstance(session, PortalSession):
            return  # the request failed before its session was opened
        if session.accessed:
            response.vary.add("Cookie")
        if session.is_only_read:
            return
        if session.failure is not None:
            return  # the browser keeps the cookie of a session that could not be read, and has it again afterwards
        is_new = session.stored is None
        if is_new and _is_form_of_another_site():
            return
        try:
            self._store(session)
        except StorageUnavailable as failure:
            if is_new:
                raise
            log.error("A change to a session is lost: %s", failure)  # what the request did is done; its answer counts
        if session and is_new:
            self._set_cookie(app, session.sid, response)
        elif not session and (session.is_signed_out or not is_new):
            self._delete_cookie(app, response)

    def regenerate(self, session: PortalSession) -> None:
        """Give the session a new id; the old one is worth nothing from now on. Raises StorageUnavailable."""
        if session.stored is not None:
            self._storage.delete(session.sid)
        session.sid, session.stored = _new_id(), None

    def sign_out(self, session: PortalSession) -> None:
        """Delete the session at once, so that a request under way cannot bring it back. Raises StorageUnavailable."""
        self.regenerate(session)
        session.start_over(session.sid)
        session.is_signed_out = True

    def end(self, session: PortalSession) -> None:
        """Mark a session as ended: no longer signed in, still recognised. Raises StorageUnavailable."""
        now = self.clock()
        ended = session.contents.as_ended(now)
        if session.stored is not None:
            record = _ended_record(ended, now)
            self._rewrite(session.sid, session.stored, lambda _latest: record)
        session.start_over(_new_id(), ended)
        g.ended_session = ended

    def end_others(self, session: PortalSession, username: str) -> None:
        """Mark the user's sessions in other browsers as ended. Raises StorageUnavailable."""
        now = self.clock()

        def ended(stored: StoredSession) -> SessionRecord | None:
            contents = _read(stored)
            return _ended_record(contents.as_ended(now), now) if contents and contents.login else None

        self._storage.rewrite_others(session.sid, username, ended, now)

    def ends_at(self, session: PortalSession) -> datetime:
        """Return when the session ends if nothing more happens."""
        contents = session.contents
        if session.stored is None or self._is_due(contents, session.stored):
            return self._new_end(contents)
        return _end(contents, session.stored)

    def get_cookie_name(self, app: Flask) -> str:
        if not self.get_cookie_secure(app):
            return COOKIE
        return SECURE_COOKIE if cookie_path() == "/" else MOUNTED_COOKIE

    def get_cookie_secure(self, app: Flask) -> bool:
        """Return True over https, and over http unless the browser is on this machine or the operator allowed it."""
        return request.is_secure or not (self._insecure_http or is_loopback(_host()))

    def _new(self, ended: EndedSession | None = None) -> PortalSession:
        return PortalSession(_new_id(), SessionContents(ended_session=ended))

    def _unknown(self, failure: StorageUnavailable) -> PortalSession:
        log.error("A session could not be read: %s", failure)
        session = self._new()
        session.failure = failure
        return session

    def _opened(self, sid: str, stored: StoredSession) -> PortalSession:
        contents = _read(stored)
        if contents is None:
            return self._new()
        ends_at = _end(contents, stored)
        if self.clock() >= ends_at:
            return self._new(self._recent(contents.as_ended(ends_at)))
        return PortalSession(sid, contents, stored)

    def _recent(self, ended: EndedSession | None) -> EndedSession | None:
        return ended if ended is not None and self.clock() < ended.ended_at + REMEMBERED_FOR else None

    def _record(self, contents: SessionContents) -> SessionRecord:
        ends_at = self._new_end(contents)
        if contents.login is None:
            return SessionRecord(contents.to_json(), None, ends_at, ends_at)
        return SessionRecord(contents.to_json(), contents.login.username, ends_at, ends_at + REMEMBERED_FOR)

    def _new_end(self, contents: SessionContents) -> datetime:
        if contents.login is None:
            return self.clock() + ANONYMOUS_FOR
        return min(self.clock() + IDLE_FOR, contents.login.ends_at)

    def _is_due(self, contents: SessionContents, stored: StoredSession) -> bool:
        new_end = self._new_end(contents)
        is_last = contents.login is not None and new_end == contents.login.ends_at != stored.ends_at
        return is_last or new_end - stored.ends_at >= RENEWED_EVERY

    def _rewrite(self, sid: str, seen: StoredSession, change: Callable[[SessionContents], SessionRecord]) -> None:
        """Write over a session that others may write meanwhile; leave it alone once it is gone or has ended."""
        latest: StoredSession | None = seen
        for _ in range(REWRITES):
            contents = None if latest is None else _read(latest)
            if latest is None or contents is None or self.clock() >= _end(contents, latest):
                return
            if self._storage.replace(sid, change(contents), latest.version, self.clock()):
                return
            latest = self._storage.read(sid)
        log.warning("A session was written by too many requests at once: one change is lost.")

    def _store(self, session: PortalSession) -> None:
        """Insert a new id, update a known one, and never the other way: a deleted session stays deleted."""
        contents = session.contents
        if session.stored is None:
            if session:
                self._storage.add(session.sid, self._record(contents), self.clock())
        elif not session:
            self._storage.delete(session.sid)
        elif contents.to_json() != session.stored.contents or self._is_due(contents, session.stored):
            before = SessionContents.from_json(session.stored.contents)
            self._rewrite(session.sid, session.stored, lambda last: self._record(with_changes(before, contents, last)))

    def _set_cookie(self, app: Flask, sid: str, response: Response) -> None:
        response.set_cookie(self.get_cookie_name(app), sid, **self._cookie_rules(app))
        response.vary.add("Cookie")

    def _delete_cookie(self, app: Flask, response: Response) -> None:
        response.delete_cookie(self.get_cookie_name(app), **self._cookie_rules(app))
        response.vary.add("Cookie")

    def _cookie_rules(self, app: Flask) -> dict[str, Any]:
        return {"path": cookie_path(), "secure": self.get_cookie_secure(app), "httponly": True, "samesite": "Lax"}


def init_app(app: Flask, storage: SessionStorage, clock: Clock, insecure_http: bool = False) -> None:
    """Give the application its sessions. `insecure_http` lets the cookie travel over plain http."""
    app.session_interface = PortalSessions(storage, clock, insecure_http)


def current() -> LoginSession | None:
    """Return the login session; None when nobody has signed in.

    Raises StorageUnavailable when the session could not be read, for then nobody knows; but only once in a request,
    so that the page which tells of it can be made as for a stranger.
    """
    _, session = _here()
    if not session.failure_is_told:
        session.check()
    return session.login


def ends_at() -> datetime:
    """Return when the browser's session ends if nothing more happens: an hour from now, but no later than its token."""
    sessions, session = _here()
    return sessions.ends_at(session)


def only_read() -> None:
    """Keep nothing of this request: it neither changes the session nor puts its end off."""
    _, session = _here()
    session.is_only_read = True


def sign_in(username: str, token: str, minutes: int, is_administrator: bool, time_zone: str) -> None:
    """Begin a login session that ends with its token, under a new id; nothing of the session before stays.

    Raises StorageUnavailable.
    """
    sessions, session = _here()
    session.check()
    sessions.regenerate(session)
    session.start_over(session.sid)
    now = sessions.clock()
    session.login = LoginSession(username, token, now, now + timedelta(minutes=minutes), is_administrator, time_zone)


def sign_out() -> None:
    """End the session for good, and the cookie with it. Raises StorageUnavailable."""
    sessions, session = _here()
    session.check()
    sessions.sign_out(session)


def end_session() -> None:
    """The service said that the token has expired: nobody is signed in, and `g.ended_session` tells who was.

    Raises StorageUnavailable.
    """
    sessions, session = _here()
    if session.login is not None:
        sessions.end(session)


def end_others() -> None:
    """Sign this user out in all other browsers; what is typed there waits behind a new sign-in.

    Raises StorageUnavailable.
    """
    sessions, session = _here()
    if session.login is not None:
        sessions.end_others(session, session.login.username)


def extend_until(ends_at: datetime) -> None:
    """The token now ends then. Raises LookupError when nobody has signed in."""
    _change_login(ends_at=ends_at)


def update_login(*, time_zone: str) -> None:
    """The visitor has chosen another time zone. Raises LookupError when nobody has signed in."""
    _change_login(time_zone=time_zone)


def has_cookie() -> bool:
    """Return whether the browser has sent a session's cookie, good or not."""
    sessions, _ = _here()
    return sessions.get_cookie_name(current_app) in request.cookies


def cookie_needs_https() -> bool:
    """Return True when the browser would not keep the cookie, since the request came over http from elsewhere."""
    sessions, _ = _here()
    return sessions.get_cookie_secure(current_app) and not request.is_secure


def _here() -> tuple[PortalSessions, PortalSession]:
    return cast(PortalSessions, current_app.session_interface), cast(PortalSession, browser_session)


def _is_form_of_another_site() -> bool:
    """Return whether another site has a browser send this form: its cookie stays behind, and must not be replaced."""
    return request.method == "POST" and request.headers.get("Sec-Fetch-Site") == "cross-site"


def _change_login(**changes: Any) -> None:
    _, session = _here()
    if session.login is None:
        raise LookupError("Nobody has signed in.")
    session.login = replace(session.login, **changes)


def _new_id() -> str:
    return secrets.token_urlsafe(ID_BYTES)


def _read(stored: StoredSession) -> SessionContents | None:
    try:
        return SessionContents.from_json(stored.contents)
    except SessionContentsError as error:
        log.warning("A stored session is not used: %s", error)
        return None


def _ended_record(ended: EndedSession | None, now: datetime) -> SessionRecord:
    """Return the record of a session that has just ended."""
    username = None if ended is None else ended.username
    return SessionRecord(SessionContents(ended_session=ended).to_json(), username, now, now + REMEMBERED_FOR)


def _end(contents: SessionContents, stored: StoredSession) -> datetime:
    """The sealed end of the token counts even when somebody has put the row's own end later."""
    return stored.ends_at if contents.login is None else min(stored.ends_at, contents.login.ends_at)


def _host() -> str:
    try:
        return urlsplit(f"//{request.host}").hostname or ""
    except (SecurityError, ValueError):
        return ""
