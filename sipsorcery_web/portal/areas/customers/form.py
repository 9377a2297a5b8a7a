"""The forms of a customer in the hands of an administrator."""

from collections.abc import Iterator

from sipsorcery_web.contract.extensions import CustomerAccount
from sipsorcery_web.contract.rules import Violation
from sipsorcery_web.contract.rules.customer_accounts import DETAILS, customer_account_violations, reason_violations
from sipsorcery_web.portal.ui.forms import Form, choice, choices_with, text

from ..auth.forms import COUNTRY_CHOICES, ZONE_CHOICES


class CustomerForm(Form):
    """The details of a customer."""

    first_name = text("First name")
    last_name = text("Last name")
    email_address = text("E-mail address")
    city = text("City")
    country = choice("Country")
    web_site = text("Web site")
    time_zone = choice("Time zone")

    named_by = "email_address"
    stored: CustomerAccount

    def for_stored(self, stored: CustomerAccount) -> None:
        """Fill the lists; what is stored stays a choice even when no list has it."""
        self.stored = stored
        for name, choices in (("country", COUNTRY_CHOICES), ("time_zone", ZONE_CHOICES)):
            known = choices_with(getattr(stored, name), choices)
            self[name].choices = known if getattr(stored, name) else [("", "Not told"), *choices]

    def record(self) -> CustomerAccount:
        """The stored record with what was typed."""
        return self.stored.with_(**{name: self[name].data or None for name in DETAILS})

    def changes_address(self) -> bool:
        """Return whether the e-mail address is another one, by which somebody may get in."""
        return (self.email_address.data or "").lower() != (self.stored.email_address or "").lower()

    def violations(self) -> Iterator[Violation]:
        """The contract's rules for a customer."""
        return customer_account_violations(self.record())


class SuspendForm(Form):
    """The reason why a customer is suspended."""

    reason = text("Reason")

    outcome = "Nobody was suspended."

    def violations(self) -> Iterator[Violation]:
        """The contract's rule for a reason."""
        return reason_violations(self.reason.data)


class DeleteForm(Form):
    """The username typed once more, so that nobody deletes a customer by a slip."""

    customer_username = text("Username")

    outcome = "Nothing was deleted."
    expected = ""

    def violations(self) -> Iterator[Violation]:
        """The typed name must be the customer's."""
        if self.customer_username.data != self.expected:
            yield Violation("customer_username", f"This is not {self.expected}. Type the username to confirm.")
