"""The sessions of strangers, which are stored nowhere: their cookie has all of it, signed as Flask signs its own.

So the pages that need no sign-in can be asked for as often as anybody likes. What stands in the cookie, such as the
secret of the tokens against forged requests, is that browser's own.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from itsdangerous import BadData, URLSafeSerializer

from sipsorcery_web.portal.storage.session_contents import CSRF_KEY, SessionContents

LONGEST = 3_500
"""Characters. A browser takes 4,096 bytes of a cookie with its name and rules (RFC 6265, section 6.1)."""


@dataclass(frozen=True)
class AnonymousCookie:
    """A stranger's session as a browser's cookie holds it, in JSON, and the end of its time."""

    contents: str
    ends_at: datetime

    def text(self, key: str) -> str:
        """Return it signed; what would be too long for a browser is left out, but for the secret of forms."""
        text = _signed(key, self.contents, self.ends_at)
        if len(text) <= LONGEST:
            return text
        values = SessionContents.from_json(self.contents).values
        secret = {name: value for name, value in values.items() if name == CSRF_KEY}
        return _signed(key, SessionContents(secret).to_json(), self.ends_at)


def read_cookie(key: str, text: str) -> AnonymousCookie | None:
    """Return what a cookie holds; None for one that was not signed with this key."""
    try:
        contents, ends_at = _serializer(key).loads(text)
        return AnonymousCookie(contents, datetime.fromisoformat(ends_at))
    except (BadData, ValueError, TypeError):
        return None


def _signed(key: str, contents: str, ends_at: datetime) -> str:
    return str(_serializer(key).dumps([contents, ends_at.isoformat()]))


def _serializer(key: str) -> URLSafeSerializer:
    rules = {"key_derivation": "hmac", "digest_method": hashlib.sha256}
    return URLSafeSerializer(key, salt="sipsorcery anonymous session", signer_kwargs=rules)
