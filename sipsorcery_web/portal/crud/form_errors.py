"""Error pages that a form can be answered with: what was typed stands in them, and waits where it can."""

from dataclasses import replace
from typing import Any

from flask import current_app
from flask_wtf.csrf import CSRFError

from ..http import session
from ..http.csrf import ForeignOrigin
from ..ui.error_page import ErrorPage, error_page
from ..ui.forms import TypedForm
from . import saved_form

FORGED = ErrorPage(400, "This form is out of date", "{} Nothing was saved. Open the page again.")
FOREIGN = ErrorPage(
    400,
    "This form came from another address",
    "It came from {}. Forms of {} alone are taken here. Nothing was saved. If both are this service to you, its proxy "
    "has to pass on the address that browsers ask for, with its port.",
)
AGAIN = "Nothing was saved yet. What you typed is in the form again, but for passwords."


def form_error_page(
    page: ErrorPage,
    retry_after: int | None = None,
    next_step: tuple[str, str] | None = None,
    kept: TypedForm | None = None,
) -> Any:
    """Return an error as a page, with what the request's form holds; it is kept for its sender, if it was not yet."""
    return error_page(page, retry_after, next_step, kept or saved_form.save_for_later())


def needs_https() -> Any:
    """Refuse a sign-in over a connection that others can read."""
    return form_error_page(
        ErrorPage(
            403,
            "This page needs https",
            "Over plain http your password could be read on the way, so nobody can sign in here. Open the same "
            "address with https. The operator can allow http with SIPSORCERY_INSECURE_HTTP=1.",
        )
    )


def out_of_date(error: CSRFError) -> Any:
    """Show a form of another session again, with what was typed in it, if this site's own page has sent it."""
    if isinstance(error, ForeignOrigin):
        return form_error_page(replace(FOREIGN, message=FOREIGN.message.format(error.came_from, error.expected)))
    try:
        again = saved_form.form_again(" ".join([why_out_of_date(), *_who_is_here(), AGAIN]))
    except Exception as failure:  # what the page itself would answer
        return current_app.handle_user_exception(failure)
    return again or form_error_page(replace(FORGED, message=FORGED.message.format(why_out_of_date())))


def why_out_of_date() -> str:
    """Return in a sentence why the token of a form is no good."""
    if session.has_cookie():
        return "This form was made for another session."
    return "The browser sent no cookie: it refuses cookies, or has deleted this one."


def _who_is_here() -> list[str]:
    login = session.current()
    return [f"You are signed in as {login.username}."] if login else []
