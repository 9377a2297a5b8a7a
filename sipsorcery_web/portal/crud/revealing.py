"""Stored secrets that are shown on request: their owner just asks, anybody else gives a reason."""

import logging
from collections.abc import Iterator
from typing import Any

from flask import render_template, request

from sipsorcery_web.contract.records import OwnedRecord
from sipsorcery_web.contract.rules import Violation, is_blank

from ..http import audit
from ..http.backend import current_login
from ..ui.forms import Form, text
from .records import name_of

REASON = "the reason"
LONGEST_REASON = 200

log = logging.getLogger(__name__)


class ReasonForm(Form):
    """The reason for which somebody looks at a customer's secret."""

    reason = text("Reason")
    outcome = "Nothing was shown."

    def violations(self) -> Iterator[Violation]:
        """One line of some length."""
        if is_blank(self.reason.data):
            yield Violation("reason", "Say why you look at it.")
        elif len(self.reason.data or "") > LONGEST_REASON:
            yield Violation("reason", f"A reason has at most {LONGEST_REASON} characters.")


def reason_needed(record: OwnedRecord, kind: str, back: str) -> Any:
    """Return the page that asks why a secret of somebody else's record is to be shown; None where it may be shown.

    A reason that was given is noted. `back` is the address of the record's own page.
    """
    here = current_login().username
    if record.owner == here:
        return None
    form, name = ReasonForm(), "@".join(filter(None, name_of(record)))
    if "reason" in request.form and form.validate():
        _note(record, kind, name, form.reason.data or "")
        return None
    page = render_template("crud/reason.html", form=form, record=record, name=name, kind=kind, back=back)
    return page, form.status


def _note(record: OwnedRecord, kind: str, name: str, reason: str) -> None:
    """Tell the audit and the log before anything is shown. Raises NotFound for an owner who does not exist."""
    here, owner = current_login().username, record.owner or ""
    log.warning("%s looks at the password of %s's %s %s: %r", here, owner, kind, name, reason)
    audit.record("RevealPassword", kind, name=name, id=record.id, owner=owner, reason=reason)
