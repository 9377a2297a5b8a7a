"""The pages that ask for a code at the second step of a sign-in: of an authenticator app, or a recovery code."""

from collections.abc import Iterator
from typing import Any

from flask import render_template
from werkzeug.wrappers import Response

from sipsorcery_web.contract.errors import TooManyAttempts
from sipsorcery_web.contract.rules import Violation, is_blank
from sipsorcery_web.portal.crud.form_pages import takes_form
from sipsorcery_web.portal.http import audit
from sipsorcery_web.portal.http.access import open_to_all
from sipsorcery_web.portal.http.parts import part
from sipsorcery_web.portal.http.service_status import service_status
from sipsorcery_web.portal.second_factors.recovery import Recovery
from sipsorcery_web.portal.second_factors.totp import Totp
from sipsorcery_web.portal.storage.half_sign_ins import HalfSignIn
from sipsorcery_web.portal.ui.forms import Form, load_form, shown_secret

from .second_step import finish, half_sign_in, other_methods, proves, to_first_method, too_late

THING = "the second step"
WRONG_CODE = "This is not the code of now, or it was used before. Wait for the next one."
WRONG_RECOVERY_CODE = "This is none of your recovery codes, or it was used before."


class CodeForm(Form):
    """The field of one code; it is a secret, which is never put back."""

    code = shown_secret("Code")
    retry_after: int | None = None
    """The seconds until a code is looked at again, where too many were wrong."""

    def violations(self) -> Iterator[Violation]:
        """The code that is missing."""
        if is_blank(self.code.data):
            yield Violation("code", "Enter the code.")


@open_to_all
@takes_form(CodeForm, THING)
def second_step_code() -> Any:
    """Ask for a code of the authenticator app."""
    return _ask(part(Totp), WRONG_CODE, "auth/code.html")


@open_to_all
@takes_form(CodeForm, THING)
def second_step_recovery() -> Any:
    """Ask for a recovery code, where the app is lost."""
    return _ask(part(Recovery), WRONG_RECOVERY_CODE, "auth/recovery_code.html")


def _ask(method: Totp | Recovery, wrong: str, template: str) -> Any:
    half = half_sign_in()
    if half is None:
        return too_late()
    if not method.is_set_up(half.username):
        return to_first_method(half)
    form, headers = load_form(CodeForm, {}), dict[str, str]()
    if form.validate_on_submit():
        try:
            if proves(half, lambda: method.takes(half.username, form.code.data or "")):
                return _finish(half, method)
            form.add_error("code", wrong)
        except TooManyAttempts as error:
            headers["Retry-After"] = _refuse_for_now(form, error)
    return _page(half, form, template), form.status, headers


def _finish(half: HalfSignIn, method: Totp | Recovery) -> Response:
    answer = finish()
    if method.is_spare:
        audit.record("UseRecoveryCode", "recovery code", owner=half.username)
    return answer


def _refuse_for_now(form: CodeForm, error: TooManyAttempts) -> str:
    form.problem, form.status = "Too many codes were wrong. This one was not looked at.", 429
    form.retry_after = error.retry_after
    return str(error.retry_after)


def _page(half: HalfSignIn, form: CodeForm, template: str) -> str:
    return render_template(
        template, form=form, username=half.username, others=other_methods(half), status=service_status()
    )
