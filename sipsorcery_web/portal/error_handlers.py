"""One table turns errors into pages that say what happened and offer a way on."""

from dataclasses import replace
from typing import Any

from flask import Flask, current_app, request
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from sipsorcery_web.contract.errors import (
    Attempts,
    Busy,
    ContractError,
    InternalFault,
    NotFound,
    OutcomeUnknown,
    Refused,
    SessionExpired,
    TooManyAttempts,
    Unavailable,
)

from .areas.auth.login_again import login_again
from .crud import conflict, saved_form
from .crud.form_errors import form_error_page, out_of_date
from .http import session
from .http.urls import this_address
from .storage.errors import StorageUnavailable
from .ui import messages
from .ui.error_page import PAGES, ErrorPage
from .ui.formats import duration

UNKNOWN = ErrorPage(
    503,
    "The service does not answer in time",
    "It may have saved what you sent, or not. Look before you send it again.",
)
BUSY = ErrorPage(503, "The service has too much to do", "Nothing was saved. Try again in a moment.")
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
DELETED = ErrorPage(
    404,
    "{} has been deleted meanwhile",
    "Nothing was saved. You can add it as new with what you typed; nothing is added until you save it there.",
)


def init_app(app: Flask) -> None:
    """Give every kind of error its page."""
    app.register_error_handler(SessionExpired, _session_expired)
    app.register_error_handler(NotFound, _not_found)
    app.register_error_handler(TooManyAttempts, _too_many)
    app.register_error_handler(Refused, lambda error: form_error_page(_refusal(error)))
    app.register_error_handler(OutcomeUnknown, lambda _: _out_of_reach(UNKNOWN))
    app.register_error_handler(InternalFault, lambda _: _out_of_reach(FAILED))
    app.register_error_handler(Busy, lambda _: _out_of_reach(BUSY))
    app.register_error_handler(Unavailable, lambda _: _out_of_reach(PAGES[503]))
    app.register_error_handler(ContractError, lambda _: _out_of_reach(UNREADABLE))
    app.register_error_handler(StorageUnavailable, lambda _: form_error_page(PAGES[503]))
    app.register_error_handler(CSRFError, out_of_date)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _unforeseen)


def _session_expired(_error: SessionExpired) -> Any:
    session.end_session()
    return login_again()


def _not_found(_error: NotFound) -> Any:
    """Tell whoever has opened a record that it has gone since, and offer to add what was typed as a new one."""
    kept, was_there = saved_form.offer_to_add(conflict.fixed_values) or (None, False)
    if kept is None or not kept.address:
        return form_error_page(PAGES[404])
    name = kept.name or kept.thing[0].upper() + kept.thing[1:]
    page = replace(DELETED, title=DELETED.title.format(name)) if was_there else PAGES[404]
    return form_error_page(page, next_step=(kept.address, "Add it as new"), kept=kept)


def _out_of_reach(page: ErrorPage) -> Any:
    """The service may be back in a moment: then the same page, with what was typed, is a click away."""
    kept = saved_form.save_for_later()
    again = saved_form.page_behind() if request.method == "POST" else this_address()
    return form_error_page(page, next_step=None if kept and kept.address else (again, "Try again"), kept=kept)


def _too_many(error: TooManyAttempts) -> Any:
    why = "" if error.attempts is Attempts.SIGN_IN else f"Too many {error.attempts.value}. "
    page = replace(PAGES[429], message=f"{why}Try again in {duration(error.retry_after)}. Nothing was saved.")
    return form_error_page(page, error.retry_after)


def _refusal(error: Refused) -> ErrorPage:
    return ErrorPage(409, "The service has refused this", messages.plain(error))


def _http(error: HTTPException) -> Any:
    if error.code is None or error.code < 400:
        return error
    page = form_error_page(PAGES.get(error.code, ErrorPage(error.code, error.name, "Nothing was saved.")))
    if isinstance(error, MethodNotAllowed):
        page.allow.update(error.valid_methods or ())  # RFC 9110, 15.5.6
    return page


def _unforeseen(error: Exception) -> Any:
    where = request.url_rule or "an unknown address"  # not the path: that of the set-up holds a secret
    current_app.logger.error("%s %s failed", request.method, where, exc_info=error)
    return form_error_page(PAGES[500])
