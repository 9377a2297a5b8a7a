"""The token for programs in a request."""

import re

from werkzeug.wrappers import Request

from sipsorcery_web.contract.access_token_text import is_access_token

from .problems import no_token

_BEARER = re.compile(r"Bearer +([A-Za-z0-9._~+/-]+=*) *", re.IGNORECASE)
"""RFC 6750, section 2.1."""


def token_of(request: Request) -> str:
    """Return the token for programs that a request has; Problem for one without, and for another kind of token."""
    found = _BEARER.fullmatch(request.headers.get("Authorization", ""))
    if found is None:
        raise no_token()
    if not is_access_token(found[1]):
        raise no_token("This is no token for programs.", "invalid_token")
    return found[1]
