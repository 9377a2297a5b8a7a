"""The messages that the next page shows to somebody who has signed in, in a cookie of their own.

In the stored session they would take two more commits: of the request that leaves them, and of the page that shows
them. The cookie is signed for one session, as Flask signs its own, and is worth nothing beside another one.
"""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from flask import Flask, Response, request
from flask import session as browser_session
from itsdangerous import BadData, URLSafeSerializer

from .cookies import cookie_name
from .portal_session import PortalSession

COOKIE = "sipsorcery_messages"
FLASHES_KEY = "_flashes"  # Flask's name for the messages that the next page shows
MOST = 10
LONGEST = 2_000
"""Characters, so that there is room for others: a browser takes 4,096 bytes of a cookie (RFC 6265, section 6.1)."""
LASTS = 3_600
"""Seconds; a session that nobody uses lasts no longer."""

Messages = Sequence[tuple[str, Any]]
"""Categories, and texts or what templates/parts/notes.html takes else, as Flask keeps them."""


def forget_oldest_messages(*_: object, **__: object) -> None:
    """Keep the newest messages alone: a program that sends forms and looks at no page is shown none of them."""
    browser_session[FLASHES_KEY] = browser_session[FLASHES_KEY][-MOST:]


def lasting_cookies() -> tuple[tuple[str, str], ...]:
    """Return the cookies of the request but for messages, which change with every page that shows some."""
    return tuple((name, text) for name, text in request.cookies.items() if not name.endswith(COOKIE))


def take_messages(app: Flask, session: PortalSession, secure: bool) -> None:
    """Put the messages of the request's cookie into the session that it belongs to."""
    text = request.cookies.get(cookie_name(COOKIE, secure), "")
    if text and (messages := _messages_of(app, session, text)):
        session[FLASHES_KEY] = [*session.get(FLASHES_KEY, ()), *messages]


def leave_messages(app: Flask, session: PortalSession, response: Response, rules: Mapping[str, Any]) -> None:
    """Put the messages of who has signed in into the cookie, by these rules; what is too long stays in the session.

    A cookie of messages that were shown, or of another session, goes.
    """
    name = cookie_name(COOKIE, rules["secure"])
    messages: Messages = session.get(FLASHES_KEY, ()) if session.login else ()
    text = str(_serializer(app, session).dumps(messages))
    if messages and len(text) <= LONGEST:
        del session[FLASHES_KEY]
        response.set_cookie(name, text, max_age=LASTS, **rules)
    elif name in request.cookies:
        response.delete_cookie(name, **rules)


def _messages_of(app: Flask, session: PortalSession, text: str) -> Messages:
    """Return the messages of a cookie; none of one that was not signed with this key for this session."""
    try:
        return [(category, message) for category, message in _serializer(app, session).loads(text)]
    except (BadData, ValueError, TypeError):
        return ()


def _serializer(app: Flask, session: PortalSession) -> URLSafeSerializer:
    rules = {"key_derivation": "hmac", "digest_method": hashlib.sha256}
    return URLSafeSerializer(str(app.secret_key), salt=f"sipsorcery messages {session.sid}", signer_kwargs=rules)
