"""What happens to a request after its session has ended: it is never carried out, and nothing typed is lost."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from flask import Flask, current_app, flash, g, make_response, redirect, render_template, request, url_for
from itsdangerous import BadData
from werkzeug.wrappers import Response

from . import session
from .account.forms import DetailsForm, PasswordForm
from .addresses import with_parameter
from .csrf import secret_in
from .dial_plans.form import DialPlanForm
from .forms import Labels, labels_of
from .keepings.kept_forms import KeptForms
from .signing_in.forms import CustomerForm, SignInForm
from .sip_accounts.form import SIPAccountForm
from .sip_providers.form import SIPProviderForm

EXTENSION = "kept_forms"
NOT_TYPED = frozenset({"csrf_token", "next", "kept", "id"})
THINGS = {
    "account": "your settings",
    "sip_accounts": "the SIP account",
    "sip_providers": "the SIP provider",
    "dial_plans": "the dial plan",
}


@dataclass(frozen=True)
class Kept:
    """What was typed into a page, for showing it."""

    title: str
    rows: Sequence[tuple[str, str]]
    secrets: Sequence[str]


def init_app(app: Flask, kept_forms: KeptForms) -> None:
    """Give the portal its keeping of forms."""
    app.extensions[EXTENSION] = kept_forms


def page() -> Any:
    """The answer to a POST without a session: a sign-in that leads back to what was typed.

    Only a form that was made for the ended session is kept, so that nobody else can put words into it.
    """
    ended: session.EndedSession | None = g.ended_session
    if ended is None:
        flash("You are not signed in. Nothing was saved.", "warning")
        return redirect(url_for("signing_in.login", next=_page_behind()), 303)
    kept_id, kept = _keep(ended.username) if _is_own_form(ended) else ("", None)
    return _letter(ended, kept_id, kept)


def put_aside() -> tuple[str, Kept | None]:
    """Keep a form that a service out of reach could not carry out; the address where to try again, and what is kept."""
    visit = session.current()
    kept_id, kept = _keep(visit.username) if visit and request.method == "POST" else ("", None)
    return (with_parameter(request.path, "kept", kept_id) if kept else _page_behind()), kept


def is_own_page() -> bool:
    """Whether the browser says that this form was sent from this site, and this portal has made it for some session."""
    try:
        secret_in(request.form.get("csrf_token", ""))
    except BadData:
        return False
    return request.headers.get("Sec-Fetch-Site") == "same-origin"


def take(username: str) -> Mapping[str, Sequence[str]] | None:
    """What this user typed into this page before the session ended, if the address names it."""
    form_id = request.args.get("kept", "")
    return _keeping().take_form(form_id, username, request.path) if form_id else None


def drop(username: str) -> None:
    """Forget what was kept of this user for this page, now that it is saved."""
    if form_id := request.args.get("kept", ""):
        _keeping().drop_form(form_id, username)


def _letter(ended: session.EndedSession, kept_id: str, kept: Kept | None) -> Response:
    form = SignInForm(formdata=None, data={"username": ended.username, "next": _page_behind(), "kept": kept_id})
    letter = render_template(
        "signing_in/expired.html", form=form, ended_for=ended.username, ended_at=ended.ended_at, kept=kept
    )
    return make_response(letter, 403)


def _keep(username: str) -> tuple[str, Kept | None]:
    labels = _labels()
    typed = {name: request.form.getlist(name) for name in request.form if name not in NOT_TYPED | labels.secrets}
    shown = [
        (labels.words[name], "yes" if name in labels.ticks else ", ".join(filter(None, texts)))
        for name, texts in typed.items()
        if name in labels.words
    ]
    hidden = [labels.words[name] for name in request.form if name in labels.secrets and request.form[name]]
    if not (shown or hidden):
        return "", None
    if "id" in request.form:
        typed["id"] = request.form.getlist("id")
    kept_id = _keeping().keep_form(username, request.path, typed)
    return kept_id, Kept(_title(typed), shown, hidden)


def _is_own_form(ended: session.EndedSession) -> bool:
    try:
        return ended.csrf_secret is not None and secret_in(request.form.get("csrf_token", "")) == ended.csrf_secret
    except BadData:
        return False


def _page_behind() -> str:
    """The page that shows the form; an address that only takes POST leads to the first page."""
    adapter = current_app.create_url_adapter(request)
    takes_get = adapter is not None and adapter.test(method="GET")
    return request.path if takes_get else url_for("sip_accounts.index")


def _title(typed: Mapping[str, Sequence[str]]) -> str:
    names = typed.get("sip_username") or typed.get("customer_username") or typed.get("provider_name")
    names = names or typed.get("dial_plan_name")
    return names[0] if names and names[0] else THINGS.get(request.blueprint or "", "this page")


def _keeping() -> KeptForms:
    keeping: KeptForms = current_app.extensions[EXTENSION]
    return keeping


@cache
def _labels() -> Labels:
    return labels_of(
        [SignInForm, CustomerForm, DetailsForm, PasswordForm, SIPAccountForm, SIPProviderForm, DialPlanForm]
    )
