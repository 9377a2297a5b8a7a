"""The rules for records, in the original's order of checks and with its messages (spec, sections 7.1 and 7.2).

The service refuses a record with the first violation; a form shows them all, each at its field.
"""

import re
import string
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as dataclass_field

from sipsorcery_web.contract.errors import Refused, Rule
from sipsorcery_web.contract.records import Customer, Record, SIPAccount, SIPDialPlan

from . import catalogue as rules

CUSTOMER_USERNAME_LENGTHS = (5, 20)
CUSTOMER_PASSWORD_LENGTHS = (6, 64)
ORIGINAL_PASSWORD_LENGTHS = (6, 20)
"""What a service takes that is not known to be the built-in one."""
SIP_PASSWORD_LENGTHS = (6, 15)
SIP_USERNAME_MIN_LENGTH = 5
TEXT_LIMIT = 64
WEB_SITE_LIMIT = 256
RESERVED_SIP_NAME = "dispatcher"
SIP_PASSWORD_CHARACTERS = frozenset(string.ascii_letters + string.digits + '!"$%&()*+,./:<=>?@[]^_`{|}~')


@dataclass(frozen=True)
class Violation:
    """A field that breaks a rule, or what a form says of it where the contract has no rule."""

    field: str
    reason: Rule | str
    values: Mapping[str, object] = dataclass_field(default_factory=dict)
    """What stands in the sentence of the rule."""

    @property
    def rule(self) -> Rule | None:
        """Return the rule of the contract, if it is one."""
        return self.reason if isinstance(self.reason, Rule) else None

    @property
    def message(self) -> str:
        """Return the sentence for people, or for the wire."""
        return self.reason.filled(self.values) if isinstance(self.reason, Rule) else self.reason


def is_blank(text: str | None) -> bool:
    """Return True for None, and for a text of only white space and control characters (section 7.1)."""
    return text is None or all(character.isspace() or not character.isprintable() for character in text)


def refuse(violations: Iterable[Violation]) -> None:
    """Raise Refused with the first violation, if there is one."""
    for violation in violations:
        raise Refused(violation.reason, values=violation.values)


def customer_violations(customer: Customer) -> Iterator[Violation]:
    """The rules of section 7.1 but for the password, which only a new customer has."""
    yield from _required_text(customer.first_name, rules.FIRST_NAME_MISSING, rules.FIRST_NAME_TOO_LONG)
    yield from _required_text(customer.last_name, rules.LAST_NAME_MISSING, rules.LAST_NAME_TOO_LONG)
    yield from email_address_violations(customer.email_address)
    yield from _customer_username_violations(customer.customer_username)
    yield from _required_text(customer.security_answer, rules.SECURITY_ANSWER_MISSING, rules.SECURITY_ANSWER_TOO_LONG)
    yield from _required_text(customer.city, rules.CITY_MISSING, rules.CITY_TOO_LONG)
    if len((customer.web_site or "").strip()) > WEB_SITE_LIMIT:
        yield Violation("web_site", rules.WEB_SITE_TOO_LONG)
    yield from length_violations(customer, rules.CUSTOMER_LENGTHS)


def new_customer_violations(customer: Customer, password: Sequence[Violation] | None = None) -> Iterator[Violation]:
    """The rules of section 7.1 in their order; those that the `password` breaks stand behind the username.

    A form has rules of its own for these.
    """
    if password is None:
        password = list(customer_password_violations(customer.customer_password, "customer_password"))
    for violation in customer_violations(customer):
        if violation.field in ("security_answer", "city", "web_site", "country", "security_question", "time_zone"):
            yield from password
            password = []
        yield violation
    yield from password
    if RESERVED_SIP_NAME in (customer.customer_username or "").lower():
        yield Violation("customer_username", rules.NAME_RESERVED)


def email_address_violations(address: str | None) -> Iterator[Violation]:
    """An e-mail address has at most 64 characters and is shaped like one (section 7.1)."""
    if address is None or is_blank(address):
        yield Violation("email_address", rules.ADDRESS_MISSING)
    elif len(address.strip()) > TEXT_LIMIT:
        yield Violation("email_address", rules.ADDRESS_TOO_LONG)
    elif not re.fullmatch(r"[^\s@]+@[^\s@]+\.[^\s@]+", address.strip()):
        yield Violation("email_address", rules.ADDRESS_INVALID)


