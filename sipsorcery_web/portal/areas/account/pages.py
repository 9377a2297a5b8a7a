"""The settings: details, password, and leaving for good."""

from typing import Any

from flask import Blueprint, current_app, flash, redirect, render_template, url_for

from sipsorcery_web.contract.records import Customer
from sipsorcery_web.portal.crud import saved_form
from sipsorcery_web.portal.crud.form_pages import takes_form
from sipsorcery_web.portal.http import session
from sipsorcery_web.portal.http.backend import current_login, service
from sipsorcery_web.portal.http.capabilities import capabilities
from sipsorcery_web.portal.http.installation import installation
from sipsorcery_web.portal.http.parts import part
from sipsorcery_web.portal.http.recent_proof import needs_recent_proof, require_recent_proof
from sipsorcery_web.portal.second_factors.methods import SecondFactors
from sipsorcery_web.portal.storage.errors import StorageUnavailable
from sipsorcery_web.portal.ui.area import Area, NavItem
from sipsorcery_web.portal.ui.forms import NOT_SAVED, load_form

from .address_change import can_be_mailed, send_link_again, waiting_address, withdraw
from .allowances import allowances, used
from .forms import CHOSEN, TYPED, DeleteCustomerForm, DetailsForm, PasswordForm
from .refused_update import STORED_ANYWAY, is_as_before

CHANGED = "Your password is changed. Other browsers that were signed in with it are signed out."
CHANGED_HERE = "Your password is changed. Other browsers that were signed in here are signed out."
CHANGED_ONLY = "Your password is changed, but other browsers that are signed in could not be signed out."

bp = Blueprint("account", __name__, url_prefix="/account")
AREA = Area(bp, "Settings", start="details", key="s", nav=NavItem("settings", "Settings"), help="settings")


bp.add_url_rule("/email-address/send-link", view_func=send_link_again, methods=["POST"])
bp.add_url_rule("/email-address/withdraw", view_func=withdraw, methods=["POST"])


@bp.route("", methods=["GET", "POST"])
@takes_form(DetailsForm, "your settings")
def details() -> Any:
    """Show and change what is stored about the visitor."""
    username = current_login().username
    stored = service().customer(username)
    form = load_form(
        DetailsForm, {name: getattr(stored, name) or "" for name in (*TYPED, *CHOSEN)}, saved_form.take(username)
    )
    form.offer_choices(stored)
    if form.validate_on_submit():
        if form.changes_who_gets_in():
            require_recent_proof()
        if form.try_save(lambda: service().update_customer(form.record())):
            session.update_login(time_zone=form.time_zone.data or "")
            saved_form.drop(username)
            flash(f"Your settings are saved.{_about_address(stored, form)}", "success")
            return redirect(url_for(".details"), 303)
        if form.status == NOT_SAVED:
            form.is_refused = (
                False  # what became of the refused change is looked at here, whatever the service is known to do
            )
            form.outcome = form.outcome if is_as_before(stored, form.record()) else STORED_ANYWAY
    page = render_template(
        "account/details.html",
        form=form,
        waiting=waiting_address(),
        can_be_mailed=can_be_mailed,
        allowances=allowances(),
        used=list(used()),
    )
    return page, form.status


@bp.route("/password", methods=["GET", "POST"])
@takes_form(PasswordForm, "your password")
def password() -> Any:
    """Change the password, which the present one proves; the visitor's other sessions end."""
    form = load_form(PasswordForm, {})
    username = form.username = current_login().username
    old, new = form.old_password.data or "", form.new_password.data or ""
    if form.validate_on_submit() and form.try_save(lambda: service().update_customer_password(username, old, new)):
        session.prove()
        flash(*_ended_elsewhere())
        return redirect(url_for(".details"), 303)
    return render_template("account/password.html", form=form), form.status


@bp.route("/delete", methods=["GET", "POST"])
@needs_recent_proof("GET", "POST")
def delete() -> Any:
    """Delete the visitor's customer account; the service answers with a refusal when it did not.

    The typed name confirms it, so it is never put back into the form.
    """
    form = DeleteCustomerForm()
    username = form.expected = current_login().username
    if form.validate_on_submit() and form.try_save(lambda: service().delete_customer(username)):
        part(SecondFactors).forget(username)
        session.end_others()
        session.sign_out()
        flash(f"The account {username} is deleted.", "success")
        return redirect(url_for("auth.login"), 303)
    return render_template("account/delete.html", form=form), form.status


def _about_address(stored: Customer, form: DetailsForm) -> str:
    """Return what is said of a new e-mail address that does not hold yet."""
    typed = form.email_address.data or ""
    if not installation().mails_links or typed.lower() == (stored.email_address or "").lower():
        return ""
    return f" A mail is on its way to {typed}: it is your address once you open the link in it, within 24 hours."


def _ended_elsewhere() -> tuple[str, str]:
    """Return the message about sessions that a change of password has ended, and the level of that note."""
    try:
        session.end_others()
    except StorageUnavailable as error:
        current_app.logger.error("Other sessions could not be ended: %s", error)
        return CHANGED_ONLY, "warning"
    return CHANGED if capabilities().ends_other_sessions else CHANGED_HERE, "success"
