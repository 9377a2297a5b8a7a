"""The pages of somebody who has not signed in."""

from datetime import timedelta
from typing import Any

from flask import Blueprint, current_app, flash, g, redirect, render_template, request, url_for
from flask_wtf.csrf import CSRFError
from werkzeug.wrappers import Response

from sipsorcery_web.contract.errors import ProvisioningError, Refused, TooManyAttempts
from sipsorcery_web.contract.faults import refusal_of
from sipsorcery_web.contract.operations import SESSION_MINUTES
from sipsorcery_web.contract.records import TOP_LEVEL
from sipsorcery_web.portal.crud import saved_form
from sipsorcery_web.portal.crud.form_errors import needs_https, out_of_date, why_out_of_date
from sipsorcery_web.portal.crud.form_pages import takes_form
from sipsorcery_web.portal.http import session
from sipsorcery_web.portal.http.access import open_to_all
from sipsorcery_web.portal.http.backend import current_login, service, service_with
from sipsorcery_web.portal.http.capabilities import capabilities
from sipsorcery_web.portal.http.csrf import ForeignOrigin
from sipsorcery_web.portal.http.service_status import service_status
from sipsorcery_web.portal.http.urls import local_path, next_page, with_parameter
from sipsorcery_web.portal.ui import messages
from sipsorcery_web.portal.ui.area import Area
from sipsorcery_web.portal.ui.forms import OUT_OF_DATE, load_form
from sipsorcery_web.portal.ui.layout import LONGEST_SESSION

from .demonstration import demonstration
from .forms import DEFAULTS, CustomerForm, InviteForm, SignInForm

bp = Blueprint("auth", __name__)
AREA = Area(bp)


@bp.get("/")
@open_to_all
def start() -> Response:
    """The first page: the SIP accounts, behind the sign-in."""
    return redirect(url_for("sip_accounts.index"), 303)


@bp.route("/login", methods=["GET", "POST"])
@open_to_all
@takes_form(SignInForm, "the sign-in")
def login() -> Any:
    """Sign in, and go on where the visitor wanted to be."""
    if session.cookie_needs_https():
        return needs_https()
    form = load_form(SignInForm, {"next": request.args.get("next", "")})
    if form.validate_on_submit():
        try:
            if form.try_save(lambda: _sign_in(form)):
                return redirect(_way_on(form), 303)
        except TooManyAttempts as error:
            return _refused_for_now(form, error)
    return _login_page(form)


@bp.errorhandler(CSRFError)
def sign_in_again(error: CSRFError) -> Any:
    """A sign-in page that was left open for long is made anew, and does not forget where it leads."""
    if request.endpoint != "auth.login" or isinstance(error, ForeignOrigin):
        return out_of_date(error)
    problem = f"{why_out_of_date()} Type your password again."
    if again := saved_form.form_again(problem):
        return again
    form = SignInForm(formdata=None)
    form.problem, form.status = problem, OUT_OF_DATE
    return _login_page(form)


@bp.post("/logout")
@open_to_all
def logout() -> Response:
    """End the session here and at the service; without one it is over already."""
    if session.current() is not None:
        try:
            service().logout()
        except ProvisioningError as error:
            current_app.logger.warning("A session could not be ended at the service: %s", error)
        session.sign_out()
        flash("You are signed out.", "success")
    return redirect(url_for("auth.login"), 303)


@bp.post("/session/extend")
def extend() -> Response:
    """Stay signed in for another hour, at most ten hours in all."""
    here = current_login()
    try:
        service().extend_session(SESSION_MINUTES)
    except Refused as error:
        flash(messages.plain(error), "warning")
    else:
        longest = here.signed_in_at + LONGEST_SESSION
        session.extend_until(min(here.ends_at + timedelta(minutes=SESSION_MINUTES), longest))
        flash(f"You stay signed in for another {SESSION_MINUTES} minutes.", "success")
    return redirect(next_page("sip_accounts.index"), 303)


@bp.post("/invite")
@open_to_all
@takes_form(InviteForm, "the invite code")
def check_invite() -> Any:
    """Look at an invite code and carry it on to the form."""
    form = load_form(InviteForm, {})
    if form.validate_on_submit():
        complaints: list[str] = []
        if form.try_save(lambda: complaints.append(service().invite_complaint(form.invite_code.data or "") or "")):
            if not complaints[0]:
                return redirect(url_for("auth.register", invite_code=form.invite_code.data), 303)
            form.add_error("invite_code", messages.plain(refusal_of(complaints[0])))
    return _login_page(SignInForm(formdata=None), form)


@bp.route("/register", methods=["GET", "POST"])
@open_to_all
@takes_form(CustomerForm, "the new account")
def register() -> Any:
    """Create a customer account."""
    if session.cookie_needs_https():
        return needs_https()
    if _needs_code_first():
        flash("An account needs an invite code here. Check yours first.", "notice")
        return redirect(url_for(".login"), 303)
    form = load_form(CustomerForm, DEFAULTS | {"invite_code": request.args.get("invite_code", "")})
    form.offer_choices()
    if form.validate_on_submit() and form.try_save(lambda: service().create_customer(form.record())):
        ready = " You can sign in now." if capabilities().readies_new_customers else ""
        flash(f"The account {form.customer_username.data.lower()} is made.{ready}", "success")
        return redirect(url_for("auth.login"), 303)
    return render_template("auth/register.html", form=form, purpose="register"), form.status


def _needs_code_first() -> bool:
    status = service_status()
    has_code = request.method == "POST" or request.args.get("invite_code")
    return status.takes_invites and not status.takes_anyone and not has_code


def _sign_in(form: SignInForm) -> None:
    username = (form.username.data or "").strip().lower()
    token = service_with(None).login(username, form.password.data or "")
    if token is None:
        raise Refused("Username and password do not belong together.")
    customer = service_with(token).customer(username)
    session.sign_in(username, token, SESSION_MINUTES, customer.admin_id == TOP_LEVEL, customer.time_zone or "")
    g.pop("provisioning", None)


def _login_page(form: SignInForm, invite_form: InviteForm | None = None, retry_after: int | None = None) -> Any:
    status = service_status()
    takes_codes = status.takes_invites and retry_after is None
    page = render_template(
        "auth/login.html",
        form=form,
        invite_form=invite_form or (InviteForm(formdata=None) if takes_codes else None),
        status=status,
        new_accounts=None if status.takes_invites and not status.takes_anyone else status.new_accounts,
        retry_after=retry_after,
        demonstration=demonstration(),
    )
    return page, max(form.status, invite_form.status if invite_form else 0)


def _refused_for_now(form: SignInForm, error: TooManyAttempts) -> Any:
    form.problem, form.status = "Too many sign-ins have failed. Your password was not looked at.", 429
    return *_login_page(form, retry_after=error.retry_after), {"Retry-After": str(error.retry_after)}


def _way_on(form: SignInForm) -> str:
    target = local_path(form.next.data) or url_for("sip_accounts.index")
    if form.kept.data:
        return with_parameter(target, "kept", form.kept.data)
    return saved_form.address_after_sign_in(target, form.carried.data or "", current_login().username)
