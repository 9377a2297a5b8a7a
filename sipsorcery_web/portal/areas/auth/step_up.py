"""The page "Confirm that it is you", and what becomes of a request that needs it.

The page sends the form again that was asked for, with the proof and what was typed in it but for secrets. Where secrets
were typed, or nothing was yet, the form is what comes next.
"""

from typing import Any

from flask import Flask, abort, current_app, flash, make_response, redirect, render_template, request
from werkzeug.wrappers import Response
from wtforms import HiddenField

from sipsorcery_web.portal.crud import saved_form
from sipsorcery_web.portal.http.access import needs_session
from sipsorcery_web.portal.http.backend import current_login
from sipsorcery_web.portal.http.parts import part
from sipsorcery_web.portal.http.recent_proof import (
    ProofNeeded,
    brings_proof,
    is_proof_recent,
    look_at_proof,
    methods_with_proof,
)
from sipsorcery_web.portal.http.urls import this_address
from sipsorcery_web.portal.second_factors.passkeys.challenges import Ceremony
from sipsorcery_web.portal.second_factors.passkeys.field import CredentialField
from sipsorcery_web.portal.second_factors.passkeys.method import PasskeyMethod, kept_passkeys
from sipsorcery_web.portal.second_factors.passkeys.relying_party import why_not_here
from sipsorcery_web.portal.second_factors.proofs import CODE_FIELD, PASSKEY_FIELD
from sipsorcery_web.portal.second_factors.totp import Totp
from sipsorcery_web.portal.ui.forms import NOT_SAVED, Form, password, shown_secret

from .passkey_pages import options_of

ASKED = 403
FORM = "form"
AGAIN = "You have confirmed that it is you. Passwords are not kept: type them again."
WRONG = "This does not prove that it is you. Nothing was changed."


class ProofForm(Form):
    """The password once more or a second factor, and whether the form comes next that was asked for."""

    proof_password = password("Password")
    proof_code = shown_secret("Code")
    proof_credential = CredentialField("Passkey")
    proof_then = HiddenField()

    def for_user(self, username: str) -> None:
        """Leave out the factors that a user does not have, or cannot use at this address."""
        if not part(Totp).is_set_up(username):
            del self[CODE_FIELD]
        if why_not_here() or not part(PasskeyMethod).is_set_up(username):
            del self[PASSKEY_FIELD]


def init_app(app: Flask) -> None:
    """Look at every request that was let in; to be called when the guards against strangers and forgers are there."""
    app.before_request(_guard)
    app.register_error_handler(ProofNeeded, proof_page)


def proof_page(needed: ProofNeeded) -> Response:
    """Return the page that asks for a proof; it has with it what was typed."""
    typed = saved_form.typed_here()
    form_comes_next = request.method != "POST" or bool(typed and typed.secrets) or _says_so()
    form = ProofForm(formdata=None, data={"proof_then": FORM if form_comes_next else ""})
    form.for_user(current_login().username)
    if needed.wrong:
        form.add_error("" if needed.wrong == PASSKEY_FIELD else needed.wrong, WRONG)
    page = render_template(
        "auth/step_up.html",
        form=form,
        username=current_login().username,
        typed=typed,
        address=this_address(),
        here=saved_form.page_behind(),
    )
    return make_response(page, NOT_SAVED if needed.wrong else ASKED)


def proof_options() -> Response:
    """Tell the script which passkeys the browser may answer with."""
    here = current_login()
    theirs = kept_passkeys().of(here.username)
    return options_of(Ceremony.STEP_UP, here.token, theirs) if theirs else abort(404)


def _guard() -> Any:
    view = current_app.view_functions.get(request.endpoint or "")
    if not needs_session(view):
        return None
    if brings_proof():
        look_at_proof()
        return _form_next() if _says_so() else None
    if request.method in methods_with_proof(view) and not is_proof_recent():
        raise ProofNeeded
    return None


def _says_so() -> bool:
    return request.method == "POST" and request.form.get("proof_then") == FORM


def _form_next() -> Response:
    kept = saved_form.save_for_later()
    if kept:
        flash(AGAIN, "notice")
    address = kept.address if kept else ""
    return redirect(address or this_address(), 303)
