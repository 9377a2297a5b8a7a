"""The forms of the settings."""

from collections.abc import Iterator

from sipsorcery_web.contract.records import Customer
from sipsorcery_web.contract.rules import Violation, customer_violations, is_blank
from sipsorcery_web.portal.ui.forms import Form, choice, choices_with, password, shown_secret, text
from sipsorcery_web.portal.ui.password_strength import sign_in_password_violations

from ..auth.forms import COUNTRY_CHOICES, QUESTION_CHOICES, ZONE_CHOICES

TYPED = ("first_name", "last_name", "email_address", "city", "web_site")
CHOSEN = ("security_question", "country", "time_zone")
WAYS_IN = ("email_address", "security_question", "security_answer")
"""The fields by which somebody may get in who has lost the password."""


class DetailsForm(Form):
    """The details of the visitor; an empty answer keeps the stored one.

    What the service showed of a secret goes back to it as it came: the original stores a record whole.
    """

    first_name = text("First name")
    last_name = text("Last name")
    email_address = text("E-mail address")
    security_question = choice("Security question")
    security_answer = shown_secret("Security answer")
    city = text("City")
    country = choice("Country")
    web_site = text("Web site")
    time_zone = choice("Time zone")

    stored: Customer
    lacks_answer = False
    """Whether the service shows what it has stored, as the original does, and there is no answer to keep."""

    def offer_choices(self, stored: Customer) -> None:
        """Fill the lists; what is stored stays a choice even when no list has it."""
        self.stored = stored
        self.lacks_answer = stored.customer_password is not None and is_blank(stored.security_answer)
        lists = {"security_question": QUESTION_CHOICES, "country": COUNTRY_CHOICES, "time_zone": ZONE_CHOICES}
        for name, choices in lists.items():
            blank = getattr(stored, name) is None
            self[name].choices = (
                [("", "Choose one"), *choices] if blank else choices_with(getattr(stored, name), choices)
            )

    def record(self) -> Customer:
        """The stored record with what was typed; fields that the form does not show stay as they are."""
        typed = {name: self[name].data or None for name in (*TYPED, *CHOSEN)}
        answer = (self.security_answer.data or "").strip() or self.stored.security_answer
        return self.stored.with_(**typed, security_answer=answer)

    def changes_who_gets_in(self) -> bool:
        """Return whether a field is changed by which somebody may get in who has lost the password."""
        typed = self.record()
        return any((getattr(typed, name) or "") != (getattr(self.stored, name) or "") for name in WAYS_IN)

    def violations(self) -> Iterator[Violation]:
        """The contract's rules; where the service does not show the answer, only it knows whether there is one."""
        record = self.record()
        is_hidden = record.security_answer is None and not self.lacks_answer
        for violation in customer_violations(record):
            if not (is_hidden and violation.field == "security_answer"):
                yield violation


class PasswordForm(Form):
    """The old password and the new one twice."""

    old_password = password("Present password")
    new_password = password("New password")
    retyped_password = password("Retype new password")

    username = ""

    def violations(self) -> Iterator[Violation]:
        """Yield the violations that can be told without knowing the stored password."""
        if is_blank(self.old_password.data):
            yield Violation("old_password", "Enter your present password.")
        yield from sign_in_password_violations(self.new_password.data, "new_password", (self.username,))
        if self.retyped_password.data != self.new_password.data:
            yield Violation("retyped_password", "The two passwords differ. Type the same one twice.")


class DeleteCustomerForm(Form):
    """The username typed once more, so that nobody deletes an account by a slip."""

    customer_username = text("Username")
    expected = ""

    def violations(self) -> Iterator[Violation]:
        """The typed name must be the visitor's."""
        if self.customer_username.data != self.expected:
            yield Violation("customer_username", f"This is not {self.expected}. Type the username to confirm.")
