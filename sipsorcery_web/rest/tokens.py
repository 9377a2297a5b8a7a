"""The token for programs in a request."""

from werkzeug.wrappers import Request

from sipsorcery_web.contract.access_token_text import bearer_token, is_access_token

from .problems import no_token


def token_of(request: Request) -> str:
    """Return the token for programs that a request has; Problem for one without, and for another kind of token."""
    token = bearer_token(request.headers.get("Authorization"))
    if token is None:
        raise no_token()
    if not is_access_token(token):
        raise no_token("This is no token for programs.", "invalid_token")
    return token
