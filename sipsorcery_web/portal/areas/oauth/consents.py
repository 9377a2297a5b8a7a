"""The page of the programs that act for the visitor, each of which can be kept from it."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for

from sipsorcery_web.contract.errors import NotFound
from sipsorcery_web.contract.oauth import Consent
from sipsorcery_web.portal.areas.security.scope_words import words_of
from sipsorcery_web.portal.http.backend import current_login
from sipsorcery_web.portal.http.visitor_address import visitor_address
from sipsorcery_web.portal.ui.area import Area

from .server import authorization_server

bp = Blueprint("consents", __name__, url_prefix="/security/consents")
AREA = Area(bp, help="security", needs="takes_oauth")


@bp.get("")
def index() -> str:
    """Show what the visitor has allowed programs."""
    return render_template("oauth/consents.html", consents=_consents(), words_of=words_of)


@bp.route("/<uuid:consent_id>/end", methods=["GET", "POST"])
def end(consent_id: UUID) -> Any:
    """Take a consent back, after asking."""
    consent = the_consent(consent_id)
    if request.method == "POST":
        authorization_server().withdraw(current_login().username, consent_id, visitor_address())
        flash(f"{consent.program.name} is kept out from now on.", "success")
        return redirect(url_for(".index"), 303)
    return render_template("oauth/end_consent.html", consent=consent, words_of=words_of)


def the_consent(consent_id: UUID) -> Consent:
    """The visitor's consent with this id; NotFound when there is none."""
    found = next((each for each in _consents() if each.id == consent_id), None)
    if found is None:
        raise NotFound("The consent was not found.")
    return found


def _consents() -> Sequence[Consent]:
    return authorization_server().consents(current_login().username)
