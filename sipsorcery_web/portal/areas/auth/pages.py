"""The pages of somebody who has not signed in."""

from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, url_for
from flask_wtf.csrf import CSRFError
from werkzeug.wrappers import Response

from sipsorcery_web.contract.errors import Attempts, ProvisioningError, Refused, TooManyAttempts
from sipsorcery_web.contract.faults import refusal_of
from sipsorcery_web.contract.operations import SESSION_MINUTES
from sipsorcery_web.contract.records import TOP_LEVEL, Customer
from sipsorcery_web.portal.crud import saved_form
from sipsorcery_web.portal.crud.form_errors import needs_https, out_of_date, why_out_of_date
from sipsorcery_web.portal.crud.form_pages import takes_form
from sipsorcery_web.portal.http import session
from sipsorcery_web.portal.http.access import open_to_all
from sipsorcery_web.portal.http.backend import current_login, service, service_with
from sipsorcery_web.portal.http.capabilities import capabilities
from sipsorcery_web.portal.http.clock import now
from sipsorcery_web.portal.http.csrf import ForeignOrigin
from sipsorcery_web.portal.http.devices import user_agent
from sipsorcery_web.portal.http.installation import installation
from sipsorcery_web.portal.http.parts import find_part, part
from sipsorcery_web.portal.http.password_proof import token_for
from sipsorcery_web.portal.http.renewal import LONGEST_SESSION, renews_by_itself
from sipsorcery_web.portal.http.service_status import service_status
from sipsorcery_web.portal.http.urls import local_path, next_page, with_parameter
from sipsorcery_web.portal.http.visitor_address import visitor_address
from sipsorcery_web.portal.second_factors.passkeys.method import PasskeySignIns
from sipsorcery_web.portal.second_factors.passkeys.proving import prove_alone
from sipsorcery_web.portal.second_factors.passkeys.refusals import NO_ANSWER, refusals
from sipsorcery_web.portal.storage.half_sign_ins import HalfSignIn
from sipsorcery_web.portal.storage.visitor_limit import VisitorLimit
from sipsorcery_web.portal.ui import messages
from sipsorcery_web.portal.ui.area import Area
from sipsorcery_web.portal.ui.forms import OUT_OF_DATE, load_form

from . import second_step
from .code_pages import second_step_code, second_step_recovery
from .demonstration import demonstration
from .forms import DEFAULTS, CustomerForm, InviteForm, SignInForm
from .passkey_pages import passkey_alone_options, second_step_options, second_step_passkey, signs_in_alone
from .step_up import proof_options

bp = Blueprint("auth", __name__)
AREA = Area(bp)

bp.add_url_rule("/login/code", view_func=second_step_code, methods=["GET", "POST"])
bp.add_url_rule("/login/passkey", view_func=second_step_passkey, methods=["GET", "POST"])
bp.add_url_rule("/login/passkey/options", view_func=second_step_options)
bp.add_url_rule("/login/with-passkey/options", view_func=passkey_alone_options)
bp.add_url_rule("/security/proof/options", view_func=proof_options)
bp.add_url_rule("/login/recovery-code", view_func=second_step_recovery, methods=["GET", "POST"])


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
            signed_in: list[HalfSignIn] = []
            if form.try_save(lambda: signed_in.append(_first_step(form))):
                return second_step.go_on(signed_in[0])
        except TooManyAttempts as error:
            return _refused_for_now(form, error)
    return _login_page(form)


@bp.post("/login/with-passkey")
@open_to_all
@takes_form(SignInForm, "the sign-in")
def login_with_passkey() -> Any:
    """Sign in with a passkey alone, where the service is in this process."""
    if session.cookie_needs_https():
        return needs_https()
    sign_ins = find_part(PasskeySignIns) or abort(404)
    form, signed_in = load_form(SignInForm, {}), list[HalfSignIn]()
    if form.try_save(lambda: signed_in.append(_by_passkey(form, sign_ins))):
        return second_step.open_session(signed_in[0])
    return _login_page(form)


