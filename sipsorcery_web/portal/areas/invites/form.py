"""The form that makes invite codes."""

from collections.abc import Iterator
from datetime import datetime

from wtforms import DateField, IntegerField
from wtforms.validators import Optional

from sipsorcery_web.contract.extensions import Invite
from sipsorcery_web.contract.rules import Violation
from sipsorcery_web.contract.rules.invites import invite_violations
from sipsorcery_web.portal.http.clock import now
from sipsorcery_web.portal.ui.forms import Form, checkbox, text

from ..security.form import end_of


class InvitesForm(Form):
    """The number of codes, a note, and the last day, if there is one."""

    count = IntegerField("How many")
    note = text("Note")
    ends = DateField("Last day", validators=[Optional()])
    as_file = checkbox("Give me the codes as a file (CSV)")

    named_by = "note"
    outcome = "No code was made."

    def record(self) -> Invite:
        """The note and the end of the codes that are asked for."""
        return Invite(note=self.note.data or None, ends=self._end())

    def violations(self) -> Iterator[Violation]:
        """The contract's rules, but for what cannot be read, of which the field tells itself."""
        for violation in invite_violations(self.record(), self.count.data or 0, now()):
            if not self[violation.field].errors:
                yield violation

    def _end(self) -> datetime | None:
        return end_of(self.ends.data) if self.ends.data else None
