"""The browser's session. Who has signed in has a random id in a cookie, and everything else is sealed on the server.

Strangers' sessions stand in their cookie (`anonymous_cookie`), so that nothing is stored for who only looks. Flask
gives the shape; the rules of who is recognised, and until when, are here.
"""

import logging
import re
import secrets
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, cast

from flask import Flask, Request, Response, current_app, g, message_flashed, request
from flask import session as browser_session
from flask.sessions import SessionInterface, SessionMixin

from sipsorcery_web.ip_addresses import is_loopback
from sipsorcery_web.portal.storage.errors import StorageUnavailable
from sipsorcery_web.portal.storage.session_contents import (
    EndedSession,
    LoginSession,
    SessionContents,
    with_changes,
)
from sipsorcery_web.portal.storage.sessions import SessionRecord, SessionStorage, StoredSession

from .anonymous_cookie import AnonymousCookie, read_cookie
from .cookies import HOST_PREFIX, SECURE_PREFIX, cookie_name, cookie_path, host_of_request, is_form_of_another_site
from .message_cookie import forget_oldest_messages, leave_messages, take_messages
from .portal_session import PortalSession
from .session_records import REMEMBERED_FOR, end_of, ended_record, read_contents
from .session_use import used

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
    "here",
    "init_app",
    "must_be_known",
    "only_read",
    "prove",
    "renew",
    "sign_in",
    "sign_out",
    "update_login",
]

COOKIE = "sipsorcery_session"
SECURE_COOKIE = f"{HOST_PREFIX}{COOKIE}"
MOUNTED_COOKIE = f"{SECURE_PREFIX}{COOKIE}"
ID_BYTES = 32
ID_SHAPE = re.compile(r"[A-Za-z0-9_-]{43}")

IDLE_FOR = timedelta(minutes=60)
ANONYMOUS_FOR = timedelta(hours=2)
LONGEST = ANONYMOUS_FOR + timedelta(minutes=5)
"""What ends later was made by a clock that was ahead, and does not count until then."""
RENEWED_EVERY = timedelta(minutes=5)
REWRITES = 5
NEEDS_HTTPS = "sipsorcery_web.needs_https"
"""Where a request keeps whether its cookies do, which is asked several times."""

Clock = Callable[[], datetime]

log = logging.getLogger(__name__)


