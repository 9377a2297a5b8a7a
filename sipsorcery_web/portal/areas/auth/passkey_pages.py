"""The page that asks for a passkey at the second step of a sign-in, and what scripts are told at both."""

from collections.abc import Iterable
from typing import Any

from flask import Response, abort, render_template

from sipsorcery_web.contract.errors import Refused
from sipsorcery_web.portal.crud.form_pages import takes_form
from sipsorcery_web.portal.http.access import open_to_all
from sipsorcery_web.portal.http.parts import find_part, part
from sipsorcery_web.portal.http.service_status import service_status
from sipsorcery_web.portal.second_factors.passkeys.ceremonies import JSON, request_options
from sipsorcery_web.portal.second_factors.passkeys.challenges import Ceremony
from sipsorcery_web.portal.second_factors.passkeys.field import CredentialField
from sipsorcery_web.portal.second_factors.passkeys.method import PasskeyMethod, PasskeySignIns, kept_passkeys
from sipsorcery_web.portal.second_factors.passkeys.proving import prove_second_step
from sipsorcery_web.portal.second_factors.passkeys.refusals import NO_ANSWER, refusals
from sipsorcery_web.portal.second_factors.passkeys.relying_party import NoPasskeysHere, relying_party, why_not_here
from sipsorcery_web.portal.storage.half_sign_ins import HalfSignIn
from sipsorcery_web.portal.storage.passkeys import Passkey
from sipsorcery_web.portal.ui.forms import Form, load_form

from .second_step import finish, half_sign_in, other_methods, to_first_method, too_late


class PasskeyStepForm(Form):
    """The answer of a passkey."""

    credential = CredentialField("Passkey")
    retry_after = None


@open_to_all
@takes_form(PasskeyStepForm, "the second step")
def second_step_passkey() -> Any:
    """Ask for a passkey, or say why none can be used here."""
    half = half_sign_in()
    if half is None:
        return too_late()
    if not part(PasskeyMethod).is_set_up(half.username):
        return to_first_method(half)
    form = load_form(PasskeyStepForm, {})
    if form.validate_on_submit() and form.try_save(lambda: _prove(half, form.credential.data)):
        return finish()
    page = render_template(
        "auth/passkey.html",
        form=form,
        username=half.username,
        others=other_methods(half),
        status=service_status(),
        why_not=why_not_here(),
    )
    return page, form.status


@open_to_all
def second_step_options() -> Response:
    """Tell the script which passkeys the browser may answer with."""
    half = half_sign_in()
    if half is None:
        abort(404)
    return options_of(Ceremony.SECOND_STEP, half.token, kept_passkeys().of(half.username))


@open_to_all
def passkey_alone_options() -> Response:
    """Tell the script that any passkey will do that knows its user."""
    if find_part(PasskeySignIns) is None:
        abort(404)
    return options_of(Ceremony.ALONE, "", ())


def signs_in_alone() -> bool:
    """Return whether a passkey alone can sign in at this address of the portal."""
    return find_part(PasskeySignIns) is not None and not why_not_here()


def _prove(half: HalfSignIn, answer: str | None) -> None:
    if not answer:
        raise Refused(NO_ANSWER)
    with refusals():
        prove_second_step(half.username, half.token, answer)


def options_of(ceremony: Ceremony, subject: str, passkeys: Iterable[Passkey]) -> Response:
    """Return what a script asks the browser's passkeys with; NotFound where there can be none."""
    try:
        return Response(request_options(relying_party(), ceremony, subject, passkeys), mimetype=JSON)
    except NoPasskeysHere:
        abort(404)
