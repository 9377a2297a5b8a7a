"""Flask-WTF's token against forged requests, masked anew in every response, and where a request says that it came from.

Pages are compressed, and a constant secret beside reflected text can be guessed from their lengths (BREACH).
"""

import base64
import logging
import secrets
from typing import Any, NoReturn
from urllib.parse import urlsplit

from flask import Flask, current_app, g, request
from flask_wtf.csrf import CSRFError, CSRFProtect, generate_csrf
from itsdangerous import BadData, URLSafeTimedSerializer

from . import session

DEFAULT_PORTS = {"http": 80, "https": 443}
NOT_TOLD = "an address that the browser did not tell"
LONGEST_ORIGIN = 300
"""Characters of it that are shown; a host has at most 253."""

log = logging.getLogger(__name__)


class ForeignOrigin(CSRFError):
    """A form with a good token came from another address than the one that this portal is asked at."""

    def __init__(self, came_from: str, expected: str) -> None:
        super().__init__(f"it came from {came_from}, expected {expected}")
        self.came_from = came_from
        self.expected = expected


class MaskedCSRF(CSRFProtect):
    """The check of every POST before its view."""

    def init_app(self, app: Flask) -> None:
        """Protect an application; `csrf_token()` in templates gives a masked token."""
        app.config["WTF_CSRF_TIME_LIMIT"] = None  # the session's end is the token's end
        app.config["WTF_CSRF_SSL_STRICT"] = False  # it knows the Referer alone, which browsers may leave out
        super().init_app(app)
        names = {"csrf_token": token_of_response}
        app.jinja_env.globals.update(names)  # for macros, which have no context
        app.context_processor(lambda: names)

    def protect(self, apply_exemptions: bool = False) -> None:
        """Check the token and, over https, where the form came from. Raises CSRFError, and StorageUnavailable."""
        super().protect(apply_exemptions)
        if g.get("csrf_valid") and request.is_secure and not is_same_origin():
            g.csrf_valid = False
            self._error_response("")

    def _error_response(self, reason: str) -> NoReturn:
        """Refuse a form, for a reason about its token or, without one, for where it came from.

        Raises CSRFError, or StorageUnavailable where nobody knows which token would be good.
        """
        session.must_be_known()
        came_from, expected = _came_from() or NOT_TOLD, origin_of(request.host_url)
        log.warning(
            "A form for %s is refused. %s It came from %s with %s session cookie; expected was %s.",
            request.endpoint,
            reason or "Its token is good.",
            came_from,
            "a" if session.has_cookie() else "no",
            expected,
        )
        raise CSRFError(reason) if reason else ForeignOrigin(came_from, expected)

    def _get_csrf_token(self) -> Any:
        return unmasked(super()._get_csrf_token() or "")


def is_same_origin() -> bool:
    """Return whether the browser says that a page of this very address has sent the request.

    Scripts cannot set these headers (Fetch Standard, 2.2.2). `Sec-Fetch-Site` is left out over plain http but for this
    machine itself; then `Origin` counts, and where that is missing too, `Referer`.
    """
    site = request.headers.get("Sec-Fetch-Site")
    if site:
        return site == "same-origin"
    return _came_from() == origin_of(request.host_url)


def is_valid() -> bool:
    """Return whether the request had the token of the visitor's session."""
    return bool(g.get("csrf_valid"))


def _came_from() -> str:
    """Return the origin that the browser names: the one of `Origin`, which may be `null`, else that of `Referer`."""
    origin = request.headers.get("Origin")
    return (origin_of(origin or request.headers.get("Referer") or "") or origin or "")[:LONGEST_ORIGIN]


def origin_of(address: str) -> str:
    """Return scheme, host and port of an address, as browsers write an origin (RFC 6454, 6.2); empty for no address."""
    try:
        parts = urlsplit(address)
        host, port = parts.hostname, parts.port
    except ValueError:
        return ""
    if not parts.scheme or not host:
        return ""
    name = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{name}" + (f":{port}" if port and port != DEFAULT_PORTS.get(parts.scheme) else "")


def token_of_response() -> str:
    """Return the session's token for the forms of this response, under one mask that no other response has."""
    if "masked_csrf_token" not in g:
        g.masked_csrf_token = masked(generate_csrf())
    token: str = g.masked_csrf_token
    return token


def masked(token: str) -> str:
    """The token behind a random pad."""
    plain = token.encode()
    pad = secrets.token_bytes(len(plain))
    return base64.urlsafe_b64encode(pad + _xor(plain, pad)).decode()


def unmasked(text: str) -> str | None:
    """The token, or None for something else."""
    try:
        both = base64.urlsafe_b64decode(text.encode())
        half = len(both) // 2
        return _xor(both[:half], both[half:]).decode() or None
    except ValueError:
        return None


def secret_in(text: str) -> str:
    """The session's secret in a masked token that this portal has made; BadData for anything else."""
    token = unmasked(text)
    if token is None:
        raise BadData("no token")
    key, salt = current_app.secret_key, "wtf-csrf-token"
    secret: str = URLSafeTimedSerializer(str(key), salt=salt).loads(token)
    return secret


def _xor(left: bytes, right: bytes) -> bytes:
    if len(left) != len(right):
        raise ValueError("a token and its mask have one length")
    return (int.from_bytes(left) ^ int.from_bytes(right)).to_bytes(len(left))
