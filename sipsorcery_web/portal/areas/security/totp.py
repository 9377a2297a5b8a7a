"""The page on which the visitor sets up an authenticator app, and those that take it away and make recovery codes."""

from collections.abc import Iterator, Sequence
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask import session as browser_session
from markupsafe import Markup

from sipsorcery_web.contract.rules import Violation, is_blank
from sipsorcery_web.portal.crud.form_pages import takes_form
from sipsorcery_web.portal.http import audit, session
from sipsorcery_web.portal.http.backend import current_login
from sipsorcery_web.portal.http.clock import now
from sipsorcery_web.portal.http.parts import part
from sipsorcery_web.portal.http.recent_proof import needs_recent_proof
from sipsorcery_web.portal.http.service_status import ServiceStatusCache
from sipsorcery_web.portal.second_factors.methods import SecondFactors, tell_service
from sipsorcery_web.portal.second_factors.recovery import HOW_MANY, Recovery
from sipsorcery_web.portal.second_factors.totp import Totp, address_of, new_secret, step_of
from sipsorcery_web.portal.ui.forms import Form, load_form, shown_secret
from sipsorcery_web.portal.ui.qr_code import drawing_of

DRAFT = "totp_secret"
"""The name of a secret that is shown and not kept yet, among the values of the session, which are sealed."""
WRONG_CODE = "This is not the code of now. Look whether the clock of the phone is right, and take the next one."

APP = "authenticator app"


class TotpForm(Form):
    """A code, by which the app shows that it has the secret."""

    code = shown_secret("Code")

    secret = ""
    step: int | None = None
    outcome = "The app is not set up yet."

    def violations(self) -> Iterator[Violation]:
        """The code that is missing or wrong."""
        self.step = step_of(self.secret, self.code.data or "", now())
        if is_blank(self.code.data):
            yield Violation("code", "Enter the code that the app shows.")
        elif self.step is None:
            yield Violation("code", WRONG_CODE)


@takes_form(TotpForm, "the authenticator app")
@needs_recent_proof("GET", "POST")
def totp() -> Any:
    """Show the secret of a new app until a code of it comes; afterwards show since when the app is set up."""
    username = current_login().username
    stored = part(Totp).secrets.of(username)
    if stored is not None:
        left = part(Recovery).codes.count(username)
        return render_template("security/totp.html", since=stored.added_at, left=left, most=HOW_MANY)
    form = load_form(TotpForm, {})
    form.secret = browser_session.setdefault(DRAFT, new_secret())
    made: list[Sequence[str]] = []
    if form.validate_on_submit() and form.try_save(lambda: made.append(_set_up(username, form))):
        del browser_session[DRAFT]
        return render_template("security/recovery_codes.html", codes=made[0], done="The authenticator app is set up")
    return render_template("security/totp_new.html", form=form, code=_drawing(form.secret, username)), form.status


@needs_recent_proof("GET", "POST")
def remove_totp() -> Any:
    """Take the app away, after asking."""
    username = current_login().username
    if request.method == "POST":
        part(Totp).secrets.remove(username)
        audit.record("DeleteTotp", APP)
        let_go_of_the_rest(username)
        flash("The authenticator app is removed.", "success")
        return redirect(url_for(".index"), 303)
    return render_template("security/totp_remove.html")


@needs_recent_proof("POST")
def recovery_codes() -> Any:
    """Make new recovery codes, after asking; they are shown this once."""
    username = current_login().username
    if not part(SecondFactors).guard(username):
        return redirect(url_for(".index"), 303)
    if request.method == "POST":
        codes = part(Recovery).renew(username)
        audit.record("UpdateRecoveryCodes", "recovery codes")
        return render_template("security/recovery_codes.html", codes=codes, done="")
    left = part(Recovery).codes.count(username)
    return render_template("security/recovery_codes_new.html", left=left, most=HOW_MANY)


def let_in_no_longer_without(username: str) -> Sequence[str]:
    """Have the service refuse the password alone and other browsers sign in anew, before a first factor is kept.

    Return recovery codes to show, none where the user has some. Errors as of the service, or StorageUnavailable.
    """
    if part(SecondFactors).guard(username):
        return ()
    tell_service(is_guarded=True)
    session.end_others()
    return part(Recovery).renew(username)


def let_go_of_the_rest(username: str) -> None:
    """Forget the recovery codes, and let the service take the password alone again, when the last factor is gone."""
    if not part(SecondFactors).guard(username):
        part(SecondFactors).forget(username)
        tell_service(is_guarded=False)


def _set_up(username: str, form: TotpForm) -> Sequence[str]:
    codes = let_in_no_longer_without(username)
    part(Totp).secrets.put(username, form.secret, form.step or 0)
    audit.record("AddTotp", APP)
    return codes


def _drawing(secret: str, username: str) -> Markup:
    return drawing_of(address_of(secret, username, f"SIPSorcery {part(ServiceStatusCache).away.address}"))
