"""The pages of webhooks: the list, one with its messages, and what is done with each."""

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for

from sipsorcery_web.contract.errors import Refused
from sipsorcery_web.portal.crud import saved_form
from sipsorcery_web.portal.crud.form_pages import takes_form
from sipsorcery_web.portal.http import audit
from sipsorcery_web.portal.http.backend import current_login
from sipsorcery_web.portal.http.clock import now
from sipsorcery_web.portal.http.parts import part
from sipsorcery_web.portal.http.recent_proof import needs_recent_proof
from sipsorcery_web.portal.http.sip_engine import current_sip_engine
from sipsorcery_web.portal.ui.area import Area
from sipsorcery_web.portal.ui.forms import load_form
from sipsorcery_web.webhooks.keeping import MOST_WEBHOOKS, SHOWN, TooManyWebhooks, Webhook, WebhookKeeping

from .form import NewWebhookForm, WebhookForm, values_of
from .words import KINDS, groups, outcome, shown_kinds

THING = "webhook"

bp = Blueprint("webhooks", __name__, url_prefix="/security/webhooks")
AREA = Area(bp, help="security", needs="has_webhooks")


@bp.route("", methods=["GET", "POST"])
@takes_form(NewWebhookForm, "a webhook")
@needs_recent_proof("POST")
def index() -> Any:
    """Show the visitor's webhooks and make one more, whose secret is shown this once."""
    username = current_login().username
    form = load_form(NewWebhookForm, {"kinds": list(KINDS)}, saved_form.take(username))
    made: list[tuple[Webhook, str]] = []
    if form.validate_on_submit() and form.try_save(lambda: made.append(_add(username, form))):
        saved_form.drop(username)
        ((webhook, secret),) = made
        audit.record("AddWebhook", THING, id=webhook.id, name=webhook.url)
        return render_template("webhooks/secret.html", webhook=webhook, secret=secret)
    hooks = _kept().of_owner(username)
    page = render_template("webhooks/list.html", form=form, webhooks=hooks, most=MOST_WEBHOOKS, **_words())
    return page, form.status


@bp.get("/<uuid:webhook_id>")
def one(webhook_id: UUID) -> str:
    """Show a webhook with its last messages."""
    webhook = _webhook(webhook_id)
    messages = _kept().messages(current_login().username, webhook_id)
    return render_template(
        "webhooks/one.html", webhook=webhook, messages=messages, shown=SHOWN, outcome=outcome, **_words()
    )


@bp.route("/<uuid:webhook_id>/edit", methods=["GET", "POST"])
@takes_form(WebhookForm, "a webhook")
@needs_recent_proof("POST")
def edit(webhook_id: UUID) -> Any:
    """Change a webhook."""
    username, webhook = current_login().username, _webhook(webhook_id)
    form = load_form(WebhookForm, values_of(webhook), saved_form.take(username))
    if form.validate_on_submit():
        _kept().change(username, webhook_id, form.url.data, form.kinds.data, form.is_on.data)
        saved_form.drop(username)
        audit.record("UpdateWebhook", THING, id=webhook_id, name=form.url.data)
        flash("The webhook is saved.", "success")
        return redirect(url_for(".one", webhook_id=webhook_id), 303)
    return render_template("webhooks/edit.html", form=form, webhook=webhook, **_words()), form.status


@bp.post("/<uuid:webhook_id>/test")
def test(webhook_id: UUID) -> Any:
    """Post a message that says nothing but that it arrives."""
    _kept().test(current_login().username, webhook_id)
    flash("A test is on its way. Open this page again in a moment to see what became of it.", "success")
    return redirect(url_for(".one", webhook_id=webhook_id), 303)


@bp.post("/<uuid:webhook_id>/messages/<uuid:message_id>/replay")
def replay(webhook_id: UUID, message_id: UUID) -> Any:
    """Post a message once more, under the id that it had."""
    _kept().replay(current_login().username, webhook_id, message_id)
    flash("The message is on its way once more.", "success")
    return redirect(url_for(".one", webhook_id=webhook_id), 303)


@bp.route("/<uuid:webhook_id>/secret", methods=["GET", "POST"])
@needs_recent_proof("POST")
def secret(webhook_id: UUID) -> Any:
    """Give a webhook another secret, after asking, and show it this once."""
    webhook = _webhook(webhook_id)
    if request.method == "POST":
        made = _kept().rotate(current_login().username, webhook_id)
        audit.record("RotateWebhookSecret", THING, id=webhook_id, name=webhook.url)
        return render_template("webhooks/secret.html", webhook=_webhook(webhook_id), secret=made)
    return render_template("webhooks/new_secret.html", webhook=webhook)


@bp.route("/<uuid:webhook_id>/delete", methods=["GET", "POST"])
@needs_recent_proof("POST")
def delete(webhook_id: UUID) -> Any:
    """Delete a webhook with its messages, after asking."""
    webhook = _webhook(webhook_id)
    if request.method == "POST":
        _kept().delete(current_login().username, webhook_id)
        audit.record("DeleteWebhook", THING, id=webhook_id, name=webhook.url)
        flash("The webhook is deleted. Nothing more is posted to it.", "success")
        return redirect(url_for(".index"), 303)
    return render_template("webhooks/delete.html", webhook=webhook)


def _add(username: str, form: NewWebhookForm) -> tuple[Webhook, str]:
    try:
        return _kept().add(username, form.url.data, form.kinds.data)
    except TooManyWebhooks:
        raise Refused(f"There can be {MOST_WEBHOOKS} webhooks. Delete one first.") from None


def _webhook(webhook_id: UUID) -> Webhook:
    return _kept().one(current_login().username, webhook_id)


def _kept() -> WebhookKeeping:
    return part(WebhookKeeping)


def _words() -> dict[str, Any]:
    """Return what each page of webhooks needs to say what they are for."""
    return {
        "groups": list(groups()),
        "shown_kinds": shown_kinds,
        "has_engine": current_sip_engine() is not None,
        "now": now(),
    }
