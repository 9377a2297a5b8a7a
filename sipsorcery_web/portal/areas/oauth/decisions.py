"""The pages where a customer decides about a program: one that a browser is led to, and one for the code of a device.

No link decides anything, nor fills the code in: whoever sends somebody a link wants what the page asks about.
"""

from typing import Any

from flask import Blueprint, make_response, redirect, render_template, request
from werkzeug.wrappers import Response

from sipsorcery_web.contract.oauth import Wanted, WrongRequest
from sipsorcery_web.portal.areas.security.scope_words import words_of
from sipsorcery_web.portal.http.backend import current_login
from sipsorcery_web.portal.http.recent_proof import needs_recent_proof
from sipsorcery_web.portal.http.security_headers import let_forms_lead_to
from sipsorcery_web.portal.http.visitor_address import visitor_address
from sipsorcery_web.portal.ui.area import Area
from sipsorcery_web.portal.ui.forms import NOT_SAVED, load_form

from .forms import DeviceForm
from .server import authorization_server

bp = Blueprint("oauth", __name__, url_prefix="/oauth")
AREA = Area(bp, start="device", help="security", needs="takes_oauth")

DECISION = "decision"
ALLOW, DENY = "allow", "deny"


@bp.route("/authorize", methods=["GET", "POST"])
@needs_recent_proof("GET", "POST")
def authorize() -> Any:
    """Ask about a program that has led the browser here, and send it back with what was decided."""
    try:
        if _has_decided():
            username = current_login().username
            return redirect(authorization_server().decide(request, username, visitor_address(), _allows()), 303)
        wanted = authorization_server().wanted(request)
    except WrongRequest as why:
        return render_template("oauth/wrong_request.html", why=str(why), way_back=why.way_back), NOT_SAVED
    return _asked(wanted)


@bp.route("/device", methods=["GET", "POST"])
@needs_recent_proof("GET", "POST")
def device() -> Any:
    """Ask for the code that a device shows, then about the device, and say what was decided."""
    form = load_form(DeviceForm, {})
    typed = form.user_code.data or ""
    if request.method != "POST":
        return render_template("oauth/device.html", form=form)
    wanted = _decided_for_device(typed) if _has_decided() else _wanted_by_device(typed)
    if wanted is None:
        form.wrong = True
        form.validate()
        return render_template("oauth/device.html", form=form), form.status
    if _has_decided():
        return render_template("oauth/device_done.html", wanted=wanted, allows=_allows())
    return _asked(wanted, typed)


def _asked(wanted: Wanted, user_code: str = "") -> Response:
    page = render_template("oauth/consent.html", wanted=wanted, words=words_of(wanted.scopes), user_code=user_code)
    response = make_response(page)
    if wanted.leads_to:
        let_forms_lead_to(response, wanted.leads_to)
    return response


def _wanted_by_device(typed: str) -> Wanted | None:
    return authorization_server().wanted_by_device(typed, current_login().username, visitor_address())


def _decided_for_device(typed: str) -> Wanted | None:
    return authorization_server().decide_device(typed, current_login().username, visitor_address(), _allows())


def _has_decided() -> bool:
    return request.method == "POST" and request.form.get(DECISION) in (ALLOW, DENY)


def _allows() -> bool:
    return request.form.get(DECISION) == ALLOW
