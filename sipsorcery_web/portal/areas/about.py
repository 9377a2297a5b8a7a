"""The page about the portal, and how the portal looks in this browser."""

from flask import Blueprint, redirect, render_template, request
from werkzeug.wrappers import Response

from ..http.access import open_to_all
from ..http.cookies import keep_choice
from ..http.service_status import service_status
from ..http.urls import next_page
from ..ui.area import Area
from ..ui.layout import THEMES

bp = Blueprint("about", __name__)

AREA = Area(bp)


@bp.get("/about")
@open_to_all
def index() -> str:
    """Show what this is."""
    return render_template("about/index.html", service=service_status())


@bp.post("/appearance")
@open_to_all
def appearance() -> Response:
    """Choose the light or the dark look, or follow the device; kept in a cookie of its own."""
    response = redirect(next_page("sip_accounts.index"), 303)
    theme = request.form.get("theme", "")
    if theme in THEMES:
        keep_choice(response, "theme", theme)
    return response
