"""The page that creates the first administrator, reached by a link that works once."""

from typing import Any, Protocol

from flask import Blueprint, Flask, flash, redirect, render_template, url_for

from sipsorcery_web.contract.records import Customer
from sipsorcery_web.portal.http.visitor_address import visitor_address

from ..crud.form_errors import needs_https
from ..crud.form_pages import takes_form
from ..http import session
from ..http.access import open_to_all
from ..ui.forms import load_form
from .auth.forms import DEFAULTS, CustomerForm


class SetUp(Protocol):
    """The parts of an installation without an administrator that the page needs."""

    def check(self, secret: str, address: str) -> None:
        """Raise NotFound unless the link could be used now, TooManyAttempts where too many were tried from there."""

    def create_administrator(self, secret: str, customer: Customer, address: str) -> None:
        """Use the link up; NotFound when it is over, Refused when a rule is broken."""


def init_app(app: Flask, set_up: SetUp) -> None:
    """Give the portal its set-up page."""
    bp = Blueprint("setup", __name__)

    @bp.route("/setup/<secret>", methods=["GET", "POST"])
    @open_to_all
    @takes_form(CustomerForm, "the administrator")
    def setup(secret: str) -> Any:
        """Create the first administrator."""
        set_up.check(secret, visitor_address())
        if session.cookie_needs_https():
            return needs_https()
        form = load_form(CustomerForm, DEFAULTS)
        form.offer_choices()
        if form.validate_on_submit() and form.try_save(lambda: _create(set_up, secret, form)):
            flash("The administrator is made. You can sign in now.", "success")
            return redirect(url_for("auth.login"), 303)
        return render_template("auth/register.html", form=form, purpose="setup"), form.status

    app.register_blueprint(bp)


def _create(set_up: SetUp, secret: str, form: CustomerForm) -> None:
    set_up.create_administrator(secret, form.record(), visitor_address())
