"""The renewal of sessions by work: whoever opens or sends a page in the last quarter of an hour stays signed in.

Lists that look at themselves again are nobody's work, and neither is what needs no session.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, TypeVar

from flask import Flask, current_app, request

from sipsorcery_web.contract.errors import ProvisioningError, SessionExpired
from sipsorcery_web.contract.operations import LONGEST_SESSION_MINUTES, SESSION_MINUTES

from . import session
from .access import needs_session
from .backend import service
from .clock import now

V = TypeVar("V", bound=Callable[..., Any])

RENEWED_FROM = timedelta(minutes=15)
LONGEST_SESSION = timedelta(minutes=LONGEST_SESSION_MINUTES)


def renews_by_itself(view: V) -> V:
    """Mark a view that puts off the end of the session in its own way, if at all."""
    view.__dict__["renews_by_itself"] = True
    return view


def init_app(app: Flask) -> None:
    """Look at every request that was let in; to be called when the guards against strangers and forgers are there."""
    app.before_request(_renew)


def _renew() -> None:
    """Put the session's end off by an hour, once, where little of it is left. What fails is left as it was."""
    view = current_app.view_functions.get(request.endpoint or "")
    if not needs_session(view) or getattr(view, "renews_by_itself", False):
        return
    login = session.current()
    if login is None or login.ends_at - now() >= RENEWED_FROM:
        return
    until = min(login.ends_at + timedelta(minutes=SESSION_MINUTES), login.signed_in_at + LONGEST_SESSION)
    if until <= login.ends_at or not session.renew(until):
        return
    try:
        service().extend_session(SESSION_MINUTES)
    except SessionExpired:
        raise
    except ProvisioningError as error:
        session.extend_until(login.ends_at)
        current_app.logger.warning("A session could not be renewed: %s", error)
