"""The pages of the tokens that let programs in."""

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for

from sipsorcery_web.contract.errors import NotFound
from sipsorcery_web.contract.extensions import AccessToken
from sipsorcery_web.contract.rules.access_tokens import MOST_TOKENS
from sipsorcery_web.portal.crud import saved_form
from sipsorcery_web.portal.crud.form_pages import takes_form
from sipsorcery_web.portal.http.backend import current_login, service
from sipsorcery_web.portal.http.clock import now
from sipsorcery_web.portal.http.recent_proof import needs_recent_proof
from sipsorcery_web.portal.ui.area import Area
from sipsorcery_web.portal.ui.forms import load_form

from .form import TokenForm, proposed
from .scope_words import boxes, words_of

bp = Blueprint("access_tokens", __name__, url_prefix="/security/tokens")
AREA = Area(bp, help="security", needs="keeps_access_tokens")


def count_of_good() -> int:
    """Return how many tokens of the visitor's are good at present."""
    return sum(token.ends > now() for token in service().access_tokens())


@bp.route("", methods=["GET", "POST"])
@takes_form(TokenForm, "a token")
@needs_recent_proof("POST")
def index() -> Any:
    """Show the visitor's tokens and make one more, which is shown this once."""
    username = current_login().username
    form = load_form(TokenForm, proposed(), saved_form.take(username))
    made: list[AccessToken] = []
    if form.validate_on_submit() and form.try_save(lambda: made.append(service().add_access_token(form.record()))):
        saved_form.drop(username)
        return render_template("security/token_made.html", token=made[0], words=words_of(made[0].scopes))
    page = render_template(
        "security/tokens.html",
        form=form,
        tokens=service().access_tokens(),
        words_of=words_of,
        boxes=list(boxes()),
        now=now(),
        most=MOST_TOKENS,
    )
    return page, form.status


@bp.route("/<uuid:token_id>/delete", methods=["GET", "POST"])
@needs_recent_proof("POST")
def delete(token_id: UUID) -> Any:
    """End a token, after asking."""
    token = the_token(token_id)
    if request.method == "POST":
        service().delete_access_token(token_id)
        flash(f"{token.name} is deleted. It opens nothing any more.", "success")
        return redirect(url_for(".index"), 303)
    return render_template("security/delete_token.html", token=token)


def the_token(token_id: UUID) -> AccessToken:
    """The visitor's token with this id; NotFound when there is none."""
    found = next((token for token in service().access_tokens() if token.id == token_id), None)
    if found is None:
        raise NotFound("The token was not found.")
    return found
