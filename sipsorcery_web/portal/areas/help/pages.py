"""The help: one page in plain words, and the switch of the keys on it."""

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from sipsorcery_web.portal.diagnosis import diagnose_call
from sipsorcery_web.portal.http.access import open_to_all
from sipsorcery_web.portal.http.cookies import keep_choice
from sipsorcery_web.portal.ui.area import Area, NavItem

from .keyboard import COOKIE, OFF, jumps, keys_are_on
from .topics import anchor_of, topics

ANSWERS = {
    403: "Forbidden",
    404: "Not Found",
    408: "Request Timeout",
    480: "Temporarily Unavailable",
    484: "Address Incomplete",
    486: "Busy Here",
    487: "Request Terminated",
    488: "Not Acceptable Here",
    503: "Service Unavailable",
    603: "Decline",
}
"""The final answers that stand in most records, with the phrases that RFC 3261 gives them."""

bp = Blueprint("help", __name__, url_prefix="/help")
AREA = Area(bp, "Help", key="h", nav=NavItem("help", "Help"))


@bp.app_context_processor
def keys() -> dict[str, Any]:
    """Return the template variables for the keys."""
    return {"jumps": jumps(), "keys_are_on": keys_are_on()}


@bp.app_template_global()
def help_anchor() -> str:
    """Return the address of the help on this page; empty for a page without help."""
    return anchor_of(request.blueprint)


@bp.get("")
@open_to_all
def index() -> str:
    """All topics."""
    answers = [(status, phrase, diagnose_call(status, phrase)) for status, phrase in ANSWERS.items()]
    return render_template("help/index.html", topics=topics(), answers=answers)


@bp.post("/keyboard")
def keyboard() -> Response:
    """Switch the keys on or off in this browser; kept in a cookie of its own."""
    response = redirect(url_for("help.index", _anchor="keyboard"), 303)
    if (choice := request.form.get("keyboard", "")) in ("on", OFF):
        keep_choice(response, COOKIE, choice)
    return response
