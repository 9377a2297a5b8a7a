"""The pages that links in mails lead to, and the one that asks for a new password; absent where no links are mailed."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for

from sipsorcery_web.contract.errors import Refused, TooManyAttempts
from sipsorcery_web.contract.extensions import LinkPurpose, MailedLink
from sipsorcery_web.portal.crud.form_errors import needs_https
from sipsorcery_web.portal.crud.form_pages import takes_form
from sipsorcery_web.portal.http import session
from sipsorcery_web.portal.http.access import open_to_all
from sipsorcery_web.portal.http.backend import service
from sipsorcery_web.portal.ui.error_page import ErrorPage, error_page
from sipsorcery_web.portal.ui.forms import load_form

from .forms import ConfirmForm, NewPasswordForm, ResetRequestForm

RESET_OVER = ErrorPage(
    404,
    "This link is not good any more",
    "It may have been used, it may be older than 30 minutes, or the password was changed since. Nothing was saved.",
)
CONFIRMATION_OVER = ErrorPage(
    404,
    "This link is not good any more",
    "It may be older than 24 hours, a later one may have taken its place, or the password was changed since. "
    "An account that was not confirmed within 24 hours is removed, and can be made again.",
)
ASKED = "If an account has the address {}, a mail is on its way to it."
WHERE_IT_LEADS = "Open the link in it within 30 minutes. Nothing came? Look at the address, and ask again in a while."
CHANGED = "The password of {} is changed, and all sessions have ended. Sign in with the new one."
TOKENS_STAY = "Tokens for programs stay good: look under Security whether you know them all."

bp = Blueprint("mailed_links", __name__)


@bp.route("/login/reset", methods=["GET", "POST"])
@open_to_all
@takes_form(ResetRequestForm, "the request for a new password")
def ask_for_reset() -> Any:
    """Ask for a mail with a link for a new password; the answer is the same for every address."""
    form = load_form(ResetRequestForm, {})
    address = form.email_address.data or ""
    if form.validate_on_submit() and form.try_save(lambda: service().request_password_reset(address)):
        flash(f"{ASKED.format(address)} {WHERE_IT_LEADS}", "success")
        return redirect(url_for("auth.login"), 303)
    return render_template("auth/reset_request.html", form=form), form.status


@bp.route("/login/reset/<token>", methods=["GET", "POST"])
@open_to_all
@takes_form(NewPasswordForm, "the new password")
def reset(token: str) -> Any:
    """Choose a new password. Nobody is signed in by that: the sign-in asks for all that it ever asks for."""
    if session.cookie_needs_https():
        return needs_https()
    link = _good_link(token)
    if link is None or link.purpose != LinkPurpose.RESET:
        return error_page(RESET_OVER, next_step=(url_for(".ask_for_reset"), "Ask for a new link"))
    form = load_form(NewPasswordForm, {})
    form.names = (link.customer_username, link.email_address)
    if form.validate_on_submit() and form.try_save(
        lambda: service().reset_password(token, form.new_password.data or "")
    ):
        flash(f"{CHANGED.format(link.customer_username)} {TOKENS_STAY}", "success")
        return redirect(url_for("auth.login"), 303)
    return render_template("auth/reset.html", form=form, link=link), form.status


@bp.route("/login/confirm/<token>", methods=["GET", "POST"])
@open_to_all
@takes_form(ConfirmForm, "the confirmation")
def confirm(token: str) -> Any:
    """Confirm an address, by a button: programs that look into mails open links too."""
    link = _good_link(token)
    if link is None or link.purpose == LinkPurpose.RESET:
        return error_page(CONFIRMATION_OVER, next_step=(url_for("auth.login"), "Go to the sign-in"))
    form = load_form(ConfirmForm, {})
    if form.validate_on_submit() and form.try_save(lambda: service().confirm_email_address(token)):
        flash(f"{link.email_address} is confirmed as the address of {link.customer_username}.{_way_on()}", "success")
        return redirect(url_for("account.details" if session.current() else "auth.login"), 303)
    return render_template("auth/confirm.html", form=form, link=link), form.status


def _good_link(token: str) -> MailedLink | None:
    try:
        return service().mailed_link(token)
    except TooManyAttempts:
        raise
    except Refused:  # not found, or nothing that could be a token
        return None


def _way_on() -> str:
    return "" if session.current() else " You can sign in now."
