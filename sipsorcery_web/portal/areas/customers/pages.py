"""The pages of customers: found, looked at, changed, suspended, let in again, given a password, deleted."""

import secrets
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from sipsorcery_web.contract.extensions import CustomerAccount
from sipsorcery_web.contract.rules.customer_accounts import DETAILS
from sipsorcery_web.portal.crud import saved_form
from sipsorcery_web.portal.crud.form_pages import takes_form
from sipsorcery_web.portal.crud.records import get_or_404
from sipsorcery_web.portal.http.administering import administers, require_administrator
from sipsorcery_web.portal.http.backend import current_login, service
from sipsorcery_web.portal.http.recent_proof import needs_recent_proof, require_recent_proof
from sipsorcery_web.portal.lists.exports import export_routes, exported
from sipsorcery_web.portal.lists.query import ListQuery
from sipsorcery_web.portal.ui.area import Area, NavItem
from sipsorcery_web.portal.ui.forms import load_form

from ..security.change_words import fields_in_words, in_words
from .form import CustomerForm, DeleteForm, SuspendForm
from .holdings import holdings_of, newest_changes_of
from .listing import COLUMNS, STATES, build_filter, the_page

PASSWORD_BYTES = 12
"""Of a new password: 96 random bits, in 16 characters."""

bp = Blueprint("customers", __name__, url_prefix="/admin/customers")
AREA = Area(
    bp,
    "Customers",
    key="u",
    nav=NavItem("customers", "Customers", beside=("invites",)),
    help="customers",
    needs="administers_customers",
    is_here=administers,
)
bp.before_request(require_administrator)


@bp.get("")
def index() -> str:
    """The customers whom the visitor looks after, a page at a time, by name."""
    return render_template("customers/index.html", page=the_page(ListQuery.from_request()), states=STATES)


@export_routes(bp)
def export(form: str) -> Response:
    """The same list as a file."""
    return exported(form, "customers", COLUMNS, service().customers, build_filter(ListQuery.from_request().query))


@bp.route("/<uuid:customer_id>", methods=["GET", "POST"])
@takes_form(CustomerForm, "a customer")
def edit(customer_id: UUID) -> Any:
    """Show a customer and what there is of theirs, and change the details."""
    customer, username = the_customer(customer_id), current_login().username
    values = {name: getattr(customer, name) or "" for name in DETAILS}
    form = load_form(CustomerForm, values, saved_form.take(username))
    form.for_stored(customer)
    if form.validate_on_submit():
        if form.changes_address():
            require_recent_proof()
        if form.try_save(lambda: service().update_customer_details(form.record())):
            saved_form.drop(username)
            return _done(customer, "is saved")
    return _customer_page(customer, form)


@bp.route("/<uuid:customer_id>/suspend", methods=["GET", "POST"])
@takes_form(SuspendForm, "a customer")
@needs_recent_proof("POST")
def suspend(customer_id: UUID) -> Any:
    """Shut a customer out, after asking why."""
    customer = the_customer(customer_id)
    form, name = load_form(SuspendForm, {}), customer.customer_username or ""
    if form.validate_on_submit() and form.try_save(lambda: service().suspend_customer(name, form.reason.data or "")):
        return _done(customer, "is suspended")
    return render_template("customers/suspend.html", form=form, customer=customer), form.status


@bp.post("/<uuid:customer_id>/resume")
@needs_recent_proof("POST")
def resume(customer_id: UUID) -> Response:
    """Let a suspended customer in again."""
    customer = the_customer(customer_id)
    service().resume_customer(customer.customer_username or "")
    return _done(customer, "may sign in again")


@bp.route("/<uuid:customer_id>/password", methods=["GET", "POST"])
@needs_recent_proof("POST")
def password(customer_id: UUID) -> str:
    """Give a customer a random password, after asking; it is shown this once."""
    customer = the_customer(customer_id)
    if request.method == "GET":
        return render_template("customers/password.html", customer=customer)
    made = secrets.token_urlsafe(PASSWORD_BYTES)
    service().reset_customer_password(customer.customer_username or "", made)
    return render_template("customers/password_made.html", customer=customer, password=made)


@bp.route("/<uuid:customer_id>/delete", methods=["GET", "POST"])
@needs_recent_proof("POST")
def delete(customer_id: UUID) -> Any:
    """Delete a customer, once the username is typed, which is never put back into the form."""
    customer = the_customer(customer_id)
    form, name = DeleteForm(), customer.customer_username or ""
    form.expected = name
    if form.validate_on_submit() and form.try_save(lambda: service().delete_customer_account(name)):
        flash(f"The customer {name} is deleted.", "success")
        return redirect(url_for(".index"), 303)
    return render_template("customers/delete.html", form=form, customer=customer), form.status


def the_customer(customer_id: UUID) -> CustomerAccount:
    """The customer with this id; NotFound when there is none whom the visitor looks after."""
    return get_or_404(service().customers, customer_id, "customer")


def _customer_page(customer: CustomerAccount, form: CustomerForm) -> Any:
    username = customer.customer_username or ""
    page = render_template(
        "customers/customer.html",
        customer=customer,
        form=form,
        is_own=username == current_login().username,
        holdings=list(holdings_of(username)),
        changes=newest_changes_of(username),
        in_words=in_words,
        fields_in_words=fields_in_words,
    )
    return page, form.status


def _done(customer: CustomerAccount, words: str) -> Response:
    flash(f"{customer.customer_username} {words}.", "success")
    return redirect(url_for(".edit", customer_id=customer.id), 303)
