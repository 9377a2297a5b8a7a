"""Flask-WTF's token against forged requests, masked anew in every response.

Pages are compressed, and a constant secret beside reflected text can be guessed from their lengths (BREACH).
"""

import base64
import secrets
from typing import Any

from flask import Flask, current_app
from flask_wtf.csrf import CSRFProtect, generate_csrf
from itsdangerous import BadData, URLSafeTimedSerializer


class MaskedCSRF(CSRFProtect):
    """Checks every POST before its view."""

    def init_app(self, app: Flask) -> None:
        """Protect an application; `csrf_token()` in templates gives a masked token."""
        app.config["WTF_CSRF_TIME_LIMIT"] = None  # the session's end is the token's end
        super().init_app(app)
        names = {"csrf_token": lambda: masked(generate_csrf())}
        app.jinja_env.globals.update(names)  # for macros, which have no context
        app.context_processor(lambda: names)

    def _get_csrf_token(self) -> Any:
        return unmasked(super()._get_csrf_token() or "")


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
    return bytes(one ^ other for one, other in zip(left, right, strict=True))
