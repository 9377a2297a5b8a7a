"""The page of an error: what happened, what was typed, and a way on."""

from dataclasses import asdict, dataclass
from typing import Any

from flask import make_response, render_template, url_for

from sipsorcery_web.logs.request_ids import request_id

from ..http import session
from ..storage.errors import StorageUnavailable
from .forms import TypedForm


@dataclass(frozen=True)
class ErrorPage:
    """The words of an error page."""

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


def error_page(
    page: ErrorPage,
    retry_after: int | None = None,
    next_step: tuple[str, str] | None = None,
    kept: TypedForm | None = None,
) -> Any:
    """Return an error as a page, with an address and words for a way on, and what was typed, if anything was."""
    if kept and kept.address:
        next_step = next_step or (kept.address, "Back to the form")
    response = make_response(
        render_template(
            "layout/error.html",
            **asdict(page),
            next_step=next_step or _next_step(),
            kept=kept,
            request_id=request_id(),
        ),
        page.status,
    )
    if retry_after is not None:
        response.headers["Retry-After"] = str(retry_after)
    return response


def _next_step() -> tuple[str, str]:
    if _is_signed_in():
        return url_for("sip_accounts.index"), "To your SIP accounts"
    return url_for("auth.login"), "To the sign-in"


def _is_signed_in() -> bool:
    try:
        return session.current() is not None
    except StorageUnavailable:
        return False
