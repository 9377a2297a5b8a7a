"""One table turns errors into pages that say what happened and offer a way on."""

from dataclasses import asdict, dataclass, replace
from typing import Any

from flask import Flask, current_app, make_response, render_template, request, url_for
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from sipsorcery_web.contract.errors import (
    ContractError,
    InternalFault,
    NotFound,
    OutcomeUnknown,
    Refused,
    SessionExpired,
    TooManyAttempts,
    Unavailable,
)

from ..crud import conflict, saved_form
from ..http import session
from ..http.access import to_login
from ..http.csrf import ForeignOrigin
from ..http.urls import this_address
from ..storage.errors import StorageUnavailable
from . import messages
from .formats import duration


@dataclass(frozen=True)
class ErrorPage:
    """What an error page says."""

    status: int
    title: str
    message: str


PAGES = {
    400: ErrorPage(400, "This request is not complete", "The browser sent something that this page cannot read."),
    403: ErrorPage(403, "This is not yours to see", "Your account does not have the rights for this page."),
    404: ErrorPage(404, "There is nothing here", "The address is wrong, or what was here has been deleted."),
    405: ErrorPage(405, "This address takes no such request", "It is reached by a button on another page."),
    413: ErrorPage(
        413, "That is too much at once", "What you sent is larger than this service takes. Nothing was saved."
    ),
    414: ErrorPage(
        414, "This address is too long", "It asks for more than a list can be sifted by. Nothing was changed."
    ),
    429: ErrorPage(429, "Too many tries", "Wait a little before you try again. Nothing was saved."),
    500: ErrorPage(500, "Something broke here", "The error is in the log of this service. Nothing more was changed."),
    503: ErrorPage(503, "The service does not answer", "Nothing was saved. It may be back in a moment."),
}
UNKNOWN = ErrorPage(
    503,
    "The service does not answer in time",
    "It may have saved what you sent, or not. Look before you send it again.",
)
FAILED = ErrorPage(
    503,
    "The service has met an error",
    "It does not say which. If you have sent something, look whether it is saved before you send it again.",
)
UNREADABLE = ErrorPage(
    503,
    "The service cannot be understood",
    "It answered something that cannot be read. It may be back in order in a moment.",
)
FORGED = ErrorPage(400, "This form is out of date", "{} Nothing was saved. Open the page again.")
FOREIGN = ErrorPage(
    400,
    "This form came from another address",
    "It came from {}. Forms of {} alone are taken here. Nothing was saved. If both are this service to you, its proxy "
    "has to pass on the address that browsers ask for, with its port.",
)
DELETED = ErrorPage(
    404,
    "{} has been deleted meanwhile",
    "Nothing was saved. You can add it as new with what you typed; nothing is added until you save it there.",
)

AGAIN = "Nothing was saved yet. What you typed is in the form again, but for passwords."


def init_app(app: Flask) -> None:
    """Give every kind of error its page."""
    app.register_error_handler(SessionExpired, _session_expired)
    app.register_error_handler(NotFound, _not_found)
    app.register_error_handler(TooManyAttempts, _too_many)
    app.register_error_handler(Refused, lambda error: error_page(_refusal(error)))
    app.register_error_handler(OutcomeUnknown, lambda _: _out_of_reach(UNKNOWN))
    app.register_error_handler(InternalFault, lambda _: _out_of_reach(FAILED))
    app.register_error_handler(Unavailable, lambda _: _out_of_reach(PAGES[503]))
    app.register_error_handler(ContractError, lambda _: _out_of_reach(UNREADABLE))
    app.register_error_handler(StorageUnavailable, lambda _: error_page(PAGES[503]))
    app.register_error_handler(CSRFError, out_of_date)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _unforeseen)


def error_page(
    page: ErrorPage,
    retry_after: int | None = None,
    next_step: tuple[str, str] | None = None,
    kept: saved_form.TypedForm | None = None,
) -> Any:
    """An error as a page, with an address and words for a way on, and what was typed, if anything was."""
    kept = kept or saved_form.save_for_later()
    if kept and kept.address:
        next_step = next_step or (kept.address, "Back to the form")
    response = make_response(
        render_template("layout/error.html", **asdict(page), next_step=next_step or _next_step(), kept=kept),
        page.status,
    )
    if retry_after is not None:
        response.headers["Retry-After"] = str(retry_after)
    return response


def needs_https() -> Any:
    """Why nobody can sign in over a connection that others can read."""
    return error_page(
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
        return error_page(replace(FOREIGN, message=FOREIGN.message.format(error.came_from, error.expected)))
    try:
        again = saved_form.form_again(" ".join([why_out_of_date(), *_who_is_here(), AGAIN]))
    except Exception as failure:  # what the page itself would answer
        return current_app.handle_user_exception(failure)
    return again or error_page(replace(FORGED, message=FORGED.message.format(why_out_of_date())))


def why_out_of_date() -> str:
    """Return in a sentence why the token of a form is no good."""
    if session.has_cookie():
        return "This form was made for another session."
    return "The browser sent no cookie: it refuses cookies, or has deleted this one."


def _session_expired(_error: SessionExpired) -> Any:
    session.end_session()
    return saved_form.page() if request.method == "POST" else to_login()


def _not_found(_error: NotFound) -> Any:
    """Tell whoever has opened a record that it has gone since, and offer to add what was typed as a new one."""
    kept, was_there = saved_form.offer_to_add(conflict.fixed_values) or (None, False)
    if kept is None or not kept.address:
        return error_page(PAGES[404])
    name = kept.name or kept.thing[0].upper() + kept.thing[1:]
    page = replace(DELETED, title=DELETED.title.format(name)) if was_there else PAGES[404]
    return error_page(page, next_step=(kept.address, "Add it as new"), kept=kept)


def _out_of_reach(page: ErrorPage) -> Any:
    """The service may be back in a moment: then the same page, with what was typed, is a click away."""
    kept = saved_form.save_for_later()
    again = saved_form.page_behind() if request.method == "POST" else this_address()
    return error_page(page, next_step=None if kept and kept.address else (again, "Try again"), kept=kept)


def _who_is_here() -> list[str]:
    login = session.current()
    return [f"You are signed in as {login.username}."] if login else []


def _too_many(error: TooManyAttempts) -> Any:
    page = replace(PAGES[429], message=f"Try again in {duration(error.retry_after)}. Nothing was saved.")
    return error_page(page, error.retry_after)


def _refusal(error: Refused) -> ErrorPage:
    return ErrorPage(409, "The service has refused this", messages.plain(error.message))


def _http(error: HTTPException) -> Any:
    if error.code is None or error.code < 400:
        return error
    page = error_page(PAGES.get(error.code, ErrorPage(error.code, error.name, "Nothing was saved.")))
    if isinstance(error, MethodNotAllowed):
        page.allow.update(error.valid_methods or ())  # RFC 9110, 15.5.6
    return page


def _unforeseen(error: Exception) -> Any:
    where = request.url_rule or "an unknown address"  # not the path: that of the set-up holds a secret
    current_app.logger.error("%s %s failed", request.method, where, exc_info=error)
    return error_page(PAGES[500])


def _next_step() -> tuple[str, str]:
    if _is_signed_in():
        return url_for("sip_accounts.index"), "To your SIP accounts"
    return url_for("auth.login"), "To the sign-in"


def _is_signed_in() -> bool:
    try:
        return session.current() is not None
    except StorageUnavailable:
        return False
