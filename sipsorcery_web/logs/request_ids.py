"""The id of a request, for the lines of the log that are written while it is at work, and for whoever is asked then."""

import secrets
from contextvars import ContextVar

HEADER = "X-Request-ID"

_current: ContextVar[str] = ContextVar("_current", default="")


def request_id() -> str:
    """Return the id of the request that this thread is at work for; "" for none."""
    return _current.get()


def begin_request() -> str:
    """Return a new id, which is this thread's from now on."""
    given = secrets.token_hex(8)
    go_on_with(given)
    return given


def go_on_with(given: str) -> None:
    """Be at work for the request with this id, in another thread perhaps; for none with ""."""
    _current.set(given)
