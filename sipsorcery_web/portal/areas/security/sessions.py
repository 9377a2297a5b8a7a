"""The page of the visitor's open sessions, each of which can be ended."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from sipsorcery_web.portal.http import open_sessions
from sipsorcery_web.portal.http.devices import device_words
from sipsorcery_web.portal.storage.sessions import MOST_LISTED
from sipsorcery_web.portal.ui.area import Area

bp = Blueprint("sessions", __name__, url_prefix="/security/sessions")
AREA = Area(bp, help="security")


@bp.get("")
def index() -> str:
    """Show who is signed in: this browser, others, and programs."""
    sessions = open_sessions.open_sessions()
    return render_template("security/sessions.html", sessions=sessions, device_words=device_words, most=MOST_LISTED)


@bp.post("/<uuid:session_id>/end")
def end(session_id: UUID) -> Response:
    """Sign one of the visitor's other sessions out."""
    if session_id == open_sessions.this_id():
        flash("This is the session that you use. Sign out to end it.", "warning")
    else:
        open_sessions.end(session_id)
        flash("The session is ended. Whoever used it is signed out.", "success")
    return redirect(url_for(".index"), 303)


@bp.post("/end-others")
def end_others() -> Response:
    """Sign the visitor out everywhere else."""
    open_sessions.end_all_others()
    flash("All other sessions are ended. Only this one is signed in.", "success")
    return redirect(url_for(".index"), 303)
