"""The cookies that a browser keeps: how pages look and behave in it."""

from urllib.parse import urlsplit

from flask import current_app, request
from werkzeug.exceptions import SecurityError
from werkzeug.wrappers import Response

A_YEAR = 365 * 24 * 3600
HOST_PREFIX = "__Host-"
"""RFC 6265bis, 4.1.3.2: only this host could have set it, and only over https."""
SECURE_PREFIX = "__Secure-"
"""The same under a path: `__Host-` is for the whole host (RFC 6265bis, 4.1.3.1)."""


def keep_choice(response: Response, name: str, value: str) -> None:
    """Let the browser remember a choice for a year; scripts cannot read it."""
    full_name, path, secure = name_of_choice(name), cookie_path(), _needs_https()
    response.set_cookie(full_name, value, max_age=A_YEAR, path=path, secure=secure, httponly=True, samesite="Lax")


def name_of_choice(name: str) -> str:
    """Return the name under which the browser of this request remembers a choice."""
    return cookie_name(name, _needs_https())


def cookie_name(name: str, secure: bool) -> str:
    """Return the name of a cookie with the prefix for which browsers see to where it comes from."""
    if not secure:
        return name
    return (HOST_PREFIX if cookie_path() == "/" else SECURE_PREFIX) + name


def cookie_path() -> str:
    """The path under which a browser sends the portal's cookies: no other site of the same host is told them."""
    return request.script_root or "/"


def host_of_request() -> str:
    """Return the host that the request names, without a port; nothing where it names none."""
    try:
        return urlsplit(f"//{request.host}").hostname or ""
    except (SecurityError, ValueError):
        return ""


def is_form_of_another_site() -> bool:
    """Return whether another site has a browser send this form: its cookies stay behind, and must not be replaced."""
    return request.method == "POST" and request.headers.get("Sec-Fetch-Site") == "cross-site"


def _needs_https() -> bool:
    secure: bool = current_app.session_interface.get_cookie_secure(current_app)
    return secure
