"""The forms of somebody who has not signed in."""

from collections.abc import Collection, Iterator
from uuid import UUID

from wtforms import HiddenField

from sipsorcery_web.contract.customer_choices import COUNTRIES, DEFAULT_COUNTRY, SECURITY_QUESTIONS, country_label
from sipsorcery_web.contract.records import Customer
from sipsorcery_web.contract.rules import Violation, email_address_violations, is_blank, new_customer_violations
from sipsorcery_web.contract.time_zones import DEFAULT_TIME_ZONE, TIME_ZONE_NAMES
from sipsorcery_web.portal.http.capabilities import capabilities
from sipsorcery_web.portal.second_factors.passkeys.field import CredentialField
from sipsorcery_web.portal.ui.forms import Form, choice, password, shown_secret, text
from sipsorcery_web.portal.ui.password_strength import sign_in_password_violations

DEFAULTS = {
    "security_question": SECURITY_QUESTIONS[0],
    "country": DEFAULT_COUNTRY,
    "time_zone": DEFAULT_TIME_ZONE,
}
COUNTRY_CHOICES = [(country, country_label(country)) for country in COUNTRIES]
QUESTION_CHOICES = [(question, question) for question in SECURITY_QUESTIONS]
ZONE_CHOICES = [(zone, zone) for zone in TIME_ZONE_NAMES]


class SignInForm(Form):
    """A name and a password, and where to go on afterwards."""

    username = text("Username")
    password = password("Password")
    next = HiddenField()
    kept = HiddenField()
    carried = HiddenField()
    """What was typed into the form at `next` and is stored nowhere, as JSON."""
    credential = CredentialField("Passkey")
    """The answer of a passkey, which takes the place of name and password."""

    def violations(self) -> Iterator[Violation]:
        """The first of the two that is missing."""
        if is_blank(self.username.data):
            yield Violation("username", "Enter your username.")
        elif is_blank(self.password.data):
            yield Violation("password", "Enter your password.")


class InviteForm(Form):
    """An invite code."""

    invite_code = text("Invite code")

    def violations(self) -> Iterator[Violation]:
        """Yield the violations of a code that can be told without asking the service."""
        code = self.invite_code.data or ""
        if not code:
            yield Violation("invite_code", "Enter the invite code that you were given.")
        elif capabilities().makes_invite_codes and not _is_guid(code):
            yield Violation(
                "invite_code",
                "This is not an invite code. One has 36 characters, such as 1c1f7d4e-6a0b-4c55-9d0e-2f8f0b6f7a11.",
            )


class CustomerForm(Form):
    """All that a new customer says of themselves; for the set-up as well."""

    first_name = text("First name")
    last_name = text("Last name")
    email_address = text("E-mail address")
    customer_username = text("Username")
    customer_password = password("Password")
    retyped_password = password("Retype password")
    security_question = choice("Security question")
    # Stored like a password, so it is not put back into a page either.
    security_answer = shown_secret("Security answer")
    city = text("City")
    country = choice("Country")
    web_site = text("Web site")
    time_zone = choice("Time zone")
    invite_code = HiddenField()

    named_by = "customer_username"

    def offer_choices(self) -> None:
        """Fill the lists to choose from."""
        self.security_question.choices = QUESTION_CHOICES
        self.country.choices = COUNTRY_CHOICES
        self.time_zone.choices = ZONE_CHOICES

    def record(self) -> Customer:
        """Return the customer as typed."""
        typed = {name: self[name].data for name in Customer.__dataclass_fields__ if name in self}
        return Customer(**typed | {"invite_code": typed["invite_code"] or None})

    def violations(self) -> Iterator[Violation]:
        """The contract's rules; the retyped password is looked at last."""
        record = self.record()
        names = (record.customer_username, record.email_address, record.first_name, record.last_name)
        password = list(sign_in_password_violations(record.customer_password, "customer_password", names))
        yield from new_customer_violations(record, password)
        if self.retyped_password.data != self.customer_password.data:
            yield Violation("retyped_password", "The two passwords differ. Type the same one twice.")


class ResetRequestForm(Form):
    """The address of somebody who has lost the password."""

    email_address = text("E-mail address")

    def violations(self) -> Iterator[Violation]:
        """The contract's rules."""
        yield from email_address_violations(self.email_address.data)


class NewPasswordForm(Form):
    """A new password twice, for somebody whom a link in a mail has led here."""

    new_password = password("New password")
    retyped_password = password("Retype new password")

    names: Collection[str | None] = ()
    """What others know of the account."""
    outcome = "The old password still holds."

    def violations(self) -> Iterator[Violation]:
        """The rules of a new customer's password."""
        yield from sign_in_password_violations(self.new_password.data, "new_password", self.names)
        if self.retyped_password.data != self.new_password.data:
            yield Violation("retyped_password", "The two passwords differ. Type the same one twice.")


class ConfirmForm(Form):
    """A button."""

    outcome = "Nothing was confirmed."


def _is_guid(code: str) -> bool:
    try:
        return str(UUID(code)) == code.lower()
    except ValueError:
        return False
