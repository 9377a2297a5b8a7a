"""The pages of the programs that the visitor has registered."""

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for

from sipsorcery_web.contract.errors import NotFound
from sipsorcery_web.contract.oauth import Program
from sipsorcery_web.contract.rules.programs import MOST_PROGRAMS, NAME_LIMIT
from sipsorcery_web.portal.crud import saved_form
from sipsorcery_web.portal.crud.form_pages import takes_form
from sipsorcery_web.portal.http.backend import current_login
from sipsorcery_web.portal.http.recent_proof import needs_recent_proof
from sipsorcery_web.portal.http.visitor_address import visitor_address
from sipsorcery_web.portal.ui.area import Area
from sipsorcery_web.portal.ui.forms import load_form

from .forms import ProgramForm
from .server import authorization_server

bp = Blueprint("programs", __name__, url_prefix="/security/programs")
AREA = Area(bp, help="security", needs="takes_oauth")


@bp.route("", methods=["GET", "POST"])
@takes_form(ProgramForm, "a program")
@needs_recent_proof("POST")
def index() -> Any:
    """Show the visitor's programs and register one more, whose secret is shown this once."""
    username = current_login().username
    form = load_form(ProgramForm, {}, saved_form.take(username))
    made: list[Program] = []
    if form.validate_on_submit() and form.try_save(
        lambda: made.append(authorization_server().add_program(form.record(), visitor_address()))
    ):
        saved_form.drop(username)
        return render_template("oauth/program_made.html", program=made[0])
    programs = authorization_server().programs(username)
    page = render_template(
        "oauth/programs.html", form=form, programs=programs, most=MOST_PROGRAMS, name_limit=NAME_LIMIT
    )
    return page, form.status


@bp.route("/<uuid:program_id>/secret", methods=["GET", "POST"])
@needs_recent_proof("POST")
def secret(program_id: UUID) -> Any:
    """Give a program another secret, after asking, and show it this once."""
    program = the_program(program_id)
    if not program.is_confidential:
        raise NotFound("The program has no secret.")
    if request.method == "POST":
        renewed = authorization_server().renew_secret(program.owner, program_id, visitor_address())
        return render_template("oauth/program_made.html", program=renewed)
    return render_template("oauth/renew_secret.html", program=program)


@bp.route("/<uuid:program_id>/delete", methods=["GET", "POST"])
@needs_recent_proof("POST")
def delete(program_id: UUID) -> Any:
    """Delete a program, after asking."""
    program = the_program(program_id)
    if request.method == "POST":
        authorization_server().delete_program(program.owner, program_id, visitor_address())
        flash(f"{program.name} is deleted, and acts for nobody any more.", "success")
        return redirect(url_for(".index"), 303)
    return render_template("oauth/delete_program.html", program=program)


def the_program(program_id: UUID) -> Program:
    """The visitor's program with this id; NotFound when there is none."""
    programs = authorization_server().programs(current_login().username)
    found = next((each for each in programs if each.id == program_id), None)
    if found is None:
        raise NotFound("The program was not found.")
    return found
