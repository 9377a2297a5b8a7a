"""Challenges of WebAuthn (section 13.4.3): random, for five minutes, one browser and one ceremony, and used once.

A challenge is signed with what it is bound to, so that only those that were answered have to be stored: who only looks
at a sign-in page leaves nothing behind.
"""

import hashlib
import json
import secrets
from datetime import UTC, datetime, timedelta
from enum import Enum

from flask import current_app
from flask import session as browser_session
from flask_wtf.csrf import generate_csrf
from itsdangerous import Signer

from sipsorcery_web.portal.http.clock import now
from sipsorcery_web.portal.storage.session_contents import CSRF_KEY

from .method import kept_passkeys

LIFE = timedelta(minutes=5)
NONCE_BYTES = 32


class Ceremony(Enum):
    """The ceremonies that a passkey can answer a challenge in."""

    ADD = "add"
    SECOND_STEP = "second step"
    ALONE = "alone"
    STEP_UP = "step up"


def new_challenge(ceremony: Ceremony, subject: str = "") -> str:
    """Make a challenge for this browser's session; `subject` is whom it is about, where that is known."""
    nonce, expires = secrets.token_urlsafe(NONCE_BYTES), str(int((now() + LIFE).timestamp()))
    return ".".join((nonce, expires, _signature(nonce, expires, ceremony, subject)))


def expiry_of(challenge: str, ceremony: Ceremony, subject: str = "") -> datetime | None:
    """Return when a challenge expires; None for one that is over, or was made for anything or anybody else."""
    nonce, _, rest = challenge.partition(".")
    expires, _, signature = rest.partition(".")
    if not secrets.compare_digest(signature.encode(), _signature(nonce, expires, ceremony, subject).encode()):
        return None
    moment = datetime.fromtimestamp(int(expires), UTC)
    return moment if now() < moment <= now() + LIFE else None


def spend(challenge: str, ceremony: Ceremony, subject: str = "") -> bool:
    """Use a challenge up; False for one that is not good, or not any more. Raises StorageUnavailable."""
    expires_at = expiry_of(challenge, ceremony, subject)
    return expires_at is not None and kept_passkeys().spend(challenge, expires_at)


def _signature(nonce: str, expires: str, ceremony: Ceremony, subject: str) -> str:
    bound = json.dumps([nonce, expires, ceremony.value, subject, _secret_of_browser()])
    signer = Signer(str(current_app.secret_key), salt="passkey challenge", digest_method=hashlib.sha256)
    return signer.get_signature(bound).decode()


def _secret_of_browser() -> str:
    """Return the secret that the session of this browser signs its forms with."""
    generate_csrf()
    return str(browser_session[CSRF_KEY])
