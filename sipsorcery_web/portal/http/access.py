"""Who may see a page: nobody without a session, but for what is marked as open."""

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, current_app, flash, g, redirect, request, url_for
from werkzeug.wrappers import Response

from ..crud import saved_form
from . import session
from .urls import this_address

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


def init_app(app: Flask) -> None:
    """Look at every request before its view does."""
    app.before_request(_guard)


def _guard() -> Any:
    view = current_app.view_functions.get(request.endpoint or "")
    if view is None or getattr(view, "open_to_all", False):
        return None
    if session.current() is not None:
        return None
    return saved_form.page() if request.method == "POST" else to_login()


def to_login() -> Response:
    """The sign-in, which leads back here; it says so when a session has ended."""
    if g.ended_session is not None:
        flash("Your session has ended. Sign in to go on where you were.", "warning")
    return redirect(url_for("auth.login", next=this_address()), 303)