class PortalSessions(SessionInterface):
    """Opens and saves the sessions of an application: one read for a request, a write only when something changed."""

    def __init__(self, storage: SessionStorage, clock: Clock, insecure_http: bool) -> None:
        self.clock = clock
        self.storage = storage
        self._insecure_http = insecure_http

    def open_session(self, app: Flask, request: Request) -> PortalSession:
        """The session of the cookie, or a new one: an id that is not known here is never taken over.

        `g.ended_session` tells whose session this browser had, for an hour after its end.
        """
        g.ended_session = None
        sid = request.cookies.get(self.get_cookie_name(app), "")
        try:
            session = self._stored(sid) if ID_SHAPE.fullmatch(sid) else self._anonymous(app, sid)
        except StorageUnavailable as failure:
            return self._unknown(failure)
        g.ended_session = self._recent(session.ended_session)
        take_messages(app, session, self.get_cookie_secure(app))
        return session

    def save_session(self, app: Flask, session: SessionMixin | None, response: Response) -> None:
        """Keep what changed. The cookie of who has signed in is set with a new id only, and holds nothing else.

        Where the session of a sign-in cannot be kept, the answer becomes the page that says so.
        """
        if not isinstance(session, PortalSession):
            return  # the request failed before its session was opened
        if session.accessed:
            response.vary.add("Cookie")
        if session.is_only_read:
            return
        if session.failure is not None:
            return  # the browser keeps the cookie of a session that could not be read, and has it again afterwards
        leave_messages(app, session, response, self._cookie_rules(app))
        if session.login is None:
            self._save_anonymous(app, session, response)
        elif session.stored is None:
            self._add(app, session, response)
        else:
            self._update(session, session.stored)

    def regenerate(self, session: PortalSession) -> None:
        """Give the session a new id; the old one is worth nothing from now on. Raises StorageUnavailable."""
        if session.stored is not None:
            self.storage.delete(session.sid)
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
            record = ended_record(ended, now)
            self._rewrite(session.sid, session.stored, lambda _latest: record)
        session.start_over(_new_id(), ended)
        g.ended_session = ended

    def end_others(
        self, session: PortalSession, username: str, which: Callable[[LoginSession], bool] = lambda _: True
    ) -> list[LoginSession]:
        """Mark the user's sessions in other browsers as ended, and give them. Raises StorageUnavailable."""
        now = self.clock()
        ended: dict[str, LoginSession] = {}

        def end(stored: StoredSession) -> SessionRecord | None:
            contents = read_contents(stored)
            if contents is None or contents.login is None or not which(contents.login):
                return None
            ended[contents.login.token] = contents.login
            return ended_record(contents.as_ended(now), now)

        self.storage.rewrite_others(session.sid, username, end, now)
        return list(ended.values())

    def renew(self, session: PortalSession, ends_at: datetime) -> bool:
        """Put the end of a login off at once. False where another request was faster. Raises StorageUnavailable."""
        if session.login is None or session.stored is None or session.is_only_read:
            return False
        login = replace(session.login, ends_at=ends_at)
        record = self._record(replace(session.contents, login=login))
        if not self.storage.replace(session.sid, record, session.stored.version, self.clock()):
            return False
        session.login, session.stored = login, self.storage.read(session.sid) or session.stored
        return True

    def ends_at(self, session: PortalSession) -> datetime:
        """Return when the session ends if nothing more happens."""
        contents = session.contents
        if session.stored is None or self._is_due(contents, session.stored.ends_at):
            return self._new_end(contents)
        return end_of(contents, session.stored)

    def get_cookie_name(self, app: Flask) -> str:
        return cookie_name(COOKIE, self.get_cookie_secure(app))

    def get_cookie_secure(self, app: Flask) -> bool:
        """Return True over https, and over http unless the browser is on this machine or the operator allowed it."""
        known: bool | None = request.environ.get(NEEDS_HTTPS)
        if known is None:
            known = request.is_secure or not (self._insecure_http or is_loopback(host_of_request()))
            request.environ[NEEDS_HTTPS] = known
        return known

    def _new(self, ended: EndedSession | None = None) -> PortalSession:
        return PortalSession(_new_id(), SessionContents(ended_session=ended))

    def _unknown(self, failure: StorageUnavailable) -> PortalSession:
        log.error("A session could not be read: %s", failure)
        session = self._new()
        session.failure = failure
        return session

    def _anonymous(self, app: Flask, text: str) -> PortalSession:
        cookie = read_cookie(_signing_key(app), text) if text else None
        contents = None if cookie is None else read_contents(cookie)
        now = self.clock()
        if cookie is None or contents is None or not now < cookie.ends_at <= now + LONGEST:
            return self._new()
        if contents.login is not None:  # a cookie alone signs nobody in, whoever has signed it
            return self._new()
        return PortalSession(_new_id(), contents, cookie=cookie)

    def _stored(self, sid: str) -> PortalSession:
        stored = self.storage.read(sid)
        contents = None if stored is None else read_contents(stored)
        if stored is None or contents is None:
            return self._new()
        now, ends_at = self.clock(), end_of(contents, stored)
        if not now < ends_at <= now + LONGEST:
            return self._new(self._recent(contents.as_ended(min(now, ends_at))))
        if contents.login is None:  # a stranger's, from a version that stored them
            return PortalSession(_new_id(), contents)
        return PortalSession(sid, contents, stored)

    def _recent(self, ended: EndedSession | None) -> EndedSession | None:
        return ended if ended is not None and self.clock() < ended.ended_at + REMEMBERED_FOR else None

    def _record(self, contents: SessionContents) -> SessionRecord:
        ends_at = self._new_end(contents)
        username = contents.login.username if contents.login else None
        return SessionRecord(contents.to_json(), username, ends_at, ends_at + REMEMBERED_FOR)

    def _new_end(self, contents: SessionContents) -> datetime:
        if contents.login is None:
            return self.clock() + ANONYMOUS_FOR
        return min(self.clock() + IDLE_FOR, contents.login.ends_at)

    def _is_due(self, contents: SessionContents, ends_at: datetime) -> bool:
        new_end = self._new_end(contents)
        is_last = contents.login is not None and new_end == contents.login.ends_at != ends_at
        return is_last or new_end - ends_at >= RENEWED_EVERY

    def _rewrite(self, sid: str, seen: StoredSession, change: Callable[[SessionContents], SessionRecord]) -> None:
        """Write over a session that others may write meanwhile; leave it alone once it is gone or has ended."""
        latest: StoredSession | None = seen
        for _ in range(REWRITES):
            contents = None if latest is None else read_contents(latest)
            if latest is None or contents is None or self.clock() >= end_of(contents, latest):
                return
            if self.storage.replace(sid, change(contents), latest.version, self.clock()):
                return
            latest = self.storage.read(sid)
        log.warning("A session was written by too many requests at once: one change is lost.")

    def _save_anonymous(self, app: Flask, session: PortalSession, response: Response) -> None:
        """Give a stranger's session to the browser where it is new, has changed, or would end soon."""
        known, contents = session.cookie, session.contents
        if not session:
            if session.is_signed_out or known is not None:
                self._delete_cookie(app, response)
        elif known is None and is_form_of_another_site():
            return
        elif known is None or contents.to_json() != known.contents or self._is_due(contents, known.ends_at):
            cookie = AnonymousCookie(contents.to_json(), self._new_end(contents))
            self._set_cookie(app, cookie.text(_signing_key(app)), response)

    def _add(self, app: Flask, session: PortalSession, response: Response) -> None:
        try:
            self.storage.add(session.sid, self._record(session.contents), self.clock())
        except StorageUnavailable as failure:
            self._tell_that_it_is_lost(app, session, failure, response)
        else:
            self._set_cookie(app, session.sid, response)

    def _tell_that_it_is_lost(
        self, app: Flask, session: PortalSession, failure: StorageUnavailable, response: Response
    ) -> None:
        """Put the page of an error in place of an answer that would need a session; nobody is signed in by it."""
        session.start_over(_new_id())
        session.failure, session.failure_is_told = failure, True
        page = app.process_response(app.make_response(app.handle_user_exception(failure)))
        response.status, response.headers, response.response = page.status, page.headers, page.response

    def _update(self, session: PortalSession, stored: StoredSession) -> None:
        """Write what has changed of a known session, and never insert it: one that was deleted stays so."""
        session.login = session.login and used(session.login, self.clock())
        contents = session.contents
        if contents.to_json() == stored.contents and not self._is_due(contents, stored.ends_at):
            return
        before = SessionContents.from_json(stored.contents)
        try:
            self._rewrite(session.sid, stored, lambda last: self._record(with_changes(before, contents, last)))
        except StorageUnavailable as failure:
            log.error("A change to a session is lost: %s", failure)  # what the request did is done; its answer counts

    def _set_cookie(self, app: Flask, value: str, response: Response) -> None:
        response.set_cookie(self.get_cookie_name(app), value, **self._cookie_rules(app))
        response.vary.add("Cookie")

    def _delete_cookie(self, app: Flask, response: Response) -> None:
        response.delete_cookie(self.get_cookie_name(app), **self._cookie_rules(app))
        response.vary.add("Cookie")

    def _cookie_rules(self, app: Flask) -> dict[str, Any]:
        return {"path": cookie_path(), "secure": self.get_cookie_secure(app), "httponly": True, "samesite": "Lax"}


