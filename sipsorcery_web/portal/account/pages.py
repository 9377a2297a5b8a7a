"""The settings: details, password, and leaving for good."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for

from .. import expired, session
from ..backend import service, visit
from ..form_pages import takes_form
from ..forms import NOT_SAVED, opened
from .forms import CHOSEN, TYPED, DeleteCustomerForm, DetailsForm, PasswordForm
from .refused import STORED_ANYWAY, is_as_before

bp = Blueprint("account", __name__, url_prefix="/account")


@bp.route("", methods=["GET", "POST"])
@takes_form(DetailsForm, "your settings")
def details() -> Any:
    """Show and change what is stored about the visitor."""
    username = visit().username
    stored = service().customer(username)
    form = opened(
        DetailsForm, {name: getattr(stored, name) or "" for name in (*TYPED, *CHOSEN)}, expired.take(username)
    )
    form.offer_choices(stored)
    if form.validate_on_submit():
        if form.carried_out(lambda: service().update_customer(form.record())):
            session.update_visit(time_zone=form.time_zone.data or "")
            expired.drop(username)
            flash("Your settings are saved.", "success")
            return redirect(url_for(".details"), 303)
        if form.status == NOT_SAVED and not is_as_before(stored, form.record()):
            form.outcome = STORED_ANYWAY
    return render_template("account/details.html", form=form), form.status


@bp.route("/password", methods=["GET", "POST"])
@takes_form(PasswordForm, "your password")
def password() -> Any:
    """Change the password; the visitor's other sessions end."""
    form = opened(PasswordForm, {})
    old, new = form.old_password.data or "", form.new_password.data or ""
    if form.validate_on_submit() and form.carried_out(
        lambda: service().update_customer_password(visit().username, old, new)
    ):
        flash("Your password is changed. Other browsers that were signed in with it are signed out.", "success")
        return redirect(url_for(".details"), 303)
    return render_template("account/password.html", form=form), form.status


@bp.route("/delete", methods=["GET", "POST"])
def delete() -> Any:
    """Delete the visitor's customer account; the service answers with a refusal when it did not.

    The typed name confirms it, so it is never put back into the form.
    """
    form = DeleteCustomerForm()
    username = form.expected = visit().username
    if form.validate_on_submit() and form.carried_out(lambda: service().delete_customer(username)):
        session.sign_out()
        flash(f"The account {username} is deleted.", "success")
        return redirect(url_for("signing_in.login"), 303)
    return render_template("account/delete.html", form=form), form.status
