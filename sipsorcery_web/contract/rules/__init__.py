"""What a record must keep to, in the original's order of checks and with its messages (spec, sections 7.1 and 7.2).

The service refuses a record with the first violation; a form shows them all, each at its field.
"""

import re
import string
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sipsorcery_web.contract.errors import Refused
from sipsorcery_web.contract.records import Customer, SIPAccount, SIPDialPlan

CUSTOMER_USERNAME_LENGTHS = (5, 20)
CUSTOMER_PASSWORD_LENGTHS = (6, 20)
SIP_PASSWORD_LENGTHS = (6, 15)
SIP_USERNAME_MIN_LENGTH = 5
TEXT_LIMIT = 64
WEB_SITE_LIMIT = 256
RESERVED_SIP_NAME = "dispatcher"
SIP_PASSWORD_CHARACTERS = frozenset(string.ascii_letters + string.digits + '!"$%&()*+,./:<=>?@[]^_`{|}~')

STORED_LENGTHS = {
    "admin_disabled_reason": 256,
    "ip_address_acl": 256,
    "in_dial_plan_name": 64,
    "network_id": 16,
    "out_dial_plan_name": 64,
    "sip_domain": 128,
    "sip_username": 32,
}
"""What a SIP account's columns hold (section 7.2); the original let the database complain or cut."""

PLAN_LENGTHS = {
    "dial_plan_name": 64,
    "script_type_description": 12,
    "trace_email_address": 256,
    "authorised_apps": 2048,
}
"""What a dial plan's columns hold (section 7.6)."""
CUSTOMER_LENGTHS = {"country": 64, "security_question": 1024, "time_zone": 128}
"""What those of a customer's columns hold that no rule is about (section 7.1)."""

NAME_TAKEN = "The requested username is already in use please try a different one."
ADDRESS_TAKEN = "The email address is already associated with an account."
ID_TAKEN = "A record with this id already exists."
SIP_NAME_TAKEN = "The SIP account name is already in use on this domain."
PROVIDER_NAME_TAKEN = "A SIP provider with this name already exists."
DIAL_PLAN_NAME_TAKEN = "A dial plan with this name already exists."
FOREIGN_DOMAIN = "The domain is not one of this service."
NAME_RESERVED = "The username you have requested is not permitted."


@dataclass(frozen=True)
class Violation:
    """A field that breaks a rule, and the sentence that says so."""

    field: str
    message: str


def is_blank(text: str | None) -> bool:
    """None, empty, or only white space and control characters (section 7.1)."""
    return text is None or all(character.isspace() or not character.isprintable() for character in text)


def refuse(violations: Iterable[Violation]) -> None:
    """Refused with the first violation, if there is one."""
    for violation in violations:
        raise Refused(violation.message)


def customer_violations(customer: Customer) -> Iterator[Violation]:
    """The rules of section 7.1 but for the password, which only a new customer has."""
    yield from _required_text(customer.first_name, "first_name", "A first name must be specified.", "first name")
    yield from _required_text(customer.last_name, "last_name", "A last name must be specified.", "last name")
    yield from _email_address_violations(customer.email_address)
    yield from _customer_username_violations(customer.customer_username)
    yield from _required_text(
        customer.security_answer,
        "security_answer",
        "The answer to the security question must be specified.",
        "security question answer",
    )
    yield from _required_text(
        customer.city,
        "city",
        "Your city must be specified. If you don't live in a city please enter the one closest to you.",
        "city",
    )
    if len((customer.web_site or "").strip()) > WEB_SITE_LIMIT:
        yield Violation("web_site", "The web site length must be less than 256.")
    yield from _customer_length_violations(customer)


def new_customer_violations(customer: Customer) -> Iterator[Violation]:
    """The rules of section 7.1 in their order; the password stands behind the username."""
    password = list(customer_password_violations(customer.customer_password, "customer_password"))
    for violation in customer_violations(customer):
        if violation.field in ("security_answer", "city", "web_site", "country", "security_question", "time_zone"):
            yield from password
            password = []
        yield violation
    yield from password
    if RESERVED_SIP_NAME in (customer.customer_username or "").lower():
        yield Violation("customer_username", NAME_RESERVED)


def customer_password_violations(password: str | None, field: str) -> Iterator[Violation]:
    """A customer's password has 6 to 20 characters (section 7.1)."""
    shortest, longest = CUSTOMER_PASSWORD_LENGTHS
    if password is None or is_blank(password):
        yield Violation(field, "A password must be specified.")
    elif not shortest <= len(password.strip()) <= len(password) <= longest:
        yield Violation(field, "The password length must be between 6 and 20.")


def sip_account_violations(account: SIPAccount) -> Iterator[Violation]:
    """The rules of section 7.2."""
    if is_blank(account.owner):
        yield Violation("owner", "The owner must be specified when creating a new SIP account.")
    if is_blank(account.sip_username):
        yield Violation("sip_username", "The username must be specified when creating a new SIP account.")
    if is_blank(account.sip_domain):
        yield Violation("sip_domain", "The domain must be specified when creating a new SIP account.")
    if not is_blank(account.sip_username):
        yield from _sip_username_violations((account.sip_username or "").strip(), account.owner)
    if not (account.is_incoming_only and is_blank(account.sip_password)):
        yield from _sip_password_violations((account.sip_password or "").strip())
    yield from _length_violations(account)


