"""Access to pages: nobody without a session, but for what is marked as open."""

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, current_app, request
from werkzeug.wrappers import Response

from sipsorcery_web.contract.errors import SessionExpired

from . import session
from .programs import let_in

V = TypeVar("V", bound=Callable[..., Any])


def open_to_all(view: V) -> V:
    """Mark a view that needs no session."""
    view.__dict__["open_to_all"] = True
    return view


def open_blueprint(app: Flask, name: str) -> None:
    """Open all views of a blueprint that looks after its callers itself."""
    for endpoint, view in app.view_functions.items():
        if endpoint.startswith(f"{name}."):
            open_to_all(view)


def needs_session(view: Callable[..., Any] | None) -> bool:
    """Return True for a view that nobody reaches without a session."""
    return view is not None and not getattr(view, "open_to_all", False)


def init_app(app: Flask) -> None:
    """Look at every request before its view does: without a session or a token it ends in SessionExpired."""
    app.before_request(_guard)


def _guard() -> Response | None:
    view = current_app.view_functions.get(request.endpoint or "")
    if not needs_session(view):
        return None
    refusal = let_in(view)
    if refusal is None and session.current() is None:
        raise SessionExpired
    return refusal
