"""The pages of the visitor's passkeys: those that there are, one more, and one less."""

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from flask import Response, abort, flash, redirect, render_template, request, url_for

from sipsorcery_web.contract.errors import NotFound, Refused
from sipsorcery_web.contract.rules import Violation, is_blank
from sipsorcery_web.portal.crud.form_pages import takes_form
from sipsorcery_web.portal.http import audit
from sipsorcery_web.portal.http.backend import current_login, service
from sipsorcery_web.portal.http.recent_proof import needs_recent_proof
from sipsorcery_web.portal.second_factors.passkeys.ceremonies import JSON, creation_options
from sipsorcery_web.portal.second_factors.passkeys.field import CredentialField
from sipsorcery_web.portal.second_factors.passkeys.method import kept_passkeys
from sipsorcery_web.portal.second_factors.passkeys.proving import new_passkey
from sipsorcery_web.portal.second_factors.passkeys.refusals import NO_ANSWER, refusals
from sipsorcery_web.portal.second_factors.passkeys.relying_party import NoPasskeysHere, relying_party, why_not_here
from sipsorcery_web.portal.storage.passkeys import MOST_PASSKEYS, NAME_LIMIT, Passkey
from sipsorcery_web.portal.ui.forms import Form, load_form, text

from .totp import let_go_of_the_rest, let_in_no_longer_without


class PasskeyForm(Form):
    """A name, and what the browser says of the passkey that it has made."""

    name = text("Name")
    credential = CredentialField("Passkey")

    named_by = "name"
    outcome = "No passkey was added."

    def violations(self) -> Iterator[Violation]:
        """A name that is missing or too long."""
        if is_blank(self.name.data):
            yield Violation("name", "Give the passkey a name.")
        elif len(self.name.data or "") > NAME_LIMIT:
            yield Violation("name", f"The name can have at most {NAME_LIMIT} characters.")


@takes_form(PasskeyForm, "a passkey")
@needs_recent_proof("GET", "POST")
def passkeys() -> Any:
    """Show the visitor's passkeys, and add one that the browser has made."""
    form, codes = load_form(PasskeyForm, {}), list[Sequence[str]]()
    if form.validate_on_submit() and form.try_save(lambda: codes.append(_add(form))):
        if codes[0]:
            return render_template("security/recovery_codes.html", codes=codes[0], done="The passkey is added")
        flash(f"The passkey {form.name.data} is added.", "success")
        return redirect(url_for(".passkeys"), 303)
    page = render_template(
        "security/passkeys.html",
        form=form,
        passkeys=kept_passkeys().of(current_login().username),
        most=MOST_PASSKEYS,
        name_limit=NAME_LIMIT,
        why_not=why_not_here(),
    )
    return page, form.status


def passkey_options() -> Response:
    """Tell the script what the browser is to make a passkey of."""
    username = current_login().username
    theirs = kept_passkeys().of(username)
    try:
        options = creation_options(relying_party(), username, service().customer(username).id, theirs)
    except NoPasskeysHere:
        abort(404)
    return Response(options, mimetype=JSON)


@needs_recent_proof("POST")
def remove_passkey(passkey_id: UUID) -> Any:
    """Remove a passkey, after asking."""
    username = current_login().username
    passkey = the_passkey(username, passkey_id)
    if request.method == "POST":
        kept_passkeys().remove(username, passkey_id)
        audit.record("DeletePasskey", "passkey", id=passkey_id, name=passkey.name)
        let_go_of_the_rest(username)
        flash(f"{passkey.name} is removed. It opens nothing any more.", "success")
        return redirect(url_for(".passkeys"), 303)
    return render_template("security/remove_passkey.html", passkey=passkey)


def the_passkey(username: str, passkey_id: UUID) -> Passkey:
    """The user's passkey with this id; NotFound when there is none."""
    found = next((each for each in kept_passkeys().of(username) if each.id == passkey_id), None)
    if found is None:
        raise NotFound("The passkey was not found.")
    return found


def _add(form: PasskeyForm) -> Sequence[str]:
    """Add a passkey, and return the recovery codes to be shown with a first factor."""
    if not form.credential.data:
        raise Refused(NO_ANSWER)
    username = current_login().username
    with refusals():
        passkey = new_passkey(username, service().customer(username).id, form.name.data or "", form.credential.data)
        codes = let_in_no_longer_without(username)
        kept_passkeys().add(passkey)
        audit.record("AddPasskey", "passkey", id=passkey.id, name=passkey.name)
    return codes