def dial_plan_violations(plan: SIPDialPlan) -> Iterator[Violation]:
    """A plan needs a name, which SIP accounts refer to it by; the rest is what the columns hold (section 7.6)."""
    if is_blank(plan.dial_plan_name):
        yield Violation("dial_plan_name", "The dial plan needs a name.")
    for field, limit in PLAN_LENGTHS.items():
        if len(getattr(plan, field) or "") > limit:
            yield Violation(field, f"The {field.replace('_', ' ')} can have at most {limit} characters.")


def _required_text(value: str | None, field: str, missing: str, noun: str) -> Iterator[Violation]:
    if value is None or is_blank(value):
        yield Violation(field, missing)
    elif len(value.strip()) > TEXT_LIMIT:
        yield Violation(field, f"The {noun} length must be less than 64.")


def _email_address_violations(address: str | None) -> Iterator[Violation]:
    if address is None or is_blank(address):
        yield Violation("email_address", "An email address must be specified.")
    elif len(address.strip()) > TEXT_LIMIT:
        yield Violation("email_address", "The email address length must be less than 64.")
    elif not re.fullmatch(r"[^\s@]+@[^\s@]+\.[^\s@]+", address.strip()):
        yield Violation("email_address", "The email address was an invalid format.")


def _customer_username_violations(username: str | None) -> Iterator[Violation]:
    shortest, longest = CUSTOMER_USERNAME_LENGTHS
    if username is None or is_blank(username):
        yield Violation("customer_username", "A username must be specified.")
    elif not shortest <= len(username.strip()) <= longest:
        yield Violation("customer_username", "The username length must be between 5 and 20.")
    elif not re.fullmatch(r"[a-zA-Z0-9_-]+", username.strip()):
        yield Violation(
            "customer_username",
            "The username had an invalid character, characters permitted are alpha-numeric and -_ "
            "(no full stop characters '.' are allowed).",
        )


def _sip_username_violations(username: str, owner: str | None) -> Iterator[Violation]:
    suffix = username.rpartition(".")[2] if "." in username else ""
    if len(username) < SIP_USERNAME_MIN_LENGTH:
        yield Violation("sip_username", "The username must be at least 5 characters long.")
    elif RESERVED_SIP_NAME in username:
        yield Violation("sip_username", NAME_RESERVED)
    elif not re.fullmatch(r"[a-zA-Z0-9_.-]+", username):
        yield Violation(
            "sip_username", "The username had an invalid character, characters permitted are alpha-numeric and .-_."
        )
    elif len(suffix) >= SIP_USERNAME_MIN_LENGTH and suffix != owner:
        yield Violation(
            "sip_username",
            f"You are not permitted to create this username. Only user {suffix} can create SIP accounts "
            f"ending in .{suffix}.",
        )


def _sip_password_violations(password: str) -> Iterator[Violation]:
    shortest, longest = SIP_PASSWORD_LENGTHS
    wrong = next((character for character in password if character not in SIP_PASSWORD_CHARACTERS), None)
    if is_blank(password):
        yield Violation("sip_password", "A password must be specified.")
    elif not shortest <= len(password) <= longest:
        yield Violation(
            "sip_password", "The password field must be at least 6 characters and no more than 15 characters."
        )
    elif wrong is not None:
        yield Violation(
            "sip_password",
            f"Your password has an invalid character {wrong} it can only contain a to Z, 0 to 9 and characters "
            'in this set !"$%&amp;()*+,./:&lt;=&gt;?@[]^_`{|}~.',
        )


def _customer_length_violations(customer: Customer) -> Iterator[Violation]:
    for field, limit in CUSTOMER_LENGTHS.items():
        if len(getattr(customer, field) or "") > limit:
            yield Violation(field, f"The {field.replace('_', ' ')} can have at most {limit} characters.")


def _length_violations(account: SIPAccount) -> Iterator[Violation]:
    for field, limit in STORED_LENGTHS.items():
        if len((getattr(account, field) or "").strip()) > limit:
            yield Violation(field, f"The {field.replace('_', ' ')} can have at most {limit} characters.")


_PASSWORDS = ("sip_password", "customer_password", "new_password", "provider_password")
_NAMES = ("sip_username", "customer_username")
_FIELDS_OF = (
    (r"The existing password did not match.*", ("old_password",)),
    (r"The Provider Server .*", ("provider_server",)),
    (r"The Provider Register Server .*", ("register_server",)),
    (r"The Provider Outbound Proxy .*", ("provider_outbound_proxy",)),
    (r"A SIP provider with this name .*", ("provider_name",)),
    (r"SIP provider registrations .*", ("register_enabled",)),
    (r"(A|The|Your) password .*", _PASSWORDS),
    (r".*email address.*", ("email_address",)),
    (r".*first name.*", ("first_name",)),
    (r".*last name.*", ("last_name",)),
    (r".*security question.*", ("security_answer",)),
    (r"(The|Your) city .*", ("city",)),
    (r"The web site .*", ("web_site",)),
    (r"(A|The) dial plan .*name.*", ("dial_plan_name",)),
    (r".*invite code.*", ("invite_code",)),
    (r"The domain .*", ("sip_domain",)),
    (r".*(username|SIP account name).*", _NAMES),
)


def guess_fields(message: str) -> tuple[str, ...]:
    """The fields that a refusal of a service may be about, since the wire names none."""
    return next((fields for pattern, fields in _FIELDS_OF if re.fullmatch(pattern, message, re.DOTALL)), ())