@bp.errorhandler(CSRFError)
def sign_in_again(error: CSRFError) -> Any:
    """A sign-in page that was left open for long is made anew, and does not forget where it leads."""
    if request.endpoint not in ("auth.login", "auth.login_with_passkey") or isinstance(error, ForeignOrigin):
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
@renews_by_itself
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
        if form.try_save(lambda: complaints.append(_complaint_about(form.invite_code.data or ""))):
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
    if form.validate_on_submit() and form.try_save(lambda: _create(form.record())):
        flash(f"The account {form.customer_username.data.lower()} is made.{_way_to_sign_in(form)}", "success")
        return redirect(url_for("auth.login"), 303)
    return render_template("auth/register.html", form=form, purpose="register"), form.status


def _needs_code_first() -> bool:
    status = service_status()
    has_code = request.method == "POST" or request.args.get("invite_code")
    return status.takes_invites and not status.takes_anyone and not has_code


def _way_to_sign_in(form: CustomerForm) -> str:
    """Return what a new customer has to do before signing in, as far as that is known."""
    if installation().mails_links:
        return (
            f" A mail is on its way to {form.email_address.data}. Open the link in it within 24 hours, then sign in: "
            "an account whose address is not confirmed by then is removed."
        )
    return " You can sign in now." if capabilities().readies_new_customers else ""


def _complaint_about(invite_code: str) -> str:
    part(VisitorLimit).note(Attempts.INVITE_CODE.name, visitor_address())
    return service().invite_complaint(invite_code) or ""


def _create(customer: Customer) -> None:
    part(VisitorLimit).note(Attempts.SIGN_UP.name, visitor_address())
    service().create_customer(customer)


def _first_step(form: SignInForm) -> HalfSignIn:
    """Return a sign-in whose password was right. The service says whose it is, whatever it takes for the same name."""
    username, began_at = _username(form), now()
    token = token_for(username, form.password.data or "")
    if token is None:
        raise Refused("Username and password do not belong together.")
    return _half_sign_in(username, token, began_at, form)


def _by_passkey(form: SignInForm, sign_ins: PasskeySignIns) -> HalfSignIn:
    """Return a sign-in whose passkey has verified its user, so that no second step is left."""
    if not form.credential.data:
        raise Refused(NO_ANSWER)
    began_at = now()
    with refusals():
        passkey = prove_alone(form.credential.data)
    username, token = sign_ins.open_session(passkey.customer_id, visitor_address(), user_agent())
    return _half_sign_in(username, token, began_at, form)


def _half_sign_in(username: str, token: str, began_at: datetime, form: SignInForm) -> HalfSignIn:
    customer = service_with(token).customer(username)
    owner = (customer.customer_username or username).strip().lower()
    return HalfSignIn(
        owner,
        token,
        began_at,
        is_administrator=customer.admin_id == TOP_LEVEL,
        time_zone=customer.time_zone or "",
        way_on=_way_on(form, owner),
        administers_members=customer.admin_id not in (None, "", TOP_LEVEL),
    )


def _username(form: SignInForm) -> str:
    return (form.username.data or "").strip().lower()


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
        takes_passkeys=signs_in_alone(),
    )
    return page, max(form.status, invite_form.status if invite_form else 0)


def _refused_for_now(form: SignInForm, error: TooManyAttempts) -> Any:
    form.problem, form.status = "Too many sign-ins have failed. Your password was not looked at.", 429
    return *_login_page(form, retry_after=error.retry_after), {"Retry-After": str(error.retry_after)}


def _way_on(form: SignInForm, username: str) -> str:
    target = local_path(form.next.data) or url_for("sip_accounts.index")
    if form.kept.data:
        return with_parameter(target, "kept", form.kept.data)
    return saved_form.address_after_sign_in(target, form.carried.data or "", username)
