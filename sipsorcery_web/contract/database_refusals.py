"""What the sentences of a database mean, which the original lets through as faults (spec, sections 4.6 and 7).

MySQL, PostgreSQL, SQL Server and SQLite are known, one of which is beneath every relational store of the original and
of its kin. Nobody is shown such a sentence: it names tables and columns, and often values.
"""

import re
from collections.abc import Callable, Mapping

from .errors import Conflict, Refused, Unavailable
from .records import Customer, Record, SIPAccount, SIPDialPlan, SIPProvider, wire_fields
from .rules import (
    ADDRESS_TAKEN,
    CUSTOMER_LENGTHS,
    DIAL_PLAN_NAME_TAKEN,
    FOREIGN_DOMAIN,
    ID_TAKEN,
    NAME_TAKEN,
    PLAN_LENGTHS,
    PROVIDER_NAME_TAKEN,
    SIP_NAME_TAKEN,
    STORED_LENGTHS,
)
from .rules.providers import STORED_LENGTHS as PROVIDER_LENGTHS

UNEXPLAINED = "The service could not carry this out and does not say why."
"""In place of a sentence that is not for people."""
TAKEN = "There is a record like this already."
ORPHANED = "What this belongs to is not there any more."
STILL_NEEDED = "The service keeps this, since something else still refers to it."
TOO_LONG = "One of the values is longer than the service can store."
OUT_OF_REACH = "The service cannot reach its database."

RecordClass = type[Record] | None

_TAKEN_NAMES: Mapping[RecordClass, tuple[str, tuple[str, ...]]] = {
    SIPAccount: (SIP_NAME_TAKEN, ("sip_username",)),
    SIPProvider: (PROVIDER_NAME_TAKEN, ("provider_name",)),
    SIPDialPlan: (DIAL_PLAN_NAME_TAKEN, ("dial_plan_name",)),
    Customer: (NAME_TAKEN, ("customer_username",)),
}
_LENGTHS: Mapping[RecordClass, Mapping[str, int]] = {
    SIPAccount: STORED_LENGTHS,
    SIPProvider: PROVIDER_LENGTHS,
    SIPDialPlan: PLAN_LENGTHS,
    Customer: CUSTOMER_LENGTHS,
}
_MISSING = {
    "sip_username": "The username must be specified when creating a new SIP account.",
    "sip_domain": "The domain must be specified when creating a new SIP account.",
    "sip_password": "A password must be specified.",
    "customer_password": "A password must be specified.",
    "customer_username": "A username must be specified.",
    "email_address": "An email address must be specified.",
    "provider_name": "A value for Provider Name must be specified.",
    "dial_plan_name": "The dial plan needs a name.",
}
_DRIVERS = re.compile(r"MySql|MySQL|Npgsql|Postgres|SqlClient|Sqlite|SQLite|DbException|Devart|^System\.Data\.")


def meaning_of(message: str, type_name: str, record: RecordClass) -> Refused | Unavailable | None:
    """What a sentence of a database says of a record; None for a sentence of the service itself.

    `type_name` is the .NET type of the fault, `record` what the operation is about.
    """
    for pattern, meaning in _MEANINGS:
        if found := pattern.search(message):
            return meaning(found, record)
    return Refused(UNEXPLAINED) if _DRIVERS.search(type_name) else None


def _duplicate(found: re.Match[str], record: RecordClass) -> Refused:
    key = (found["key"] or "").lower().strip(" .")
    if "primary" in key or re.search(r"(^|[._])(pkey|pk|id)(_|$)", key):
        return Conflict(ID_TAKEN)
    if record is Customer and "email" in key:
        return Conflict(ADDRESS_TAKEN, ("email_address",))
    sentence, fields = _TAKEN_NAMES.get(record, (TAKEN, ()))
    return Conflict(sentence, fields)


def _null(found: re.Match[str], record: RecordClass) -> Refused:
    field = _field(found, record)
    return Refused(_MISSING.get(field, f"The {_words(field)} must be specified."), _at(field))


def _too_long(found: re.Match[str], record: RecordClass) -> Refused:
    field = _field(found, record)
    if not field:
        return Refused(TOO_LONG)
    limit = _LENGTHS.get(record, {}).get(field)
    measure = "is longer than the service can store." if limit is None else f"can have at most {limit} characters."
    return Refused(f"The {_words(field)} {measure}", _at(field))


def _orphan(found: re.Match[str], record: RecordClass) -> Refused:
    if record is SIPAccount and "domain" in found[0].lower():
        return Refused(FOREIGN_DOMAIN, ("sip_domain",))
    return Refused(ORPHANED)


def _field(found: re.Match[str], record: RecordClass) -> str:
    """The attribute of a column: columns are the names on the wire in lower case. Empty where there is none."""
    column = next((name for name in found.groups() if name), "").lower()
    fields = wire_fields(record) if record else ()
    return next((entry.attribute for entry in fields if entry.element.lower() == column), "")


def _at(field: str) -> tuple[str, ...]:
    """A changed password stands in a form of its own."""
    return ("customer_password", "new_password") if field == "customer_password" else (field,) if field else ()


def _words(field: str) -> str:
    return field.replace("_", " ") or "value"


_MEANINGS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str], RecordClass], Refused | Unavailable]], ...] = tuple(
    (re.compile(pattern, re.DOTALL | re.IGNORECASE), meaning)
    for pattern, meaning in (
        (
            r"(?:Duplicate entry\b(?:.*\bfor key)?|violates unique constraint|Violation of \w+ KEY constraint"
            r"|with unique index|UNIQUE constraint failed:)\s*['\"]?(?P<key>[\w.$-]*)",
            _duplicate,
        ),
        (
            r"Column '(\w+)' cannot be null|null value in column \"(\w+)\"|the value NULL into column '(\w+)'"
            r"|NOT NULL constraint failed: \w+\.(\w+)|Field '(\w+)' doesn't have a default value",
            _null,
        ),
        (
            r"Data too long for column '(\w+)'|value too long for type character"
            r"|String or binary data would be truncated(?: in table '[^']*', column '(\w+)')?",
            _too_long,
        ),
        (
            r"Cannot delete or update a parent row|update or delete on table|conflicted with the REFERENCE constraint",
            lambda _found, _record: Refused(STILL_NEEDED),
        ),
        (
            r"foreign key constraint fails.*|violates foreign key constraint.*"
            r"|conflicted with the FOREIGN KEY constraint.*|FOREIGN KEY constraint failed",
            _orphan,
        ),
        (
            r"Unable to connect to any of the specified \w+ hosts|Too many connections|server has gone away"
            r"|Timeout expired|Deadlock found|Lock wait timeout|Failed to establish a connection",
            lambda _found, _record: Unavailable(OUT_OF_REACH),
        ),
    )
)