def init_app(app: Flask, storage: SessionStorage, clock: Clock, insecure_http: bool = False) -> None:
    """Give the application its sessions. `insecure_http` lets the cookie travel over plain http."""
    app.session_interface = PortalSessions(storage, clock, insecure_http)
    message_flashed.connect(forget_oldest_messages, app)


def current() -> LoginSession | None:
    """Return the login session; None when nobody has signed in.

    Raises StorageUnavailable when the session could not be read, for then nobody knows; but only once in a request,
    so that the page which tells of it can be made as for a stranger.
    """
    _, session = here()
    if not session.failure_is_told:
        session.check()
    return session.login


def ends_at() -> datetime:
    """Return when the browser's session ends if nothing more happens: an hour from now, but no later than its token."""
    sessions, session = here()
    return sessions.ends_at(session)


def only_read() -> None:
    """Keep nothing of this request: it neither changes the session nor puts its end off."""
    _, session = here()
    session.is_only_read = True


def sign_in(
    username: str, token: str, minutes: int, is_administrator: bool, time_zone: str, since: datetime | None = None
) -> None:
    """Begin a login session that ends with its token, under a new id; nothing of the session before stays.

    `since` is when the service gave the token, now unless it is given. Raises StorageUnavailable.
    """
    sessions, session = here()
    session.check()
    sessions.regenerate(session)
    session.start_over(session.sid)
    now = sessions.clock()
    began = since or now
    ends_at = began + timedelta(minutes=minutes)
    login = LoginSession(username, token, began, ends_at, is_administrator, time_zone, proved_at=now)
    session.login = used(login, now)


