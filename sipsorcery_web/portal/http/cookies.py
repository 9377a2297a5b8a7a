"""The cookies that a browser keeps: how pages look and behave in it."""

from flask import current_app, request
from werkzeug.wrappers import Response

A_YEAR = 365 * 24 * 3600


def keep_choice(response: Response, name: str, value: str) -> None:
    """Let the browser remember a choice for a year; scripts cannot read it."""
    secure = current_app.session_interface.get_cookie_secure(current_app)
    path = cookie_path()
    response.set_cookie(name, value, max_age=A_YEAR, path=path, secure=secure, httponly=True, samesite="Lax")


def cookie_path() -> str:
    """The path under which a browser sends the portal's cookies: no other site of the same host is told them."""
    return request.script_root or "/"
