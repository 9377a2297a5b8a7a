"""The pages of invite codes: listed, made and shown once, withdrawn."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for

from sipsorcery_web.contract.extensions import Invite
from sipsorcery_web.contract.filters import Expression, prop
from sipsorcery_web.portal.crud import saved_form
from sipsorcery_web.portal.crud.form_pages import takes_form
from sipsorcery_web.portal.crud.records import get_or_404
from sipsorcery_web.portal.http.administering import administers, require_administrator
from sipsorcery_web.portal.http.backend import current_login, service
from sipsorcery_web.portal.http.clock import now
from sipsorcery_web.portal.http.recent_proof import needs_recent_proof
from sipsorcery_web.portal.lists import cells
from sipsorcery_web.portal.lists.exports import CONTENT_TYPES, Column, export_routes, exported
from sipsorcery_web.portal.lists.page import page_of
from sipsorcery_web.portal.lists.query import FilterOption, ListFilter, ListQuery
from sipsorcery_web.portal.lists.search import and_, text_search
from sipsorcery_web.portal.ui.area import Area
from sipsorcery_web.portal.ui.forms import load_form

from .form import InvitesForm

STATES = ListFilter(
    "state",
    [
        FilterOption("", "All"),
        FilterOption("unused", "Not used", prop("UsedAt").equals(None)),
        FilterOption("used", "Used", prop("UsedAt").differs(None)),
    ],
)
COLUMNS: Sequence[Column[Invite]] = (
    Column("note", "Note"),
    Column("made_by", "Made by"),
    Column("inserted", "Made", is_moment=True),
    Column("ends", "Ends", is_moment=True),
    Column("used_by", "Used by"),
    Column("used_at", "Used", is_moment=True),
    Column("id", "Id", value=str),
)

bp = Blueprint("invites", __name__, url_prefix="/admin/invites")
AREA = Area(bp, help="customers", needs="administers_customers", is_here=administers)
bp.before_request(require_administrator)


@bp.get("")
def index() -> str:
    """The invite codes without the codes, a page at a time, the newest first."""
    list_query = ListQuery.from_request()
    page = page_of(service().invites, list_query, _wanted(list_query.query))
    return render_template("invites/index.html", page=page, states=STATES, now=now())


@export_routes(bp)
def export(form: str) -> Response:
    """The same list as a file; the codes themselves are not known any more."""
    return exported(form, "invites", COLUMNS, service().invites, _wanted(ListQuery.from_request().query))


@bp.route("/add", methods=["GET", "POST"])
@takes_form(InvitesForm, "invite codes")
@needs_recent_proof("POST")
def add() -> Any:
    """Make codes, which are shown this once, or given as a file."""
    username = current_login().username
    form = load_form(InvitesForm, {"count": 1}, saved_form.take(username))
    made: list[Invite] = []
    if form.validate_on_submit() and form.try_save(
        lambda: made.extend(service().add_invites(form.record(), form.count.data or 0))
    ):
        saved_form.drop(username)
        return _file_of(made) if form.as_file.data else render_template("invites/made.html", made=made)
    return render_template("invites/add.html", form=form), form.status


@bp.route("/<uuid:invite_id>/delete", methods=["GET", "POST"])
def delete(invite_id: UUID) -> Any:
    """Withdraw a code, after asking."""
    invite = get_or_404(service().invites, invite_id, "invite")
    if request.method == "POST":
        service().delete_invite(invite_id)
        flash("The invite code is withdrawn. It opens no account any more.", "success")
        return redirect(url_for(".index"), 303)
    return render_template("invites/delete.html", invite=invite)


def _wanted(query: str) -> Expression | None:
    return and_(text_search(query, "Note", "MadeBy", "UsedBy"), STATES.chosen.where)


def _file_of(made: Sequence[Invite]) -> Response:
    rows = (f"{invite.code},{cells.text_cell(invite.note or '')}\r\n" for invite in made)
    text = "\ufeff" + cells.line(["Invite code", "Note"]) + "".join(rows)
    response = Response(text, content_type=CONTENT_TYPES["csv"])
    response.headers["Content-Disposition"] = 'attachment; filename="invite-codes.csv"'
    return response