def prove() -> None:
    """Note that the visitor has proven once more who they are; the session goes on under a new id.

    Raises StorageUnavailable, and LookupError when nobody has signed in.
    """
    sessions, session = here()
    _change_login(proved_at=sessions.clock())
    sessions.regenerate(session)


def sign_out() -> None:
    """End the session for good, and the cookie with it. Raises StorageUnavailable."""
    sessions, session = here()
    session.check()
    sessions.sign_out(session)


def end_session() -> None:
    """The service said that the token has expired: nobody is signed in, and `g.ended_session` tells who was.

    Raises StorageUnavailable.
    """
    sessions, session = here()
    if session.login is not None:
        sessions.end(session)


def end_others() -> None:
    """Sign this user out in all other browsers; what is typed there waits behind a new sign-in.

    Raises StorageUnavailable.
    """
    sessions, session = here()
    if session.login is not None:
        sessions.end_others(session, session.login.username)


def renew(ends_at: datetime) -> bool:
    """Put the end of the login off at once, unless somebody only looks on. False where another request was faster."""
    sessions, session = here()
    return sessions.renew(session, ends_at)


def extend_until(ends_at: datetime) -> None:
    """The token now ends then. Raises LookupError when nobody has signed in."""
    _change_login(ends_at=ends_at)


def update_login(*, time_zone: str) -> None:
    """The visitor has chosen another time zone. Raises LookupError when nobody has signed in."""
    _change_login(time_zone=time_zone)


def let_administer_members() -> None:
    """The visitor is the administrator of a label. Raises LookupError when nobody has signed in."""
    _change_login(administers_members=True)


def must_be_known() -> None:
    """Raise StorageUnavailable when the session could not be read: nothing can be said of a form of it then."""
    _, session = here()
    session.check()


def has_cookie() -> bool:
    """Return whether the browser has sent a session's cookie, good or not."""
    sessions, _ = here()
    return sessions.get_cookie_name(current_app) in request.cookies


def cookie_needs_https() -> bool:
    """Return True when the browser would not keep the cookie, since the request came over http from elsewhere."""
    sessions, _ = here()
    return sessions.get_cookie_secure(current_app) and not request.is_secure


def here() -> tuple[PortalSessions, PortalSession]:
    """Return the sessions of the application, and the one of this request."""
    return cast(PortalSessions, current_app.session_interface), cast(PortalSession, browser_session)


def _change_login(**changes: Any) -> None:
    _, session = here()
    if session.login is None:
        raise LookupError("Nobody has signed in.")
    session.login = replace(session.login, **changes)


def _new_id() -> str:
    return secrets.token_urlsafe(ID_BYTES)


def _signing_key(app: Flask) -> str:
    return cast(str, app.secret_key)