def customer_password_violations(
    password: str | None, field: str, lengths: tuple[int, int] = CUSTOMER_PASSWORD_LENGTHS
) -> Iterator[Violation]:
    """A customer's password has 6 to 64 characters, the original's 6 to 20 (section 7.1)."""
    shortest, longest = lengths
    if password is None or is_blank(password):
        yield Violation(field, rules.PASSWORD_MISSING)
    elif not shortest <= len(password.strip()) <= len(password) <= longest:
        is_original = lengths == ORIGINAL_PASSWORD_LENGTHS
        yield Violation(field, rules.ORIGINAL_PASSWORD_LENGTH if is_original else rules.PASSWORD_LENGTH)


def sip_account_violations(account: SIPAccount) -> Iterator[Violation]:
    """The rules of section 7.2."""
    if is_blank(account.owner):
        yield Violation("owner", rules.OWNER_MISSING)
    if is_blank(account.sip_username):
        yield Violation("sip_username", rules.SIP_USERNAME_MISSING)
    if is_blank(account.sip_domain):
        yield Violation("sip_domain", rules.SIP_DOMAIN_MISSING)
    if not is_blank(account.sip_username):
        yield from _sip_username_violations((account.sip_username or "").strip(), account.owner)
    if not (account.is_incoming_only and is_blank(account.sip_password)):
        yield from _sip_password_violations((account.sip_password or "").strip())
    yield from length_violations(account, rules.SIP_ACCOUNT_LENGTHS, trimmed=True)


def dial_plan_violations(plan: SIPDialPlan) -> Iterator[Violation]:
    """A plan needs a name, which SIP accounts refer to it by; the rest is what the columns hold (section 7.6)."""
    if is_blank(plan.dial_plan_name):
        yield Violation("dial_plan_name", rules.DIAL_PLAN_NAME_MISSING)
    yield from length_violations(plan, rules.DIAL_PLAN_LENGTHS)


def length_violations(record: Record, limits: Mapping[str, int], trimmed: bool = False) -> Iterator[Violation]:
    """Yield the fields that are longer than their columns; of a record that is stored without outer blanks, so."""
    for field, limit in limits.items():
        text = getattr(record, field) or ""
        if len(text.strip() if trimmed else text) > limit:
            yield Violation(field, rules.COLUMN_LENGTH[field])


def _required_text(value: str | None, missing: Rule, too_long: Rule) -> Iterator[Violation]:
    if value is None or is_blank(value):
        yield Violation(missing.fields[0], missing)
    elif len(value.strip()) > TEXT_LIMIT:
        yield Violation(too_long.fields[0], too_long)


def _customer_username_violations(username: str | None) -> Iterator[Violation]:
    shortest, longest = CUSTOMER_USERNAME_LENGTHS
    if username is None or is_blank(username):
        yield Violation("customer_username", rules.USERNAME_MISSING)
    elif not shortest <= len(username.strip()) <= longest:
        yield Violation("customer_username", rules.USERNAME_LENGTH)
    elif not re.fullmatch(r"[a-zA-Z0-9_-]+", username.strip()):
        yield Violation("customer_username", rules.USERNAME_CHARACTERS)


def _sip_username_violations(username: str, owner: str | None) -> Iterator[Violation]:
    suffix = username.rpartition(".")[2] if "." in username else ""
    if len(username) < SIP_USERNAME_MIN_LENGTH:
        yield Violation("sip_username", rules.SIP_USERNAME_TOO_SHORT)
    elif RESERVED_SIP_NAME in username:
        yield Violation("sip_username", rules.NAME_RESERVED)
    elif not re.fullmatch(r"[a-zA-Z0-9_.-]+", username):
        yield Violation("sip_username", rules.SIP_USERNAME_CHARACTERS)
    elif len(suffix) >= SIP_USERNAME_MIN_LENGTH and suffix != owner:
        yield Violation("sip_username", rules.SIP_USERNAME_OF_ANOTHER, {"suffix": suffix})


def _sip_password_violations(password: str) -> Iterator[Violation]:
    shortest, longest = SIP_PASSWORD_LENGTHS
    wrong = next((character for character in password if character not in SIP_PASSWORD_CHARACTERS), None)
    if is_blank(password):
        yield Violation("sip_password", rules.PASSWORD_MISSING)
    elif not shortest <= len(password) <= longest:
        yield Violation("sip_password", rules.SIP_PASSWORD_LENGTH)
    elif wrong is not None:
        yield Violation("sip_password", rules.SIP_PASSWORD_INVALID, {"character": wrong})
