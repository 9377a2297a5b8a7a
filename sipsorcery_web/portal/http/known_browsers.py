"""The browsers that somebody has signed in with before: what others guess does not keep them from it again.

A browser has a number of its own for each of the last users, signed together with the day and the username, in a cookie
that tells nothing about who they are (OWASP, "Slow Down Online Guessing Attacks with Device Cookies"). Whoever cannot
sign in any more is some day a stranger again.
"""

import hashlib
import secrets
from collections.abc import Iterator

from flask import current_app, request
from itsdangerous import Signer
from werkzeug.wrappers import Response

from .clock import now
from .cookies import keep_choice, name_of_choice

COOKIE = "sipsorcery_known"
MOST = 4
"""Users of one browser."""
NUMBER_BYTES = 12
DAYS = 90
"""How long a browser is known after a sign-in."""


def number_of(username: str) -> str:
    """Return the number of this browser for a user who has signed in with it before; "" for any other user."""
    is_good = _signer().verify_signature
    mine = (
        number
        for number, day, signature in _entries()
        if is_good(_signed(number, day, username), signature) and 0 <= _today() - int(day) <= DAYS
    )
    return next(mine, "")


def remember(response: Response, username: str) -> Response:
    """Let the browser be known from today on, by the number that it has already or by a new one."""
    number, day = number_of(username) or secrets.token_urlsafe(NUMBER_BYTES), str(_today())
    mine = (number, day, _signer().get_signature(_signed(number, day, username)).decode())
    others = [entry for entry in _entries() if entry[0] != number]
    keep_choice(response, COOKIE, "~".join(map(".".join, [mine, *others][:MOST])))
    return response


def _entries() -> Iterator[tuple[str, str, str]]:
    for entry in request.cookies.get(name_of_choice(COOKIE), "").split("~")[:MOST]:
        parts = entry.split(".")
        if len(parts) == 3:
            yield parts[0], parts[1], parts[2]


def _today() -> int:
    return now().toordinal()


def _signed(number: str, day: str, username: str) -> bytes:
    return f"{number} {day} {username}".encode()


def _signer() -> Signer:
    key, derivation = str(current_app.secret_key), "hmac"
    return Signer(key, salt="known browser", key_derivation=derivation, digest_method=hashlib.sha256)
