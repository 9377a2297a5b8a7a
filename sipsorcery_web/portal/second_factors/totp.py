"""Codes of authenticator apps: time-based one-time passwords (RFC 6238) of six digits, each good for 30 seconds."""

import hmac
import secrets
from base64 import b32decode, b32encode
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote, urlencode

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.hotp import HOTP

from sipsorcery_web.portal.storage.totp_secrets import StoredTotp, TotpSecrets

STEP = 30
DIGITS = 6
KEY_BYTES = 20  # RFC 4226, 4: as long as the output of the hash
MOST_WRONG = 100
"""Wrong codes in a row, after which a recovery code alone helps (NIST SP 800-63B, 5.2.2)."""


@dataclass(frozen=True)
class Totp:
    """The method of authenticator apps."""

    secrets: TotpSecrets
    clock: Callable[[], datetime]
    page: str = "auth.second_step_code"
    words: str = "A code from your authenticator app"
    is_spare: bool = False

    def is_set_up(self, username: str) -> bool:
        """Return whether a user has an app. Raises StorageUnavailable."""
        return self.secrets.of(username) is not None

    def takes(self, username: str, code: str) -> bool:
        """Return whether a code is the user's, of now or a step beside it, and was not taken before.

        Raises StorageUnavailable.
        """
        stored = self.secrets.of(username)
        step = None if stored is None or is_shut(stored) else step_of(stored.secret, code, self.clock())
        if step is not None and self.secrets.use(username, step):
            return True
        self.secrets.note_wrong(username)
        return False


def is_shut(stored: StoredTotp) -> bool:
    """Return whether so many codes were wrong that none is looked at any more."""
    return stored.wrong_in_a_row >= MOST_WRONG


def new_secret() -> str:
    """Return a random secret in base 32, as apps take it."""
    return b32encode(secrets.token_bytes(KEY_BYTES)).decode()


def address_of(secret: str, username: str, issuer: str) -> str:
    """Return what an app reads from a QR code (Google's Key URI Format)."""
    values = urlencode({"secret": secret, "issuer": issuer}, quote_via=quote)
    return f"otpauth://totp/{quote(issuer)}:{quote(username)}?{values}"


def step_of(secret: str, code: str, moment: datetime) -> int | None:
    """Return the time step whose code this is: that of a moment, the one before or the one after it; None for none.

    All three are compared, in the same time whatever is typed.
    """
    if not secret:
        return None
    hotp = HOTP(b32decode(secret), DIGITS, SHA1())  # noqa: S303 (HMAC-SHA-1, the one that all apps know)
    typed = "".join(code.split()).encode()
    this = int(moment.timestamp()) // STEP
    found = None
    for step in (this - 1, this, this + 1):
        if hmac.compare_digest(hotp.generate(step), typed):
            found = step
    return found
