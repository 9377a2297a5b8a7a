"""The form that makes a token for programs."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from wtforms import DateField, SelectMultipleField

from sipsorcery_web.contract.extensions import AccessToken
from sipsorcery_web.contract.rules import Violation
from sipsorcery_web.contract.rules.access_tokens import access_token_violations
from sipsorcery_web.contract.wire_types import FOREVER, NEVER
from sipsorcery_web.portal.http.clock import current_zone, now
from sipsorcery_web.portal.ui.forms import Form, text

PROPOSED_LIFE = timedelta(days=90)


class TokenForm(Form):
    """A name, the scopes, and the last day."""

    name = text("Name")
    scopes = SelectMultipleField("What it may do", choices=[], validate_choice=False)
    ends = DateField("Last day")

    named_by = "name"
    outcome = "No token was made."

    def record(self) -> AccessToken:
        """The token that is asked for."""
        return AccessToken(name=self.name.data, scopes=" ".join(self.scopes.data or ()), ends=end_of(self.ends.data))

    def violations(self) -> Iterator[Violation]:
        """The contract's rules, but for a day that cannot be read, of which the field tells itself."""
        for violation in access_token_violations(self.record(), now()):
            if not self[violation.field].errors:
                yield violation


def proposed() -> dict[str, Any]:
    """The values of a form that nobody has filled in."""
    return {"ends": now().astimezone(current_zone()).date() + PROPOSED_LIFE}


def end_of(day: date | None) -> datetime:
    """Return the moment when a day is over for the visitor; the least of all moments where there is none."""
    if day is None:
        return NEVER
    try:
        return datetime.combine(day + timedelta(days=1), time(), current_zone()).astimezone(UTC)
    except OverflowError:
        return FOREVER
