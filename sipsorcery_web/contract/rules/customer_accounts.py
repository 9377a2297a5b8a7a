"""The rules of what administrators change of customers."""

from collections.abc import Iterator

from sipsorcery_web.contract.extensions import CustomerAccount
from sipsorcery_web.contract.records import Customer

from . import Violation, customer_violations
from . import catalogue as rules

DETAILS = ("first_name", "last_name", "email_address", "city", "country", "web_site", "time_zone")
"""The fields that an administrator changes of a customer's record; the security question is the customer's own."""
REASON_LIMIT = 1024
_NOT_TOLD = "not told"
"""A stand-in for the security answer, which administrators neither see nor change."""


def customer_account_violations(customer: CustomerAccount) -> Iterator[Violation]:
    """Yield each rule of section 7.1 that the details of a customer break."""
    details = {name: getattr(customer, name) for name in DETAILS}
    yield from customer_violations(
        Customer(customer_username=customer.customer_username, security_answer=_NOT_TOLD, **details)
    )


def reason_violations(reason: str | None) -> Iterator[Violation]:
    """Yield that the reason for suspending somebody is too long, if it is."""
    if len(reason or "") > REASON_LIMIT:
        yield Violation("reason", rules.REASON_TOO_LONG)
